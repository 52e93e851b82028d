package warren.httpd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules by which httpd's files are read. Where the real httpd can show what it read, RealHttpdTest compares. */
class HttpdReadingTest {
    @TempDir
    Path directory;
    private Written written;

    @BeforeEach
    void prepare() {
        written = new Written(directory);
    }

    private List<String> words(String text, String... defines) throws IOException {
        HttpdConfiguration read = written.httpd(text, defines);
        assertEquals(List.of(), read.problems().stream()
            .filter(p -> p.severity() == Problem.Severity.ERROR).toList());
        return words(read.directives()).toList();
    }

    private static Stream<String> words(List<Directive> directives) {
        return directives.stream().flatMap(d ->
            d.isSection() ? words(d.children()) : d.is("X") ? d.arguments().stream() : Stream.of());
    }

    private String problem(String text) throws IOException {
        List<Problem> problems = written.httpd(text).problems();
        assertEquals(1, problems.size(), problems::toString);
        return problems.get(0).toString().replace(directory.toString(), "");
    }

    @Test
    void joinsContinuedLinesAndSkipsComments() throws IOException {
        assertEquals(List.of("ab", "c", "d\\e"), words("X a\\\nb c\n# no \\\nX no\n   \n\tX d\\\\\r\ne\n"));
    }

    @Test
    void readsQuotesAndEscapesLikeHttpd() throws IOException {
        assertEquals(List.of("e\"f", "g\\h", "i'j", "k\\l", "", "un closed"),
            words("X \"e\\\"f\" g\\h 'i\\'j' k\\\\l \"\" \"un closed\n"));
    }

    @Test
    void replacesVariablesBeforeItSplitsAndWhateverTheirCase() throws IOException {
        assertEquals(List.of("one", "two", "one two", "environment", "flag"),
            words("Define V \"one two\"\nX ${v} \"${V}\" ${FROM_ENV}\n<IfDefine V>\nX flag\n</IfDefine>\n"
                + "UnDefine V\n<IfDefine V>\nX no\n</IfDefine>\n"));
    }

    @Test
    void leavesAnUndefinedVariableAndWarns() throws IOException {
        assertEquals(List.of("${NOPE}", "${map:key}"), words("X ${NOPE} ${map:key}\n"));
        assertTrue(problem("X ${NOPE}\n").startsWith("/httpd.conf:1: warning: the variable ${NOPE}"));
    }

    @Test
    void includesInOrderByWildcardAndByDirectory() throws IOException {
        written.file("d/b/1.conf", "X b1\n");
        written.file("d/a/2.conf", "X a2\n");
        written.file("d/a/1.conf", "X a1\n");
        written.file("d/a/1.bak", "X bak\n");
        written.file("d/.h/1.conf", "X hidden\n");
        assertEquals(List.of("a1", "a2", "b1", "bak", "a1", "a2", "b1"),
            words("Include d/*/*.conf\nInclude d/a/1.ba?\nInclude d/[a]/1.conf\nIncludeOptional d/a/2.conf\n"
                + "Include " + written.path("d/b") + "\nIncludeOptional none/*.conf\nIncludeOptional none.conf\n"));
    }

    @Test
    void followsServerRoot() throws IOException {
        written.file("root/x.conf", "X there\n");
        assertEquals(List.of("there"), words("ServerRoot \"" + written.path("root") + "\"\nInclude x.conf\n"));
    }

    @Test
    void tellsOfAMissingInclude() throws IOException {
        assertTrue(problem("\nInclude none.conf\n").startsWith("/httpd.conf:2: /none.conf: no such file"));
        assertTrue(problem("Include none*.conf\n").startsWith("/httpd.conf:1: no file matches none*.conf"));
    }

    @Test
    void stopsAtAnIncludeOfItself() throws IOException {
        assertTrue(problem("Include httpd.conf\n").contains("nested more than 128"));
    }

    @Test
    void readsNoFifoAndNoDevice() throws IOException {
        assertTrue(problem("Include /dev/zero\n").contains("not a regular file"));
    }

    @Test
    void knowsModulesByBothNames() throws IOException {
        assertEquals(List.of("1", "2", "3", "4", "5"), words("""
            <IfModule mod_so.c>
            X 1
            </IfModule>
            <IfModule !alias_module>
            X 2
            </IfModule>
            LoadModule alias_module modules/mod_alias.so
            LoadModule mpm_event_module modules/mod_mpm_event.so
            <IfModule mod_alias.c>
            X 3
            </IfModule>
            <ifmodule "alias_module">
            X 4
            </IFMODULE>
            <IfModule event.c>
            X 5
            </IfModule>
            <IfModule MOD_ALIAS.c>
            X no
            </IfModule>
            """));
    }

    @Test
    void knowsNamesGivenOnTheCommandLine() throws IOException {
        assertEquals(List.of("yes"), words("<IfDefine SSL>\nX yes\n</IfDefine>\n<IfDefine !SSL>\nX no\n</IfDefine>\n",
            "SSL"));
    }

    @Test
    void comparesVersions() throws IOException {
        String section = "<IfVersion %s>\nX yes\n</IfVersion>\n";
        for (String holds : List.of(">= 2.4", "2.4.71", "= /^2\\.4/", "~ ^2.4", "!>= 2.5", "> 2", "<= 2.4.71")) {
            assertEquals(List.of("yes"), words(section.formatted(holds)), holds);
        }
        for (String not : List.of("< 2.4", "== 2.4", "!~ ^2.4", "2.4")) {
            assertEquals(List.of(), words(section.formatted(not)), not);
        }
    }

    @Test
    void looksForFiles() throws IOException {
        written.file("there", "");
        assertEquals(List.of("1", "2"), words("<IfFile there>\nX 1\n</IfFile>\n<IfFile !nowhere>\nX 2\n</IfFile>\n"));
    }

    @Test
    void expandsMacrosWithTheLongestParameterFirst() throws IOException {
        assertEquals(List.of("1", "22", "p", "p", "q\" \\ q", "cont-1"), words(Written.load("macro") + """
            <Macro Outer $n $nn %p @q>
            Use inner $n $nn "%p" @q
            X cont-\\
            $n
            </Macro>
            <Macro Inner $n $nn %p @q>
            # a comment
            X $n $nn %p @q
            </Macro>
            USE OUTER 1 22 "p p" 'q" \\ q'
            """));
    }

    @Test
    void opensASectionInAMacro() throws IOException {
        HttpdConfiguration read = written.httpd(Written.load("macro")
            + "<Macro Open $x>\n<VirtualHost $x>\n</Macro>\nUse Open *:81\nX in\n</VirtualHost>\n");
        assertEquals(List.of(), read.problems());
        assertEquals("VirtualHost *:81", read.directives().get(1).name() + " " + read.directives().get(1).argument(0));
    }

    @Test
    void tellsOfMacrosThatAreWrong() throws IOException {
        String macro = Written.load("macro") + "<Macro A $x>\nUse A $x\n</Macro>\n";
        assertTrue(problem(macro + "Use A 1\n").contains("macro a uses itself"));
        assertTrue(problem(macro + "Use A\n").contains("with 0 arguments"));
        assertTrue(problem(macro + "UndefMacro A\nUse A 1\n").contains("macro a is not defined"));
        assertTrue(problem("<Macro B>\n</Macro>\n").contains("without mod_macro"));
    }

    @Test
    void toleratesMacrosThatWarrenGeneratesLater() throws IOException {
        assertEquals(List.of(), written.httpd("Use WarrenWorker-a\nUse WarrenToken-a\n").problems());
    }

    @Test
    void remembersDefinitionAndUseOfAMacrosLine() throws IOException {
        written.file("m.conf", "\n<Macro A>\n\nX 1\n</Macro>\n");
        HttpdConfiguration read = written.httpd(Written.load("macro") + "Include m.conf\n\nUse A\n");
        Directive x = read.directives().get(1);
        assertEquals("/m.conf:4", x.place().toString().replace(directory.toString(), ""));
        assertEquals("/httpd.conf:4", x.reportedAt().toString().replace(directory.toString(), ""));
    }

    @Test
    void tellsOfSectionsThatDoNotMatch() throws IOException {
        assertTrue(problem("<Directory /x>\nX 1\n").contains("<Directory> is not closed"));
        assertTrue(problem("</Directory>\n").contains("without an open section"));
        assertTrue(problem("<IfDefine Q>\n<A x>\n</IfDefine>\n").contains("</IfDefine>"));
        written.file("open.conf", "</VirtualHost>\n");
        assertTrue(problem("<VirtualHost *>\nInclude open.conf\n</VirtualHost>\n").startsWith("/open.conf:1:"));
    }

    @Test
    void showsWhatStandsInBlocksOfOurs() throws IOException {
        HttpdConfiguration read = written.httpd("""
            <IfModule mod_warren.c>
            X ours
            </IfModule>
            <IfModule !mod_warren.c>
            X httpds
            </IfModule>
            <IfModule mod_perl.c>
            PerlModule A
            X nobodys
            </IfModule>
            """);
        assertEquals(List.of("X ours", "X httpds", "PerlModule A"),
            read.directives().stream().map(Directive::toString).toList());
        assertEquals(List.of(true, false, true), read.directives().stream().map(Directive::isOurs).toList());
        assertEquals(List.of(false, true, false), read.directives().stream().map(Directive::isSeenByHttpd).toList());
    }

    @Test
    void readsMod_perlsBlocksWholeWhereItIsLoaded() throws IOException {
        assertEquals(List.of("both"), words("LoadModule perl_module m/mod_perl.so\n"
            + "<IfModule mod_perl.c>\nX both\nPerlModule A\n</IfModule>\n"));
    }

    @Test
    void refusesADefineThatHttpdWouldNotSee() throws IOException {
        assertTrue(problem("<IfModule mod_warren.c>\nDefine A b\n</IfModule>\n").contains("which httpd skips"));
    }

    @Test
    void readsDebiansEnvvarsWithoutAShell() throws IOException {
        written.file("envvars", """
            unset HOME
            if [ "${APACHE_CONFDIR##/etc/apache2-}" != "${APACHE_CONFDIR}" ] ; then
            \tSUFFIX="-${APACHE_CONFDIR##/etc/apache2-}"
            else
            \tSUFFIX=
            fi
            # export NO=no
            export RUN_DIR=/var/run/apache2$SUFFIX
            export QUOTED='a $b' # why
            export LANG=C
            PRIVATE=x
            export LATER="${PRIVATE}y"
            export BAD=$(touch /tmp/never)
            """);
        assertEquals(List.of("/var/run/apache2", "a", "$b", "C", "xy"),
            words("X ${RUN_DIR} ${QUOTED} ${LANG} ${LATER}\n"));
    }

    @Test
    void takesTheInstancesSuffixFromItsDirectory() throws IOException {
        Path file = written.file("envvars", "if [ x ] ; then\nSUFFIX=\"-${APACHE_CONFDIR##/etc/apache2-}\"\nelse\n"
            + "SUFFIX=\nfi\nexport D=/run$SUFFIX\n");
        Lines lines = new Lines();
        assertEquals(Map.of("D", "/run"), Envvars.read(file, lines, Map.of()));
    }

    @Test
    void readsTenThousandVirtualHosts() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            text.append(Written.host("h" + i + ".example", "#" + (3000 + i), "<Directory /srv/h" + i + ">\n"
                + "Require all granted\n</Directory>\n", "PerlModule My::Shop"));
        }
        String hosts = text.toString().replaceAll("/srv/#", "/srv/h");
        written.file("httpd.conf", written.preamble() + hosts);
        long start = System.nanoTime();
        WarrenConfiguration read = new WarrenConfigurationReader(Written.ACCOUNTS, Written.DEFAULTS, Written.RULES,
            Written.TRUSTING).read(written.invocation(written.path("httpd.conf")));
        System.out.println("10,000 virtual hosts read in " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)
            + " ms");
        assertEquals(List.of(), read.problems());
        assertEquals(10_000, read.sites().size());
        assertTrue(Files.size(written.path("httpd.conf")) > 1_000_000);
    }
}

package warren.httpd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static warren.httpd.Written.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reading for one virtual host, which passes over what it knows: it tells what a reading of everything tells. */
class KnownFilesTest {
    private static final String MACRO = """
        <Macro Customer $name $user>
        %s
        </Macro>
        """.formatted(host("$name", "$user", "", "PerlSetEnv WHO ${WHO}"));
    @TempDir
    Path directory;
    private Written written;
    private HttpdInvocation invocation;
    /** The test is over before a file has settled. */
    private final KnownFiles known = new KnownFiles(InstantSource.offset(InstantSource.system(), Duration.ofHours(1)));

    @BeforeEach
    void threeInFilesOfTheirOwn() throws IOException {
        written = new Written(directory);
        main("Define WHO first\n" + MACRO);
        written.file("hosts.d/alice.conf", "Use Customer alice.example alice\n");
        written.file("hosts.d/bob.conf", "Use Customer bob.example bob\n");
        written.file("hosts.d/carol.conf", host("carol.example", "alice", "", "PerlInterpMax 7"));
        invocation = written.invocation(written.path("httpd.conf"));
        reader().readAll(invocation, known);
    }

    private void main(String text) throws IOException {
        written.file("httpd.conf", written.preamble() + text + "IncludeOptional hosts.d/*.conf\n");
    }

    private static WarrenConfigurationReader reader() {
        return new WarrenConfigurationReader(Written.ACCOUNTS, Written.DEFAULTS, Written.RULES, Written.TRUSTING);
    }

    /** What is told of each alone, now and once more, is what a reading of everything tells of it. */
    private void tellsTheTruth() {
        WarrenConfiguration all = reader().read(invocation);
        for (String name : List.of("alice.example", "bob.example", "carol.example", "dave.example", "alice.example")) {
            assertEquals(all.only(name), reader().readOne(invocation, known, name));
        }
    }

    /** The names of the virtual hosts whose lines were read. */
    private List<String> readFor(String name, KnownFiles files) {
        return HttpdConfiguration.read(invocation, files, Optional.of(name)).directives().stream()
            .filter(directive -> directive.is("VirtualHost")).flatMap(host -> Hosts.names(List.of(host)).stream())
            .collect(Collectors.toList());
    }

    @Test
    void readsOnlyTheFilesOfTheOneThatIsAskedFor() {
        assertEquals(List.of("bob.example"), readFor("bob.example", known));
        assertEquals(List.of("carol.example"), readFor("carol.example", known));
        tellsTheTruth();
    }

    @Test
    void readsEverythingWhereNothingIsKnown() {
        assertEquals(3, readFor("bob.example", new KnownFiles()).size());
    }

    @Test
    void doesNotTrustAFileThatMayChangeAgainAndLookTheSame() {
        KnownFiles soon = new KnownFiles();
        reader().readAll(invocation, soon);
        assertEquals(3, readFor("bob.example", soon).size());
    }

    @Test
    void seesAChangedANewAndARemovedFile() throws IOException {
        written.file("hosts.d/carol.conf", host("carol.example", "alice", "", "PerlInterpMax 9"));
        written.file("hosts.d/dave.conf", host("dave.example", "bob", "", ""));
        Files.delete(written.path("hosts.d/bob.conf"));
        assertEquals(List.of("carol.example", "dave.example"), readFor("dave.example", known));
        tellsTheTruth();
    }

    @Test
    void seesAVirtualHostInAFileThatHeldOthers() throws IOException {
        written.file("hosts.d/bob.conf", "Use Customer bob.example bob\nUse Customer dave.example bob\n");
        tellsTheTruth();
    }

    @Test
    void seesAChangedMacroVariableAndModule() throws IOException {
        main("Define WHO second\n" + MACRO);
        assertEquals(3, readFor("bob.example", known).size());
        tellsTheTruth();
        main("Define WHO second\n" + MACRO.replace("WarrenUserGroup", "PerlInterpMax 3\nWarrenUserGroup"));
        tellsTheTruth();
        main("Define WHO second\n" + MACRO.replace("WarrenUserGroup", "PerlInterpMax many\nWarrenUserGroup"));
        tellsTheTruth();
    }

    @Test
    void seesAMacroThatGivesAnotherName() throws IOException {
        main("Define WHO first\n" + MACRO.replace("$name", "dave.example"));
        tellsTheTruth();
    }

    @Test
    void seesWhatIsSaidBetweenTheFilesOfVirtualHosts() throws IOException {
        written.file("hosts.d/b-between.conf", "Define WHO between\n");
        tellsTheTruth();
        written.file("hosts.d/b-between.conf", "Define WHO changed\n");
        tellsTheTruth();
        Files.delete(written.path("hosts.d/b-between.conf"));
        written.file("hosts.d/aa-before.conf", "Define WHO before\n");
        tellsTheTruth();
        Files.delete(written.path("hosts.d/aa-before.conf"));
        tellsTheTruth();
    }

    @Test
    void seesAFileThatComesBackAsItWas() throws IOException {
        written.file("hosts.d/b-one.conf", "Define WHO one\n");
        tellsTheTruth();
        Files.move(written.path("hosts.d/b-one.conf"), written.path("away"));
        written.file("hosts.d/b-two.conf", "Define WHO two\n");
        tellsTheTruth();
        Files.delete(written.path("hosts.d/b-two.conf"));
        Files.move(written.path("away"), written.path("hosts.d/b-one.conf"));
        tellsTheTruth();
    }

    @Test
    void seesWhatAFileOfAVirtualHostIncludes() throws IOException {
        written.file("common.conf", "PerlInterpMax 5\n");
        written.file("hosts.d/carol.conf", host("carol.example", "alice", "", "Include common.conf"));
        tellsTheTruth();
        written.file("common.conf", "PerlInterpMax 6\n");
        tellsTheTruth();
        written.file("common.conf", "PerlInterpMax 6\n</IfModule>\nDefine WHO leaked\n<IfModule mod_warren.c>\n");
        tellsTheTruth();
    }

    @Test
    void passesOverOthersWhereOnlyTheSecretsHaveChanged() throws IOException {
        written.file("state/secrets.conf", "<Macro WarrenToken-bob.example>\nSetEnv A b\n</Macro>\n");
        assertEquals(List.of("alice.example"), readFor("alice.example", known));
        tellsTheTruth();
        Files.delete(written.path("state/secrets.conf"));
        assertEquals(List.of("alice.example"), readFor("alice.example", known));
        written.file("state/secrets.conf", "<Macro WarrenToken-bob.example>\nSetEnv A b\n</Macro>\nDefine WHO me\n");
        assertEquals(3, readFor("alice.example", known).size());
        tellsTheTruth();
    }

    @Test
    void seesTheEnvironmentOfDebiansHttpd() throws IOException {
        main(MACRO);
        tellsTheTruth();
        written.file("envvars", "export WHO=environment\n");
        tellsTheTruth();
        written.file("envvars", "export WHO=another\n");
        tellsTheTruth();
        Files.delete(written.path("envvars"));
        tellsTheTruth();
    }

    @Test
    void followsALinkThatIsSetToAnotherFile() throws IOException {
        written.file("available/one.conf", host("dave.example", "bob", "", "PerlInterpMax 5"));
        written.file("available/two.conf", host("dave.example", "bob", "", "PerlInterpMax 6"));
        Files.createSymbolicLink(written.path("hosts.d/dave.conf"), written.path("available/one.conf"));
        tellsTheTruth();
        Files.delete(written.path("hosts.d/dave.conf"));
        Files.createSymbolicLink(written.path("hosts.d/dave.conf"), written.path("available/two.conf"));
        tellsTheTruth();
    }

    @Test
    void tellsOfAMistakeOfTheServerInTheFileOfAnother() throws IOException {
        written.file("hosts.d/bob.conf", "<VirtualHost *:80>\n");
        WarrenConfiguration read = reader().readOne(invocation, known, "alice.example");
        assertTrue(read.server().isEmpty());
        // and again, while it stands
        assertTrue(reader().readOne(invocation, known, "alice.example").server().isEmpty());
    }

    @Test
    void looksAtThePermissionsOfFilesThatItPassesOver() {
        FileGuard guard = new FileGuard() {
            @Override
            public Optional<String> changeable(Path path) {
                return path.endsWith("bob.conf") ? Optional.of("bob.conf is bob's") : Optional.empty();
            }

            @Override
            public Optional<String> readable(Path file) {
                return Optional.empty();
            }
        };
        assertTrue(new WarrenConfigurationReader(Written.ACCOUNTS, Written.DEFAULTS, Written.RULES, guard)
            .readOne(invocation, known, "alice.example").server().isEmpty());
    }

    @Test
    void judgesCgiThatOtherOwnersCanWriteWithTheOthers() throws IOException {
        main(Written.load("cgi") + "Define WHO first\n" + MACRO);
        written.file("hosts.d/carol.conf", host("carol.example", "alice", "ScriptAlias /cgi /srv/bob/htdocs", ""));
        assertTrue(reader().readOne(invocation, known, "carol.example").server().isEmpty());
        // what stands in carol's own lines is judged with carol
        assertTrue(reader().readOne(invocation, known, "alice.example").server().isPresent());
    }

    @Test
    void aServiceHostIsReadAlone() throws IOException {
        main("""
            Define WHO first
            <IfModule mod_warren.c>
            <WarrenServiceHost dave.example>
            WarrenUserGroup counter counter
            WarrenApplication / /srv/counter/counter.psgi
            </WarrenServiceHost>
            </IfModule>
            """ + MACRO);
        tellsTheTruth();
    }

    @Test
    void aSignatureSettlesTwoSecondsAfterTheChange() throws IOException {
        FileSignature signature = Inode.of(written.file("x", "x")).signature();
        assertTrue(signature.isSettled(Instant.now().plusSeconds(10)));
        assertEquals(false, signature.isSettled(Instant.now()));
    }
}

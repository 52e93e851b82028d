package warren.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import warren.httpd.Accounts;
import warren.launcher.system.SystemAccounts;

class AccountFilesTest {
    @TempDir
    Path etc;
    private final List<String> asked = new ArrayList<>();
    /** NSS, which knows the number 7 and nobody else. */
    private final Accounts nss = new Accounts() {
        @Override
        public OptionalLong uid(String user) {
            asked.add(user);
            return user.equals("seven") ? OptionalLong.of(7) : OptionalLong.empty();
        }

        @Override
        public OptionalLong primaryGid(long uid) {
            asked.add("gid " + uid);
            return uid == 7 ? OptionalLong.of(77) : OptionalLong.empty();
        }

        @Override
        public OptionalLong gid(String group) {
            asked.add("group " + group);
            return OptionalLong.empty();
        }

        @Override
        public Optional<String> name(long uid) {
            asked.add("name " + uid);
            return uid == 7 ? Optional.of("seven") : Optional.empty();
        }

        @Override
        public Optional<String> home(long uid) {
            asked.add("home " + uid);
            return uid == 7 ? Optional.of("/home/seven") : Optional.empty();
        }
    };

    @BeforeEach
    void write() throws IOException {
        nsswitch("files systemd");
        Files.writeString(etc.resolve("passwd"), "alice:x:2001:2002::/home/alice:/bin/sh\nalice:x:1:1::/:\n"
            + "twin:x:2001:1::/home/twin:\nbroken:x:0x7d1:1::/:/bin/sh\nshort:x:5\n");
        Files.writeString(etc.resolve("group"), "alice:x:2002:bob,carol\nbroken:x:-1:\n");
    }

    private void nsswitch(String sources) throws IOException {
        Files.writeString(etc.resolve("nsswitch.conf"), "# passwd: ldap\npasswd:         " + sources + "\ngroup: " + sources
            + "\n");
    }

    private AccountFiles read() {
        return AccountFiles.read(etc, nss, () -> Set.of(2001L, 7L));
    }

    @Test
    void knowsWhatTheFilesSayTheFirstOfEqualOnes() {
        AccountFiles files = read();
        assertEquals(OptionalLong.of(2001), files.uid("alice"));
        assertEquals(OptionalLong.of(2002), files.primaryGid(2001));
        assertEquals(OptionalLong.of(2002), files.gid("alice"));
        assertEquals(Optional.of("/home/alice"), files.home(2001));
        assertEquals(List.of(), asked);
    }

    @Test
    void asksOnceForWhatTheyDoNotSayOrSayBadly() {
        AccountFiles files = read();
        for (int i = 0; i < 3; i++) {
            assertEquals(OptionalLong.of(7), files.uid("seven"));
            assertEquals(Optional.of("/home/seven"), files.home(7));
            assertEquals(OptionalLong.of(77), files.primaryGid(7));
            assertEquals(OptionalLong.empty(), files.uid("broken"));
            assertEquals(OptionalLong.empty(), files.uid("short"));
            assertEquals(OptionalLong.empty(), files.gid("broken"));
        }
        assertEquals(List.of("seven", "home 7", "gid 7", "broken", "short", "group broken"), asked);
    }

    @Test
    void asksForNoNumberThatNobodyHas() {
        AccountFiles files = read();
        assertEquals(Optional.empty(), files.home(5000));
        assertEquals(OptionalLong.empty(), files.primaryGid(5000));
        assertEquals(List.of(), asked);
    }

    @Test
    void asksForEachNumberWhereNotAllAccountsCanBeListed() throws IOException {
        nsswitch("files sss");
        assertEquals(Optional.empty(), read().home(5000));
        assertEquals(List.of("home 5000"), asked);
    }

    @Test
    void leavesEverythingToNssWhereItDoesNotAskTheFilesFirst() throws IOException {
        for (String sources : List.of("sss files", "compat", "files [NOTFOUND=return] sss")) {
            nsswitch(sources);
            asked.clear();
            read().uid("alice");
            assertEquals(List.of("alice"), asked, sources);
        }
    }

    @Test
    void leavesEverythingToNssWhereAccountsOfElsewhereStandInTheFile() throws IOException {
        Files.writeString(etc.resolve("passwd"), "alice:x:2001:2002::/home/alice:/bin/sh\n+::::::\n");
        read().uid("alice");
        assertEquals(List.of("alice"), asked);
    }

    @Test
    void saysOfThisMachineWhatLibcSays() {
        SystemAccounts libc = new SystemAccounts();
        AccountFiles files = AccountFiles.read(Path.of("/etc"), libc, libc::allUids);
        for (String name : List.of("root", "www-data", "nobody", "daemon", "no-such-user")) {
            assertEquals(libc.uid(name), files.uid(name), name);
            assertEquals(libc.gid(name), files.gid(name), name);
            libc.uid(name).ifPresent(uid -> {
                assertEquals(libc.home(uid), files.home(uid), name);
                assertEquals(libc.primaryGid(uid), files.primaryGid(uid), name);
            });
        }
    }
}

package warren.launcher.system;

import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import jnr.posix.Group;
import jnr.posix.POSIX;
import jnr.posix.POSIXFactory;
import jnr.posix.Passwd;
import warren.httpd.Accounts;

/**
 * {@code getpwnam(3)}, {@code getpwuid(3)}, {@code getgrnam(3)} through JNR-POSIX: the host's accounts, with NSS behind
 * them. Asked only while configuration is read, never for a request or a launch.
 */
public final class SystemAccounts implements Accounts {
    private final POSIX posix = POSIXFactory.getNativePOSIX();

    @Override
    public OptionalLong uid(String user) {
        Passwd account = posix.getpwnam(user);
        return account == null ? OptionalLong.empty() : OptionalLong.of(Integer.toUnsignedLong((int) account.getUID()));
    }

    @Override
    public OptionalLong primaryGid(long uid) {
        Passwd account = posix.getpwuid((int) uid);
        return account == null ? OptionalLong.empty() : OptionalLong.of(Integer.toUnsignedLong((int) account.getGID()));
    }

    /** {@code getpwent(3)}: the UIDs of all accounts that NSS lists; not all sources list theirs. One thread at a time. */
    public Set<Long> allUids() {
        Set<Long> all = new HashSet<>();
        posix.setpwent();
        for (Passwd account = posix.getpwent(); account != null; account = posix.getpwent()) {
            all.add(Integer.toUnsignedLong((int) account.getUID()));
        }
        posix.endpwent();
        return all;
    }

    @Override
    public OptionalLong gid(String group) {
        Group entry = posix.getgrnam(group);
        return entry == null ? OptionalLong.empty() : OptionalLong.of(Integer.toUnsignedLong((int) entry.getGID()));
    }

    @Override
    public Optional<String> name(long uid) {
        Passwd account = posix.getpwuid((int) uid);
        return account == null ? Optional.empty() : Optional.ofNullable(account.getLoginName());
    }

    @Override
    public Optional<String> home(long uid) {
        Passwd account = posix.getpwuid((int) uid);
        return account == null ? Optional.empty() : Optional.ofNullable(account.getHome());
    }
}

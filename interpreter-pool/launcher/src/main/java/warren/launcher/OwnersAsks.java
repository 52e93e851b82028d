package warren.launcher;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.VirtualHostName;
import warren.launcher.credentials.CredentialIntake;
import warren.launcher.credentials.CredentialStore;

/** What the launcher does for owners. The connector has found out whose the virtual host is, and relays names. */
final class OwnersAsks {
    private static final Logger LOG = LogManager.getLogger(OwnersAsks.class);
    /** What one owner may have in the store, so that the others find room there. */
    private static final long MOST_BYTES_OF_AN_OWNER = 512 << 10;
    private final Configurations configurations;
    private final Plugins plugins;
    private final LaunchPlans plans;
    private final CredentialStore store;
    private final CredentialIntake intake;

    OwnersAsks(Configurations configurations, Plugins plugins, LaunchPlans plans, CredentialStore store, CredentialIntake intake) {
        this.configurations = configurations;
        this.plugins = plugins;
        this.plans = plans;
        this.store = store;
        this.intake = intake;
    }

    /** A line for each that is in force; empty where there is no such virtual host. */
    String limits(VirtualHostName name) {
        return configurations.current().find(name).map(site -> Limits.inForce(site, plugins)).orElse("");
    }

    /** Why its value is not waited for, or nothing. One that the configuration does not name is the administrator's to set. */
    String awaitCredential(VirtualHostName name, String credential) {
        Optional<Long> uid = owner(name);
        if (uid.isEmpty()) {
            return "nobody owns " + name;
        }
        try {
            intake.open(new CredentialIntake.Wanted(name, credential, uid.get(), () -> owner(name).equals(uid)),
                () -> requireRoomFor(name, credential, uid.get()));
            return "";
        } catch (CredentialIntake.Refused e) {
            return e.getMessage();
        } catch (IOException e) {
            LOG.warn("vhost={} a credential is not waited for: {}", name, e.getMessage());
            return "it cannot be set now; the administrator can say why";
        }
    }

    private void requireRoomFor(VirtualHostName name, String credential, long uid) throws IOException {
        try {
            if (!plans.credentials(configurations.current().find(name).orElseThrow()).contains(credential)) {
                throw new CredentialIntake.Refused("no credential of this name is given to " + name
                    + ", expected one that WarrenCredential names for it");
            }
        } catch (LaunchFailure e) {
            throw new IOException(e.getMessage(), e);
        }
        if (store.bytesOf(all(uid)) > MOST_BYTES_OF_AN_OWNER) {
            throw new CredentialIntake.Refused("your credentials have more than " + MOST_BYTES_OF_AN_OWNER
                + " bytes together, expected less; the administrator can remove some");
        }
    }

    private Optional<Long> owner(VirtualHostName name) {
        return configurations.current().find(name).flatMap(Site::owner).map(owner -> owner.user().value());
    }

    private List<VirtualHostName> all(long uid) {
        return configurations.current().sites().keySet().stream().filter(name -> owner(name).filter(owner -> owner == uid).isPresent()).toList();
    }
}

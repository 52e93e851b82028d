package warren.launcher;

import java.io.IOException;
import java.util.Optional;
import warren.contract.VirtualHostName;
import warren.launcher.credentials.CredentialIntake;

/** What the launcher does for owners. The connector has found out whose the virtual host is, and relays names. */
final class OwnersAsks {
    private final Configurations configurations;
    private final Plugins plugins;
    private final LaunchPlans plans;
    private final CredentialIntake intake;

    OwnersAsks(Configurations configurations, Plugins plugins, LaunchPlans plans, CredentialIntake intake) {
        this.configurations = configurations;
        this.plugins = plugins;
        this.plans = plans;
        this.intake = intake;
    }

    /** A line for each that is in force; empty where there is no such virtual host. */
    String limits(VirtualHostName name) {
        return configurations.current().find(name).map(site -> Limits.inForce(site, plugins)).orElse("");
    }

    /** Why its value is not waited for, or nothing. One that the configuration does not name is the administrator's to set. */
    String awaitCredential(VirtualHostName name, String credential) {
        Optional<Site> site = configurations.current().find(name).filter(one -> one.owner().isPresent());
        try {
            if (site.isEmpty() || !plans.credentials(site.get()).contains(credential)) {
                return "no credential of this name is given to " + name + ", expected one that WarrenCredential names for it";
            }
            intake.open(name, credential, site.get().owner().orElseThrow().user().value());
            return "";
        } catch (IOException | LaunchFailure e) {
            return String.valueOf(e.getMessage());
        }
    }
}

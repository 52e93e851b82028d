package warren.plugin.jails;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import warren.contract.Route;
import warren.plugin.LaunchRefused;
import warren.plugin.PathAccess;
import warren.plugin.RootEntry;
import warren.plugin.VirtualHostSettings;

/** What a jail shows of its virtual host's own: home, document root, the directories of applications, what is allowed. */
final class JailedFiles {
    private final List<RootEntry> system;
    private final List<RootEntry.Shown> shown = new ArrayList<>();
    private final List<RootEntry> hidden = new ArrayList<>();

    private JailedFiles(List<RootEntry> system) {
        this.system = system;
    }

    static JailedFiles of(VirtualHostSettings settings, List<RootEntry> system, List<RootEntry> allowed) throws LaunchRefused {
        JailedFiles files = new JailedFiles(system);
        String home = settings.home().normalize().toString();
        if (!files.isTheMachines(home)) {
            files.show(new RootEntry.Shown(home, true, false));
        }
        files.showOwn("the document root", settings.documentRoot());
        for (Route route : settings.routes()) {
            switch (route) {
                case Route.Application(String path, String file) ->
                    files.showOwn("the directory of the application " + path, Path.of(file).getParent());
                case Route.Applications(String path, String directory) ->
                    files.showOwn("the directory of the applications at " + path, Path.of(directory));
                case Route.Service service -> { }
            }
        }
        for (RootEntry entry : allowed) {
            files.show((RootEntry.Shown) entry);
        }
        for (Path other : settings.siblings()) {
            files.hide(other, settings.documentRoot());
        }
        return files;
    }

    private void showOwn(String what, Path directory) throws LaunchRefused {
        String path = directory.normalize().toString();
        if (Paths.isBeneath(path, "/usr")) {
            return;
        }
        if (isTheMachines(path)) {
            throw new LaunchRefused(what + " is " + path + ", which a jail has of its own or which is all of the machine;"
                + " expected another, or WarrenJail off");
        }
        show(new RootEntry.Shown(path, true, true));
    }

    /** Above what the table has, or beneath what it fills. */
    private boolean isTheMachines(String path) {
        return Paths.isBeneath("/etc", path) || system.stream().anyMatch(entry -> Paths.isBeneath(entry.path(), path)
            || !(entry instanceof RootEntry.Directory) && Paths.isBeneath(path, entry.path()));
    }

    /** Unless it is shown already with as much right. */
    private void show(RootEntry.Shown entry) {
        boolean there = shown.stream().anyMatch(one -> Paths.isBeneath(entry.path(), one.path()) && (one.writable() || !entry.writable()));
        if (!there) {
            shown.removeIf(one -> Paths.isBeneath(one.path(), entry.path()) && (entry.writable() || !one.writable()));
            shown.add(entry);
        }
    }

    /** Another virtual host's of the owner, unless this one's own lies in it. */
    private void hide(Path other, Path own) {
        String path = other.normalize().toString();
        Optional<RootEntry.Shown> above = shown.stream()
            .filter(one -> !one.path().equals(path) && Paths.isBeneath(path, one.path())).findFirst();
        if (above.isPresent() && !Paths.isBeneath(own.normalize().toString(), path)
                && shown.stream().noneMatch(one -> Paths.isBeneath(one.path(), path))) {
            hidden.add(new RootEntry.Hidden(path));
        }
    }

    List<RootEntry> entries() {
        List<RootEntry> entries = new ArrayList<>(shown);
        entries.addAll(hidden);
        return entries;
    }

    /** The same for Landlock, with what every jail may. */
    List<PathAccess> access(List<PathAccess> everyJails) {
        List<PathAccess> access = new ArrayList<>(everyJails);
        shown.stream().filter(RootEntry.Shown::writable)
            .forEach(entry -> access.add(new PathAccess(entry.path(), PathAccess.Kind.CHANGE, entry.required())));
        return access;
    }
}

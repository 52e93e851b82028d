package warren.httpd;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who owns a virtual host: WarrenUserGroup, and SuexecUserGroup and AssignUserID where they stand in it. All that are
 * there must name the same user and group.
 */
final class OwnerReader {
    private final Ids ids;
    private final ServerSettings server;
    private final Problems problems;

    OwnerReader(Ids ids, ServerSettings server, Problems problems) {
        this.ids = ids;
        this.server = server;
        this.problems = problems;
    }

    /** Empty, with a problem, where there is none or not one. */
    Optional<Owner> read(Directive section, OurDirectives ours, String name) {
        List<Directive> sources = new ArrayList<>(ours.all("WarrenUserGroup"));
        section.children().stream()
            .filter(child -> child.isSeenByHttpd() && (child.is("SuexecUserGroup") || child.is("AssignUserID")))
            .forEach(sources::add);
        if (sources.isEmpty()) {
            problems.error(Optional.of(name), section.reportedAt(), "no owner", "WarrenUserGroup USER GROUP");
            return Optional.empty();
        }
        List<Optional<Owner>> owners = sources.stream().map(source -> owner(source, name)).toList();
        if (owners.contains(Optional.<Owner>empty()) || disagree(sources, owners, name)) {
            return Optional.empty();
        }
        return owners.get(0);
    }

    private boolean disagree(List<Directive> sources, List<Optional<Owner>> owners, String name) {
        Owner first = owners.get(0).orElseThrow();
        for (int i = 1; i < owners.size(); i++) {
            Owner other = owners.get(i).orElseThrow();
            boolean groups = sources.get(i).is("WarrenUserGroup")
                && !first.supplementaryGids().equals(other.supplementaryGids());
            if (first.uid() != other.uid() || first.gid() != other.gid() || groups) {
                problems.error(Optional.of(name), sources.get(i).reportedAt(), sources.get(i).toString(),
                    "the same owner as " + sources.get(0) + " at " + sources.get(0).reportedAt());
                return true;
            }
        }
        return false;
    }

    private Optional<Owner> owner(Directive source, String name) {
        List<String> words = source.arguments();
        if (words.size() < 2) {
            problems.error(Optional.of(name), source.reportedAt(), source.toString(), "a user and a group");
            return Optional.empty();
        }
        Ids.Answer user = ids.user(words.get(0), server.minimumUid());
        boolean good = accept(user, source, name);
        List<Long> groups = new ArrayList<>();
        for (String word : words.subList(1, words.size())) {
            Ids.Answer group = ids.group(word, server.minimumGid());
            good &= accept(group, source, name);
            groups.add(group.id());
        }
        if (good && user.id() == server.connectorUid()) {
            problems.error(Optional.of(name), source.reportedAt(), source.toString(),
                "an owner other than the connector's user");
            good = false;
        }
        return good ? Optional.of(new Owner(user.id(), groups.get(0),
            groups.subList(1, groups.size()).stream().distinct().toList())) : Optional.empty();
    }

    private boolean accept(Ids.Answer answer, Directive source, String name) {
        answer.expected().ifPresent(expected ->
            problems.error(Optional.of(name), source.reportedAt(), source.toString(), expected));
        return answer.expected().isEmpty();
    }
}

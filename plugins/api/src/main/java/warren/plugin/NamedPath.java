package warren.plugin;

/**
 * A path that an administrator has named: it must be there, belong to root up to the machine's root, be writable by
 * nobody else, and have nothing of Warren's own beneath it that is secret.
 *
 * @param said the directive that names it
 */
public record NamedPath(Directive said, String path) {
}

package warren.plugin;

/**
 * A directive that is good alone and does not go with others.
 *
 * @param directive which
 * @param expected what would go, and because of what
 */
public record Misfit(Directive directive, String expected) {
}

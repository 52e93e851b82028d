/**
 * The Perl plugin: which of mod_perl's directives Warren follows, and how the parent interpreter is started. The
 * runtime that it starts is in {@code src/main/perl}, installed as {@code plugins/perl/runtime}.
 */
package warren.plugin.perl;

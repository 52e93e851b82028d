package warren.httpd;

/** Whose eyes a part of the configuration is for. */
enum Block {
    /** httpd's. */
    HTTPD,
    /** {@code <IfModule mod_warren.c>}: httpd skips it. */
    WARREN,
    /** {@code <IfModule mod_perl.c>} without mod_perl: httpd skips it, of ours are the Perl directives alone. */
    PERL_SKIPPED,
    /** {@code <IfModule mod_perl.c>} with mod_perl: httpd's, and the Perl directives are ours too. */
    PERL_READ;

    boolean seenByHttpd() {
        return this == HTTPD || this == PERL_READ;
    }
}

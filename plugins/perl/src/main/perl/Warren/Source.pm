package Warren::Source;

# Before any pragma and any lexical of this file: what is evaluated here must see none of them.
sub evaluate { eval shift }

use v5.36;

# Splits a script's text as perl would: code, and the text after __END__ or __DATA__ with the package it belongs to.
sub split_data ($text) {
    return {code => $text} if $text !~ /^__(END|DATA)__[ \t\r]*(?:\n|\z)/m;
    my ($code, $data, $word) = (substr($text, 0, $-[0]), substr($text, $+[0]), $1);
    my @packages = $code =~ /^\s*package\s+([\w:]+)\s*;/mg;
    return {
        code         => $code,
        data         => $data,
        data_package => $word eq 'DATA' ? $packages[-1] : undef,
        data_is_utf8 => scalar($code =~ /^\s*use\s+utf8\b/m),
    };
}

sub package_for ($file) {
    my $name = $file =~ s{([^A-Za-z0-9_])}{sprintf '_%02x', ord $1}ger;
    return "Warren::Script::$name";
}

# The words that make a subroutine of a script; its line numbers stay those of the file.
sub as_subroutine ($package, $file, $code) {
    my ($switches) = $code =~ /\A#!.*?perl\S*((?:[ \t]+-\S+)*)/;
    my $warnings = ($switches // '') =~ /-[A-Za-z]*w/ ? 'use warnings;' : '';
    my ($last_pod) = $code =~ /.*^=([a-zA-Z]\w*)/ms;
    my $end_of_pod = defined $last_pod && $last_pod ne 'cut' ? "\n\n=cut\n" : '';
    return "package $package; sub handler { $warnings\n" . line_directive($file) . "$code$end_of_pod\n}\n1;\n";
}

sub line_directive ($file) {
    my $name = $file =~ s/[\n\r"]/?/gr;
    return qq{#line 1 "$name"\n};
}

# Compiles; on failure dies with perl's own message. Nothing of an earlier version of the package stays.
sub compile ($package, $text) {
    no strict 'refs';
    if (%{"${package}::"}) {
        require Symbol;
        Symbol::delete_package($package);
    }
    local $@;
    my $value = evaluate($text);
    my $error = $@;
    die $error if !defined $value && (ref $error || length $error);
    return $value;
}

1;

__END__

=head1 NAME

Warren::Source - the text of a script or application, and its compilation

=head1 DESCRIPTION

A script becomes the subroutine C<handler> of a package that is named for its file, as ModPerl::Registry does it, with
the same consequences: a named subroutine sees the file's C<my> variables of the first run only (perl warns: C<Variable
"$x" will not stay shared>), C<BEGIN> blocks and C<use> run once for each compilation, C<__PACKAGE__> is not C<main>.
Of the C<#!> line only C<-w> has a meaning; C<-T> is the virtual host's (C<PerlSwitches -T>).

The code sees no lexical variable and no pragma of the runtime.

=head1 FAILURES

C<compile> dies with perl's message, which names file and line.

=head1 SEE ALSO

L<Warren::Script>, L<Warren::Psgi>

=cut

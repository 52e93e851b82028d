package Warren::Reopening;
use v5.36;

# open HANDLE, ... on a handle that was tied, with names such as ">&SAVED" in the package that has said them.
sub open_as_caller ($handle, $package, $mode, @rest) {
    $mode =~ s/\A(\s*\+?[<>]{1,2}&=?\s*)([A-Za-z_]\w*)\s*\z/$1 . _qualified($2, $package)/e if !@rest;
    return open *$handle, $mode if !@rest;    ## no critic (two arguments are the script's wish)
    my $target = shift @rest;
    $target = _qualified($target, $package)
        if $mode =~ /&/ && defined $target && ref \$target eq 'SCALAR' && $target =~ /\A[A-Za-z_]\w*\z/;
    return @rest ? open *$handle, $mode, $target, @rest : open *$handle, $mode, $target;
}

sub _qualified ($name, $package) {
    return $name =~ /\ASTD(?:IN|OUT|ERR)\z/ ? "main::$name" : "${package}::$name";
}

1;

__END__

=head1 NAME

Warren::Reopening - C<open STDERR, ...> on a tied handle

=head1 DESCRIPTION

perl gives a tied handle's C<OPEN> the words of C<open> and leaves the rest to it. A bare name after C<< >& >> is one of
the caller's package.

=cut

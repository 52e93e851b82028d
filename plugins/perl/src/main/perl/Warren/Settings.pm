package Warren::Settings;
use v5.36;

use JSON::PP ();

my %variables;

sub take_from_environment ($class) {
    my $text = delete $ENV{WARREN_SETTINGS} // die "WARREN_SETTINGS is not set: only a launch starts this program\n";
    my $self = eval { JSON::PP->new->utf8->decode($text) } // die "WARREN_SETTINGS is not JSON: $@";
    _trust($self);
    for my $name (qw(name generation documentRoot owner)) {
        die "WARREN_SETTINGS has no $name\n" if !defined $self->{$name};
    }
    $self->{$_} //= [] for qw(applications load);
    %variables = ($self->{variables} // {})->%*;
    return bless $self, $class;
}

# What PerlSetVar and PerlAddVar say: the last value, or all of them.
sub variable ($name) {
    my $values = $variables{$name} // [];
    return wantarray ? @$values : $values->[-1];
}

# Under -T the environment is tainted; this variable was written by root. Strings become bytes, as paths are.
sub _trust {
    for my $value (ref $_[0] eq 'HASH' ? values $_[0]->%* : $_[0]->@*) {
        if (ref $value eq 'HASH' || ref $value eq 'ARRAY') {
            _trust($value);
        }
        elsif (!ref $value && defined $value) {
            utf8::encode($value) if utf8::is_utf8($value);
            ($value) = $value =~ /\A(.*)\z/s;
        }
    }
    return;
}

1;

__END__

=head1 NAME

Warren::Settings - what the launch tells the runtime

=head1 SYNOPSIS

    my $color = Warren::Settings::variable('Color');    # PerlSetVar Color green

=head1 DESCRIPTION

One JSON object in the environment variable C<WARREN_SETTINGS>, removed from C<%ENV> before any of the owner's code is
loaded:

    name, generation       the virtual host's name and this generation's number
    documentRoot           below which files of WarrenHandler must lie
    handlesFiles           whether there are any
    applications           [{path, file}...] of WarrenApplication
    load                   [{kind: "module" or "file", name}...] of PerlModule and PerlRequire, in their order
    variables              {NAME: [value...]} of PerlSetVar and PerlAddVar
    owner                  {uid, gid} that files must have

=head1 FAILURES

Dies with a sentence where the variable is missing, is not JSON or lacks a field; the parent interpreter then ends.

=cut

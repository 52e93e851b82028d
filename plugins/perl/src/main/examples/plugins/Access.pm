package Access;
use v5.36;

# Lets in only who comes from certain addresses: PerlSetVar AccessFrom 192.0.2.7, and more with PerlAddVar.
# "our $required" keeps everybody out where this module does not load.

our $required = 1;

my %is_allowed;

sub start {
    %is_allowed = map { $_ => 1 } Warren::Settings::variable('AccessFrom');
}

sub before_request ($env) {
    return if $is_allowed{$env->{REMOTE_ADDR} // ''};
    return [403, ['Content-Type', 'text/plain'], ["not from your address\n"]];
}

1;

package Warren::ApacheDbi;
use v5.36;

my %handlers;

# Nothing, where nobody has loaded it. DBI asks $ENV{MOD_PERL}, which we do not set: CGI.pm would look for mod_perl.
sub take_part () {
    return if !$INC{'Apache/DBI.pm'} || Apache->can('push_handlers');
    no warnings 'once';
    $DBI::connect_via = 'Apache::DBI::connect';
    *Apache::push_handlers = sub ($class, $when, $handler) { push $handlers{$when}->@*, $handler; return };
    return;
}

# What it wants done now, once: PerlCleanupHandler after a request, PerlChildExitHandler at the interpreter's end.
sub run ($when) {
    take_part();
    my $wanted = delete $handlers{$when} or return;
    for my $handler (@$wanted) {
        eval { $handler->(); 1 } or Warren::Log::say_why("Apache::DBI: $@");
    }
    return;
}

1;

__END__

=head1 NAME

Warren::ApacheDbi - Apache::DBI without mod_perl

=head1 DESCRIPTION

L<Apache::DBI> keeps an interpreter's database connections, and at the end of a request rolls back what was not
committed. It asks mod_perl to be told when; here it is told as mod_perl 1 would. It is C<PerlModule Apache::DBI>, or a
C<use> in a file that C<PerlRequire> loads, that makes DBI use it from the first request on; where only a script loads
it, from that interpreter's second.

C<connect_on_init> has no effect but its own warning: connections are made when they are first wanted.

=cut

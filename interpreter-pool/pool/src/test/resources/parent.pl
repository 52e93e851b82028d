# A parent interpreter as small as one can be: descriptor 0 listens, each connection is an interpreter of its own.
use strict;
use warnings;
use FCGI;
use IO::Handle;
use POSIX ();

$SIG{CHLD} = 'IGNORE';
while (1) {
    my $readable = '';
    vec($readable, 0, 1) = 1;
    select($readable, undef, undef, undef) > 0 or next;
    pipe(my $taken, my $tell) or die "pipe: $!";
    my $pid = fork();
    defined $pid or die "fork: $!";
    if ($pid == 0) { interpreter($tell); POSIX::_exit(0); }
    close $tell;
    sysread($taken, my $byte, 1) or die "an interpreter ended before it took its connection";
}

sub interpreter {
    my ($tell) = @_;
    my %env;
    my ($in, $out, $err) = (IO::Handle->new, IO::Handle->new, IO::Handle->new);
    my $request = FCGI::Request($in, $out, $err, \%env, 0, FCGI::FAIL_ACCEPT_ON_INTR());
    my $first = 1;
    while ($request->Accept() >= 0) {
        if ($first) {
            syswrite $tell, 'x';
            open my $null, '<', '/dev/null' or die $!;
            POSIX::dup2(fileno $null, 0);
            $first = 0;
        }
        if ($env{WARREN_HELLO}) {
            print $out "Status: 200\r\nWarren-Pid: $$\r\n\r\n";
        } elsif ($env{PATH_INFO} eq '/echo') {
            print $out "Content-Type: application/octet-stream\r\n\r\n";
            while (read $in, my $piece, 65536) { print $out $piece; }
        } else {
            print $err "a warning\n";
            print $out "Content-Type: text/plain\n\npid=$$ $env{PATH_INFO}";
        }
        # what nobody has read would be taken for the beginning of the next request
        1 while read $in, my $unread, 65536;
        $request->Finish();
    }
}

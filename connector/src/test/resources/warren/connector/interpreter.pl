# A parent interpreter as the pool expects one, whose interpreters do what the path asks for.
use strict;
use warnings;
use Digest::MD5 ();
use FCGI;
use POSIX ();

my %env;
my $request;
$SIG{CHLD} = 'IGNORE';
print STDERR "parent loaded \e[31mred\xff\n";

my %actions = (
    '/env' => sub {
        out("Content-Type: text/plain\r\n\r\n");
        for my $name (sort keys %env) {
            my $value = $env{$name};
            $value =~ s/([^\x20-\x7e])/sprintf '\\x%02x', ord $1/ge;
            out("$name=$value\n");
        }
    },
    '/pid' => sub { out("Content-Type: text/plain\r\n\r\n$$") },
    '/echo' => sub {
        my $body = read_body();
        out("Content-Type: application/octet-stream\r\nX-Md5: " . Digest::MD5::md5_hex($body) . "\r\n\r\n$body");
    },
    '/length' => sub { out("Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello") },
    '/died-early' => sub { POSIX::_exit(3) },
    '/died-late' => sub {
        out("Content-Type: text/plain\r\n\r\n" . 'x' x 20000);
        $request->Flush;
        select undef, undef, undef, 1;    # so that a part of it is with the client
        POSIX::_exit(3);
    },
    '/died-late-length' => sub {
        out("Content-Type: text/plain\r\nContent-Length: 50000\r\n\r\n" . 'x' x 20000);
        $request->Flush;
        select undef, undef, undef, 1;    # so that a part of it is with the client
        POSIX::_exit(3);
    },
    '/short' => sub { out("Content-Type: text/plain\r\nContent-Length: 50000\r\n\r\nshort") },
    '/bad' => sub { out("this is no header\r\n\r\n") },
    '/failure' => sub { out("Status: 500\r\nWarren-Failure: compile\r\n\r\nsecret path /srv/x line 3\n") },
    '/slow' => sub {
        select undef, undef, undef, $env{QUERY_STRING};
        out("Content-Type: text/plain\r\n\r\nslept");
    },
    '/stream' => sub {
        out("Content-Type: text/plain\r\n\r\nfirst part!\n");
        $request->Flush;
        select undef, undef, undef, 1;
        out("last\n");
    },
    '/redirect' => sub { out("Location: http://elsewhere.example/\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n") },
);

sub out { print FOUT $_[0] }

sub read_body {
    my $body = '';
    1 while read FIN, $body, 65536, length $body;
    return $body;
}

sub serve {
    if ($env{WARREN_HELLO}) {
        out("Status: 200\r\nWarren-Pid: $$\r\n\r\n");
        return;
    }
    my $action = $actions{$env{PATH_INFO}} // $actions{'/env'};
    # A Unix socket closed with something unread in it resets the peer, which may lose what was written (unix(7)).
    read_body() if $env{PATH_INFO} =~ /died/;
    $action->();
    # What is left of a body would be taken for the next request.
    read_body();
}

sub be_interpreter {
    my ($taken) = @_;
    $request = FCGI::Request(\*FIN, \*FOUT, \*FERR, \%env, 0, 0);
    while ($request->Accept >= 0) {
        if ($taken) {
            syswrite $taken, 'x';
            undef $taken;
            open(my $null, '<', '/dev/null') or die $!;
            POSIX::dup2(fileno $null, 0);
        }
        serve();
        $request->Finish;
    }
    POSIX::_exit(0);
}

while (1) {
    my $readable = '';
    vec($readable, 0, 1) = 1;
    next if select($readable, undef, undef, undef) <= 0;
    pipe(my $in, my $taken) or die $!;
    my $pid = fork // die $!;
    be_interpreter($taken) if !$pid;
    close $taken;
    sysread $in, my $byte, 1;
}

# Puts a listening Unix socket on descriptor 0, as the launcher does, and becomes another program.
# starter.pl SOCKET OWNER-UID MODE FIFO-OR-DASH PROGRAM ARGUMENT...
use strict;
use warnings;
use POSIX ();
use Socket;

my ($path, $owner, $mode, $fifo, @program) = @ARGV;
socket(my $socket, AF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
bind($socket, pack_sockaddr_un($path)) or die "bind $path: $!";
chmod(oct $mode, $path) or die "chmod $path: $!";
chown($owner, $owner, $path) or die "chown $path: $!";
listen($socket, 128) or die "listen: $!";
if ($fifo ne '-') {
    open(my $log, '+<', $fifo) or die "open $fifo: $!";
    POSIX::dup2(fileno $log, $_) // die "dup2: $!" for 1, 2;
}
POSIX::dup2(fileno $socket, 0) // die "dup2: $!";
exec { $program[0] } @program or die "exec $program[0]: $!";

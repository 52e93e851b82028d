#!/usr/bin/perl
# first-byte.pl SOCKET COUNT: milliseconds from connect to the first byte of the answer to "hello", COUNT times, each on a
# connection of its own. FastCGI 1.0, section 3; the parent interpreter forks an interpreter for each connection.
use v5.36;

use IO::Socket::UNIX ();
use Time::HiRes qw(clock_gettime sleep CLOCK_MONOTONIC);

use constant {BEGIN_REQUEST => 1, PARAMS => 4, STDIN_ => 5, RESPONDER => 1, KEEP_CONN => 1};

my ($path, $count) = @ARGV;
my $hello = record(BEGIN_REQUEST, pack 'nCx5', RESPONDER, KEEP_CONN)
    . record(PARAMS, pair(WARREN_HELLO => '1') . pair(REQUEST_METHOD => 'GET'))
    . record(PARAMS, '')
    . record(STDIN_, '');

for (1 .. $count) {
    my $begun  = clock_gettime(CLOCK_MONOTONIC);
    my $socket = IO::Socket::UNIX->new(Peer => $path) or die "$path: $!\n";
    syswrite($socket, $hello) == length $hello or die "$path: $!\n";
    sysread($socket, my $byte, 1) or die "$path: no answer\n";
    printf "%.3f\n", (clock_gettime(CLOCK_MONOTONIC) - $begun) * 1000;
    close $socket;
    sleep 0.02;    # the one before has gone when the next is asked for
}

sub record ($type, $content) { return pack('CCnnCx', 1, $type, 1, length $content, 0) . $content }
sub pair ($name, $value)     { return pack('CC', length $name, length $value) . $name . $value }

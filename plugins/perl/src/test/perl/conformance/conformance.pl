#!/usr/bin/perl
use v5.36;

# Runs every test of the Plack project's own suite against a server that serves conformance.psgi at a base URL.

use LWP::UserAgent ();
use Plack::Test::Suite ();
use Test::More;
use URI ();

my $base = URI->new($ARGV[0] // die "usage: conformance.pl BASEURL\n");
my $path = $base->path =~ s{/\z}{}r;
$ENV{PLACK_TEST_SCRIPT_NAME} = $path;

my $agent = LWP::UserAgent->new(timeout => 10, max_redirect => 0);
my $tests = 0;
for my $number (0 .. $#Plack::Test::Suite::TEST) {
    my ($name, $ask) = $Plack::Test::Suite::TEST[$number]->@[0, 1];
    my $send = sub ($request) {
        my $url = $request->uri->clone;
        $url->scheme($base->scheme);
        $url->host($base->host);
        $url->port($base->port);
        $url->path($path . $url->path);
        $request->uri($url);
        $request->header('X-Plack-Test' => $number);
        return $agent->request($request);
    };
    subtest $name => sub { $ask->($send, $agent) };
    $tests++;
}
diag "Plack::Test::Suite: $tests tests";
done_testing;

__END__

=head1 NAME

conformance.pl - Plack::Test::Suite against any server

=head1 SYNOPSIS

    perl conformance.pl http://alice.localhost:8080/conformance

=head1 DESCRIPTION

The server must serve F<conformance.psgi> at that URL. TAP on standard output, one subtest for each of the suite's tests, the
count on standard error; the exit status is the number of tests that failed.

=cut

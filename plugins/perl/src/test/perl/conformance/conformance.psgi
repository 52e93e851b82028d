# The applications of Plack::Test::Suite, chosen by the header X-Plack-Test: what conformance.pl asks for.
use strict;
use warnings;
BEGIN { ($ENV{TMPDIR}) = __FILE__ =~ m{(.*)/} }    # of Test::More's, which a killed interpreter leaves behind
use Plack::Test::Suite;

my @applications = map { $_->[2] } @Plack::Test::Suite::TEST;

sub {
    my $env = shift;
    my $application = $applications[$env->{HTTP_X_PLACK_TEST} // -1]
        or return [400, ['Content-Type' => 'text/plain'], ['expected a header X-Plack-Test']];
    return Plack::Middleware::Lint->wrap($application)->($env);
};

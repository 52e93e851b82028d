package Timing;
use v5.36;

use Time::HiRes qw(time);

# A line in the log for each request: GET /shop?q=x 200 12.3 ms

my $began;

sub before_request ($env) {
    $began = time;
}

sub after_request ($env, $status) {
    printf STDERR "%s %s %s %.1f ms\n", $env->{REQUEST_METHOD}, $env->{REQUEST_URI}, $status, 1000 * (time - $began);
}

1;

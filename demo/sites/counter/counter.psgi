use v5.36;
use Fcntl qw(:flock :seek O_RDWR O_CREAT);
use File::Basename qw(dirname);

# The provider's hit counter: counts hits of each virtual host that it is offered to. Which one it was comes from
# Warren (WARREN_VHOST_NAME), never from the Host header.
my $file = dirname(__FILE__) . '/data/counts.tsv';

sub count ($virtual_host) {
    sysopen my $counts, $file, O_RDWR | O_CREAT, 0600 or die "$file: $!\n";
    flock $counts, LOCK_EX or die "$file: $!\n";
    my %count = map { chomp; split /\t/ } <$counts>;
    my $now = ++$count{$virtual_host};
    seek $counts, 0, SEEK_SET;
    truncate $counts, 0;
    print {$counts} map {"$_\t$count{$_}\n"} sort keys %count;
    close $counts or die "$file: $!\n";
    return $now;
}

sub ($env) {
    my $virtual_host = $env->{WARREN_VHOST_NAME};
    return [200, ['Content-Type' => 'text/plain', 'Cache-Control' => 'no-store'],
        [sprintf "%s: hit %d (counted by uid=%d pid=%d)\n", $virtual_host, count($virtual_host), $<, $$]];
}

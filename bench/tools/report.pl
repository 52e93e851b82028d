#!/usr/bin/perl
# report.pl DIRECTORY: the page of one run, from conditions.tsv, ours.tsv and peers.tsv there, as far as they are there.
use v5.36;
use utf8;
use open qw(:std :encoding(UTF-8));

my ($directory) = @ARGV;
my %conditions = map { $_->[0] => $_->[1] } rows('conditions.tsv');
my (%ours, %order);
for (rows('ours.tsv')) {
    my ($measure, $case, $what, $unit, $value) = @$_;
    push $ours{$measure}{$case}{$what}->@*, $value;
    $order{"$measure\t$case\t$what"} //= keys %order;
}
my %peers;
$peers{ $_->[0] }{ $_->[1] }{ $_->[2] } = $_->[3] for rows('peers.tsv');

say "# Figures of $conditions{date}, commit $conditions{commit}\n";
say "Made by `bench/run`. Each figure is a median; the range is in brackets. The goals are those the project set itself.\n";
table(['', ''], map { [$_, $conditions{$_}] } grep { !/^(?:date|commit)$/ } sort keys %conditions);
goals();
peers();
processor_time();
system_calls();
memory();
launches();
many();

# --- sections -----------------------------------------------------------------------------------------------------

sub goals () {
    my @rows;
    for my $case (qw(hello page post)) {
        my $chain = peer('warren', "$case/16", 'cpu');
        push @rows, goal("CPU of the whole chain, $case, of mod_proxy_fcgi's", ratio($chain, peer('proxyfcgi', "$case/16", 'cpu')), 0.75, 'times');
        push @rows, goal("CPU of the whole chain, $case, of uWSGI's", ratio($chain, peer('uwsgi', "$case/16", 'cpu')), 1.2, 'times');
    }
    my $mid = peer('warren', 'hello/16', 'cpu_mid');
    push @rows, goal('CPU of the connector, hello, with the peers', defined $mid ? $mid * 1000 : undef, 60, 'µs');
    push @rows, goal('CPU of the connector, hello', median('cpu', 'hello', 'connector'), 60, 'µs');
    push @rows, goal('first request of a cold virtual host, bare script, warm stage', median('cold', 'script', 'first'), 40, 'ms');
    push @rows, goal('one more interpreter, bare script', median('fork', 'script', 'first-byte'), 3, 'ms');
    push @rows, goal('proportional memory of a running virtual host, bare script', per_host(), 3, 'MB');
    push @rows, goal('launcher, stages and connector together, proportional', together(), 250, 'MB');
    say "## Beside the goals\n";
    table(['figure', 'goal at most', 'found', ''], @rows);
    return;
}

# Each figure is one value or undef, whatever it was taken from.
sub goal ($what, $found, $most, $unit) {
    return [$what, "$most $unit", defined $found ? number($found) . " $unit" : 'not measured',
        !defined $found ? '' : $found <= $most ? 'reached' : 'missed'];
}

# 20 virtual hosts against 1: parents and interpreters, and what the connector takes more.
sub per_host () {
    my @kb = map { my $case = $_; median('memory', $case, 'owners-Pss') } '1 script', '20 scripts';
    my @connector = map { my $case = $_; median('memory', $case, 'connector-Pss') } '1 script', '20 scripts';
    return undef if grep { !defined } @kb, @connector;
    return ($kb[1] - $kb[0] + $connector[1] - $connector[0]) / 19 / 1024;
}

sub together () {
    my @kb = map { median('memory', '20 scripts and load', "$_-Pss") } qw(launcher stages connector);
    return undef if grep { !defined } @kb;
    return ($kb[0] + $kb[1] + $kb[2]) / 1024;
}

sub peers () {
    return if !%peers;
    my @names = sort { (peer($a, 'hello/16', 'cpu') // 9e9) <=> (peer($b, 'hello/16', 'cpu') // 9e9) } grep { $_ ne 'contestant' } keys %peers;
    say "## Beside the peers, in one run\n";
    say "CPU time of a request in µs: httpd + what is between + interpreters; then the ratio to mod_proxy_fcgi and to uWSGI.\n";
    table(['contestant', qw(hello page post)], map { my $name = $_; [$name, map { chain($name, "$_/16") } qw(hello page post)] } @names);
    say "First request of a cold tenant (the next may come before a launch stage is warm again), requests a second and memory.\n";
    table(['contestant', 'cold, ms', 'launch of a pool, ms', 'hello, 1/s', 'page, 1/s', 'post, 1/s', 'each further tenant, MB'],
        map { my $name = $_; [$name, number(peer($name, 'cold', 'ms')), number(peer($name, 'launch', 'ms')),
            (map { number(peer($name, "$_/16", 'rps')) } qw(hello page post)), number(tenant($name))] } @names);
    return;
}

sub chain ($name, $cell) {
    my ($all, @tiers) = map { my $ms = peer($name, $cell, $_); defined $ms ? $ms * 1000 : undef } qw(cpu cpu_httpd cpu_mid cpu_app);
    return '' if !defined $all;
    my @ratios = map { my $r = ratio($all, (peer($_, $cell, 'cpu') // 0) * 1000); defined $r ? sprintf '%.2f', $r : '?' } qw(proxyfcgi uwsgi);
    return sprintf '%.0f = %s (%s)', $all, join(' + ', map { sprintf '%.0f', $_ } grep { $_ >= 0.5 } @tiers), join ', ', @ratios;
}

sub tenant ($name) {
    my ($one, $many) = (peer($name, 'mem 1/1', 'pss_kb'), peer($name, 'mem 1/20', 'pss_kb'));
    return defined $one && defined $many ? ($many - $one) / 19 / 1024 : undef;
}

sub processor_time () {
    return if !$ours{cpu};
    say "## CPU time of a request\n";
    say "`bench/run ours cpu`: through httpd, 16 connections, four interpreters.\n";
    table(['', 'httpd, µs', 'connector, µs', 'interpreters, µs', 'all, µs', 'requests a second', 'p50, ms', 'p99, ms', 'failed'],
        map { my $case = $_; [$case, (map { range('cpu', $case, $_) } qw(httpd connector interpreters chain)),
            range('rate', $case, 'requests'), (map { number((median('latency', $case, $_) // 0) / 1000) } qw(p50 p99)),
            total('failed', $case, 'requests')] } cases('cpu'));
    return;
}

sub system_calls () {
    return if !$ours{syscalls};
    say "## System calls of a request\n";
    say "`bench/run ours syscalls`: one connection. This figure does not depend on what else the machine does.\n";
    for my $tier (qw(connector interpreters)) {
        my (@names, %seen);
        for my $case (cases('syscalls')) {
            for (keys $ours{syscalls}{$case}->%*) {
                push @names, $1 if /^$tier-(.*)/ && median('syscalls', $case, $_) >= 0.1 && !$seen{$1}++;
            }
        }
        @names = sort { (median('syscalls', 'hello', "$tier-$b") // 0) <=> (median('syscalls', 'hello', "$tier-$a") // 0) || $a cmp $b } @names;
        table([$tier, @names, 'all'], map { my $case = $_; my @n = map { median('syscalls', $case, "$tier-$_") // 0 } @names;
            my $all = 0; $all += $_ for @n; [$case, map { sprintf '%.1f', $_ } @n, $all] } cases('syscalls'));
    }
    return;
}

sub memory () {
    return if !$ours{memory};
    say "## Memory\n";
    say "`bench/run ours memory`: MB, proportional / private, and how many processes. Each script's virtual host has a parent and one interpreter.\n";
    my @groups = qw(launcher stages connector parents interpreters httpd);
    table(['', @groups], map { my $case = $_; [$case, map { sprintf '%s / %s, %d', (map { number(($_ // 0) / 1024) } median('memory', $case, "$groups[$_]-Pss"),
        median('memory', $case, "$groups[$_]-Private")), median('memory', $case, "$groups[$_]-count") } 0 .. $#groups] } cases('memory'));
    return;
}

sub launches () {
    return if !$ours{cold} && !$ours{fork};
    say "## Launches\n";
    my @rows = (
        (map { my $case = $_; map { ["$_ request of a cold virtual host, $case, ms", range('cold', $case, $_)] } qw(first second) } cases('cold')),
        (map { ["cold virtual hosts, $_: launches a second", range('launches', $_, 'rate')] } cases('launches')),
        (map { ["one more interpreter, $_, to its first byte, ms", range('fork', $_, 'first-byte')] } grep { defined median('fork', $_, 'first-byte') } cases('fork')),
        (map { ["a fork and its end, $_, CPU ms", range('fork', $_, 'cpu')] } cases('fork')));
    say "`bench/run ours cold fork`; of the launch stage by itself, `bench/launch-stage`.\n";
    table(['', 'median (range) of n'], @rows);
    return;
}

sub many () {
    return if !$ours{many};
    say "## Many virtual hosts, none of them asked\n";
    say "`bench/run ours many`\n";
    for my $case (cases('many')) {
        table(["$case virtual hosts", ''], map { my $mb = s/-Pss$//r; [/-Pss$/ ? "$mb, proportional MB" : /processes/ ? 'owners\' processes' : "$_, ms",
            /-Pss$/ ? number(median('many', $case, $_) / 1024) : number(median('many', $case, $_))] }
            sort { $order{"many\t$case\t$a"} <=> $order{"many\t$case\t$b"} } keys $ours{many}{$case}->%*);
    }
    return;
}

# --- figures ------------------------------------------------------------------------------------------------------

sub rows ($file) {
    open my $in, '<:encoding(UTF-8)', "$directory/$file" or return;
    my @rows = map { chomp; [split /\t/] } <$in>;
    return @rows;
}

sub cases ($measure) {
    my %first;
    for my $key (keys %order) {
        my ($of, $case) = split /\t/, $key;
        $first{$case} = $order{$key} if $of eq $measure && $order{$key} < ($first{$case} // 9e9);
    }
    return sort { $first{$a} <=> $first{$b} } keys %first;
}

sub values_of ($measure, $case, $what) {
    my $values = (($ours{$measure} // {})->{$case} // {})->{$what} // [];
    return sort { $a <=> $b } @$values;
}

sub median ($measure, $case, $what) {
    my @sorted = values_of($measure, $case, $what) or return undef;    # one value, also in a list
    return @sorted % 2 ? $sorted[$#sorted / 2] : ($sorted[@sorted / 2 - 1] + $sorted[@sorted / 2]) / 2;
}

sub range ($measure, $case, $what) {
    my @sorted = values_of($measure, $case, $what) or return '';
    my $median = number(median($measure, $case, $what));
    return @sorted == 1 ? $median : sprintf '%s (%s–%s) of %d', $median, number($sorted[0]), number($sorted[-1]), scalar @sorted;
}

sub total ($measure, $case, $what) {
    my $sum = 0;
    $sum += $_ for values_of($measure, $case, $what);
    return $sum;
}

sub peer ($name, $test, $metric) { return (($peers{$name} // {})->{$test} // {})->{$metric} }
sub ratio ($one, $other)         { return defined $one && $other ? $one / $other : undef }

sub number ($value) {
    return '' if !defined $value;
    return sprintf $value >= 100 ? '%.0f' : $value >= 10 ? '%.1f' : '%.2f', $value;
}

sub table ($head, @rows) {
    say '| ', join(' | ', @$_), ' |' for $head, [('---') x @$head], @rows;
    print "\n";
    return;
}

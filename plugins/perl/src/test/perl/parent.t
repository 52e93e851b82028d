use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Launch;

# The parent interpreter: one fork for each connection, and what it survives.

my $launch = Launch->new;
$launch->write('pid.pl', 'print "Content-Type: text/plain\n\n", $$;');
$launch->start;

my ($first, $pid) = $launch->interpreter;
like $pid, qr/^\d+$/, 'hello is answered with the interpreter\'s pid';
is $launch->get('pid.pl', on => $first)->{body}, $pid, 'a kept connection is the same interpreter';
is $launch->get('pid.pl', on => $first)->{body}, $pid, 'and again';

my ($second, $other) = $launch->interpreter;
isnt $other, $pid, 'each connection has an interpreter of its own';
is_deeply [sort $launch->children], [sort $pid, $other], 'two connections are two processes';

open my $cmdline, '<', "/proc/$other/cmdline";
like scalar(<$cmdline>), qr/^warren: alice\.localhost gen 1 interpreter/, 'an interpreter says in its title what it is';
open $cmdline, '<', "/proc/$launch->{parent}/cmdline";
like scalar(<$cmdline>), qr/^warren: alice\.localhost gen 1 parent/, 'so does the parent';

# the pipe of the last fork may be open for a moment yet: the interpreter answers as soon as it has its connection
$launch->until_true(sub { 3 == descriptors($launch->{parent})->@* });
is_deeply descriptors($launch->{parent}), ['0 socket', '1 log', '2 log'], 'the parent has its three descriptors and no more';
is_deeply descriptors($other), ['0 null', '1 log', '2 log', '3 socket'], 'an interpreter has /dev/null for the listening socket';

kill KILL => $other;
ok $launch->until_true(sub { 1 == $launch->children }), 'a killed interpreter is reaped';
is $launch->get('pid.pl', on => $first)->{body}, $pid, 'and the others do not notice';
my ($third, $new) = $launch->interpreter;
isnt $new, $other, 'the parent still forks';
close $third->{socket};
ok $launch->until_true(sub { 1 == $launch->children }), 'an interpreter ends with its connection';

kill $_ => $launch->{parent} for qw(CHLD CHLD);
($third) = $launch->interpreter;
ok $third, 'signals that interrupt the parent do no harm';

{
    my $silent = $launch->connect;    # sends nothing: FCGI.pm gives it two seconds
    close $silent->{socket};
    my $after = $launch->connect;
    is $after->hello->{status}, 200, 'a connection that came to nothing does not block the next';
}

# SIGTERM: a request at hand is finished, idle interpreters end, then the parent.
$launch->write('slow.pl', 'print "Content-Type: text/plain\n\n"; warn "slow begins\n"; my $end = time + 1; select undef, undef, undef, 0.05 while time <= $end; print "whole";');
my ($busy) = $launch->interpreter;
$busy->begin($launch->parameters('slow.pl'));
$busy->send(5, '');
ok $launch->log_like(qr/^slow begins$/m), 'a request runs';
kill TERM => $launch->{parent};
my $response = $busy->response;
is $response->{body}, 'whole', 'after SIGTERM the request at hand is finished';
ok $response->{ended}, 'completely';
is $launch->exit_status, 0, 'and the parent ends well, with idle interpreters too';
ok !FastCgiClient->connect($launch->{socket}), 'the socket refuses then';
is $launch->logged =~ s/^slow begins\n//r, '', 'nothing else was logged';

# Random numbers: the parent has used them before it forked.
$launch = Launch->new;
$launch->write("$launch->{directory}/lib/Uses/Rand.pm", 'package Uses::Rand; my $x = rand; 1;');
$launch->write('rand.pl', 'print "Content-Type: text/plain\n\n", rand;');
$launch->{switches} = ["-I$launch->{directory}/lib"];
$launch->start(load => [{kind => 'module', name => 'Uses::Rand'}]);
isnt $launch->get('rand.pl')->{body}, $launch->get('rand.pl')->{body}, 'interpreters of one parent have their own random numbers';

# A parent that dies: interpreters live on until their connections end.
my ($orphan, $orphan_pid) = $launch->interpreter;
kill KILL => $launch->{parent};
$launch->exit_status;
is $orphan->hello->{headers}{'warren-pid'}, $orphan_pid, 'an interpreter outlives its parent';
close $orphan->{socket};
ok $launch->until_true(sub { !kill 0 => $orphan_pid }), 'and ends with its connection';

# Loading that fails.
for my $case (
    ['a module that dies', 'package Broken; die "no good";', qr/no good at .*Broken\.pm line 1\./],
    ['a module that does not compile', "package Broken;\nsub {", qr/syntax error|Missing right curly.* at .*Broken\.pm line 2/],
    ['a module that exits', "package Broken;\n\nexit 0;", qr/exit\(0\) while the code was loaded at .*Broken\.pm line 3\./],
    )
{
    my ($what, $text, $expected) = @$case;
    $launch = Launch->new;
    $launch->{switches} = ["-I$launch->{directory}/lib"];
    $launch->write("$launch->{directory}/lib/Broken.pm", $text);
    $launch->start(load => [{kind => 'module', name => 'Broken'}]);
    is $launch->exit_status, 1 << 8, "$what: the parent exits with 1";
    like $launch->logged, $expected, "$what: file and line are logged";
    like $launch->logged, qr/^vhost=alice\.localhost gen=1 pid=\d+ the code cannot be loaded: /, "$what: by a line of the runtime";
}

$launch = Launch->new;
$launch->write('bad.psgi', "use strict;\nmy \$x = ;\n");
$launch->start(applications => [{path => '', file => "$launch->{root}/bad.psgi"}]);
is $launch->exit_status, 1 << 8, 'an application that does not compile: the parent exits with 1';
like $launch->logged, qr/syntax error at .*bad\.psgi line 2/, 'and logs file and line';

$launch = Launch->new;
$launch->start(load => [{kind => 'file', name => '/nowhere/startup.pl'}]);
is $launch->exit_status, 1 << 8, 'a PerlRequire of nothing: the parent exits with 1';
like $launch->logged, qr{Can't locate /nowhere/startup\.pl}, 'and says what it looked for';

done_testing;

sub descriptors ($of) {
    my @found;
    for my $link (sort glob "/proc/$of/fd/*") {
        my $target = readlink $link // next;
        push @found, ($link =~ m{(\d+)$})[0] . ' ' . ($target =~ m{/(log|null)$} ? $1 : $target =~ /^(socket)/ ? $1 : $target);
    }
    return \@found;
}

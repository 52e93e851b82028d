use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Launch;

# PSGI applications.

my $launch = Launch->new;
my $named = $launch->write("$launch->{directory}/apps/shop.psgi", <<'P');
use strict; use warnings;
my $loaded_in = $$;
my %answers = (
    plain   => sub { [200, ['Content-Type', 'text/plain'], ['a', 'b', undef, 'c']] },
    loaded  => sub { [200, [], [$loaded_in]] },
    env     => sub { my $env = shift; [200, [], [join ' ', map { "$_=" . ($env->{"psgi$_"} ? 1 : 0) } qw(.multiprocess .multithread .run_once
        .streaming .nonblocking x.cleanup x.harakiri)]] },
    keys    => sub { my $env = shift; [200, [], [join ' ', grep { /WARREN|FCGI|HTTP_/ } sort(keys %$env), keys %ENV]] },
    die     => sub { die "secret" },
    exit    => sub { exit 0 },
    nothing => sub { undef },
    never   => sub { sub { } },
    wide    => sub { [200, [], ["\x{263a}"]] },
    split   => sub { [200, ['X-A', "a\r\nX-B: b"], ['x']] },
    status  => sub { ['ok', [], ['x']] },
    echo    => sub { my $env = shift; my $body = ''; 1 while $env->{'psgi.input'}->read($body, 8192, length $body); [200, [], [$body]] },
    errors  => sub { my $env = shift; $env->{'psgi.errors'}->print("by psgi.errors\n"); print STDOUT "by STDOUT\n"; warn "by warn\n"; [200, [], ['x']] },
    delayed => sub { sub { $_[0]->([201, [], ['later']]) } },
    stream  => sub { sub { my $w = $_[0]->([200, []]); $w->write('one'); select undef, undef, undef, 0.3; $w->write('two'); $w->close } },
    'stream-die' => sub { sub { my $w = $_[0]->([200, []]); $w->write('one'); die 'late' } },
    handle  => sub { open my $file, "<", __FILE__ or die; [200, [], $file] },
    cleanup => sub { my $env = shift; push @{$env->{'psgix.cleanup.handlers'}}, sub { warn "cleaned up\n" }, sub { die "in cleanup\n" }; [200, [], ['x']] },
    fork    => sub { my $pid = fork; waitpid $pid, 0 if $pid; [200, [], [$pid ? 'parent' : 'child']] },
    'fork-die' => sub { my $pid = fork; die 'in the child' if !$pid; waitpid $pid, 0; [200, [], ['parent']] },
    harakiri => sub { my $env = shift; $env->{'psgix.harakiri.commit'} = 1; [200, [], ['last']] },
);
sub { my $env = shift; $answers{$env->{PATH_INFO} =~ s{^/}{}r}->($env) };
P
$launch->start(applications => [{path => '/shop', file => $named}]);
my ($on, $pid) = $launch->interpreter;

sub ask ($what, %more) { return $launch->get($named, on => $on, SCRIPT_NAME => '/shop', PATH_INFO => "/$what", %more) }

is ask('plain')->{body}, 'abc', 'an array of strings';
is ask('loaded')->{body}, $launch->{parent}, 'the parent has loaded the application';
is ask('env')->{body}, '.multiprocess=1 .multithread=0 .run_once=0 .streaming=1 .nonblocking=0 x.cleanup=1 x.harakiri=1', 'what the server says of itself';
is ask('keys', HTTP_COOKIE => 'x', HTTP_PROXY => 'evil')->{body}, 'HTTP_COOKIE', 'neither Proxy nor a variable of ours is in it';
is ask('echo', body => 'x' x 200_000)->{body}, 'x' x 200_000, 'a body';
is ask('plain', body => 'x' x 200_000)->{body}, 'abc', 'a body that nobody reads';
is ask('plain')->{body}, 'abc', 'is not taken for the next request';
is ask('delayed')->{status}, 201, 'a delayed response';
like ask('handle')->{body}, qr/^use strict; use warnings;\nmy \$loaded_in/, 'a file handle';

for my $what (qw(die nothing never wide split status)) {
    my $response = ask($what);
    is_deeply [$response->@{qw(status body ended)}], [500, '', 1], "$what is a failure with an empty body";
}
ok $launch->log_like(qr/^vhost=alice\.localhost gen=1 pid=$pid secret at \Q$named\E line \d+\.$/m), 'the log has file and line';
ok $launch->log_like(qr/header X-A has a line end/), 'and names a header that would be two';

is ask('errors')->{body}, 'x', 'what an application prints elsewhere';
ok $launch->log_like(qr/^by psgi\.errors\nby STDOUT\nby warn$/m), 'is in the log';
is ask('cleanup')->{body}, 'x', 'cleanup handlers';
ok $launch->log_like(qr/^cleaned up\n.*cleanup handler: in cleanup$/m), 'run after the response, and may die';
is ask('fork')->{body}, 'parent', 'a forked process that returns ends and leaves the connection alone';
is ask('fork-die')->{body}, 'parent', 'or one that dies';
is $on->hello->{headers}{'warren-pid'}, $pid, 'all of it in one interpreter';

$on->begin($launch->parameters($named, PATH_INFO => '/stream'));
$on->send(5, '');
like +($on->record)[1], qr/one$/, 'a stream is sent as it is written';
is +($on->record)[1], 'two', 'piece by piece';
$on->response;

my $cut = ask('stream-die');
is_deeply [$cut->@{qw(body ended)}], ['one', 0], 'a stream that dies is cut';
($on) = $launch->interpreter;
is ask('harakiri')->{body}, 'last', 'psgix.harakiri';
ok $launch->until_true(sub { 0 == $launch->children }), 'ends the interpreter after the response';
($on) = $launch->interpreter;
is ask('exit')->{body} // '', '', 'exit in an application';
ok $launch->until_true(sub { 0 == $launch->children }), 'ends its interpreter';

# By WarrenHandler: compiled on first use, again when changed.
($on) = $launch->interpreter;
$launch->write('file.psgi', 'my $n; sub { [200, [], [++$n]] }');
is join(' ', map { $launch->get('file.psgi', on => $on)->{body} } 1 .. 2), '1 2', 'a file of WarrenHandler is loaded on first use';
$launch->write('file.psgi', 'my $n = 10; sub { [200, [], [++$n]] };');
is $launch->get('file.psgi', on => $on)->{body}, 11, 'and again when it has changed';
$launch->write('not.psgi', '42;');
is $launch->get('not.psgi', on => $on)->{headers}{'warren-failure'}, 'compile', 'what is no application does not compile';
$launch->write('cgi.pl', 'print "Content-Type: text/plain\n\n$ENV{HTTP_COOKIE}"');
is $launch->get('cgi.pl', on => $on, HTTP_COOKIE => 'c')->{body}, 'c', 'a script in the same interpreter';
is ask('keys')->{body}, '', 'leaves nothing of its request in %ENV';

done_testing;

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep time);
use Launch;

# SIGQUIT: an interpreter that has overrun its deadline says where it is, and ends without an end of the request.

my $type   = "print \"Content-Type: text/plain\\n\\n\";\nwarn \"begun\\n\";\n";
my $launch = Launch->new;
my $app = $launch->write("$launch->{directory}/apps/shop.psgi", <<'P');
package Shop;
sub search { my ($depth) = @_; return search($depth - 1) if $depth; warn "begun\n"; sleep 100 while 1 }
my %answers = (
    deep    => sub { search(100) },
    quick   => sub { search(0) },
    handler => sub { $SIG{QUIT} = 'IGNORE'; [200, [], ['x']] },
    read    => sub { warn "begun\n"; pipe my $r, my $w; read $r, my $x, 1 },
);
sub { my $env = shift; $answers{$env->{PATH_INFO} =~ s{^/}{}r}->() };
P
$launch->write('lib.pl', "package Lib;\nsub inner {\n    \$_[0]->();\n}\n1;\n");
$launch->start(applications => [{path => '/shop', file => $app}]);

# Runs a request until it has said that it has begun, sends SIGQUIT, and returns what is logged then.
sub overrun ($file, $text, %more) {
    $launch->write($file, $text) if defined $text;
    my $path = $file =~ m{^/} ? $file : "$launch->{root}/$file";
    my ($on, $pid) = $launch->interpreter;
    $launch->logged;
    $launch->{log_text} = '';
    my %parameters = (REQUEST_METHOD => 'POST', REQUEST_URI => "/perl/$file?q", WARREN_REQUEST_ID => '4711', %more);
    $on->begin($launch->parameters($path, %parameters));
    $on->send(5, '');
    $launch->log_like(qr/^begun$/m) or return diag $launch->logged;
    sleep 0.3;    # perl is in its system call then: a signal before that is seen only after it
    kill QUIT => $pid;
    my $response = $on->response;
    ok !$response->{ended}, "$file: the request is not ended";
    ok $launch->until_true(sub { !grep { $_ == $pid } $launch->children }, 5), "$file: the interpreter ends";
    my $log = $launch->logged =~ s/^begun\n//r;
    return $log =~ s/^vhost=alice\.localhost gen=1 pid=$pid //mgr;
}

sub like_stack ($log, $what, @frames) {
    my ($first, @rest) = split /\n/, $log;
    like $first, qr/^overran its deadline after \d s: POST \S+ \(request 4711\), it was$/, "$what: the request is named";
    is_deeply \@rest, [map { "  in $_" } @frames], "$what: and the place";
    return;
}

my $root = $launch->{root};
like_stack(overrun('sleep.pl', "${type}require './lib.pl';\nsub outer {\n    Lib::inner(sub { sleep 100 while 1 });\n}\nouter();\n"),
    'a script that sleeps', "__ANON__ at $root/sleep.pl line 5", "Lib::inner at ./lib.pl line 3", "outer at $root/sleep.pl line 5",
    "the script at $root/sleep.pl line 7");
like_stack(overrun('loop.pl', "$type while (1) { }\n"), 'a tight loop', "the script at $root/loop.pl line 3");
like_stack(overrun('read.pl', "${type}pipe my \$r, my \$w;\nread \$r, my \$x, 1;"), 'a read', "the script at $root/read.pl line 4");
like_stack(overrun('connection.pl', "${type}use IO::Socket::UNIX;\nmy (\$a, \$b) = IO::Socket::UNIX->socketpair(AF_UNIX, SOCK_STREAM, 0);\n"
    . "print <\$a>;"), 'a line of a socket', "the script at $root/connection.pl line 5");
like_stack(overrun('lock.pl', "${type}use Fcntl ':flock'; open my \$f, '>', '$root/lock2'; flock \$f, LOCK_EX; my \$p = fork;\n"
    . "if (!\$p) { sleep 3; exec 'true' }\nopen my \$g, '>', '$root/lock2'; flock \$g, LOCK_EX or 1;"), 'flock',
    "the script at $root/lock.pl line 5");
like_stack(overrun('wait.pl', "${type}my \$p = fork // die; exec 'sleep', 3 if !\$p; waitpid \$p, 0 while 1;"), 'waitpid',
    "the script at $root/wait.pl line 3");
like_stack(overrun('backticks.pl', "my \$x = `echo begun >&2; sleep 3`;\n"), 'a command in backticks',
    "the script at $root/backticks.pl line 1");
like_stack(overrun('sort.pl', "$type my \@x = sort { 1 while 1 } 2, 1;"), 'a sort block', "the script at $root/sort.pl line 3");
like_stack(overrun('eval.pl', "${type}eval {\n    sleep 100 while 1;\n};\nprint 'on';"), 'an eval', "(eval) at $root/eval.pl line 4",
    "the script at $root/eval.pl line 3");
like_stack(overrun('stdin.pl', "${type}sub loud {\n 1 while 1 }\nprint STDERR loud();"), 'an argument', "loud at $root/stdin.pl line 4",
    "the script at $root/stdin.pl line 5");
like_stack(overrun('stderr.pl', "${type}open STDERR, '>', '/dev/null'; sleep 100 while 1;"), 'a script without its STDERR',
    "the script at $root/stderr.pl line 3");

my $long = overrun('uri.pl', "$type sleep 100 while 1;", REQUEST_URI => "/a\nb" . 'c' x 5000, REQUEST_METHOD => 'GET');
like $long, qr/^overran its deadline after \d s: GET \/a\\x0abc{400,}\(?.* \(request 4711\), it was\n  in the script at /,
    'a URI is escaped and cut';

# An own handler of a script is its own; the next script has ours.
{
    my ($on, $pid) = $launch->interpreter;
    $launch->write('own.pl', "$type \$SIG{QUIT} = 'IGNORE'; my %copy = %SIG; %SIG = %copy; print 'x';");
    is $launch->get('own.pl', on => $on)->{body}, 'x', 'a script sets its own handler';
    $launch->write('after.pl', "$type print ref \$SIG{QUIT};");
    is $launch->get('after.pl', on => $on)->{body}, 'CODE', 'the next finds the runtime\'s';
    is $launch->get($app, on => $on, PATH_INFO => '/handler')->{body}, 'x', 'an application sets its own handler';
    $on->begin($launch->parameters($app, PATH_INFO => '/quick', WARREN_REQUEST_ID => '4711', REQUEST_METHOD => 'POST'));
    $on->send(5, '');
    $launch->{log_text} = '';
    ok $launch->log_like(qr/^begun$/m), 'its next request runs';
    sleep 0.1;
    kill QUIT => $pid;
    ok $launch->log_like(qr/overran its deadline .*\n.*  in Shop::search at \Q$app\E line 2\n.*  in Shop::__ANON__ at \Q$app\E line 5\n/), 'and has ours';
}

# Applications: bounded in depth.
like_stack(overrun($app, undef, PATH_INFO => '/read'), 'an application that reads', "Shop::__ANON__ at $app line 7", "Shop::__ANON__ at $app line 9");
my @deep = split /\n/, overrun($app, undef, PATH_INFO => '/deep');
is scalar @deep, 22, 'of a deep recursion the innermost frames';
is $deep[-1], '  and further out', 'and that there are more';

# The owner's code may clean up: END blocks, destructors, a handler of its own.
my $clean = "$launch->{root}/clean.pl";
overrun('clean.pl', "${type}package Held { sub DESTROY { warn 'given up' } }\nmy \$held = bless [], 'Held'; sleep 100 while 1; END { warn 'rolled back' }");
ok $launch->log_like(qr/given up at \Q$clean\E line 3/) && $launch->log_like(qr/rolled back at \Q$clean\E line 4/), 'END blocks and destructors run';
overrun('handler.pl', "${type}local \$SIG{TERM} = sub { warn 'told to end'; POSIX::_exit(0) }; require POSIX; sleep 100 while 1;");
ok $launch->log_like(qr/told to end at/), 'and so does a handler of its own';

# A process that a script has forked dies of it, as anywhere.
{
    $launch->{log_text} = '';
    $launch->write('forked.pl', "$type my \$p = fork; if (!\$p) { sleep 100; exit } select undef, undef, undef, 0.1; kill QUIT => \$p; waitpid \$p, 0; print \$? & 127;");
    is $launch->get('forked.pl')->{body}, POSIX::SIGQUIT(), 'a forked process dies of the signal';
    unlike $launch->logged, qr/overran/, 'and says nothing';
}

# Between two requests, and the parent.
my ($idle, $idle_pid) = $launch->interpreter;
kill QUIT => $idle_pid;
ok $launch->log_like(qr/pid=$idle_pid told to end between two requests$/m), 'an idle interpreter says that it was idle';
kill QUIT => $launch->{parent};
my ($on) = $launch->interpreter;
ok $on, 'a parent that has loaded ignores the signal';

# While the parent loads.
$launch = Launch->new;
$launch->write("$launch->{directory}/lib/Slow.pm", "package Slow;\nsub load {\n    warn qq{begun\\n}; sleep 100 while 1;\n}\nload();\n1;\n");
$launch->{switches} = ["-I$launch->{directory}/lib"];
$launch->start(load => [{kind => 'module', name => 'Slow'}]);
ok $launch->log_like(qr/^begun$/m), 'a parent loads';
sleep 0.1;
kill QUIT => $launch->{parent};
is $launch->exit_status, 1 << 8, 'it exits with 1';
my $slow = "$launch->{directory}/lib/Slow.pm";
like $launch->logged, qr/overran the deadline of its launch: the code is still being loaded, it was\n\S+ \S+ \S+   in Slow::load at \Q$slow\E line 3\n\S+ \S+ \S+   in require Slow\.pm at \Q$slow\E line 5\n/,
    'and says where it was';

done_testing;

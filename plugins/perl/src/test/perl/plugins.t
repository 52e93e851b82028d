use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use POSIX ();
use Test::More;
use Launch;

# Owners' plugins: what is called around every request.

my $examples = "$FindBin::Bin/../../main/examples/plugins";
my $type     = 'print "Content-Type: text/plain\n\n";';

# A launch with these plugins, a script, an application and a directory of applications, started unless that is asked for.
sub prepared (%files) {
    my $launch = Launch->new;
    $launch->{plugins} = $launch->make_directory("$launch->{directory}/plugins");
    $launch->write("$launch->{plugins}/$_", $files{$_}) for sort keys %files;
    $launch->write('script.pl', "$type print 'script', \$ENV{ADDED} // '';");
    $launch->write('status.pl', 'print "Status: 418 Teapot\nContent-Type: text/plain\n\n" . "x" x 50_000;');
    $launch->write('location.pl', 'print "Location: http://else.where/\n\n";');
    $launch->write('die.pl', 'die "by the script\n";');
    $launch->{app} = $launch->write("$launch->{directory}/app/app.psgi", 'sub { my $env = shift; [$env->{PATH_INFO} eq "/201" ? 201 : 200, [], ["app", $env->{ADDED} // ""]] }');
    $launch->write("$launch->{directory}/apps/found.psgi", 'sub { my $env = shift; [200, [], ["found"]] }');
    return $launch;
}

sub started ($launch, %settings) {
    $launch->start(pluginDirectory => $launch->{plugins}, applications => [{path => '/app', file => $launch->{app}}],
        appDirectories => [{path => '/apps', directory => "$launch->{directory}/apps"}], %settings);
    return $launch;
}

sub example ($name) {
    open my $file, '<', "$examples/$name.pm" or die "$name: $!";
    local $/;
    return ("$name.pm" => scalar <$file>);
}

my $launch = started(prepared(
    'First.pm' => q{package First; my $n = 0; sub start { warn "First starts in $$\n" } sub before_request { my $env = shift; $n++; warn "First before $env->{SCRIPT_NAME}$env->{PATH_INFO}\n"; $env->{ADDED} = " $n"; 42 }
        sub after_request { my ($env, $status) = @_; warn "First after $env->{SCRIPT_NAME} $status\n"; print "by STDOUT\n" } sub exit { warn "First exits\n" } 1;},
    'Second.pm' => q{package Second; warn "Second loaded\n"; sub before_request { warn "Second before\n"; return } sub exit { warn "Second exits\n" } 0;},
    'Other.pm~' => 'die', '.Hidden.pm' => 'die', 'Old.pm.bak' => 'die', 'README' => 'die',
));
my ($on, $pid) = $launch->interpreter;
is $launch->logged, "Second loaded\nFirst starts in $launch->{parent}\n", 'plugins are loaded in the parent, start runs when all is, and leftovers are ignored';

sub logs ($what, $expected, $do) {
    $launch->logged;
    $launch->{log_text} = '';
    $do->();
    ok $launch->log_like(qr/\A\Q$expected\E\z/), $what or diag $launch->{log_text};
    return;
}
my $between = "Second before\n";
logs 'a script\'s request', "First before /script.pl\n${between}First after /script.pl 200\nby STDOUT\n", sub {
    is $launch->get('script.pl', on => $on)->{body}, 'script 1', 'a script finds what before_request has put into its environment';
};
logs 'an application\'s', "First before /app/201\n${between}First after /app 201\nby STDOUT\n", sub {
    is $launch->get($launch->{app}, on => $on, SCRIPT_NAME => '/app', PATH_INFO => '/201')->{body}, 'app 2', 'an application, too';
};
logs 'one to a directory of applications', "First before /apps/found/x\n${between}First after /apps/found 200\nby STDOUT\n", sub {
    is $launch->get("$launch->{directory}/apps/", on => $on, SCRIPT_NAME => '/apps', PATH_INFO => '/found/x')->{body}, 'found', 'an application that was found';
};
logs 'one for a name that is none', "First before /apps/none\n${between}First after /apps 404\nby STDOUT\n", sub {
    is $launch->get("$launch->{directory}/apps/", on => $on, SCRIPT_NAME => '/apps', PATH_INFO => '/none')->{status}, 404, 'nothing that was found';
};
for my $case (['status.pl', 418], ['location.pl', 302], ['die.pl', 500], ['none.pl', 404], ['script.pl', 200]) {
    my ($name, $status) = @$case;
    $launch->get($name, on => $on);
    ok $launch->log_like(qr{^First after /\Q$name\E $status$}m), "$name: after_request is told $status";
}
is $launch->get('script.pl', on => $on, body => 'x' x 100_000)->{body}, 'script 10', 'a body that nobody reads is thrown away as ever';
is $on->hello->{headers}{'warren-pid'}, $pid, 'hello is no request';
$launch->logged;
$launch->{log_text} = '';
close $on->{socket};
ok $launch->log_like(qr/\AFirst exits\nSecond exits\n\z/), 'exit runs when the interpreter ends';
($on) = $launch->interpreter;
kill TERM => $launch->{parent};
is $launch->exit_status, 0, 'after SIGTERM';
is $launch->logged, "First exits\nSecond exits\n" x 2, 'too, also where it has served nothing';

# A response instead.
$launch = started(prepared('Gate.pm' => <<'P'));
package Gate;
my %gives = (
    page   => sub { [503, ['X-From', 'Gate'], ['one ', undef, 'two']] },
    die    => sub { die "no luck" },
    exit   => sub { exit 3 },
    short  => sub { [200] },
    lines  => sub { [200, ["X", "a\nb"], ['x']] },
    wide   => sub { [200, [], ["\x{263a}"]] },
    stream => sub { [200, [], sub { }] },
    hash   => sub { {} },
    fork   => sub { my $child = fork; waitpid $child, 0 if $child; return },
);
sub before_request { my $env = shift; my $do = $gives{$env->{QUERY_STRING}} or return; return $do->() }
P
($on, $pid) = $launch->interpreter;
my $page = $launch->get('script.pl', on => $on, QUERY_STRING => 'page');
is_deeply [$page->@{qw(status body ended)}, $page->{headers}{'x-from'}], [503, 'one two', 1, 'Gate'], 'a plugin answers instead of a script';
is $launch->get($launch->{app}, on => $on, QUERY_STRING => 'page')->{status}, 503, 'and of an application';
is $launch->get('script.pl', on => $on, QUERY_STRING => 'page', body => 'x' x 100_000)->{status}, 503, 'and leaves a body alone';
for my $case (['die', qr/no luck at \S+Gate\.pm line \d+/], ['short', qr/an array that is no response/], ['lines', qr/header X has a line end/],
    ['wide', qr/characters above 255/], ['stream', qr/an array that is no response/])
{
    my ($what, $says) = @$case;
    is $launch->get('script.pl', on => $on, QUERY_STRING => $what)->{body}, 'script', "$what: the request goes on without a plugin that is not required";
    ok $launch->log_like(qr/^vhost=\S+ gen=1 pid=$pid plugin Gate, before_request: .*$says/m), '  and the log says why';
}
is $launch->get('script.pl', on => $on, QUERY_STRING => $_)->{body}, 'script', "$_ lets it go on" for qw(exit hash fork);
is $on->hello->{headers}{'warren-pid'}, $pid, 'all in one interpreter';

# Required.
my $strict = "package Strict; our \$required = 1;\nsub before_request { my \$env = shift; die 'no luck' if \$env->{QUERY_STRING} eq 'die'; \$env->{QUERY_STRING} eq 'exit' and exit; return }\n"
    . 'sub after_request { die "too late\n" } 1;';
$launch = started(prepared('Strict.pm' => $strict));
($on, $pid) = $launch->interpreter;
is $launch->get('script.pl', on => $on)->{body}, 'script', 'a required plugin that is well';
ok $launch->log_like(qr/plugin Strict, after_request: too late$/m), 'what it does after the response is only logged';
for my $file ('script.pl', $launch->{app}) {
    my $failed = $launch->get($file, on => $on, QUERY_STRING => 'die');
    is_deeply [$failed->@{qw(status body ended)}, $failed->{headers}{'warren-failure'}], [500, '', 1, 'died'], 'one that dies makes the request fail';
    ok $launch->log_like(qr/plugin Strict, before_request: no luck at \S+Strict\.pm line 2\./), '  with file and line in the log';
    is $launch->get($file, on => $on, QUERY_STRING => 'exit')->{status}, 200, 'one that exits does not';
}

# What does not load.
my $sub = 'sub before_request { return }';
for my $case (
    ['does not compile', "use strict;\n\$x = 1; $sub", qr/Global symbol "\$x" .* at \S+Some\.pm line 2/],
    ['dies', "\n\ndie 'no good'; $sub", qr/no good at \S+Some\.pm line 3/],
    ['exits', "\nexit 3; $sub", qr/exit\(3\) while the code was loaded at \S+Some\.pm line 2/],
    ['does not start', "\nsub start { die 'no good' } $sub", qr/no good at \S+Some\.pm line 2/],
    ['exits when it starts', "\nsub start { exit 1 } $sub", qr/exit\(1\) while the code was loaded at \S+Some\.pm line 2/],
    ['has no sub of ours', "sub before_requests { }", qr/package Some has none of the subs start before_request after_request exit/],
    )
{
    my ($what, $text, $says) = @$case;
    $launch = started(prepared('Some.pm' => "package Some; $text", 'Well.pm' => 'package Well; sub before_request { warn "well\n" } 1;'));
    is $launch->get('script.pl')->{body}, 'script', "one that $what is left out";
    ok $launch->log_like(qr/^vhost=alice\.localhost gen=1 pid=$launch->{parent} it is left out: plugin Some: .*$says/m), '  and named in the log' or diag $launch->logged;
    ok $launch->log_like(qr/^well$/m), '  and the others are not';
    $launch = started(prepared('Some.pm' => "package Some; our \$required = 1; $text"));
    is $launch->exit_status, 1 << 8, "one that is required and $what: the load fails";
    like $launch->logged, qr/^vhost=alice\.localhost gen=1 pid=\d+ the code cannot be loaded: plugin Some: .*$says/m, '  and the log says why';
}
$launch = started(prepared('Some.pm' => "package Some;\n=pod\n\nour \$required = 1;\n\n=cut\n# our \$required = 1;\nour \$required = 0; die 'no good';\n__END__\nour \$required = 1;\n"));
is $launch->get('script.pl')->{body}, 'script', 'what stands in documentation requires nothing';

for my $case (
    ['another owner\'s', qr/Some\.pm: found owner 60002/, sub ($path) { chown Launch::OTHER, Launch::OTHER, $path }],
    ['a world-writable one', qr/Some\.pm: found mode 0666/, sub ($path) { chmod 0666, $path }],
    ['a FIFO', qr/Some\.pm: found no regular file/, sub ($path) { unlink $path; POSIX::mkfifo($path, 0600); chown Launch::OWNER, Launch::OWNER, $path }],
    ['one with a name that no package can have', qr/Some-One\.pm: found a name that no package can have/, sub ($path) { rename $path, $path =~ s/Some/Some-One/r }],
    ['a directory that is not there', qr/plugins: No such file/, sub ($path) { unlink $path; rmdir $path =~ s{/[^/]*\z}{}r }],
    )
{
    my ($what, $says, $change) = @$case;
    my $failing = prepared('Some.pm' => "package Some; $sub");
    $change->("$failing->{plugins}/Some.pm");
    started($failing);
    is $failing->exit_status, 1 << 8, "$what fails the load: it may be required";
    like $failing->logged, qr/the code cannot be loaded: .*$says/, '  and the log says why';
}

# Watched.
$launch = started(prepared('Some.pm' => "package Some; $sub"));
$launch->interpreter;
$launch->write("$launch->{plugins}/Some.pm", "package Some; $sub 1;");
ok $launch->log_like(qr/^\x01changed$/m), 'a changed plugin is told';
$launch->write("$launch->{plugins}/New.pm", "package New; $sub");
ok $launch->log_like(qr/^\x01changed\n.*^\x01changed$/ms), 'and so is a new one';

# The examples.
$launch = prepared(example('Maintenance'), example('Access'), example('Timing'));
started($launch, variables => {MaintenanceFile => ["$launch->{root}/maintenance.html"], AccessFrom => ['127.0.0.1', '192.0.2.7']});
($on) = $launch->interpreter;
is $launch->get('script.pl', on => $on, REQUEST_URI => '/script.pl?x')->{body}, 'script', 'the examples let a request pass';
ok $launch->log_like(qr{^GET /script\.pl\?x 200 [0-9.]+ ms$}m), 'and tell its time';
my $refused = $launch->get('script.pl', on => $on, REMOTE_ADDR => '192.0.2.8');
is_deeply [$refused->@{qw(status body)}], [403, "not from your address\n"], 'not from another address';
is $launch->get($launch->{app}, on => $on, REMOTE_ADDR => '192.0.2.7')->{body}, 'app', 'but from one that is listed';
$launch->write('maintenance.html', '<p>back soon');
my $closed = $launch->get($launch->{app}, on => $on);
is_deeply [$closed->@{qw(status body)}, $closed->{headers}{'retry-after'}], [503, '<p>back soon', 600], 'while there is a file it is the page';
unlink "$launch->{root}/maintenance.html";
is $launch->get($launch->{app}, on => $on)->{body}, 'app', 'and then no more';
$launch = started(prepared(example('Maintenance')));
is $launch->exit_status, 1 << 8, 'an example that is required and lacks its setting fails the load';
like $launch->logged, qr/plugin Maintenance: PerlSetVar MaintenanceFile is missing/, 'and says what it lacks';

done_testing;

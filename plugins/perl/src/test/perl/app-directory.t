use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep);
use Launch;

# Directories of applications: what the owner puts there answers under its name, and the connector is told of changes.

my $SIGN = qr/^\x01changed$/m;
my $type = 'print "Content-Type: text/plain\n\n";';

sub app ($body) { return "sub { [200, ['Content-Type', 'text/plain'], [$body]] }" }

# A launch whose directory of applications has these files; nothing is started.
sub prepared (%files) {
    my $launch = Launch->new;
    $launch->{apps} = $launch->make_directory("$launch->{directory}/apps");
    $launch->write("$launch->{apps}/$_", $files{$_}) for sort keys %files;
    return $launch;
}

sub started ($launch, %settings) {
    return $launch->start(appDirectories => [{path => '/apps', directory => $launch->{apps}}], %settings);
}

sub ask ($launch, $path_info, %more) {
    $more{PATH_TRANSLATED} = "$launch->{root}$path_info" if $path_info ne '';
    return $launch->get("$launch->{apps}/", SCRIPT_NAME => '/apps', PATH_INFO => $path_info, %more);
}

my $variables = q{join '|', map { $_ // 'none' } @$env{qw(SCRIPT_NAME PATH_INFO SCRIPT_FILENAME PATH_TRANSLATED)}};
my $launch = prepared(
    'shop.psgi'       => "my \$in = \$\$; sub { my \$env = shift; [200, [], [\$env->{PATH_INFO} eq '/pid' ? \$in : $variables]] }",
    'blog/app.psgi'   => 'use My::Blog; ' . app('My::Blog::words()'),
    'lib/My/Blog.pm'  => 'package My::Blog; sub words { "a blog" } 1;',
    'report.pl'       => "BEGIN { \$compiled = \$\$; warn \"report compiled\\n\" } $type my \$env = \\%ENV; print join ' ', ++\$n, \$compiled, $variables;",
    'status.handler'  => "# of the machine\n\nmodule My::Status\nlib status/lib\n",
    'status/lib/My/Status.pm' => 'package My::Status; sub handler { my $env = shift; [200, [], ["status of $env->{PATH_INFO}"]] } 1;',
    map { ($_ => 'die "this is no application"') } qw(.hidden.psgi x.psgi~ x.psgi.tmp x.pl.part .x.pl.swp x.pl.bak x.psgi.new README app.txt
        lib/app.psgi tmp/app.psgi old.bak/app.psgi none/other.psgi), "line\nend.psgi", 'with space.psgi', '-x.pl', 'ä.pl', 'x' x 96 . '.psgi',
);
symlink 'blog', "$launch->{apps}/linked";
$launch->make_directory("$launch->{apps}/uploads");
started($launch);
my ($on, $pid) = $launch->interpreter;

is ask($launch, '/shop', on => $on)->{body}, "/apps/shop||$launch->{apps}/shop.psgi|none", 'a .psgi file answers under its name';
is ask($launch, '/shop/', on => $on)->{body}, "/apps/shop|/|$launch->{apps}/shop.psgi|$launch->{root}/", 'and below it';
is ask($launch, "/shop/a/b c\n", on => $on)->{body}, "/apps/shop|/a/b c\n|$launch->{apps}/shop.psgi|$launch->{root}/a/b c\n", 'what follows is PATH_INFO';
is ask($launch, '/shop/pid', on => $on)->{body}, $launch->{parent}, 'the parent has loaded it';
is ask($launch, '/blog/', on => $on)->{body}, 'a blog', 'an app.psgi answers under the name of its directory, with modules of lib';
is ask($launch, '/linked/', on => $on)->{body}, 'a blog', 'or of a symbolic link to it that stays in the directory';
is ask($launch, '/report.pl/x', on => $on)->{body}, "1 $launch->{parent} /apps/report.pl|/x|$launch->{apps}/report.pl|$launch->{root}/x",
    'a script answers under its name, compiled in the parent';
is ask($launch, '/report', on => $on)->{body}, "2 $launch->{parent} /apps/report||$launch->{apps}/report.pl|none", 'and without .pl';
is ask($launch, '/status/now', on => $on)->{body}, 'status of /now', 'a descriptor names a module that answers';
is $launch->logged =~ s/^report compiled\n//r, '', 'nothing but what the code says is logged';

for my $path ('', '/', '/none', '/shopping', '/SHOP', '/uploads', '/lib', '/tmp', '/old.bak', '/x', '/x.psgi~', '/.hidden', '/-x', '/README',
    "/line\nend", '/with space', '/ä', '/..', '/../apps/shop', '/status.handler', '/shop.psgi', '/blog.psgi')
{
    my $response = ask($launch, $path, on => $on);
    is_deeply [$response->@{qw(status body ended)}, $response->{headers}{'warren-failure'}], [404, '', 1, 'refused'], "\"" . $path =~ s/\n/\\n/r . '" is no application: 404';
}
is $launch->logged =~ s/^report compiled\n//r, '', 'which is a visitor\'s mistake and not logged';
is ask($launch, '/report', on => $on)->{status}, 200, 'a script answers again';
is ask($launch, '/none', on => $on)->{status}, 404, 'and after it a name that is none is 404, though a response was sent before';
is $launch->get("$launch->{apps}/shop.psgi/", on => $on)->{status}, 403, 'another file with a slash is refused as ever';

# Pinned.
$launch->write("$launch->{apps}/report.pl", "$type print 'changed';");
unlink "$launch->{apps}/shop.psgi";
like ask($launch, '/report', on => $on)->{body}, qr/^4 /, 'a changed script stays as it was loaded';
is ask($launch, '/shop/pid')->{body}, $launch->{parent}, 'and so does an application whose file has gone';
ok $launch->log_like($SIGN), 'the connector is told';
rename $launch->{apps}, "$launch->{directory}/away";
is ask($launch, '/shop/pid', on => $on)->{body}, $launch->{parent}, 'or whose directory has vanished';
is ask($launch, '/report', on => $on)->{headers}{'warren-failure'}, 'died', 'a script that finds its directory no more has died';
is $on->hello->{headers}{'warren-pid'}, $pid, 'all in one interpreter';

# Several directories, one at two paths, one in the document root.
$launch = prepared('a.psgi' => app('"a"'), 'lib/Which.pm' => 'package Which; sub one { "first" } 1;', 's.pl' => "$type print ++\$n;");
my $more = "$launch->{root}/more";
$launch->write("$more/a.psgi", 'use Which; ' . app('Which::one()'));
$launch->write("$more/lib/Which.pm", 'package Which; sub one { "second" } 1;');
$launch->write("$more/s.pl", "$type print 'before';");
$launch->start(appDirectories => [{path => '', directory => $launch->{apps}}, {path => '/apps', directory => $launch->{apps}}, {path => '/more', directory => $more}],
    applications => [{path => '/named', file => "$more/a.psgi"}]);
is $launch->get("$launch->{apps}/", SCRIPT_NAME => '', PATH_INFO => '/a')->{body}, 'a', 'a directory at the root';
is ask($launch, '/a')->{body}, 'a', 'and at another path';
is $launch->get("$more/", SCRIPT_NAME => '/more', PATH_INFO => '/a')->{body}, 'first', 'another one: the first one\'s modules come first';
is $launch->get("$more/a.psgi", SCRIPT_NAME => '/named', PATH_INFO => '')->{body}, 'first', 'an application may be named besides';
$launch->write("$more/s.pl", "$type print 'after';");
is $launch->get("$more/", PATH_INFO => '/s')->{body}, 'before', 'a script in the document root stays as it was loaded';
$launch->write('outside.pl', "$type print 'one';");
is $launch->get('outside.pl')->{body}, 'one', 'outside of these directories';
$launch->write('outside.pl', "$type print 'three';");
is $launch->get('outside.pl')->{body}, 'three', 'scripts are compiled again when they change';

# What scripts do while they are compiled in the parent.
$launch = prepared(
    'talks.pl'  => "BEGIN { \$| = 1; print \"Content-Type: text/plain\\n\\nlost\"; read STDIN, my \$x, 10; \$SIG{ALRM} = sub { die \"rang\\n\" }; chdir '/tmp'; umask 0; \$ENV{LEFT} = 1; \$/ = undef } "
        . "$type eval { kill ALRM => \$\$ }; print \$@ eq \"rang\\n\" ? 'its own' : 'none', defined \$/ ? '' : 'left';",
    'utf8.pl'   => "BEGIN { binmode STDOUT, ':utf8' } $type print \"\\x{263a}\";",
    'data.pl'   => "$type print <DATA>; END { print 'end' }\n__DATA__\ndata\n",
    'who.pl'    => "$type print defined \$SIG{ALRM} && ref \$SIG{ALRM} ? 'theirs' : 'clean', \$ENV{LEFT} // '';",
);
started($launch);
($on) = $launch->interpreter;
is ask($launch, '/talks', on => $on)->{body}, 'its own', 'a script keeps the handlers that it set while it was compiled, prints and reads nothing then';
is ask($launch, '/who', on => $on)->{body}, 'clean', 'and the next one does not have them';
is ask($launch, '/utf8', on => $on)->{body}, "\xe2\x98\xba", 'a layer of its own';
is ask($launch, '/data', on => $on)->{body} . ask($launch, '/data', on => $on)->{body}, "data\nenddata\nend", '__DATA__ and END blocks';

# The owner's page: its examples, by the name in their first line.
open my $page, '<', "$FindBin::Bin/../../../../../docs/applications.md" or die $!;
my %shown = do { local $/; <$page> } =~ /^```(?:perl)?\n# (\S+)\n(.*?)^```$/msg;
my $plugin = delete $shown{'Maintenance.pm'};
$launch = prepared(%shown);
$launch->write("$launch->{directory}/plugins/Maintenance.pm", $plugin =~ s{/home/alice}{$launch->{directory}}r);
started($launch, pluginDirectory => "$launch->{directory}/plugins");
is ask($launch, '/shop/cart')->{body}, "shop at /apps/shop, asked for /cart\n", 'the application of applications.md';
is ask($launch, '/report', QUERY_STRING => 'x')->{body}, "asked with x\n", 'its script';
is ask($launch, '/status')->{body}, "all is well\n", 'its handler';
$launch->write("$launch->{directory}/maintenance", '');
is ask($launch, '/shop/cart')->{body}, "back soon\n", 'its plugin';

# Under -T.
$launch = prepared('s.pl' => "$type print \${^TAINT};", 'a.psgi' => app('${^TAINT}'), 'm.handler' => "module My::M\n",
    'lib/My/M.pm' => 'package My::M; sub handler { [200, [], ["m${^TAINT}"]] } 1;');
$launch->{switches} = ['-T'];
started($launch);
is join(' ', map { ask($launch, $_)->{body} } '/s', '/a', '/m'), '1 1 m1', 'PerlSwitches -T' or diag $launch->logged;

# What does not load ends the launch, with a line that says why.
my $apps = qr{/\S+/apps};
for my $case (
    ['a script that does not compile', {'a.pl' => "use strict;\n\$x = 1;\n"}, qr{Global symbol "\$x" .* at $apps/a\.pl line 2}],
    ['an application that dies', {'a.psgi' => "\n\ndie 'no good';"}, qr{no good at $apps/a\.psgi line 3}],
    ['a file that is no application', {'a/app.psgi' => '42;'}, qr{$apps/a/app\.psgi: the file's last value is no code reference}],
    ['a script that exits while it is compiled', {'a.pl' => "\nBEGIN { exit 3 }"}, qr{exit\(3\) while the code was loaded at $apps/a\.pl line 2}],
    ['a script that opens STDIN while it is compiled', {'a.pl' => 'BEGIN { open STDIN, "<", "/dev/null" }'}, qr{a\.pl: opens STDIN or STDOUT anew}],
    ['two files of one name', {'a.pl' => $type, 'a.psgi' => app(1)}, qr{$apps: a\.pl and a\.psgi both answer as a, expected one}],
    ['a file and a directory of one name', {'a.handler' => 'module X', 'a/app.psgi' => app(1)}, qr{$apps: a/app\.psgi and a\.handler both answer as a}],
    ['a directory named as a script', {'a.pl/app.psgi' => app(1), 'a.pl/x' => '', 'a/app.psgi' => app(1), 'b.pl' => $type, 'b.pl.psgi' => app(1)},
        qr{b\.pl and b\.pl\.psgi both answer as b\.pl}],
    ['a descriptor with an unknown word', {'a.handler' => "\nmodul X\n"}, qr{$apps/a\.handler:2: found "modul", expected "module NAME" or "lib DIRECTORY"}],
    ['an empty descriptor', {'a.handler' => ''}, qr{a\.handler:1: found no line "module NAME"}],
    ['two modules', {'a.handler' => "module X\nmodule Y\n"}, qr{a\.handler:2: found a second module}],
    ['a module that is no name', {'a.handler' => "module ../X\n"}, qr{a\.handler:1: found "module \.\./X", expected module and a module's name such}],
    ['a module with something behind it', {'a.handler' => "module X Y\n"}, qr{a\.handler:1: found "module X Y"}],
    ['a module that is not there', {'a.handler' => "\nmodule No::Such\n"}, qr{a\.handler:2: module No::Such: Can't locate No/Such\.pm}],
    ['a module without a handler', {'a.handler' => "module Fcntl\n"}, qr{a\.handler:1: module Fcntl has no sub handler}],
    ['a module that dies', {'a.handler' => "module M\n", 'lib/M.pm' => "\ndie 'no good';"}, qr{a\.handler:1: module M: no good at $apps/lib/M\.pm line 2}],
    ['a lib above the directory', {'a.handler' => "module X\nlib ../x\n"}, qr{a\.handler:2: found "lib \.\./x", expected lib and a plain path}],
    ['an absolute lib', {'a.handler' => "lib /usr/lib\nmodule X\n"}, qr{a\.handler:1: found "lib /usr/lib"}],
    ['a lib that is not there', {'a.handler' => "module X\nlib none\n"}, qr{a\.handler:2: $apps/none: No such file}],
    ['a descriptor of 10 MB', {'a.handler' => "module X\n" . '#' x 10_000_000}, qr{a\.handler: found 10000009 bytes, expected at most}],
    ['a script of a terabyte', {'a.pl' => ''}, qr{a\.pl: found 1099511627776 bytes}, sub ($l) { truncate "$l->{apps}/a.pl", 1 << 40 }],
    ['a FIFO', {}, qr{$apps/a\.psgi: found no regular file}, sub ($l) { POSIX::mkfifo("$l->{apps}/a.psgi", 0600); chown Launch::OWNER, Launch::OWNER, "$l->{apps}/a.psgi" }],
    ['a file of another owner', {'a.pl' => $type}, qr{a\.pl: found owner 60002:60002, expected 60001:60001 or root}, sub ($l) { chown Launch::OTHER, Launch::OTHER, "$l->{apps}/a.pl" }],
    ['a world-writable file', {'a.pl' => $type}, qr{a\.pl: found mode 0666}, sub ($l) { chmod 0666, "$l->{apps}/a.pl" }],
    ['a symbolic link to a file', {}, qr{a\.pl: Too many levels of symbolic links}, sub ($l) { symlink $l->write("$l->{directory}/x.pl", $type), "$l->{apps}/a.pl" }],
    ['a symbolic link to a directory outside', {}, qr{a/app\.psgi: Invalid cross-device link},
        sub ($l) { $l->write("$l->{directory}/out/app.psgi", app(1)); symlink '../out', "$l->{apps}/a" }],
    ['a dangling link', {}, qr{a\.psgi: Too many levels}, sub ($l) { symlink 'none', "$l->{apps}/a.psgi" }],
    ['a link to itself', {}, qr{a\.psgi: Too many levels}, sub ($l) { symlink 'a.psgi', "$l->{apps}/a.psgi" }],
    ['a lib that leads outside', {}, qr{$apps/lib: Invalid cross-device link}, sub ($l) { $l->make_directory("$l->{directory}/out"); symlink '../out', "$l->{apps}/lib" }],
    ['a world-writable lib', {'lib/X.pm' => '1'}, qr{$apps/lib: found mode 0777}, sub ($l) { chmod 0777, "$l->{apps}/lib" }],
    ['a world-writable directory', {}, qr{$apps: found mode 0777}, sub ($l) { chmod 0777, $l->{apps} }],
    ['another owner\'s directory', {}, qr{$apps: found owner 60002:60002}, sub ($l) { chown Launch::OTHER, Launch::OTHER, $l->{apps} }],
    ['a directory that is not there', {}, qr{$apps: No such file}, sub ($l) { rmdir $l->{apps} }],
    ['a file instead of a directory', {}, qr{$apps: Not a directory}, sub ($l) { rmdir $l->{apps}; $l->write($l->{apps}, '') }],
    ['a thousand and one directories', {}, qr{$apps: found more than 1000 entries that may be applications}, sub ($l) { $l->make_directory("$l->{apps}/d$_") for 1 .. 1001 }],
    )
{
    my ($what, $files, $says, $prepare) = @$case;
    my $failing = prepared(%$files);
    $prepare->($failing) if $prepare;
    started($failing);
    is $failing->exit_status, 1 << 8, "$what: the load fails";
    like $failing->logged, qr/^vhost=alice\.localhost gen=1 pid=\d+ the code cannot be loaded: .*$says/m, '  and the log says why';
}

# Root's files and the executable of a provider are fit.
$launch = prepared('a.pl' => "$type print 'roots';");
chown 0, 0, $launch->{apps}, "$launch->{apps}/a.pl";
started($launch);
is ask($launch, '/a')->{body}, 'roots', 'a directory and a file of root\'s';

# Watching. Each change is told once, and nothing else is.
sub signs ($launch) { return scalar(() = $launch->logged =~ /$SIGN/g) }

sub told ($launch, $what, $change) {
    my $before = signs($launch);
    $change->();
    my $expected = $before + 1;
    ok $launch->log_like(qr/(?:$SIGN.*?){$expected}/s), "$what is told" or diag $launch->logged;
    return;
}

sub not_told ($launch, $what, $change) {
    my $before = signs($launch);
    $change->();
    sleep 1.7;
    is signs($launch), $before, "$what is not";
    return;
}

$launch = prepared('a.psgi' => 'use My::Own; ' . app('"a"'), 'b/app.psgi' => app('"b"'), 'h.handler' => "module My::H\n",
    'lib/My/Own.pm' => 'package My::Own; 1;', 'lib/My/H.pm' => 'package My::H; sub handler { } 1;', 'lib/Later.pm' => 'package Later; 1;');
$launch->make_directory("$launch->{apps}/c");
my $named = $launch->write("$launch->{directory}/named/n.psgi", app('"n"'));
started($launch, applications => [{path => '/n', file => $named}]);
is ask($launch, '/a')->{body}, 'a', 'what is watched serves';
my $in = $launch->{apps};
not_told($launch, 'nothing', sub { });
not_told($launch, 'what is none of its files', sub {
    $launch->write("$in/$_", 'x') for qw(x.psgi.tmp README .hidden c/index.html lib/Later.pm z.psgi~);
    $launch->make_directory("$in/d");
    $launch->write($named, app('"other"'));
});
told($launch, 'a changed file', sub { $launch->write("$in/a.psgi", app('"changed"')) });
not_told($launch, 'the same change again', sub { });
told($launch, 'a file of the same size and mtime', sub { my @was = stat "$in/a.psgi"; $launch->write("$in/a.psgi", app('"CHANGED"')); utime @was[8, 9], "$in/a.psgi" });
told($launch, 'an app.psgi', sub { $launch->write("$in/b/app.psgi", app('"bb"')) });
told($launch, 'a new file', sub { $launch->write("$in/new.pl", $type) });
told($launch, 'a removed one', sub { unlink "$in/new.pl" });
told($launch, 'a renamed one', sub { rename "$in/a.psgi", "$in/aa.psgi" });
told($launch, 'an app.psgi in a directory that was there', sub { $launch->write("$in/c/app.psgi", app('"c"')) });
told($launch, 'a descriptor', sub { $launch->write("$in/h.handler", "module My::H\n\n") });
told($launch, 'a module', sub { $launch->write("$in/lib/My/Own.pm", 'package My::Own; 2;') });
told($launch, 'a mode', sub { chmod 0600, "$in/lib/My/H.pm" });
told($launch, 'tmp/restart.txt of the directory', sub { $launch->write("$in/tmp/restart.txt", '') });
told($launch, 'which is touched again', sub { utime undef, undef, "$in/tmp/restart.txt" });
told($launch, 'tmp/restart.txt of an application', sub { $launch->write("$in/b/tmp/restart.txt", '') });
told($launch, 'tmp/restart.txt beside a WarrenApplication', sub { $launch->write("$launch->{directory}/named/tmp/restart.txt", '') });
told($launch, 'an mtime far ahead', sub { utime 4_000_000_000, 4_000_000_000, "$in/b/app.psgi" });
told($launch, 'a change that lasts, at its end,', sub { for (1 .. 40) { $launch->write("$in/b/app.psgi", app("'$_'")); sleep 0.05 } });
not_told($launch, 'and what it was meanwhile', sub { });
told($launch, 'a directory that vanishes', sub { rename $in, "$in.away" });
told($launch, 'and one that is there again', sub { rename "$in.away", $in; utime undef, undef, "$in/aa.psgi" });
is ask($launch, '/b')->{body}, 'b', 'all the while what was loaded serves';

# A log that nobody reads.
{
    open my $fifo, '+<', "$launch->{directory}/log" or die;
    $fifo->blocking(0);
    1 while syswrite $fifo, 'x' x 4096;
    $launch->write("$in/b/app.psgi", app('"full"'));
    sleep 1.5;
    $launch->{log_text} = '';
    ok $launch->log_like(qr/\x01changed\n/), 'a sign that did not fit into the log comes later';
}

# A change while the code is loaded.
$launch = prepared('a.psgi' => 'BEGIN { require Slow; warn "loading\n"; sleep 2 } ' . app('"a"'), 'lib/Slow.pm' => 'package Slow; 1;');
started($launch);
$launch->log_like(qr/^loading$/m) or die;
$launch->write("$launch->{apps}/a.psgi", app('"b"'));
is ask($launch, '/a')->{body}, 'a', 'a file that changes while it is loaded';
ok $launch->log_like($SIGN), 'is told';
$launch = prepared('a.psgi' => 'BEGIN { require Slow; warn "loading\n"; sleep 2 } ' . app('"a"'), 'lib/Slow.pm' => 'package Slow; 1;');
started($launch);
$launch->log_like(qr/^loading$/m) or die;
$launch->write("$launch->{apps}/lib/Slow.pm", 'package Slow; 2;');
is ask($launch, '/a')->{body}, 'a', 'a module that changes after it was loaded and before all was';
ok $launch->log_like($SIGN), 'is told';

# Many entries are looked at a part at a time, with requests in between.
$launch = prepared('a.psgi' => app('"a"'));
for my $n (1 .. 20_000) { open my $file, '>', "$launch->{apps}/junk$n" or die }
started($launch);
ask($launch, '/a');
$launch->write("$launch->{apps}/b.psgi", app('"b"'));
ok !$launch->log_like($SIGN, 3), 'a change among 20,000 entries is not told before all have been looked at';
is ask($launch, '/a')->{body}, 'a', 'meanwhile there are interpreters';
ok $launch->log_like($SIGN, 60), 'and it is told at last';

done_testing;

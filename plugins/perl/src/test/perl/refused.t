use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use POSIX ();
use Test::More;
use Launch;

# suEXEC's checks: which files are not run, and what the log says of each.

my $launch = Launch->new;
my $code   = 'print "Content-Type: text/plain\n\nran";';
$launch->start;
my ($on) = $launch->interpreter;
my $other = Launch::OTHER;

sub refused ($what, $name, $status, $log, %more) {
    my $response = $launch->get($name, on => $on, %more);
    is_deeply [$response->@{qw(status body)}, $response->{headers}{'warren-failure'}], [$status, '', 'refused'], "$what is refused";
    ok $launch->log_like($log), '  and the log says what was found' or diag $launch->logged;
    return;
}

$launch->write('good.pl', $code);
is $launch->get('good.pl', on => $on)->{body}, 'ran', 'the owner\'s file runs';

refused('a file that is not there', 'none.pl', 404, qr{none\.pl: No such file});
refused('a path through a file', 'good.pl/x.pl', 404, qr{good\.pl/x\.pl: Not a directory});

$launch->write('theirs.pl', $code);
chown $other, $other, "$launch->{root}/theirs.pl";
refused('another owner\'s file', 'theirs.pl', 403, qr{theirs\.pl: found owner 60002:60002, expected 60001:60001});

$launch->write("$launch->{directory}/bob/secret.pl", $code);
chown $other, $other, "$launch->{directory}/bob", "$launch->{directory}/bob/secret.pl";
link "$launch->{directory}/bob/secret.pl", "$launch->{root}/hard.pl" or die $!;
refused('a hard link to another owner\'s file', 'hard.pl', 403, qr{hard\.pl: found owner 60002:60002});

symlink "$launch->{directory}/bob/secret.pl", "$launch->{root}/soft.pl";
refused('a symbolic link to another owner\'s file', 'soft.pl', 403, qr{soft\.pl: Too many levels of symbolic links});
symlink 'good.pl', "$launch->{root}/own.pl";
refused('a symbolic link to a file of his own', 'own.pl', 403, qr{own\.pl: Too many levels});
symlink "$launch->{directory}/bob", "$launch->{root}/way";
refused('a directory that is a symbolic link', 'way/secret.pl', 403, qr{way/secret\.pl: Too many levels});
symlink '/proc/self/fd', "$launch->{root}/magic";
refused('a magic link', 'magic/0', 403, qr{magic/0: Too many levels});

POSIX::mkfifo("$launch->{root}/fifo.pl", 0600);
chown Launch::OWNER, Launch::OWNER, "$launch->{root}/fifo.pl";
refused('a FIFO', 'fifo.pl', 403, qr{fifo\.pl: found no regular file});
$launch->make_directory("$launch->{root}/directory.pl");
refused('a directory', 'directory.pl', 403, qr{directory\.pl: found no regular file});

$launch->write('world.pl', $code, 0646);
refused('a world-writable file', 'world.pl', 403, qr{world\.pl: found mode 0646, expected no write by group or others});
$launch->write('group.pl', $code, 0664);
refused('a group-writable file', 'group.pl', 403, qr{group\.pl: found mode 0664});
$launch->write('setuid.pl', $code, 04755);
refused('a set-UID file', 'setuid.pl', 403, qr{setuid\.pl: found mode 4755, expected no set-UID});
$launch->write('setgid.pl', $code, 02755);
refused('a set-GID file', 'setgid.pl', 403, qr{setgid\.pl: found mode 2755});
$launch->write('unreadable.pl', $code, 0);
refused('a file that he may not read', 'unreadable.pl', 403, qr{unreadable\.pl: Permission denied});
$launch->write('sparse.pl', $code);
truncate "$launch->{root}/sparse.pl", 1 << 40;
refused('a sparse file of a terabyte', 'sparse.pl', 403, qr{sparse\.pl: found 1099511627776 bytes});

$launch->write('open/x.pl', $code);
chmod 0777, "$launch->{root}/open";
refused('a file in a world-writable directory', 'open/x.pl', 403, qr{open/x\.pl: its directory: found mode 0777});
$launch->write('given/x.pl', $code);
chown $other, $other, "$launch->{root}/given";
refused('a file in another owner\'s directory', 'given/x.pl', 403, qr{given/x\.pl: its directory: found owner 60002:60002});

my $outside = $launch->write("$launch->{directory}/outside/x.pl", $code);
refused('a file outside the document root', $outside, 403, qr{outside/x\.pl: expected a plain path beneath the document root});
refused('a path with ..', "$launch->{root}/../outside/x.pl", 403, qr{\.\./outside/x\.pl: expected a plain path});
refused('an empty path', '/', 403, qr{/: expected a plain path});
$launch->write('theirs.psgi', 'sub { [200, [], ["ran"]] }');
chown $other, $other, "$launch->{root}/theirs.psgi";
refused('another owner\'s application', 'theirs.psgi', 403, qr{theirs\.psgi: found owner 60002:60002});

# What was fit when it was compiled is looked at again.
for my $change (['mode', sub { chmod 0666, $_[0] }], ['owner', sub { chown $other, $other, $_[0] }],
    ['directory', sub { chmod 0777, $_[0] =~ s{/[^/]*$}{}r }])
{
    my ($what, $do) = @$change;
    my $path = $launch->write("later-$what/x.pl", $code);
    is $launch->get("later-$what/x.pl", on => $on)->{body}, 'ran', "a script whose $what is then changed";
    $do->($path);
    is $launch->get("later-$what/x.pl", on => $on)->{status}, 403, '  is refused though it was compiled';
}

# A rename race: a directory that is now the owner's, now a link to somebody else's. Only the owner's may ever run.
$launch->write('race/x.pl', $code);
$launch->write("$launch->{directory}/bob2/x.pl", 'print "Content-Type: text/plain\n\nBOB";');
my $racer = fork // die;
if (!$racer) {
    symlink "$launch->{directory}/bob2", "$launch->{root}/link";
    while (1) {
        rename "$launch->{root}/race", "$launch->{root}/away";
        rename "$launch->{root}/link", "$launch->{root}/race";
        rename "$launch->{root}/race", "$launch->{root}/link";
        rename "$launch->{root}/away", "$launch->{root}/race";
    }
}
my %seen;
$seen{$launch->get('race/x.pl', on => $on)->{body}}++ for 1 .. 1000;
kill KILL => $racer;
waitpid $racer, 0;
ok !$seen{BOB}, 'a race of renames never runs the other file';

# WarrenApplication may name root's file outside the document root, nobody else's.
my $app = 'sub { [200, ["Content-Type", "text/plain"], ["app"]] }';
for my $case ([0, 0, 0644, 1], [Launch::OWNER, Launch::OWNER, 0644, 1], [$other, $other, 0644, 0], [0, 0, 0666, 0]) {
    my ($uid, $gid, $mode, $fit) = @$case;
    my $named = Launch->new;
    my $file  = $named->write("$named->{directory}/apps/a.psgi", $app, $mode);
    chown $uid, $gid, $file;
    $named->start(applications => [{path => '', file => $file}], handlesFiles => 0);
    my $as = sprintf 'an application of %d with mode %04o', $uid, $mode;
    if ($fit) {
        is $named->get($file)->{body}, 'app', "$as is loaded";
        $named->write('x.pl', $code);
        is $named->get('x.pl')->{status}, 403, 'without WarrenHandler no other file is run';
    }
    else {
        is $named->exit_status, 1 << 8, "$as stops the launch";
        like $named->logged, qr/a\.psgi: found (?:owner 60002|mode 0666)/, '  and the log says why';
    }
}

done_testing;

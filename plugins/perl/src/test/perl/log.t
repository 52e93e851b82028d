use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep);
use Launch;

# The owner's log: STDERR of his code, and what becomes of it when nobody reads the log.

my $type   = 'print "Content-Type: text/plain\n\n";';
my $launch = Launch->new;
my $app = $launch->write("$launch->{directory}/apps/a.psgi", 'sub { $_[0]{"psgi.errors"}->print("by psgi.errors\n"); [200, [], ["x"]] }');
$launch->start(applications => [{path => '/a', file => $app}]);
my ($on, $pid) = $launch->interpreter;

sub body ($name, %more) { return $launch->get($name, on => $on, %more)->{body} }
sub script ($name, $text) { return $launch->write($name, $text) }

script('kinds.pl', "$type { local (\$,, \$\\) = ('-', \"!\\n\"); print STDERR 1, 2 } printf STDERR \"%03d\\n\", 7; syswrite STDERR, 'xabcx', 3, 1;"
    . 'print STDERR "\n", chr(233), "\x{263a}\n"; binmode STDERR, ":utf8"; print STDERR chr(233), "\n"; STDERR->autoflush(1); STDERR->print("m\n"); print fileno(STDERR);');
is body('kinds.pl'), 2, 'every kind of print';
ok $launch->log_like(qr/^1-2!\n007\nabc\n\xc3\xa9\xe2\x98\xba\n\xc3\xa9\nm\n/m), 'is in the log';
script('latin.pl', "$type print STDERR chr(233), \"\\n\"; print 'x';");
is body('latin.pl'), 'x', 'a layer';
ok $launch->log_like(qr/^\xe9\n/m), 'is gone with its request';

script('saved.pl', "$type open my \$saved, '>&', STDERR or die; close STDERR; my \$kept = ''; open STDERR, '>', \\\$kept or die;"
    . 'warn "into a variable\n"; close STDERR; open STDERR, ">&", $saved or die; warn "back again\n"; print $kept;');
is body('saved.pl'), "into a variable\n", 'a script captures STDERR in a variable';
ok $launch->log_like(qr/^back again$/m), 'and brings it back itself';
script('name.pl', "$type open SAVED, '>&STDERR' or die; open STDERR, '>/dev/null' or die; warn 'lost'; open STDERR, '>&SAVED' or die; close SAVED; warn \"by name\\n\"; print 'ok';");
is body('name.pl') . body('name.pl'), 'okok', 'or by the names of old';
ok $launch->log_like(qr/^by name\nby name$/m), 'which are those of its package';
script('local.pl', "$type { local *STDERR; open STDERR, '>', '/dev/null' or die; warn 'lost' } warn \"local over\\n\"; print 'ok';");
is body('local.pl'), 'ok', 'or with local';
ok $launch->log_like(qr/^local over$/m), 'whose end brings it back';
script('closed.pl', "$type close STDERR; warn 'lost'; system 'echo lost >&2'; print 'ok';");
is body('closed.pl'), 'ok', 'a script closes STDERR';
script('untied.pl', "$type untie *STDERR; warn \"untied\\n\"; print 'ok';");
is body('untied.pl'), 'ok', 'or unties it';
script('open3.pl', "$type use IPC::Open3; use Symbol; my \$e = gensym; my \$p = open3(my \$i, my \$o, \$e, 'echo out; echo err >&2'); print <\$o>, <\$e>; waitpid \$p, 0;");
is body('open3.pl'), "out\nerr\n", 'IPC::Open3 works';
script('child.pl', "$type system 'echo by a child >&2'; my \$p = fork; if (!\$p) { warn \"by a fork\\n\"; exit } waitpid \$p, 0; print 'ok';");
is body('child.pl'), 'ok', 'children';
ok $launch->log_like(qr/^by a child\nby a fork$/m), 'write to the log';
unlike $launch->logged, qr/lost/, 'nothing was logged that was to be lost';
is body($app, PATH_INFO => '/'), 'x', 'an application';
ok $launch->log_like(qr/^by psgi\.errors$/m), 'has psgi.errors';
is $on->hello->{headers}{'warren-pid'}, $pid, 'all in one interpreter';

script('both.pl', "$type open STDERR, '>', '/dev/null'; open STDOUT, '>', '/dev/null';");
is body('both.pl'), '', 'a script that leaves no way to the log';
ok $launch->until_true(sub { 0 == $launch->children }), 'ends its interpreter';
($on) = $launch->interpreter;

# A log that nobody reads: nothing blocks or ends, and what was lost is counted, line by line.
script('flood.pl', "$type my \$sum = 0; for (1 .. 1000) { \$sum += print STDERR 'x' x 498, \"\\n\" } print \$sum;");
$launch->logged;
$launch->{log_text} = '';
is body('flood.pl'), 1000, 'a full log: every print is true';
my $kept = () = $launch->logged =~ /^x{498}$/mg;
cmp_ok $kept, '<', 1000, 'though some were lost';
script('after.pl', "$type warn \"after\\n\"; print 'ok';");
is body('after.pl'), 'ok', 'when it is read again';
ok $launch->log_like(qr/pid=\d+ @{[1000 - $kept]} lines before this were dropped: the log was full\nafter\n/), 'the next line is preceded by their number';
is body('after.pl'), 'ok', 'and the one after that';
ok $launch->log_like(qr/full\nafter\nafter\n\z/), 'is not';

done_testing;

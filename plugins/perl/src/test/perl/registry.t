use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Launch;

# Scripts written for CGI, run again and again by one interpreter.

my $type = 'print "Content-Type: text/plain\n\n";';
my $launch = Launch->new;
$launch->{environment} = {SET_BY_ADMIN => 'yes'};
$launch->start(variables => {Color => ['red', 'green']});
my ($on, $pid) = $launch->interpreter;

sub run ($name, %more) { return $launch->get($name, on => $on, %more) }
sub body ($name, %more) { return run($name, %more)->{body} }
sub script ($name, $text) { return $launch->write($name, $text) }

script('who.pl', "$type print \"uid=\$< gid=\$(\";");
is body('who.pl'), 'uid=60001 gid=60001 60001', 'a script runs as the owner';

script('count.pl', "use strict; our \$n; BEGIN { warn \"compiled\\n\" } $type print ++\$n;");
is join(' ', map { body('count.pl') } 1 .. 3), '1 2 3', 'a script is compiled once and its package lives on';
is scalar(() = $launch->logged =~ /^compiled$/mg), 1, 'its BEGIN block ran once';
script('count.pl', "our \$n; $type print 'new', ++\$n; ");
is body('count.pl'), 'new1', 'a changed script is compiled again, from a clean package';
rename script('count2.pl', "our \$n; $type print 'NEW', ++\$n; "), "$launch->{root}/count.pl";
is body('count.pl'), 'NEW1', 'also where it was replaced by a file of the same size';

script('package.pl', "$type print __PACKAGE__, ' ', __FILE__, ' ', __LINE__, ' ', \$0;");
like body('package.pl'), qr{^Warren::Script::\w+package_2epl \Q$launch->{root}\E/package\.pl 1 \Q$launch->{root}\E/package\.pl$},
    'package, file, line and $0 are the script\'s';

script('data.pl', "$type print <DATA>;\n__DATA__\none\ntwo\n");
is body('data.pl'), "one\ntwo\n", '__DATA__ is read';
is body('data.pl'), "one\ntwo\n", 'and on the second request again';
script('end.pl', "$type print <DATA>;\n__END__\nthree\n");
is body('end.pl') . body('end.pl'), "three\nthree\n", 'as __END__ is';
script('pod.pl', "$type print 'pod';\n\n=head1 NAME\n\npod");
is body('pod.pl'), 'pod', 'a script may end inside its documentation';

script('exit.pl', "$type print 'a'; sub leave { exit 3 } for (1) { eval { leave() }; print 'b' } print 'c';");
is body('exit.pl'), 'a', 'exit ends the script, from an eval in a loop too';
is body('exit.pl'), 'a', 'and not the interpreter';
script('exit-sort.pl', "$type print 'a'; my \@x = sort { exit } 2, 1; print 'b';");
is body('exit-sort.pl'), 'a', 'exit inside a sort block';
script('exit-alarm.pl', "$type \$| = 1; \$SIG{ALRM} = sub { print 'rang'; exit }; kill ALRM => \$\$; print 'b';");
is body('exit-alarm.pl'), 'rang', 'exit inside a signal handler';
script('exit-hook.pl', "$type \$SIG{__DIE__} = sub { print 'sorry'; exit }; die 'no';");
is body('exit-hook.pl'), 'sorry', 'exit inside a die handler';

script('die.pl', "$type print 'half';\n\ndie 'secret';");
my $died = run('die.pl');
is_deeply [$died->@{qw(status body ended)}, $died->{headers}{'warren-failure'}], [500, '', 1, 'died'],
    'a script that dies is a failure with an empty body, though it had printed';
ok $launch->log_like(qr/^vhost=alice\.localhost gen=1 pid=$pid secret at \S+die\.pl line 3\.$/m), 'its error, file and line are logged';
is body('who.pl'), 'uid=60001 gid=60001 60001', 'and the interpreter goes on';

script('warn.pl', "#!/usr/bin/perl -w\n$type my \$x; print \"\$x\"; print STDERR \"to the log\\n\"; warn 'careful'; print 'done';");
is body('warn.pl'), 'done', 'warnings are not the visitor\'s';
ok $launch->log_like(qr/uninitialized value \$x .*warn\.pl line 2.*^to the log\n.*careful at \S+warn\.pl line 2/ms), 'they are logged, -w holds';

script('compile.pl', "$type\nmy \$x = ;\n");
my $broken = run('compile.pl');
is_deeply [$broken->@{qw(status body)}, $broken->{headers}{'warren-failure'}], [500, '', 'compile'], 'a script that does not compile';
ok $launch->log_like(qr/syntax error at \S+compile\.pl line 2/), 'is logged with file and line';
script('compile.pl', "$type print 'repaired';");
is body('compile.pl'), 'repaired', 'and is compiled again when it has changed';

for my $case (
    ['silent.pl', '1;', 'nothing'],
    ['no-header.pl', 'print "<html>\n\n";', 'no header first'],
    ['no-end.pl', 'print "Content-Type: text/html\n";', 'no end of the header'],
    )
{
    my ($name, $text, $found) = @$case;
    script($name, $text);
    my $response = run($name);
    is_deeply [$response->@{qw(status body)}, $response->{headers}{'warren-failure'}], [500, '', 'no-output'], "$name is a failure";
    ok $launch->log_like(qr/\Q$name\E: the script printed $found/), 'and the log says what it printed';
}

# A later request must not see what an earlier one did to the process.
script('mess.pl', <<'P' . $type . q(print 'messed';));
chdir '/tmp'; umask 0; @ARGV = ('x'); $0 = 'messed'; $/ = undef; $, = '-'; $\ = '!'; $; = 'x'; $" = 'x'; $| = 1; $^W = 1;
$ENV{MESS} = 1; delete $ENV{PATH}; $SIG{ALRM} = sub { }; $SIG{TERM} = 'IGNORE'; $SIG{__WARN__} = sub { }; $SIG{__DIE__} = sub { };
alarm 1; push @INC, '/messed'; select STDERR; binmode STDERR, ':utf8'; $_ = 'messed'; $@ = 'messed'; select STDOUT; $\ = undef; $, = undef;
P
script('clean.pl', $type . <<'P');
use Cwd; use POSIX ();
my %signals = map { $_ => $SIG{$_} } grep { defined $SIG{$_} && $SIG{$_} ne 'DEFAULT' && $SIG{$_} ne '' } keys %SIG;
my $out = select; my $left = alarm 0;
print join '|', getcwd, sprintf('%03o', umask), scalar(@ARGV), $0 =~ m{/clean.pl$}, $/ eq "\n", !defined $,, !defined $\, $; eq "\034",
    $" eq ' ', $|, $^W, exists $ENV{MESS}, $ENV{PATH}, $ENV{SET_BY_ADMIN}, join(',', sort keys %signals), $left, scalar(grep { /messed/ } @INC),
    $out, $_ // 'undef', $@;
P
my $clean = body('clean.pl');
is body('mess.pl'), 'messed', 'a script that leaves everything changed';
is body('clean.pl'), $clean, 'leaves nothing to the next';
is $clean, "$launch->{root}|022|0|1|1|1|1|1|1|0|0||/usr/bin:/bin|yes|FPE,QUIT,TERM,XFSZ|0|0|main::STDOUT|undef|", 'which finds what a program finds';
is body('who.pl'), 'uid=60001 gid=60001 60001', 'its alarm never rings';

script('env.pl', "$type print join ' ', map { \"\$_=\$ENV{\$_}\" } grep { /^HTTP_|^QUERY|^FCGI|^WARREN|^MOD_PERL/ } sort keys %ENV;");
is body('env.pl', HTTP_COOKIE => 'alice', HTTP_PROXY => 'evil'), 'HTTP_COOKIE=alice QUERY_STRING=', '%ENV is the request\'s, without Proxy';
is body('env.pl', QUERY_STRING => 'a=b'), 'QUERY_STRING=a=b', 'and no other request\'s';
script('child-env.pl', "$type print `echo \\\$QUERY_STRING \\\$SET_BY_ADMIN`;");
is body('child-env.pl', QUERY_STRING => 'a=b'), "a=b yes\n", 'child processes have it too';

script('end-block.pl', "$type END { print 'ended'; exit } print 'ran ';");
is body('end-block.pl') . body('end-block.pl'), 'ran endedran ended', 'END blocks run after each request';
script('end-die.pl', "$type END { warn \"END ran\\n\" } die 'x';");
is run('end-die.pl')->{status}, 500, 'a script with an END block that dies';
ok $launch->log_like(qr/^END ran$/m), 'has it run all the same';

script('lib.pl', 'sub shared { return "shared" } 1;');
script("lib$_.pl", "$type require './lib.pl'; print shared();") for 1, 2;
is join(' ', map { body("lib$_.pl") } 1, 2, 1, 2), 'shared shared shared shared', 'two scripts require one file without a package';

script('cgi.pl', 'use CGI qw(:standard -utf8); print header("text/plain"), join ",", param("name"), length(param("name"));');
is body('cgi.pl', QUERY_STRING => 'name=%C3%A9'), "\xe9,1", 'CGI.pm reads parameters, its pragma holds';
is body('cgi.pl', QUERY_STRING => 'name=bob'), 'bob,3', 'the next request\'s, not the last one\'s';
is body('cgi.pl', QUERY_STRING => 'name=%C3%A9'), "\xe9,1", 'and the pragma still holds';
is body('cgi.pl', REQUEST_METHOD => 'POST', CONTENT_TYPE => 'application/x-www-form-urlencoded', body => 'name=posted'), 'posted,6', 'as well as a form\'s';
my $upload = join "\r\n", '--X', 'Content-Disposition: form-data; name="f"; filename="a.txt"', '', 'x' x 100_000, '--X--', '';
script('upload.pl', 'use CGI; my $q = CGI->new; my $f = $q->upload("f"); local $/; print $q->header, length <$f>;');
is body('upload.pl', REQUEST_METHOD => 'POST', CONTENT_TYPE => 'multipart/form-data; boundary=X', body => $upload), 100_000, 'and an upload';
script('carp.pl', 'use CGI::Carp "fatalsToBrowser"; print "Content-Type: text/plain\n\n"; die "to nobody";');
is run('carp.pl')->{status}, 500, 'fatalsToBrowser does not reach the visitor' for 1, 2;
is body('who.pl'), 'uid=60001 gid=60001 60001', 'nor the next script';

script('stdin.pl', "$type my \$first = <STDIN>; read STDIN, my \$three, 3; { local \$/ = ''; \$_ = <STDIN> } my \@rest = <STDIN>; "
    . 'print join "|", $first, $three, $_, scalar @rest, eof(STDIN);');
is body('stdin.pl', body => "line\nabcpara\n\n\nx\ny"), "line\n|abc|para\n\n|2|1", 'STDIN is the request\'s body';
script('slurp.pl', "$type local \$/; my \$all = <STDIN>; print length \$all;");
is body('slurp.pl', body => 'y' x 500_000), 500_000, 'all of it';
is run('who.pl', body => 'z' x 300_000)->{status}, 200, 'a body that nobody read';
is body('who.pl'), 'uid=60001 gid=60001 60001', 'is not taken for the next request';

script('out.pl', "$type printf '%03d', 7; { local (\$,, \$\\) = (',', '.'); print 1, 2 } syswrite STDOUT, 'xyz', 2; use feature 'say'; say 'said'; "
    . 'print STDOUT -t STDOUT ? 1 : 0; binmode STDOUT, ":utf8"; print "\x{263a}";');
is body('out.pl'), "0071,2.xysaid\n0\xe2\x98\xba", 'print, printf, say, syswrite, binmode';
script('latin.pl', "$type print chr 233;");
is body('latin.pl'), "\xe9", 'a layer is gone with its request';
script('status.pl', 'print "Status: 404 Gone fishing\r\nContent-Type: text/plain\r\n\r\nfish";');
is_deeply [run('status.pl')->@{qw(status body)}], [404, 'fish'], 'Status is passed on';
script('nph-x.pl', 'print "HTTP/1.0 410 Gone\r\nContent-Type: text/plain\r\n\r\ngone";');
is_deeply [run('nph-x.pl')->@{qw(status body)}], [410, 'gone'], 'a status line becomes Status';
script('location.pl', 'print "Location: /elsewhere\n\n";');
is run('location.pl')->{headers}{location}, '/elsewhere', 'Location is passed on';
script('big.pl', "$type print 'x' x 1000 for 1 .. 2000;");
is length body('big.pl'), 2_000_000, 'a big response';

script('system.pl', "$type system 'echo from a child'; print `echo caught`; open my \$p, '|-', 'cat' or die; print \$p \"piped\\n\"; close \$p; print 'ok';");
is body('system.pl'), "caught\nok", 'what a child process prints is not the response';
ok $launch->log_like(qr/from a child\n.*piped\n/s), 'but in the log';
script('fork.pl', "$type my \$child = fork; if (!\$child) { print 'child'; exit 7 } waitpid \$child, 0; print 'parent ', \$? >> 8;");
is body('fork.pl'), 'parent 7', 'a forked process ends at exit and leaves the connection alone';
script('fork-die.pl', "$type my \$child = fork; die 'in the child' if !\$child; waitpid \$child, 0; print 'parent';");
is body('fork-die.pl'), 'parent', 'or when it dies';
script('reopen.pl', "$type open STDERR, '>&', STDOUT or die; open STDERR, '>', '/dev/null' or die; open STDIN, '<', '/dev/null' or die; warn 'lost'; print 'ok';");
is body('reopen.pl') . body('reopen.pl'), 'okok', 'a script opens STDERR and STDIN anew';
script('after.pl', "$type warn \"found again\\n\"; print <STDIN>;");
is body('after.pl', body => 'body'), 'body', 'the next has its own';
ok $launch->log_like(qr/^found again$/m), 'and the log';
script('reopen-out.pl', "$type open STDOUT, '>', '/dev/null' or die; print 'lost';");
is body('reopen-out.pl'), '', 'a script opens STDOUT anew';
is body('system.pl'), "caught\nok", 'and the next has its own';

script('variable.pl', "$type print Warren::Settings::variable('Color'), ' ', scalar Warren::Settings::variable('Color');");
is body('variable.pl'), 'redgreen green', 'PerlSetVar and PerlAddVar';
script('strict.pl', "$type \$undeclared = 1; print defined \&main::say ? 1 : 0, eval { no strict; 'x'->\${\\'y'} } // 'lenient';");
is body('strict.pl'), '0lenient', 'the runtime\'s pragmas are not the script\'s';
is body('sub/dir/x.pl') // '', '', 'a missing script has no body';
is run('sub/dir/x.pl')->{status}, 404, 'and is 404';

# Too late for an error page: the connection is cut.
script('cut.pl', "\$| = 1; $type print 'half'; die 'late';");
my $cut = run('cut.pl');
is_deeply [$cut->@{qw(body ended)}], ['half', 0], 'a script that dies after its response has begun: the response is not ended';
ok $launch->until_true(sub { 0 == $launch->children }), 'and the interpreter is gone';
($on) = $launch->interpreter;
is body('who.pl'), 'uid=60001 gid=60001 60001', 'the next connection has another';

# A log that nobody reads.
script('flood.pl', "$type warn 'x' x 500 for 1 .. 2000; print 'ok';");
is body('flood.pl'), 'ok', 'a full log neither blocks nor kills';

# -T
$launch = Launch->new;
$launch->{switches} = ['-T'];
$launch->start;
($on) = $launch->interpreter;
script('taint.pl', "$type print \${^TAINT}, eval { unlink \$ENV{QUERY_STRING}; 1 } ? 'deleted' : 'refused';");
is body('taint.pl', QUERY_STRING => 'x'), '1refused', 'PerlSwitches -T holds for the environment';
is body('taint.pl', QUERY_STRING => 'x'), '1refused', 'and again';

done_testing;

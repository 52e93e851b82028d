package Layout;

# A private Warren and httpd with many virtual hosts, below a directory of its own that goes when the program ends.
# Needs root. Every UID is made up; where accounts are wanted they are this program's own view of /etc/passwd, in a
# mount namespace of its own.

use strict;
use warnings;
use File::Temp ();
use IO::Socket::INET ();
use POSIX ();
use Time::HiRes qw(sleep time);

use constant CONNECTOR_UID => 60100;
use constant MODULES       => '/usr/lib/apache2/modules';
use constant PATIENCE      => 120;

# new(home => built Warren, count => N, first_uid => N, form => 'files' or 'plain', more => directives of each, or what gives them for a name)
sub new {
    my ($class, %self) = @_;
    my $self = bless { port => free_port(), pid => $$, %self }, $class;
    -x "$self->{home}/bin/warren" or die "no built Warren in $self->{home}: run ./warren build\n";
    $self->{base} = File::Temp::tempdir('warren-scale.XXXXXX', DIR => '/var/lib');
    chmod 0755, $self->{base};
    system('cp', '-a', $self->{home}, "$self->{base}/warren") == 0 or die "no copy of $self->{home}\n";
    mkdir "$self->{base}/$_" for qw(httpd sites hosts.d);
    return $self;
}

# A mount namespace of our own in which every owner has an account, beside those of the machine. Call it before
# anything is started; it runs this program again.
sub run_again_with_accounts {
    my ($count, $first_uid) = @_;
    return if $ENV{WARREN_SCALE_ACCOUNTS};
    my $directory = File::Temp::tempdir('warren-accounts.XXXXXX', DIR => '/run');
    for my $table (qw(passwd group)) {
        my $text = read_file("/etc/$table");
        for my $number (0 .. $count - 1) {
            my ($name, $id) = (owner($number), $first_uid + $number);
            $text .= $table eq 'passwd' ? "$name:x:$id:$id::/srv/$name:/usr/sbin/nologin\n" : "$name:x:$id:\n";
        }
        write_file("$directory/$table", $text);
    }
    local $ENV{WARREN_SCALE_ACCOUNTS} = $directory;
    my $status = system('unshare', '--mount', '--propagation', 'private', '--', 'sh', '-c',
        'for t in passwd group; do mount --bind "$WARREN_SCALE_ACCOUNTS/$t" "/etc/$t" || exit 1; done; exec "$@"', 'sh',
        $^X, $0, @ARGV);
    unlink "$directory/$_" for qw(passwd group);
    rmdir $directory;
    exit($status == 0 ? 0 : 1);
}

sub owner { return sprintf 'owner%05d', $_[0] }
sub name  { return sprintf 'v%05d.example', $_[0] }

sub lay_out {
    my ($self) = @_;
    my $plain = $self->{form} eq 'plain';
    my $text = '';
    for my $number (0 .. $self->{count} - 1) {
        my $host = $plain ? $self->virtual_host(name($number), $self->user($number), $self->site($number))
            : 'Use Customer ' . join(' ', name($number), $self->user($number), $self->site($number)) . "\n";
        mkdir $_ for $self->site($number), $self->site($number) . '/htdocs';
        $plain ? ($text .= $host) : write_file("$self->{base}/hosts.d/" . name($number) . '.conf', $host);
    }
    my $customers = $plain ? $text
        : '<Macro Customer $name $owner $directory>' . "\n"
            . $self->virtual_host('$name', '$owner', '$directory') . "</Macro>\n"
            . qq(IncludeOptional "$self->{base}/hosts.d/*.conf"\n);
    write_file("$self->{base}/httpd.conf", $self->server() . $customers);
    return $self;
}

sub user {
    my ($self, $number) = @_;
    return $self->{accounts} ? owner($number) : '#' . ($self->{first_uid} + $number);
}

sub site { return "$_[0]{base}/sites/" . owner($_[1]) }

# What stands in its document root: a script and an application, which tell who they run as.
sub make_site {
    my ($self, $number) = @_;
    my ($directory, $uid) = ($self->site($number), $self->{first_uid} + $number);
    my @files = ("$directory/htdocs/perl/who.pl", "$directory/app.psgi");
    mkdir "$directory/htdocs/perl";
    write_file($files[0], qq(print "Content-Type: text/plain\\n\\nuid=\$< pid=\$\$\\n";\n));
    write_file($files[1], qq(sub { [200, ['Content-Type' => 'text/plain'], ["uid=\$< pid=\$\$\\n"]] }\n));
    chmod 0644, @files;
    chown $uid, $uid, $directory, "$directory/htdocs", "$directory/htdocs/perl", @files;
    return;
}

sub virtual_host {
    my ($self, $name, $owner, $directory) = @_;
    return <<"TEXT";
<VirtualHost 127.0.0.1:$self->{port}>
    ServerName   $name
    ServerAlias  www.$name
    DocumentRoot "$directory/htdocs"
    Use WarrenVirtualHost $name
    Use WarrenLocation    $name /app
    <Directory "$directory/htdocs">
        Require all granted
        AllowOverride FileInfo
        DirectoryIndex index.html
    </Directory>
    <Directory "$directory/htdocs/perl">
        Use WarrenHandler $name
    </Directory>
    <IfModule mod_warren.c>
        WarrenUserGroup   $owner $owner
        WarrenApplication /app $directory/app.psgi
        PerlInterpMax     4
        PerlSetEnv        SITE $name
        @{[ref $self->{more} ? $self->{more}->($name) : $self->{more} // '']}
    </IfModule>
</VirtualHost>
TEXT
}

sub server {
    my ($self) = @_;
    my $base = $self->{base};
    my $modules = join '', map { "LoadModule ${_}_module " . MODULES . "/mod_$_.so\n" }
        qw(mpm_event authz_core dir env setenvif headers macro proxy proxy_ajp);
    return $modules . <<"TEXT";
ServerRoot        "$base/httpd"
DefaultRuntimeDir "$base/httpd"
PidFile           "$base/httpd/httpd.pid"
ErrorLog          "$base/httpd/error.log"
ServerName localhost
Listen     127.0.0.1:$self->{port}
User       www-data
Group      www-data
Define WARREN_RUNTIME $base/run
Define WARREN_STATE   $base/state
Define WARREN_LOG     $base/log
Define WARREN_SPOOL   $base/spool
Include "$base/warren/httpd/warren.conf"
<IfModule mod_warren.c>
    WarrenUser #@{[CONNECTOR_UID]}
</IfModule>
<Directory "/">
    AllowOverride None
    Require all denied
</Directory>
TEXT
}

# --- Warren and httpd -----------------------------------------------------------------------------------------------

# The seconds that a command takes, as an administrator waits for it; dies where it fails.
sub warren {
    my ($self, @words) = @_;
    my @all = ("$self->{base}/warren/bin/warren", @words,
        $words[0] =~ /^(?:reload|stop|status)$/ ? ('--runtime', "$self->{base}/run") : ('-f', "$self->{base}/httpd.conf"));
    my $started = time;
    my $output = run(@all);
    my $seconds = time - $started;
    $? == 0 or die "@all: status " . ($? >> 8) . "\n" . substr($output, 0, 4000) . "\n";
    $self->{output} = $output;
    return $seconds;
}

# The seconds from "warren start" to "ready".
sub start {
    my ($self) = @_;
    my $started = time;
    my $output = "$self->{base}/start.out";
    unlink $output;
    $self->{launcher} = start_process($output, "$self->{base}/warren/bin/warren", 'start', '-f',
        "$self->{base}/httpd.conf");
    await('ready', sub { read_file($output) =~ /^ready$/m }, $self->{launcher}, $output);
    my $seconds = time - $started;
    ($self->{connector}) = map { split ' ' } run('pgrep', '-U', CONNECTOR_UID, '-f', $self->{base});
    return $seconds;
}

# The seconds until httpd answers.
sub start_httpd {
    my ($self) = @_;
    my $started = time;
    my $output = "$self->{base}/httpd/start.out";
    $self->{httpd} = start_process($output, '/usr/sbin/apache2', '-f', "$self->{base}/httpd.conf", '-D', 'FOREGROUND');
    await('httpd', sub { IO::Socket::INET->new(PeerAddr => "127.0.0.1:$self->{port}") }, $self->{httpd}, $output);
    return time - $started;
}

# (status, body) of a GET.
sub get {
    my ($self, $host, $path) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$self->{port}", Timeout => PATIENCE) or return (0, "$!");
    print {$socket} "GET $path HTTP/1.0\r\nHost: $host\r\n\r\n";
    local $/;
    my $reply = <$socket> // '';
    my ($status) = $reply =~ m{^HTTP/1\.[01] ([0-9]{3})} or return (0, $reply);
    return ($status, $reply =~ /\r\n\r\n(.*)/s ? $1 : '');
}

sub stop {
    my ($self) = @_;
    for my $name (qw(httpd launcher)) {
        my $pid = delete $self->{$name} or next;
        kill 'TERM', $pid;
        waitpid $pid, 0;
    }
    return;
}

sub DESTROY {
    my ($self) = @_;
    return if $$ != $self->{pid};
    local $?;
    $self->stop;
    system 'rm', '-rf', $self->{base};
    return;
}

# --- what processes have --------------------------------------------------------------------------------------------

# (threads, descriptors, Rss in MB, Pss in MB) by the kernel's account.
sub figures {
    my ($pid) = @_;
    my ($threads) = read_file("/proc/$pid/status") =~ /^Threads:\s*([0-9]+)/m;
    my @descriptors = glob "/proc/$pid/fd/*";
    my %kb = read_file("/proc/$pid/smaps_rollup") =~ /^(Rss|Pss):\s*([0-9]+) kB/mg;
    return ($threads, scalar @descriptors, $kb{Rss} / 1024, $kb{Pss} / 1024);
}

# The sums of processes, and how many there are.
sub sums {
    my @sum = (0) x 4;
    my $count = 0;
    for my $pid (@_) {
        my @of = eval { figures($pid) } or next; # it has ended meanwhile
        $count++;
        $sum[$_] += $of[$_] for 0 .. 3;
    }
    return ($count, @sum);
}

sub httpd_processes {
    my ($self) = @_;
    return ($self->{httpd}, map { split ' ' } run('pgrep', '-P', $self->{httpd}));
}

# Namespaces of all processes, by kind and number, and mounts of ours: what is left of a jail would be among them.
sub namespaces {
    my %all;
    for my $link (glob '/proc/[0-9]*/ns/*') {
        my $to = readlink $link // next;
        $all{$to} = 1;
    }
    return scalar keys %all;
}

sub mounts { return scalar grep { /^/ } split /\n/, read_file('/proc/self/mounts') }

sub report {
    my ($what, @pids) = @_;
    printf "%-44s processes %4d  threads %5d  descriptors %5d  Rss %7.1f MB  Pss %7.1f MB\n", $what, sums(@pids);
    return;
}

# Prints a command's seconds: the median of several tries, with the least and the most, and the least CPU time of the
# command, the launcher and the connector together, which a busy machine changes less.
sub timed {
    my ($self, $what, $tries, $try) = @_;
    my (@seconds, @cpu);
    for (1 .. $tries) {
        my $before = $self->cpu_seconds;
        push @seconds, $try->();
        push @cpu, $self->cpu_seconds - $before;
    }
    @seconds = sort { $a <=> $b } @seconds;
    @cpu = sort { $a <=> $b } @cpu;
    printf "%-40s median %7.3f s  least %7.3f s  most %7.3f s  of %d  CPU %7.3f s\n", $what, $seconds[@seconds / 2],
        $seconds[0], $seconds[-1], $tries, $cpu[0];
    return $seconds[@seconds / 2];
}

# Of everything that was waited for, and of what runs.
sub cpu_seconds {
    my ($self) = @_;
    my (undef, undef, $user, $system) = times;
    my $sum = $user + $system;
    for my $pid (grep { defined } @$self{qw(launcher connector)}) {
        my @fields = split ' ', (eval { read_file("/proc/$pid/stat") } // '') =~ s/^.*\) //sr;
        $sum += ($fields[11] + $fields[12]) / POSIX::sysconf(POSIX::_SC_CLK_TCK()) if @fields > 12;
    }
    return $sum;
}

# --- small things ---------------------------------------------------------------------------------------------------

sub free_port {
    my $socket = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1') or die "no free port: $!\n";
    return $socket->sockport;
}

sub run {
    my @command = @_;
    open my $output, '-|', @command or die "$command[0]: $!\n";
    my @lines = <$output>;
    close $output;
    return wantarray ? @lines : join '', @lines;
}

sub start_process {
    my ($output, @command) = @_;
    my $pid = fork // die "fork: $!\n";
    return $pid if $pid;
    open STDOUT, '>', $output or POSIX::_exit(71);
    open STDERR, '>&', \*STDOUT or POSIX::_exit(71);
    exec { $command[0] } @command or POSIX::_exit(72);
}

sub await {
    my ($what, $condition, $pid, $output) = @_;
    my $until = time + PATIENCE;
    while (!(-e $output && $condition->())) {
        waitpid($pid, POSIX::WNOHANG()) == 0 or die "$what: it ended\n" . read_file($output);
        time < $until or die "$what: not within " . PATIENCE . " s\n" . read_file($output);
        sleep 0.01;
    }
    return;
}

sub read_file {
    my ($file) = @_;
    open my $in, '<', $file or die "$file: $!\n";
    local $/;
    return scalar <$in> // '';
}

sub write_file {
    my ($file, $text) = @_;
    open my $out, '>', $file or die "$file: $!\n";
    print {$out} $text;
    close $out or die "$file: $!\n";
    return;
}

1;

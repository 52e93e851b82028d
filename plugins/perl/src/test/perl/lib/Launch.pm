package Launch;
use v5.36;

# Plays the launch stage for tests: binds the socket as descriptor 0 and a FIFO as 1 and 2, becomes the owner, executes
# the real parent interpreter. Takes everything away again when it goes out of scope.

use Cwd qw(abs_path);
use Fcntl qw(O_RDWR O_RDONLY O_NONBLOCK);
use File::Basename qw(dirname);
use File::Path qw(make_path remove_tree);
use File::Temp ();
use IO::Socket::UNIX ();
use POSIX ();
use Socket qw(SOCK_STREAM);
use Time::HiRes qw(sleep time);
use FastCgiClient;

use constant {OWNER => 60_001, OTHER => 60_002};

our $runtime = abs_path(dirname(__FILE__) . '/../../../main/perl');

sub new ($class, %is) {
    die "these tests switch to the UID of an owner and need root\n" if $> != 0;
    my $directory = File::Temp->newdir('warren-perl-XXXXXX', TMPDIR => 1);
    chmod 0755, "$directory";
    my $self = bless {directory => $directory, root => "$directory/htdocs", log_text => '', switches => [], %is}, $class;
    $self->make_directory($self->{root});
    return $self;
}

sub make_directory ($self, $path) {
    make_path($path);
    chmod 0755, $path;
    chown OWNER, OWNER, $path;
    return $path;
}

# A file of the owner's in the document root (or at an absolute path).
sub write ($self, $name, $text, $mode = 0644) {
    my $path = $name =~ m{^/} ? $name : "$self->{root}/$name";
    $self->make_directory(dirname $path) if !-d dirname $path;
    open my $file, '>:raw', $path or die "$path: $!";
    print $file $text;
    close $file;
    chown OWNER, OWNER, $path;
    chmod $mode, $path;
    return $path;
}

sub start ($self, %settings) {
    my $socket_path = $self->{socket} = "$self->{directory}/parent.sock";
    my $fifo        = "$self->{directory}/log";
    POSIX::mkfifo($fifo, 0666) or die "mkfifo: $!";
    sysopen $self->{log}, $fifo, O_RDONLY | O_NONBLOCK or die "$fifo: $!";
    my $listener = IO::Socket::UNIX->new(Type => SOCK_STREAM, Local => $socket_path, Listen => 100) or die "bind: $!";
    my $words = _settings(name => 'alice.localhost', generation => 1, documentRoot => $self->{root}, handlesFiles => 1,
        owner => {uid => OWNER, gid => OWNER}, %settings);
    $self->{parent} = fork // die "fork: $!";
    if (!$self->{parent}) {
        _become($listener, $fifo, $words, $self->{environment} // {},
            $self->{program} // [$self->{switches}->@*, "-I$runtime", "$runtime/parent.pl"]);
    }
    close $listener;
    return $self;
}

# As RuntimeSettings.java writes them.
sub _settings (%is) {
    my @lines = (
        (map { [$_, $is{$_}] } qw(name generation documentRoot handlesFiles)),
        ['owner', $is{owner}->@{qw(uid gid)}],
        (map { ['application', $_->@{qw(path file)}] } ($is{applications} // [])->@*),
        (map { ['appDirectory', $_->@{qw(path directory)}] } ($is{appDirectories} // [])->@*),
        (map { ['pluginDirectory', $_] } grep { defined } $is{pluginDirectory}),
        (map { ['load', $_->@{qw(kind name)}] } ($is{load} // [])->@*),
        (map { ['variable', $_, $is{variables}{$_}->@*] } sort keys(($is{variables} // {})->%*)),
    );
    my %escape = ("\t" => '\t', "\n" => '\n', '\\' => '\\\\');
    return join "\n", map { join "\t", map { s/([\t\n\\])/$escape{$1}/gr } @$_ } @lines;
}

sub _become ($listener, $fifo, $words, $environment, $program) {
    POSIX::setsid();
    $SIG{$_} = 'DEFAULT' for qw(HUP INT QUIT PIPE CHLD TERM);    # what runs the tests may ignore some
    sysopen my $log, $fifo, O_RDWR | O_NONBLOCK or POSIX::_exit(99);
    POSIX::dup2(fileno $listener, 0);
    POSIX::dup2(fileno $log, $_) for 1, 2;
    POSIX::close($_) for 3 .. 255;
    chdir '/';
    $) = OWNER . ' ' . OWNER;
    POSIX::setgid(OWNER);
    POSIX::setuid(OWNER);
    %ENV = (PATH => '/usr/bin:/bin', HOME => '/', LANG => 'C.UTF-8', %$environment, WARREN_SETTINGS => $words);
    { exec '/usr/bin/perl', @$program }
    POSIX::_exit(98);
}

sub connect ($self) {
    return FastCgiClient->connect($self->{socket}) // die "connect: $!";
}

# A connection to one interpreter, and its pid.
sub interpreter ($self) {
    my $connection = $self->connect;
    return ($connection, $connection->hello->{headers}{'warren-pid'});
}

sub parameters ($self, $file, %more) {
    return {
        GATEWAY_INTERFACE => 'CGI/1.1', SERVER_PROTOCOL => 'HTTP/1.1', SERVER_NAME => 'alice.localhost', SERVER_PORT => 80,
        REQUEST_METHOD => 'GET', QUERY_STRING => '', REQUEST_URI => "/$file", SCRIPT_NAME => "/$file", PATH_INFO => '',
        REMOTE_ADDR => '127.0.0.1', DOCUMENT_ROOT => $self->{root},
        SCRIPT_FILENAME => $file =~ m{^/} ? $file : "$self->{root}/$file", %more,
    };
}

# One request on a connection of its own, or on the one given.
sub get ($self, $file, %more) {
    my $connection = delete $more{on} // $self->connect;
    my $body       = delete $more{body} // '';
    $more{CONTENT_LENGTH} //= length $body if length $body;
    return $connection->request($self->parameters($file, %more), $body);
}

# All that has been logged; waits until it matches.
sub log_like ($self, $pattern, $seconds = 5) {
    my $until = time + $seconds;
    while (1) {
        while (sysread $self->{log}, my $more, 65536) {
            $self->{log_text} .= $more;
        }
        return 1 if $self->{log_text} =~ $pattern;
        return 0 if time > $until;
        sleep 0.01;
    }
}

sub logged ($self) { $self->log_like(qr/(?!)/, 0.05); return $self->{log_text} }

sub until_true ($self, $condition, $seconds = 10) {
    my $until = time + $seconds;
    while (time < $until) {
        return 1 if $condition->();
        sleep 0.01;
    }
    return 0;
}

# The parent's exit status once it has ended.
sub exit_status ($self, $seconds = 10) {
    my $status;
    $self->until_true(sub { waitpid($self->{parent}, POSIX::WNOHANG()) > 0 && defined($status = $?) }, $seconds);
    delete $self->{parent} if defined $status;
    return $status;
}

sub children ($self) {
    open my $file, '<', "/proc/$self->{parent}/task/$self->{parent}/children" or return;
    return split ' ', <$file> // '';
}

sub DESTROY ($self) {
    local $?;
    if ($self->{parent}) {
        kill KILL => $_ for $self->children, -$self->{parent}, $self->{parent};
        waitpid $self->{parent}, 0;
    }
    return;
}

1;

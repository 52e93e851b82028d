package Warren::Parent;
use v5.36;

use Warren::ApacheDbi;
use Warren::Applications;
use Warren::Exit;
use Warren::Interpreter;
use Warren::Log;
use Warren::Overrun;
use Warren::Title;

my $LONGEST_SLEEP = 5;      # seconds; a signal that comes just before select(2) waits that long
my $LONGEST_TAKE  = 2.5;    # seconds; FCGI.pm gives a silent connection 2 and drops it
my $FIRST_PAUSE   = 0.1;    # seconds; after a fork that came to nothing
my $LONGEST_PAUSE = 5;
my $WNOHANG       = 1;      # waitpid(2) and errno(3): POSIX and Errno would be a third of the parent's memory
my $INTERRUPTED   = 4;

sub new ($class, $settings) {
    return bless {
        settings     => $settings,
        title        => "warren: $settings->{name} gen $settings->{generation}",
        applications => Warren::Applications->new($settings),
        plugins      => defined $settings->{pluginDirectory} ? _new('Plugins', $settings) : undef,
        watch        => undef,
        interpreters => {},
        stopping     => 0,
        pause        => $FIRST_PAUSE,
    }, $class;
}

# What not every virtual host needs: each such module would be a tenth of a parent's memory.
sub _new ($module, $settings) {
    require "Warren/$module.pm";
    return "Warren::$module"->new($settings);
}

sub run ($self) {
    Warren::Title::set("$self->{title} parent");
    Warren::Overrun::watch();
    $SIG{XFSZ} = 'IGNORE';    # past its limit of file sizes a write fails with EFBIG, setrlimit(2)
    $| = 1;
    if (!eval { $self->_load; 1 }) {
        my $error = $@;
        Warren::Log::say_why('the code cannot be loaded: ' . (ref $error eq 'Warren::Failure' ? $error->{message} : $error));
        CORE::exit(1);
    }
    Warren::Overrun::ignore();
    my $interpreter = Warren::Interpreter->new($self->@{qw(applications plugins)});
    my $watch       = $self->{watch};
    my $sleep       = $watch ? $Warren::Watch::INTERVAL : $LONGEST_SLEEP;
    local $SIG{TERM} = sub { $self->{stopping} = 1 };
    local $SIG{CHLD} = sub { };    # only to interrupt select; also takes back an IGNORE, which would hide the children
    while (!$self->{stopping}) {
        $self->_reap($WNOHANG);
        $self->_fork($interpreter) if _readable(0, $sleep) && !$self->{stopping};
        $watch->look if $watch;
    }
    $self->_stop;
    CORE::exit(0);
}

sub _load ($self) {
    local $Warren::Exit::loading = 1;
    my ($settings, $applications, $plugins) = $self->@{qw(settings applications plugins)};
    $self->{watch} = _new('Watch', $settings) if $settings->is_watched;
    $applications->use_libraries;
    for my $load ($settings->{load}->@*) {
        my $file = $load->{kind} eq 'module' ? ($load->{name} =~ s{::}{/}gr) . '.pm' : $load->{name};
        require $file;
    }
    $plugins->load if $plugins;
    $applications->load;
    Warren::ApacheDbi::take_part();
    $plugins->start if $plugins;
    $self->{watch}->add_modules if $self->{watch};
    return;
}

# No more connections; those that there are end after their request.
sub _stop ($self) {
    open STDIN, '<', '/dev/null' or die "/dev/null: $!\n";
    kill TERM => keys $self->{interpreters}->%*;
    $self->_reap(0);
    return;
}

# As process 1 of a PID namespace the parent reaps orphans of others too.
sub _reap ($self, $flags) {
    while (1) {
        my $pid = waitpid -1, $flags;
        next if $pid < 0 && $! == $INTERRUPTED;
        last if $pid <= 0;
        delete $self->{interpreters}{$pid};
    }
    return;
}

sub _fork ($self, $interpreter) {
    pipe my $taken, my $takes or return $self->_refuse("pipe: $!");
    my $pid = CORE::fork;
    return $self->_refuse("fork: $!") if !defined $pid;
    if ($pid == 0) {
        close $taken;
        $self->_become($interpreter, $takes);
    }
    close $takes;
    $self->{interpreters}{$pid} = 1;
    $self->_await($taken, $pid);
    return;
}

# Until then descriptor 0 stays readable, and the parent would fork again for the same connection.
sub _await ($self, $taken, $pid) {
    if (!_readable(fileno $taken, $LONGEST_TAKE)) {
        kill KILL => $pid;    # else it would take a later one, from the interpreter that is forked for that
        Warren::Log::say_why("interpreter $pid has not taken its connection in $LONGEST_TAKE s and is killed");
        return;
    }
    if (sysread $taken, my $byte, 1) {
        $self->{pause} = $FIRST_PAUSE;
        return;
    }
    return if $self->{stopping};
    $self->_pause("interpreter $pid ended before it had taken a connection");
    return;
}

# Does not return. TERM is the interpreter's as soon as it serves; before that it just ends.
sub _become ($self, $interpreter, $takes) {
    $SIG{TERM} = $SIG{CHLD} = 'DEFAULT';
    Warren::Title::set("$self->{title} interpreter");
    $Warren::Exit::process = $$;
    Warren::Overrun::watch();
    srand;    # else every interpreter of a parent that has used rand gives the same numbers
    my $served = eval {
        $interpreter->serve(sub { syswrite $takes, 'x'; close $takes });
        1;
    };
    Warren::Log::say_why("interpreter: $@") if !$served;

    # perl's global destruction writes to every page that is shared with the parent; here it would destroy only what is
    # the parent's.
    kill KILL => $$ if !$interpreter->has_run;
    CORE::exit($served ? 0 : 1);
}

# Who waits for this interpreter should know at once: the answer to hello, as FastCGI records (sections 3.3 and 5.5).
sub _refuse ($self, $why) {
    if (accept my $connection, \*STDIN) {
        my $head = "Status: 503\r\nWarren-Refused: $why\r\n\r\n";
        syswrite $connection, pack('CCnnCCa*', 1, 6, 1, length $head, 0, 0, $head) . pack('CCnnCCx8', 1, 3, 1, 8, 0, 0);
        close $connection;
    }
    Warren::Log::say_why("no interpreter can be made: $why");
    return;
}

sub _pause ($self, $why) {
    Warren::Log::say_why("$why; waiting $self->{pause} s");
    select undef, undef, undef, $self->{pause};
    $self->{pause} *= 2;
    $self->{pause} = $LONGEST_PAUSE if $self->{pause} > $LONGEST_PAUSE;
    return;
}

# Signals shorten the wait for connections; they do not shorten the other one. Linux's select(2) tells what was left.
sub _readable ($fd, $seconds) {
    my $set = '';
    vec($set, $fd, 1) = 1;
    while (1) {
        (my $found, $seconds) = select my $ready = $set, undef, undef, $seconds;
        return $found > 0 if $found >= 0;
        return 0 if $fd == 0;
    }
}

1;

__END__

=head1 NAME

Warren::Parent - loads the owner's code once and forks an interpreter for each connection

=head1 DESCRIPTION

Waits until descriptor 0 has a connection, forks, and waits for a byte on a pipe: the child has accepted it. One fork,
one connection, one interpreter. On SIGTERM it takes no more connections, passes the signal to its interpreters, which
finish the request at hand, and exits 0 after the last of them. On SIGQUIT it says where it is and ends while it loads
code (L<Warren::Overrun>), and does nothing after that.

Loaded are, in this order, what C<PerlModule> and C<PerlRequire> say, the owner's plugins, the applications, and the
scripts in directories of applications. It watches these directories while it waits (L<Warren::Watch>).

If it dies, its interpreters go on until their connections end.

=head1 FAILURES

Code that cannot be loaded: the reason, with file and line, on descriptor 2, and exit status 1. A fork that fails is
logged, and the connection that it was for is told so. A child that ends before it has accepted is logged, and the next
is tried after a pause that doubles from 0.1 to 5 seconds. One that has not accepted within 2.5 seconds is killed, and
the next is tried at once. A
signal in the instant before select(2) is seen within 5 seconds.

=head1 SEE ALSO

L<Warren::Interpreter>, L<Warren::Applications>, L<Warren::Plugins>, L<Warren::Watch>

=cut

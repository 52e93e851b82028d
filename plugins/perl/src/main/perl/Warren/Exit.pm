package Warren::Exit;
use v5.36;

our $script_runs = 0;       # exit ends the script, not the process
our $loading     = 0;       # exit in code that the parent loads is a failure to load
our $process     = $$;      # of whom the two above and the connection are; a fork by owner's code is another
our $abandon     = sub { }; # makes such a fork let go of the connection
our $is_fork     = 0;       # this process is one by "fork" itself; those of open "-|" are told by $process alone

# What exit throws where it cannot jump: in a signal handler, a sort block, an overloaded operator.
my $thrown = bless {}, 'Warren::Exit::Thrown';

BEGIN {
    no warnings 'once';
    *CORE::GLOBAL::exit = \&leave;
    *CORE::GLOBAL::fork = \&fork_marked;
}

sub leave :prototype(;$) ($status = 0) {
    leave_fork($status) if $$ != $process;
    if ($loading) {
        my (undef, $file, $line) = caller;
        die "exit($status) while the code was loaded at $file line $line.\n";
    }
    CORE::exit($status) if !$script_runs;
    local $SIG{__DIE__} = 'DEFAULT';
    no warnings 'exiting';
    eval { last WARREN_SCRIPT };    # passes through every eval of the script's; comes back only where it could not
    die $thrown;
}

# Calls code whose exit ends it and nothing else: whether it has called exit, and its error. A process that it has
# forked and that comes back from it ends.
sub contain ($code) {
    my ($returned, $error);
    local $script_runs = 1;
    WARREN_SCRIPT: {
        $returned = eval { no warnings; $code->(); 1 };
        $error = $@ if !$returned;
    }
    leave_fork(0)     if $$ != $process;
    return (0, undef) if $returned;
    return (1, undef) if !defined $error || is_thrown($error);
    return (0, ref $error || length $error ? $error : "died with an empty message\n");
}

# getpid(2) for every request would tell the same, and is dear where system calls are.
sub fork_marked :prototype() () {
    my $pid = CORE::fork;
    $is_fork = 1 if defined $pid && $pid == 0;
    return $pid;
}

sub is_thrown ($error) {
    return ref $error eq 'Warren::Exit::Thrown';
}

# Ends a process that the owner's code forked: quietly, with its own END blocks and buffers.
sub leave_fork ($status) {
    $abandon->();
    CORE::exit($status);
}

1;

__END__

=head1 NAME

Warren::Exit - what C<exit> and C<fork> mean in an interpreter

=head1 DESCRIPTION

Replaces C<CORE::GLOBAL::exit>. In a Registry script, and in an owner's plugin, it ends that and nothing else, also from
within C<eval>, subroutines and loops. In a PSGI application it ends the interpreter, as with every PSGI server; the pool makes another.
In a process that a script has forked it ends that process, without touching the connection, which is its parent's.
While the parent interpreter loads code it is an error that names the place.

Replaces C<CORE::GLOBAL::fork> by one that marks the child.

=head1 FAILURES

From a signal handler, a C<sort> block or an overloaded operator Perl cannot jump out; there C<exit> throws an object,
and an C<eval> around it would catch that. C<POSIX::_exit> cannot be replaced: it ends the interpreter.

=head1 SEE ALSO

L<Warren::Script>, L<CORE/"OVERRIDING CORE FUNCTIONS">

=cut

package Warren::Overrun;
use v5.36;

use Warren::Exit;
use Warren::Log;

my $MOST_FRAMES = 20;
my $LONGEST_URI = 500;
my $runtime     = __FILE__ =~ s{Warren/Overrun\.pm\z}{}r;

our $parameters = {};    # of the request at hand
our $began      = 0;     # time(2) of its beginning; 0 between requests
our $told       = 0;     # that it has overrun
our $end_blocks = [];    # of the script that runs

sub watch {
    $SIG{QUIT} = \&_tell;
    return;
}

# An application may have set its own.
sub keep_watching {
    my $handler = $SIG{QUIT};
    watch() if !ref $handler || $handler != \&_tell;
    return;
}

# No handler runs for what the parent is not asked to tell.
sub ignore {
    $SIG{QUIT} = 'IGNORE';
    return;
}

sub _tell ($signal) {
    return _die_of_it() if $$ != $Warren::Exit::process;
    my @stack = _stack();
    Warren::Log::say_together(_what() . (@stack ? ', it was' : ''), @stack);
    _leave() if $Warren::Exit::loading || !$began;
    $told = 1;
    kill TERM => $$;    # which the owner's code may handle itself
    return;
}

# SIGTERM of a request that has overrun: END blocks and destructors run, what they print goes nowhere.
sub end {
    $Warren::Exit::abandon->();
    for my $block ($end_blocks->@*) {
        eval { $block->(); 1 } or warn $@;
    }
    CORE::exit(1);
}

# A process that the owner's code has forked.
sub _die_of_it {
    $SIG{QUIT} = 'DEFAULT';
    kill QUIT => $$;
    return;
}

sub _what {
    return 'overran the deadline of its launch: the code is still being loaded' if $Warren::Exit::loading;
    return 'told to end between two requests' if !$began;
    return sprintf 'overran its deadline after %d s: %s %s (request %s)', time - $began, $parameters->{REQUEST_METHOD} // '?',
        substr($parameters->{REQUEST_URI} // '?', 0, $LONGEST_URI), $parameters->{WARREN_REQUEST_ID} // '?';
}

# Innermost first. caller tells where a sub was called; the sub that this place lies in is the next frame's. Frame 1 is
# the handler's, 2 the eval that perl puts around it.
sub _stack {
    my @lines;
    my ($file, $line) = (caller 2)[1, 2];
    for (my $depth = 3;; $depth++) {
        my @frame = caller $depth;
        if (index($file, $runtime) != 0) {
            return (@lines, '  and further out') if @lines == $MOST_FRAMES;
            push @lines, '  in ' . (@frame ? _name(@frame[3, 6, 7]) : 'the main program') . " at $file line $line";
        }
        last if !@frame;
        ($file, $line) = @frame[1, 2];
    }
    return @lines;
}

sub _name ($sub, $text, $is_required) {
    return "require $text" if $is_required;
    return 'the script'    if $sub =~ /\AWarren::Script::\w+::handler\z/;
    return $sub =~ s/\AWarren::Script::\w+:://r;
}

# At once: no END block, no buffer. As process 1 of its namespace none can kill itself.
sub _leave {
    eval { require POSIX; POSIX::_exit(1) };
    kill KILL => $$;
    return;
}

1;

__END__

=head1 NAME

Warren::Overrun - SIGQUIT and SIGTERM: say where you are, and end

=head1 DESCRIPTION

The launcher sends SIGQUIT to an interpreter that has overrun a deadline, SIGTERM a second later and SIGKILL after
another. On SIGQUIT it writes to the owner's log, in one write:

    vhost=... gen=... pid=... overran its deadline after 300 s: GET /shop?q=x (request 4711), it was
    vhost=... gen=... pid=...   in My::Shop::search at /srv/alice/lib/My/Shop.pm line 12
    vhost=... gen=... pid=...   in the script at /srv/alice/htdocs/shop.pl line 3

innermost first, without the runtime's own frames, at most 20 frames and 4000 bytes. Then it sends SIGTERM to itself: a
handler of the owner's own runs where there is one, else the interpreter exits with its END blocks and destructors, so
that transactions are rolled back and locks given up. The connection is cut without an end of the request, so that
nobody takes the response for complete. An interpreter between two requests, and a parent interpreter that has not
loaded its code in time, end at once. A parent that has loaded ignores the signal: it has no deadline.

A handler of a script's own is in force while the script runs, an application's until the next request. A process that
the owner's code has forked dies of the signal, as it would without this module.

=head1 FAILURES

perl runs a signal's handler between two operations (L<perlipc/"Deferred Signals (Safe Signals)">). A system call is
interrupted for it (sleep, read, flock, waitpid); a loop, a sort block, a recursion is left soon. So the place can be a
little after the call that was interrupted: a sub that has nothing more to do has been left already. Nothing is said

=over

=item * inside one operation that does not return: a regular expression that backtracks for ever, a C library that goes
back to waiting when it is interrupted (most database clients);

=item * inside C<system>, while which perl ignores SIGQUIT (L<perlfunc/system>), unlike a command in backticks or a pipe;

=item * where the signal comes in the instant before a system call that does not return;

=item * where the code has blocked or ignored the signal itself.

=back

=cut

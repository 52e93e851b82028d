package Warren::Interpreter;
use v5.36;

use FCGI ();
use Fcntl qw(F_SETFD FD_CLOEXEC);
use IO::Handle ();
use POSIX ();
use Warren::Exit;
use Warren::Failure;
use Warren::Log;
use Warren::Psgi;
use Warren::Registry;

use constant HELLO => 'WARREN_HELLO';

sub new ($class, $applications) {
    my ($in, $out, $unused) = map { IO::Handle->new } 1 .. 3;
    my %parameters;
    return bless {
        applications => $applications,
        parameters   => \%parameters,
        in           => $in,
        out          => $out,
        request      => scalar FCGI::Request($in, $out, $unused, \%parameters, 0, FCGI::FAIL_ACCEPT_ON_INTR),
        leaving      => 0,
    }, $class;
}

# Accepts one connection, says so by calling $taken, and serves it until it ends.
sub serve ($self, $taken) {
    local $SIG{TERM} = sub { $self->{leaving} = 1 };
    my $request = $self->{request};
    my $next_fd = _lowest_free_descriptor();
    return if $request->Accept < 0;
    $taken->();

    # FCGI.pm would accept the next connection when this one has ended; on /dev/null it cannot.
    open STDIN, '<', '/dev/null' or die "/dev/null: $!\n";
    $self->_keep_connection_private($next_fd);
    $Warren::Exit::abandon = sub { bless $request, 'Warren::Interpreter::Abandoned' };
    $self->_prepare;
    do { $self->_answer } while (!$self->{leaving} && $request->Accept >= 0);
    return;
}

sub _prepare ($self) {
    my ($in, $out) = map { tied *{$self->{$_}} } qw(in out);
    $self->{in_stream}  = $in;
    $self->{out_stream} = $out;
    $self->{psgi}       = Warren::Psgi->new($out, $self->{request});
    $self->{registry}   = Warren::Registry->new(sub ($path) { $self->{applications}->read($path) },
        $in, $out, $self->{request});
    return;
}

# FCGI.pm accepts without SOCK_CLOEXEC and keeps the number to itself: it is the lowest that was free. A script's child
# process must not hold the connection open.
sub _keep_connection_private ($self, $fd) {
    open my $connection, '+<&=', $fd or die "the connection, descriptor $fd: $!\n";
    -S $connection or die "descriptor $fd is not the connection\n";
    fcntl $connection, F_SETFD, FD_CLOEXEC or die "fcntl: $!\n";
    $self->{connection} = $connection;
    return;
}

sub _lowest_free_descriptor {
    my $fd = POSIX::dup(2) // die "dup: $!\n";
    POSIX::close($fd);
    return $fd;
}

sub _answer ($self) {
    my $parameters = $self->{parameters};
    return $self->_hello if exists $parameters->{+HELLO};
    my $file = $parameters->{SCRIPT_FILENAME} // '';
    my ($env, $by);
    my $done = eval {
        if ($file =~ /\.psgi\z/) {
            $by = $self->{psgi};
            $by->start;
            $self->{registry}->state->reset_environment;
            my $app = $self->{applications}->app($file);
            $env = Warren::Psgi::environment($parameters, $self->{in});
            $by->answer($app, $env);
        }
        else {
            $by = $self->{registry};
            $by->answer($file, $parameters);
        }
        1;
    };
    my $error = $@;
    Warren::Exit::leave_fork(1) if $$ != $Warren::Exit::process;
    $self->_fail(Warren::Failure->of($error, 'died'), $by) if !$done;
    $self->_end_request;
    $self->_clean_up($env) if $env;
    return;
}

sub _hello ($self) {
    $self->_print("Status: 200\r\nWarren-Pid: $$\r\n\r\n");
    $self->_end_request;
    return;
}

# Into the stream's buffer, to be sent with the end of the request: FCGI.pm flushes wherever $| is set.
sub _print ($self, $bytes) {
    local $| = 0;
    $self->{out_stream}->PRINT($bytes);
    return;
}

# Once a part of the response is on its way there can be no error page: the connection is cut, so that nobody takes the
# response for complete. The pool makes another interpreter.
sub _fail ($self, $failure, $by) {
    $failure->log;
    if (!$by->has_sent) {
        $self->_print($failure->answer);
        return;
    }
    $self->{request}->Flush;
    shutdown $self->{connection}, 2;
    $self->{leaving} = 1;
    return;
}

# What of the body nobody has read would be taken for the next request's beginning.
sub _end_request ($self) {
    my $in = $self->{in_stream};
    $self->{request}->Flush if ($self->{parameters}{CONTENT_LENGTH} || 0) > 0;
    my $count;
    do { $count = $in->READ(my $unread, 65_536) } while ($count && $count > 0);
    $self->{request}->Finish;
    return;
}

sub _clean_up ($self, $env) {
    for my $handler ($env->{'psgix.cleanup.handlers'}->@*) {
        eval { $handler->($env); 1 } or Warren::Log::say_why("cleanup handler: $@");
    }
    $self->{leaving} = 1 if $env->{'psgix.harakiri.commit'};
    return;
}

1;

__END__

=head1 NAME

Warren::Interpreter - one connection, one request at a time

=head1 DESCRIPTION

The child that the parent interpreter forks. It accepts one connection on descriptor 0, says so, puts /dev/null on descriptor 0
and answers requests until the connection ends or SIGTERM has come and the request at hand is answered.

The request whose parameters have C<WARREN_HELLO> is answered with C<Warren-Pid: PID> and nothing else. C<SCRIPT_FILENAME> that ends in C<.psgi>
names an application, any other a Registry script. The body that was not read is thrown away before the next request.

=head1 FAILURES

A request that fails before anything of its response has been sent is answered as L<Warren::Failure> says; the interpreter goes on. After
that the connection is cut without FastCGI's end of request, and the interpreter ends.

=head1 SEE ALSO

L<FCGI>, L<Warren::Psgi>, L<Warren::Registry>, FastCGI 1.0 specification

=cut

package Warren::Interpreter;
use v5.36;

use FCGI ();
use Fcntl qw(F_SETFD FD_CLOEXEC);
use Warren::ApacheDbi;
use Warren::Exit;
use Warren::Failure;
use Warren::Log;
use Warren::Overrun;
use Warren::Registry;

my $HELLO = 'WARREN_HELLO';
my $BLOCK = 32_768;

# In the parent, once its code is loaded: what all interpreters have alike is shared memory then. Without a directory of
# plugins there are none.
sub new ($class, $applications, $plugins) {
    my ($in, $out, $unused) = map { _handle() } 1 .. 3;
    my %parameters;
    my $request = FCGI::Request($in, $out, $unused, \%parameters, 0, FCGI::FAIL_ACCEPT_ON_INTR);
    my $self = bless {
        applications => $applications,
        found        => $applications->found,
        plugins      => $plugins,
        parameters   => \%parameters,
        in           => $in,
        out          => $out,
        request      => $request,
        registry     => Warren::Registry->new(sub ($path) { $applications->read($path) }, $request,
            $applications->scripts),
        psgi         => undef,
        by           => undef,
        has_run      => 0,
        leaving      => 0,
        (map { $_ => $plugins && $plugins->have($_) } qw(before_request after_request)),
    }, $class;
    $self->{registry}->tell_status if $self->{after_request};
    return $self;
}

# Whether any of the owner's code has run in it since the parent forked it.
sub has_run ($self) { return $self->{has_run} }

# As Symbol makes them, without Symbol.
sub _handle {
    return \do { local *HANDLE };
}

# In a child of the parent. Accepts one connection, says so by calling $taken, and serves it until it ends.
sub serve ($self, $taken) {
    local $SIG{TERM} = sub { $self->{leaving} = 1; Warren::Overrun::end() if $Warren::Overrun::told };
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
    Warren::ApacheDbi::run('PerlChildExitHandler');
    $self->{registry}->step_back;
    $self->{plugins}->run('exit') if $self->{plugins};
    return;
}

# FCGI.pm makes the streams when it accepts.
sub _prepare ($self) {
    my ($in, $out) = $self->@{qw(in_stream out_stream)} = map { tied *{$self->{$_}} } qw(in out);
    $self->{registry}->begin($in, $out);
    $Warren::Overrun::parameters = $self->{parameters};
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
    open my $copy, '>&', 2 or die "dup: $!\n";
    return fileno $copy;
}

sub _answer ($self) {
    my $parameters = $self->{parameters};
    return $self->_hello if exists $parameters->{$HELLO};
    $Warren::Overrun::began = time;
    $self->{has_run} = 1;
    $self->{by} = undef;
    eval { $self->_respond($parameters); 1 } or $self->_fail($@);
    $self->_end_request;
    $self->_run_after($parameters) if $self->{after_request};
    Warren::ApacheDbi::run('PerlCleanupHandler');
    $self->{leaving} = 1 if $self->{by} && $self->{by}->clean_up;
    $Warren::Overrun::began = 0;
    return;
}

sub _respond ($self, $parameters) {
    my $file  = $parameters->{SCRIPT_FILENAME} // '';
    my $names = $self->{found}{$file};
    my $app   = $names && _enter($names, $parameters);
    return if $self->{before_request} && $self->_run_before($parameters);
    Warren::Failure->refused(404) if $names && !$app;
    $file = $app->{file} if $app;
    my $is_script = $app ? $app->{is_script} : substr($file, -5) ne '.psgi';
    $self->{by} = $is_script ? $self->{registry} : $self->{psgi} // $self->_make_psgi;
    return $self->{by}->answer($file, $parameters);
}

# In a directory of applications the path's next name is the application's.
sub _enter ($names, $parameters) {
    my ($name, $rest) = ($parameters->{PATH_INFO} // '') =~ m{\A/([^/]+)(.*)\z}s or return;
    my $app = $names->{$name} // return;
    $parameters->{SCRIPT_NAME} .= "/$name";
    $parameters->{PATH_INFO}       = $rest;
    $parameters->{SCRIPT_FILENAME} = $app->{file};
    $parameters->{PATH_TRANSLATED} = ($parameters->{DOCUMENT_ROOT} // '') . $rest;
    delete $parameters->{PATH_TRANSLATED} if $rest eq '';
    return $app;
}

# Plugins find neither a script's handles nor its environment. True where one has given the response.
sub _run_before ($self, $parameters) {
    $self->{registry}->step_back;
    return $self->{plugins}->before($parameters, sub ($response) {
        $self->{by} = $self->{psgi} // $self->_make_psgi;
        $self->{by}->give($response);
    });
}

sub _run_after ($self, $parameters) {
    $self->{registry}->step_back;
    $self->{plugins}->run('after_request', $parameters, $self->{failed_with} // $self->{by}->status);
    $self->{failed_with} = undef;
    return;
}

# For the first application's request; scripts alone do without.
sub _make_psgi ($self) {
    require Warren::Psgi;
    return $self->{psgi} = Warren::Psgi->new($self->{applications}, $self->{registry},
        $self->@{qw(in out_stream request)});
}

sub _hello ($self) {
    $self->_print("Status: 200\r\nWarren-Pid: $$\r\n\r\n");
    return $self->_end_request;
}

# Into the stream's buffer, to be sent with the end of the request.
sub _print ($self, $bytes) {
    $self->{out_stream}->WRITE($bytes, length $bytes);
    return;
}

# Once a part of the response is on its way there can be no error page: the connection is cut, so that nobody takes the
# response for complete. The pool makes another interpreter.
sub _fail ($self, $error) {
    Warren::Exit::leave_fork(1) if $$ != $Warren::Exit::process;
    my $failure = Warren::Failure->of($error, 'died');
    $failure->log;
    if (!$self->{by} || !$self->{by}->has_sent) {
        $self->{failed_with} = $failure->{status};
        return $self->_print($failure->answer);
    }
    $self->{request}->Flush;
    shutdown $self->{connection}, 2;
    $self->{leaving} = 1;
    return;
}

# What of the body nobody has read would be taken for the next request's beginning. A long one delays no response; else
# the response and the end of the request go in one write(2).
sub _end_request ($self) {
    my ($in, $request) = $self->@{qw(in_stream request)};
    if (defined $in->GETC) {
        $request->Flush if ($self->{parameters}{CONTENT_LENGTH} || 0) > $BLOCK;
        my $count;
        do { $count = $in->READ(my $unread, $BLOCK) } while ($count && $count > 0);
    }
    $request->Finish;
    return;
}

1;

__END__

=head1 NAME

Warren::Interpreter - one connection, one request at a time

=head1 DESCRIPTION

The child that the parent interpreter forks. It accepts one connection on descriptor 0, says so, puts /dev/null on
descriptor 0 and answers requests until the connection ends or SIGTERM has come and the request at hand is answered.

The request whose parameters have C<WARREN_HELLO> is answered with C<Warren-Pid: PID> and nothing else.
C<SCRIPT_FILENAME> that ends in C<.psgi> names an application, any other a Registry script; a directory of applications
and a slash stands for the one that the first name of C<PATH_INFO> is, and the variables are then set as if the request
had come to that. The body that was not read is thrown away before the next request.

Owners' plugins (L<Warren::Plugins>) are asked before and told after every request but that one.

=head1 FAILURES

A request that fails before anything of its response has been sent is answered as L<Warren::Failure> says; the
interpreter goes on. After that the connection is cut without FastCGI's end of request, and the interpreter ends.

=head1 SEE ALSO

L<FCGI>, L<Warren::Psgi>, L<Warren::Registry>, L<Warren::Plugins>, FastCGI 1.0 specification

=cut

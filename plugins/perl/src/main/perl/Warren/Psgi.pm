package Warren::Psgi;
use v5.36;

use IO::Handle ();
use Warren::Exit;
use Warren::Failure;
use Warren::Overrun;
use Warren::Source;

my $BLOCK = 65_536;

# Compiles a file that Warren::ScriptFile has read; an application is what its text evaluates to.
sub compile ($file) {
    my $path    = $file->{path};
    my $source  = Warren::Source::split_data($file->{text});
    my $package = Warren::Source::package_for($path);
    local $0    = $path;
    local @ARGV;
    my $app = Warren::Source::compile($package,
        "package $package;\n" . Warren::Source::line_directive($path) . $source->{code});
    return $app if ref $app eq 'CODE' || ref $app && $INC{'overload.pm'} && overload::Method($app, '&{}');
    die "$path: the file's last value is no code reference, expected a PSGI application\n";
}

# The FastCGI request's input, a handle, and its output, a stream.
sub new ($class, $applications, $registry, $input, $stream, $request) {
    return bless {
        applications => $applications,
        registry     => $registry,
        input        => bless($input, 'IO::Handle'),
        stream       => $stream,
        request      => $request,
        has_sent     => 0,
        env          => undef,
    }, $class;
}

sub has_sent ($self) { return $self->{has_sent} }

# One request. Dies with the application's error.
sub answer ($self, $path, $parameters) {
    $self->{has_sent} = 0;
    Warren::Overrun::keep_watching();
    $self->{registry}->step_back;
    my $app      = $self->{applications}->app($path);
    my $env      = $self->{env} = $self->_environment($parameters);
    my $response = $app->($env);
    Warren::Exit::leave_fork(0) if $Warren::Exit::is_fork;
    return $self->_respond($response) if ref $response eq 'ARRAY';
    die "the application's response is no array reference\n" if ref $response ne 'CODE';
    my $answered;
    $response->(sub { $answered = 1; $self->_respond($_[0]) });
    Warren::Failure->throw(status => 500, kind => 'no-output',
        message => 'the application returned a code reference that gave no response') if !$answered;
    return;
}

# A response that an owner's plugin gives instead.
sub give ($self, $response) {
    $self->{has_sent} = 0;
    $self->_respond($response);
    return;
}

# Of the last response.
sub status ($self) { return $self->{status} }

# After the response has gone. True where the application wants no further request.
sub clean_up ($self) {
    my $env = delete $self->{env} // return 0;
    for my $handler ($env->{'psgix.cleanup.handlers'}->@*) {
        eval { $handler->($env); 1 } or Warren::Log::say_why("cleanup handler: $@");
    }
    return $env->{'psgix.harakiri.commit'};
}

# The environment of one request, from FastCGI's parameters: a copy, for an application may keep it.
sub _environment ($self, $parameters) {
    delete @$parameters{qw(FCGI_ROLE HTTP_PROXY HTTP_CONTENT_TYPE HTTP_CONTENT_LENGTH)};
    my $https = $parameters->{HTTPS};
    my $env = {
        %$parameters,
        'psgi.version'            => [1, 1],
        'psgi.url_scheme'         => defined $https && $https =~ /\A(?:on|1)\z/i ? 'https' : 'http',
        'psgi.input'              => $self->{input},
        'psgi.errors'             => \*STDERR,
        'psgi.multithread'        => !!0,
        'psgi.multiprocess'       => !!1,
        'psgi.run_once'           => !!0,
        'psgi.streaming'          => !!1,
        'psgi.nonblocking'        => !!0,
        'psgix.harakiri'          => !!1,
        'psgix.cleanup'           => !!1,
        'psgix.cleanup.handlers'  => [],
    };
    $env->{SCRIPT_NAME}  //= '';
    $env->{PATH_INFO}    //= '';
    $env->{QUERY_STRING} //= '';
    delete $env->{CONTENT_TYPE}   if ($env->{CONTENT_TYPE}   // 'x') eq '';
    delete $env->{CONTENT_LENGTH} if ($env->{CONTENT_LENGTH} // 'x') eq '';
    return $env;
}

sub _respond ($self, $response) {
    die "the application's response is no array reference\n" if ref $response ne 'ARRAY';
    my ($status, $headers, $body) = @$response;
    my $head = _head($status, $headers);
    $self->{status} = $status;
    if (ref $body eq 'ARRAY') {
        $self->_print(@$body == 1 ? $head . ($body->[0] // '') : join '', $head, grep { defined } @$body);
        return;
    }
    $self->_print($head);
    return bless {psgi => $self}, 'Warren::Psgi::Writer' if !defined $body;
    local $/ = \$BLOCK if !ref $/;
    while (defined(my $part = $body->getline)) {
        $self->_print_now($part);
    }
    $body->close;
    return;
}

sub _head ($status, $headers) {
    die "the application's status is not of three digits\n" if ($status // '') !~ /\A[1-9][0-9]{2}\z/;
    my $head = "Status: $status\r\n";
    for (my $i = 0; $i < @$headers; $i += 2) {
        $head .= $headers->[$i] . ': ' . ($headers->[$i + 1] // '') . "\r\n";
    }
    _refuse_lines_in($headers) if ($head =~ tr/\r\n\0//) != 2 + 2 * int((@$headers + 1) / 2);
    return "$head\r\n";
}

sub _refuse_lines_in ($headers) {
    for (my $i = 0; $i < @$headers; $i += 2) {
        die "the application's header $headers->[$i] has a line end or NUL\n"
            if $headers->[$i] . ($headers->[$i + 1] // '') =~ /[\r\n\0]/;
    }
    return;
}

# Into the stream's buffer. Nothing of it has been sent if it dies. Not by FastCGI's PRINT, which flushes where $| is
# set.
sub _print ($self, $bytes) {
    utf8::downgrade($bytes, 1) or die "the application's response has characters above 255, expected bytes\n";
    $self->{stream}->WRITE($bytes, length $bytes);
    $self->{has_sent} = 1;
    return;
}

sub _print_now ($self, $bytes) {
    return if !defined $bytes || $bytes eq '';
    $self->_print($bytes);
    $self->{request}->Flush;
    return;
}

package Warren::Psgi::Writer;
use v5.36;

sub write ($self, $bytes) {
    $self->{psgi}->_print_now($bytes);
    return;
}

sub close ($self) { return }

1;

__END__

=head1 NAME

Warren::Psgi - one request to a PSGI application

=head1 DESCRIPTION

L<PSGI> 1.1 with streaming, delayed responses, C<psgix.cleanup> and C<psgix.harakiri>. It is not
L<Plack::Handler::FCGI>, because that one's C<run> owns the accept loop, guesses PATH_INFO anew from REQUEST_URI, sends
an error's text to the visitor and never flushes a streamed response. C<psgi.errors> is STDERR, the owner's log.

Only what PSGI promises: what an application prints to STDOUT is in the log, C<exit> ends the interpreter.

=head1 FAILURES

C<answer> dies with the application's error; C<has_sent> tells whether a part of the response has been sent before.

=head1 SEE ALSO

L<PSGI>, L<PSGI::Extensions>, L<Warren::Interpreter>

=cut

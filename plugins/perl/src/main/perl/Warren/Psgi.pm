package Warren::Psgi;
use v5.36;

use Plack::Util ();
use Warren::Exit;
use Warren::Failure;
use Warren::Source;

# The environment of one PSGI request, from FastCGI's parameters.
sub environment ($parameters, $input) {
    my $env = {
        %$parameters,
        'psgi.version'            => [1, 1],
        'psgi.url_scheme'         => ($parameters->{HTTPS} // 'off') =~ /\A(?:on|1)\z/i ? 'https' : 'http',
        'psgi.input'              => $input,
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
    delete @$env{qw(FCGI_ROLE HTTP_PROXY HTTP_CONTENT_TYPE HTTP_CONTENT_LENGTH)};
    $env->{$_} //= '' for qw(SCRIPT_NAME PATH_INFO QUERY_STRING);
    for my $name (qw(CONTENT_TYPE CONTENT_LENGTH)) {
        delete $env->{$name} if defined $env->{$name} && $env->{$name} eq '';
    }
    return $env;
}

# Compiles a file that Warren::ScriptFile has read; an application is what its text evaluates to.
sub compile ($file) {
    my $path    = $file->{path};
    my $source  = Warren::Source::split_data($file->{text});
    my $package = Warren::Source::package_for($path);
    local $0    = $path;
    local @ARGV;
    my $app = Warren::Source::compile($package,
        "package $package;\n" . Warren::Source::line_directive($path) . $source->{code});
    return $app if ref $app && (ref $app eq 'CODE' || overload::Method($app, '&{}'));
    die "$path: the file's last value is no code reference, expected a PSGI application\n";
}

sub new ($class, $stream, $request) {
    return bless {stream => $stream, request => $request, has_sent => 0}, $class;
}

sub start ($self)    { $self->{has_sent} = 0; return }
sub has_sent ($self) { return $self->{has_sent} }

# One request. Dies with the application's error.
sub answer ($self, $app, $env) {
    my $response = $app->($env);
    Warren::Exit::leave_fork(0) if $$ != $Warren::Exit::process;
    if (ref $response eq 'CODE') {
        my $answered;
        $response->(sub { $answered = 1; $self->_respond($_[0]) });
        Warren::Failure->throw(status => 500, kind => 'no-output',
            message => 'the application returned a code reference that gave no response') if !$answered;
    }
    else {
        $self->_respond($response);
    }
    return;
}

sub _respond ($self, $response) {
    die "the application's response is no array reference\n" if ref $response ne 'ARRAY';
    my ($status, $headers, $body) = @$response;
    my $head = _head($status, $headers);
    if (ref $body eq 'ARRAY') {
        $self->_print(join '', $head, grep { defined } @$body);
        return;
    }
    $self->_print($head);
    if (!defined $body) {
        return bless {psgi => $self}, 'Warren::Psgi::Writer';
    }
    Plack::Util::foreach($body, sub { $self->_print_now($_[0]) });
    return;
}

sub _head ($status, $headers) {
    die "the application's status is not of three digits\n" if ($status // '') !~ /\A[1-9][0-9]{2}\z/;
    my $head = "Status: $status\r\n";
    for (my $i = 0; $i < @$headers; $i += 2) {
        my $line = "$headers->[$i]: " . ($headers->[$i + 1] // '');
        die "the application's header $headers->[$i] has a line end or NUL\n" if $line =~ /[\r\n\0]/;
        $head .= "$line\r\n";
    }
    return "$head\r\n";
}

# May be held in the stream's buffer; nothing of it has been sent if it dies. FCGI.pm flushes wherever $| is set.
sub _print ($self, $bytes) {
    utf8::downgrade($bytes, 1) or die "the application's response has characters above 255, expected bytes\n";
    local $| = 0;
    $self->{stream}->PRINT($bytes);
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
L<Plack::Handler::FCGI>, because that one's C<run> owns the accept loop, guesses PATH_INFO anew from REQUEST_URI, sends an error's text
to the visitor and never flushes a streamed response. C<psgi.errors> is STDERR, the owner's log.

Only what PSGI promises: what an application prints to STDOUT is in the log, C<exit> ends the interpreter.

=head1 FAILURES

C<answer> dies with the application's error; C<has_sent> tells whether a part of the response has been sent before.

=head1 SEE ALSO

L<PSGI>, L<PSGI::Extensions>, L<Warren::Interpreter>

=cut

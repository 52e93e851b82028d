package FastCgiClient;
use v5.36;

# A FastCGI client for tests: one connection, request id 1, FCGI_KEEP_CONN (FastCGI 1.0 specification, section 3).

use IO::Socket::UNIX ();
use Socket qw(SOCK_STREAM);

use constant {BEGIN_REQUEST => 1, END_REQUEST => 3, PARAMS => 4, STDIN_ => 5, STDOUT_ => 6, STDERR_ => 7};

sub connect ($class, $path) {
    my $socket = IO::Socket::UNIX->new(Type => SOCK_STREAM, Peer => $path) or return;
    $socket->timeout(10);
    return bless {socket => $socket}, $class;
}

sub hello ($self) {
    return $self->request({WARREN_HELLO => 1, REQUEST_METHOD => 'GET'});
}

sub request ($self, $parameters, $body = '') {
    $self->begin($parameters);
    $self->send(STDIN_, $_) for $body =~ /(.{1,60000})/gs;
    $self->send(STDIN_, '');
    return $self->response;
}

sub begin ($self, $parameters) {
    $self->send(BEGIN_REQUEST, pack 'nCx5', 1, 1);
    my $pairs = join '', map { _length($_) . _length($parameters->{$_}) . $_ . $parameters->{$_} } sort keys %$parameters;
    $self->send(PARAMS, $pairs);
    $self->send(PARAMS, '');
    return;
}

sub _length ($text) {
    return length $text < 128 ? pack 'C', length $text : pack 'N', length($text) | 0x8000_0000;
}

sub send ($self, $type, $content) {
    local $SIG{PIPE} = 'IGNORE';
    print {$self->{socket}} pack('CCnnCx', 1, $type, 1, length $content, 0), $content;
    $self->{socket}->flush;
    return;
}

# Until the end of the request or of the connection: {status, headers, body, ended}.
sub response ($self) {
    my ($out, $ended) = ('', 0);
    while (my ($type, $content) = $self->record) {
        $out .= $content if $type == STDOUT_;
        die "FastCGI's standard error: $content" if $type == STDERR_ && length $content;
        $ended = 1, last if $type == END_REQUEST;
    }
    my ($head, $body) = split /\r?\n\r?\n/, $out, 2;
    my %headers;
    for my $line (split /\r?\n/, $head // '') {
        my ($name, $value) = split /:\s*/, $line, 2;
        push $headers{lc $name}->@*, $value;
    }
    return {
        status  => ($headers{status}[0] // 200) =~ s/ .*//sr,
        headers => {map { $_ => join ', ', $headers{$_}->@* } keys %headers},
        body    => $body,
        ended   => $ended,
    };
}

sub record ($self) {
    my $head = $self->_exactly(8) // return;
    my (undef, $type, undef, $length, $padding) = unpack 'CCnnC', $head;
    my $content = $self->_exactly($length + $padding) // return;
    return ($type, substr $content, 0, $length);
}

sub _exactly ($self, $count) {
    my $bytes = '';
    while (length $bytes < $count) {
        my $set = '';
        vec($set, fileno $self->{socket}, 1) = 1;
        select($set, undef, undef, 10) or die "the interpreter has not answered in 10 s\n";
        sysread $self->{socket}, $bytes, $count - length $bytes, length $bytes or return;
    }
    return $bytes;
}

sub close ($self) { return CORE::close $self->{socket} }

1;

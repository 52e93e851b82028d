package Warren::Output;
use v5.36;

use Warren::Failure;
use Warren::Reopening;

my $HELD_BYTES     = 16_384;    # what a script may print before any of it is sent
my $LONGEST_HEADER = 65_536;

# The FastCGI request is flushed, its stream printed to.
sub new ($class, $request) {
    return bless {request => $request, tells_status => 0}, $class;
}

sub print_to ($self, $stream) {
    $self->{stream} = $stream;
    return;
}

sub start ($self) {
    $self->@{qw(held has_header has_sent is_deaf layer bad)} = ('', 0, 0, 0, 0, undef);
    return;
}

# From now on a header's status is looked for.
sub tell_status ($self) { $self->{tells_status} = 1; return }
sub status ($self)      { return $self->{status} }

sub has_sent ($self)          { return $self->{has_sent} }
sub layer ($self)             { return $self->{layer} }
sub set_layer ($self, $layer) { $self->{layer} = $layer; return }

# Everything is printed. Throws where that was no response.
sub finish ($self) {
    return $self->_send if $self->{has_header} && !defined $self->{bad};
    my $found = $self->{bad} // ($self->{held} eq '' ? 'nothing' : 'no end of the header');
    Warren::Failure->throw(status => 500, kind => 'no-output',
        message => "the script printed $found, expected a header such as Content-Type and an empty line");
}

# Sends what has been printed so far, unless that is no header yet.
sub flush ($self) {
    return 1 if !$self->{has_header} || defined $self->{bad};
    $self->_send;
    $self->{request}->Flush;
    return 1;
}

# Not by FastCGI's PRINT, which flushes where $| is set: flush does that, once.
sub _send ($self) {
    return if $self->{held} eq '';
    $self->{has_sent} = 1;
    $self->{stream}->WRITE($self->{held}, length $self->{held});
    $self->{held} = '';
    return;
}

sub _check_header ($self) {
    if (index($self->{held}, "\n\n") >= 0 || index($self->{held}, "\n\r\n") >= 0) {
        $self->{held} =~ s{\AHTTP/1\.[01][ ]+(?=[0-9]{3})}{Status: };    # a script written for nph-
        $self->{has_header} = 1;
        $self->{status} = _status($self->{held}) if $self->{tells_status};
        $self->_refuse('no header first') if $self->{held} !~ /\A[!#\$%&'*+.^_`|~0-9A-Za-z-]+:/;
    }
    elsif (length $self->{held} > $LONGEST_HEADER) {
        $self->_refuse('no end of the header');
    }
    return;
}

# As the connector takes it.
sub _status ($printed) {
    my ($head) = $printed =~ /\A(.*?\n)\r?\n/s;
    return $head =~ /^Status:[ \t]*([0-9]{3})/mi ? $1 : $head =~ /^Location:/mi ? 302 : 200;
}

sub _refuse ($self, $what) {
    $self->@{qw(bad is_deaf)} = ($what, 1);
    return;
}

# As perl does it for a file: characters above 255 without a layer are UTF-8 and a warning.
sub _encoded ($self, $text) {
    if ($self->{layer}) {
        utf8::encode($text);
    }
    elsif (!utf8::downgrade($text, 1)) {
        warnings::warnif('utf8', 'Wide character in print to STDOUT');
        utf8::encode($text);
    }
    return $text;
}

sub TIEHANDLE ($class, $self) { return $self }

# No signatures from here: these are called for every print of every script.
sub PRINT {
    my $self = shift;
    return defined $self->{bad} if $self->{is_deaf};
    my $text = @_ == 1 ? $_[0] // '' : join $, // '', @_;
    $text .= $\ if defined $\;
    $text = $self->_encoded($text) if $self->{layer} || utf8::is_utf8($text);
    $self->{held} .= $text;
    $self->_check_header if !$self->{has_header};
    $self->flush         if $|;
    $self->_send         if length $self->{held} > $HELD_BYTES && $self->{has_header} && !$self->{is_deaf};
    return 1;
}

sub PRINTF {
    my $self   = shift;
    my $format = shift;
    local ($,, $\);
    return $self->PRINT(sprintf $format, @_);
}

sub WRITE {
    my ($self, $text, $length, $offset) = @_;
    my $part = substr $text, $offset // 0, $length // length $text;
    local $\;
    return $self->PRINT($part) ? length $part : undef;
}

sub BINMODE {
    my ($self, $layer) = @_;
    $self->{layer} = defined $layer && $layer =~ /utf-?8/i ? 1 : 0;
    return 1;
}

sub FILENO { return 1 }
sub EOF    { return 1 }
sub UNTIE  { return }

sub CLOSE {
    my $self = shift;
    $self->{is_deaf} = 1;
    return 1;
}

# open STDOUT, '>', ...: from here on the script prints where it said, and the response ends here.
sub OPEN {
    my ($self, @arguments) = @_;
    $self->{is_deaf}  = 1;
    $self->{reopened} = 1;
    untie *STDOUT;
    return Warren::Reopening::open_as_caller(\*STDOUT, scalar caller, @arguments);
}

sub take_reopened ($self) { return delete $self->{reopened} }

1;

__END__

=head1 NAME

Warren::Output - STDOUT of a script: a CGI response

=head1 DESCRIPTION

A handle that STDOUT is tied to while a script runs. What is printed is passed on as it is, header and body (RFC 3875
section 6; the connector reads the header and checks it), once it has been seen to begin with a header. C<$,>, C<$\>,
C<$|>, C<printf>, C<say>, C<syswrite> and C<binmode> with a UTF-8 layer work as on a file. A status line, as C<nph->
scripts print it, becomes C<Status>.

The first 16 KB are held back unless C<$|> is set or there are more, so that a script that prints its header and then
dies can still be answered with an error page.

Descriptor 1 itself is the owner's log, and so what a child process of a script prints (C<system "ls">) is there.
C<write> with a C<format STDOUT> goes there too: perl does not pass it to tied handles.

=head1 FAILURES

C<finish> throws a L<Warren::Failure> C<no-output> where nothing, or no header, was printed.

=cut

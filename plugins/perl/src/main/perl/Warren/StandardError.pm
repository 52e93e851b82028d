package Warren::StandardError;
use v5.36;

use Warren::Log;
use Warren::Reopening;

my $self = bless {utf8 => 0, moved => 0}, __PACKAGE__;

sub install {
    tie *STDERR, __PACKAGE__;
    $self->{utf8} = 0;
    return;
}

# After a script: its log again, whatever it has made of STDERR. False where no descriptor leads there any more.
sub restore {
    $self->{utf8} = 0;
    return 1 if !$self->{moved} && (tied(*STDERR) // 0) == $self;
    if ($self->{moved}) {
        return 0 if !open STDERR, '>&', \*STDOUT;
        $self->{moved} = 0;
        Warren::Log::take_stderr();
    }
    install();
    return 1;
}

sub is_moved { return $self->{moved} }

sub TIEHANDLE { return $self }

# No signatures: perl itself calls these, for warn and die.
sub PRINT {
    my $this = shift;
    my $text = join $, // '', @_;
    $text .= $\ if defined $\;
    utf8::encode($text) if $this->{utf8} || !utf8::downgrade($text, 1);
    Warren::Log::pass($text) if length $text;
    return 1;
}

sub PRINTF {
    my $this   = shift;
    my $format = shift;
    local ($,, $\);
    return $this->PRINT(sprintf $format, @_);
}

sub WRITE {
    my ($this, $text, $length, $offset) = @_;
    my $part = substr $text, $offset // 0, $length // length $text;
    $this->PRINT($part);
    return length $part;
}

sub BINMODE {
    my ($this, $layer) = @_;
    $this->{utf8} = defined $layer && $layer =~ /utf-?8/i ? 1 : 0;
    return 1;
}

sub FILENO { return 2 }
sub EOF    { return 1 }
sub UNTIE  { return }

# From here on it is what the script says.
sub OPEN {
    my ($this, @arguments) = @_;
    $this->_move;
    return Warren::Reopening::open_as_caller(\*STDERR, scalar caller, @arguments);
}

sub CLOSE {
    my $this = shift;
    $this->_move;
    return close STDERR;
}

sub _move {
    my $this = shift;
    $this->{moved} = 1;
    Warren::Log::leave_stderr();
    untie *STDERR;
    return;
}

1;

__END__

=head1 NAME

Warren::StandardError - STDERR of the owner's code

=head1 DESCRIPTION

A handle that STDERR is tied to: what perl prints to it (C<print STDERR>, C<warn>, C<die>, C<psgi.errors>) goes to the
log in one write for each call, and is counted where the log is full. A script can close STDERR and open it anew; after
its request the log is back. Child processes have descriptor 2, which is the log.

=head1 FAILURES

C<print STDERR> is always true: code must not end because its log is full. C<restore> is false where the script has
opened both STDOUT and STDERR anew; such an interpreter has lost its log and ends.

=head1 SEE ALSO

L<Warren::Log>

=cut

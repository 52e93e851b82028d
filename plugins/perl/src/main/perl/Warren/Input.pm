package Warren::Input;
use v5.36;

use Warren::Reopening;

my $BLOCK = 32_768;

sub new ($class) {
    return bless {held => ''}, $class;
}

sub read_from ($self, $stream) {
    $self->{stream} = $stream;
    return;
}

sub start ($self) {
    $self->@{qw(held closed reopened)} = ('', 0, 0);
    return;
}

sub take_reopened ($self) { return delete $self->{reopened} }

sub TIEHANDLE ($class, $self) { return $self }

sub READ {
    my ($self, undef, $length, $offset) = @_;
    $length //= 0; # as where CONTENT_LENGTH is not set
    $offset //= 0;
    $_[1] //= '';
    $offset += length $_[1] if $offset < 0;
    $_[1] .= "\0" x ($offset - length $_[1]) if $offset > length $_[1];
    $self->_fill($length) if length $self->{held} < $length;
    my $part = substr $self->{held}, 0, $length, '';
    substr($_[1], $offset) = $part;
    return length $part;
}

sub READLINE {
    my $self = shift;
    return $self->_line if !wantarray;
    my @lines;
    while (defined(my $line = $self->_line)) {
        push @lines, $line;
    }
    return @lines;
}

sub GETC {
    my $self = shift;
    my $character;
    return $self->READ($character, 1) ? $character : undef;
}

sub EOF {
    my $self = shift;
    $self->_fill(1) if $self->{held} eq '';
    return $self->{held} eq '';
}

sub BINMODE { return 1 }
sub FILENO  { return 0 }
sub UNTIE   { return }

sub CLOSE {
    my $self = shift;
    $self->{closed} = 1;
    $self->{held}   = '';
    return 1;
}

sub OPEN {
    my ($self, @arguments) = @_;
    $self->{reopened} = 1;
    untie *STDIN;
    return Warren::Reopening::open_as_caller(\*STDIN, scalar caller, @arguments);
}

# FastCGI's READ gives what was asked for, or less at the end of the body.
sub _fill ($self, $wanted) {
    return if $self->{closed};
    while (length $self->{held} < $wanted) {
        my $missing = $wanted - length $self->{held};
        my $count   = $self->{stream}->READ(my $block, $missing < $BLOCK ? $missing : $BLOCK);
        return if !$count || $count < 0;
        $self->{held} .= $block;
    }
    return;
}

sub _line ($self) {
    my $end = $/;
    if (ref $end) {
        my $record;
        return $self->READ($record, $$end) ? $record : undef;
    }
    if (defined $end && $end eq '') {
        $self->_skip_newlines;
        $end = "\n\n";
    }
    my $found = -1;
    my $seen  = 0;
    while (1) {
        $found = index $self->{held}, $end, $seen if defined $end;
        last if $found >= 0;
        my $before = length $self->{held};
        $seen = defined $end && $before >= length $end ? $before - length($end) + 1 : 0;
        $self->_fill($before + $BLOCK);
        last if length $self->{held} == $before;
    }
    return if $self->{held} eq '';
    my $line = $found < 0 ? $self->{held} : substr $self->{held}, 0, $found + length $end;
    substr($self->{held}, 0, length $line) = '';
    $self->_skip_newlines if defined $/ && $/ eq '';
    return $line;
}

sub _skip_newlines ($self) {
    do {
        $self->{held} =~ s/\A\n+//;
        $self->_fill(1) if $self->{held} eq '';
    } while ($self->{held} =~ /\A\n/);
    return;
}

1;

__END__

=head1 NAME

Warren::Input - STDIN of a script: the request's body

=head1 DESCRIPTION

A handle that STDIN is tied to while a script runs: C<read>, C<sysread>, C<getc>, C<eof> and C<< <STDIN> >> with every
meaning of C<$/>. Reading a line waits until 32 KB or the end of the body are there. Descriptor 0 itself is /dev/null,
and so is STDIN of a script's child processes.

=head1 FAILURES

A connection that ends inside the body looks like the body's end; compare with C<CONTENT_LENGTH>.

=cut

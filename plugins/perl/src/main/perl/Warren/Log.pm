package Warren::Log;
use v5.36;

my $LONGEST = 4000;    # below PIPE_BUF: a write is whole or nothing (pipe(7))

my $subject = 'vhost=? gen=?';
my $dropped = 0;
my $log;               # descriptor 2, without the layers and the buffer of STDERR
_open(2);

sub name_lines ($words) {
    $subject = $words;
    return;
}

# One line of the log for each line of the message.
sub say_why ($message) {
    pass(_line($_)) for split /\r?\n/, $message;
    return;
}

# Lines that belong together, in one write. They are worth a short wait where the log is full.
sub say_together (@lines) {
    my $bytes = '';
    for my $line (map { _line($_) } @lines) {
        last if length($bytes) + length $line > $LONGEST;
        $bytes .= $line;
    }
    for (1 .. 5) {
        return if pass($bytes);
        select undef, undef, undef, 0.1;
    }
    return;
}

# Bytes of lines, as they are; whether they have gone.
sub pass ($bytes) {
    local $!;
    my $told = $dropped ? _line("$dropped lines before this were dropped: the log was full") : '';
    my $written = syswrite $log, $told . $bytes;
    if (($written // 0) < length $told) {
        $dropped += _count($bytes);
        return 0;
    }
    my $lost = substr $bytes, $written - length $told;
    $dropped = $lost eq '' ? 0 : _count($lost);
    return $lost eq '';
}

# Descriptor 2 becomes something else, a script has said; 1 is the log too.
sub leave_stderr { return _open(1) }
sub take_stderr  { return _open(2) }

# Shares its descriptor with STDERR: perl closes one when its last handle has gone.
sub _open ($descriptor) {
    undef $log;
    open $log, '>&=', $descriptor or open $log, '>', '/dev/null' or die "descriptor $descriptor: $!\n";
    binmode $log;
    return;
}

sub _line ($text) {
    utf8::encode($text) if utf8::is_utf8($text);
    $text =~ s/([\x00-\x08\x0a-\x1f\x7f])/sprintf '\\x%02x', ord $1/ge;
    return substr("$subject pid=$$ $text", 0, $LONGEST) . "\n";
}

# The last of them may lack its end.
sub _count ($bytes) {
    return ($bytes =~ tr/\n//) + ($bytes =~ /[^\n]\z/ ? 1 : 0);
}

1;

__END__

=head1 NAME

Warren::Log - the owner's log

=head1 DESCRIPTION

Writes to descriptor 2, which is a FIFO that the connector reads, and nowhere else (to 1, the same FIFO, while a script
has put something else on 2). Each line of the runtime begins with C<vhost=... gen=... pid=...>. What the owner's code
prints to STDERR or warns comes here by L<Warren::StandardError>.

=head1 FAILURES

A full FIFO never blocks and never dies: what does not fit is dropped and its lines are counted, and what passes next is
preceded by a line with the count. What child processes write themselves (C<system "ls">) is not counted. Control
characters in lines of the runtime are escaped; such a line is cut at 4000 bytes.

=cut

package Warren::Log;
use v5.36;

use Errno qw(EAGAIN);
use POSIX ();

use constant LONGEST => 4000;    # below PIPE_BUF: a write of one line is whole or nothing (pipe(7))

my $subject = 'vhost=? gen=?';
my $dropped = 0;

sub name_lines ($words) {
    $subject = $words;
    return;
}

# One line of the log for each line of the message.
sub say_why ($message) {
    for my $line (split /\r?\n/, $message) {
        utf8::encode($line) if utf8::is_utf8($line);
        $line =~ s/([\x00-\x08\x0b-\x1f\x7f])/sprintf '\\x%02x', ord $1/ge;
        _write("$subject pid=$$ $line");
    }
    return;
}

sub _write ($line) {
    $line .= " ($dropped lines before this were dropped)" if $dropped;
    my $bytes = substr($line, 0, LONGEST) . "\n";

    # Not through STDERR: its layers and its buffer are the owner's.
    my $written = POSIX::write(2, $bytes, length $bytes);
    if (defined $written) {
        $dropped = 0;
    }
    elsif ($! == EAGAIN) {
        $dropped++;
    }
    return;
}

1;

__END__

=head1 NAME

Warren::Log - lines of the runtime in the owner's log

=head1 DESCRIPTION

Writes to descriptor 2, which is a FIFO that the connector reads, and nowhere else. Each line begins with
C<vhost=... gen=... pid=...>. What the owner's code prints to STDERR or warns goes there by Perl itself.

=head1 FAILURES

A full FIFO never blocks and never dies: the line is dropped and counted, and the next line that passes tells the count.
Control characters are escaped; a line is cut at 4000 bytes.

=cut

# What is measured as an application: a small answer, a page of about 10 KB, and a body that is read and counted.
use strict;
use warnings;

my $rows = join '', map { "<tr><td>$_</td><td>" . 'words of a row ' x 7 . "</td></tr>\n" } 1 .. 80;

sub answer {
    my ($type, $body) = @_;
    return [200, ['Content-Type' => $type, 'Content-Length' => length $body], [$body]];
}

sub body_length {
    my ($env) = @_;
    my $length = 0;
    while (my $count = $env->{'psgi.input'}->read(my $block, 65_536)) {
        $length += $count;
    }
    return $length;
}

sub {
    my ($env) = @_;
    my $path = $env->{PATH_INFO};
    return answer('text/plain', "Hello\n") if $path eq '/hello';
    return answer('text/html', "<table>\n$rows</table>\n") if $path eq '/page';
    return answer('text/plain', body_length($env) . "\n") if $path eq '/post';
    return [404, ['Content-Type' => 'text/plain'], ["none\n"]];
};

#!/usr/bin/perl
use v5.36;

# What this code can read: of these files only its own owner's guest book.
print "Content-Type: text/plain\n\n";
for my $file (map {"$ENV{DEMO_BASE}/sites/$_"}
    qw(alice/guestbook/entries.tsv bob/guestbook/entries.tsv counter/counter.psgi counter/data/counts.tsv)) {
    my $result = open(my $in, '<', $file) ? 'readable' : "$!";
    print "uid=$<: $file: $result\n";
}

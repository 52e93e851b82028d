#!/usr/bin/perl
use v5.36;

my ($gid, @groups) = split ' ', $(;
print "Content-Type: text/plain\n\n";
print "uid=$< gid=$gid groups=@groups pid=$$\n";

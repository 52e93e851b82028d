#!/usr/bin/perl
# A bare script: no module, no framework.
use strict;
use warnings;
print "Content-Type: text/plain\nContent-Length: 6\n\nHello\n";

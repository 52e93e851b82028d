#!/usr/bin/perl
use v5.36;

# First of all: code compiled before CORE::GLOBAL::exit is set would call the real exit.
use Warren::Exit;
use Warren::Log;
use Warren::StandardError;
use Warren::Settings;
use Warren::Parent;

my $settings = Warren::Settings->take_from_environment;
Warren::Log::name_lines("vhost=$settings->{name} gen=$settings->{generation}");
Warren::StandardError::install();
Warren::Parent->new($settings)->run;

=head1 NAME

parent.pl - the parent interpreter of one generation of one virtual host

=head1 SYNOPSIS

    WARREN_SETTINGS=$'name\talice.example\n...' /usr/bin/perl -I RUNTIME RUNTIME/parent.pl

=head1 DESCRIPTION

What the Perl plugin's C<Execute> step runs, under the owner's UID, with a listening Unix stream socket as descriptor 0
and the owner's log (a FIFO opened read-write and non-blocking) as descriptors 1 and 2. It loads the owner's code once
and forks an interpreter for each connection.

=head1 EXIT STATUS

0 after SIGTERM, when the last interpreter has ended; other than 0 where the code could not be loaded: why, with file
and line, stands on descriptor 2.

=head1 SEE ALSO

L<Warren::Parent>, L<Warren::Interpreter>, L<Warren::Registry>, L<Warren::Psgi>

=cut

package Warren::Title;
use v5.36;

my $title = \$0;    # perl's own variable: what is written to it is the process's title, by a system call each time
our $program = $0;
{
    no strict 'refs';
    *{'main::0'} = \$program;    # what the owner's code finds as $0
}

sub set ($words) {
    $$title = $words;
    return;
}

1;

__END__

=head1 NAME

Warren::Title - the process's title, and C<$0>

=head1 DESCRIPTION

Two things that perl has in one variable. The title says what the process is to those who look (L<ps(1)>); C<$0> is the
path of the script that runs. Owner's code that assigns to C<$0> changes no title.

=cut

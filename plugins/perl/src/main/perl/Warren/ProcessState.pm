package Warren::ProcessState;
use v5.36;

use Config qw(%Config);
use POSIX ();
use Time::HiRes ();

my @signals = ((grep { !/^(?:ZERO|KILL|STOP|NUM\d+|RTMIN|RTMAX)$/ } split ' ', $Config{sig_name}), '__WARN__', '__DIE__');

# Taken once, when the interpreter starts: what every script finds and leaves.
sub take ($class) {
    return bless {
        umask   => umask,
        signals => current_signals(),
        inc     => [@INC],
        env     => {%ENV},
        layers  => scalar(my @layers = PerlIO::get_layers(*STDERR)),
        log     => _file_behind(*STDERR),
        env_is_base => 1,
    }, $class;
}

sub restore ($self) {
    alarm 0;
    umask $self->{umask};
    chdir '/';
    select STDOUT;
    $| = 1;
    $self->set_signals($self->{signals});
    @INC = $self->{inc}->@* if @INC != $self->{inc}->@* || "@INC" ne "$self->{inc}->@*";
    $self->_restore_stderr;
    return;
}

# Only those that have a handler of perl's, with their handler.
sub current_signals {
    my %is;
    for my $name (@signals) {
        my $handler = $SIG{$name} // next;
        $is{$name} = $handler if ref $handler || ($handler ne '' && $handler ne 'DEFAULT');
    }
    return \%is;
}

sub set_signals ($self, $wanted) {
    my $current = current_signals();
    for my $name (keys %$current) {
        next if exists $wanted->{$name};
        $name =~ /^__/ ? delete $SIG{$name} : ($SIG{$name} = 'DEFAULT');
    }
    for my $name (keys %$wanted) {
        $SIG{$name} = $wanted->{$name} if ($current->{$name} // '') ne $wanted->{$name};
    }
    return;
}

# %ENV becomes what the parent had and the request's parameters. Only what differs is written: each write is a setenv(3).
sub set_environment ($self, $parameters) {
    $self->{env_is_base} = 0;
    my $taint = ${^TAINT} ? substr "$0$^X", 0, 0 : '';
    my %wanted = ($self->{env}->%*, %$parameters);
    delete @wanted{qw(FCGI_ROLE HTTP_PROXY)};    # CGI's "Proxy" is no variable of a client's to set: httpoxy
    _write_environment(\%wanted, $taint);
    return;
}

sub reset_environment ($self) {
    return if $self->{env_is_base};
    _write_environment($self->{env}, '');
    $self->{env_is_base} = 1;
    return;
}

sub _write_environment ($wanted, $taint) {
    while (my ($name, $value) = each %$wanted) {
        my $now = $ENV{$name};
        $ENV{$name} = $value . $taint if !defined $now || $now ne $value || ${^TAINT};
    }
    if (keys %ENV != keys %$wanted) {
        exists $wanted->{$_} or delete $ENV{$_} for keys %ENV;
    }
    return;
}

# A script that has opened STDERR anew gets its log back; descriptor 1 still leads there.
sub _restore_stderr ($self) {
    binmode STDERR, ':pop' while scalar(my @layers = PerlIO::get_layers(*STDERR)) > $self->{layers};
    return 1 if _file_behind(*STDERR) eq $self->{log};
    return open STDERR, '>&', \*STDOUT;
}

# The same for STDOUT and STDIN, where the script's tie has seen it open them.
sub restore_stdout ($self) { return open STDOUT, '>&', \*STDERR }
sub restore_stdin ($self)  { return open STDIN,  '<',  '/dev/null' }

sub _file_behind ($handle) {
    my @stat = stat $handle or return '';
    return "@stat[0, 1]";
}

1;

__END__

=head1 NAME

Warren::ProcessState - what one script may change and the next must not see

=head1 DESCRIPTION

Taken once when an interpreter starts and put back after every script: C<%ENV> (set anew for each, and emptied of it before
an application runs), signal handlers, a pending C<alarm>, umask, working directory (C</>), C<@INC>, the selected handle and
C<$|>, the layers and the target of STDERR. What C<local> can do is in L<Warren::Script>.

What stays changed is what the owner's code shares with itself on purpose: package variables, loaded modules, open handles
in package variables, the UID's files; and C<ITIMER_VIRTUAL> and resource limits.

Under C<-T> the environment is tainted, the body that a script reads is not.

=cut

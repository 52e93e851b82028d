package Warren::ProcessState;
use v5.36;

# ${^TAINT} and %SIG are magical; they are read here as seldom as can be.
my $taint = ${^TAINT} ? substr "$0$^X", 0, 0 : undef;

# Taken once, in the parent: what every script finds and leaves.
sub take ($class) {
    _signals_text();    # perl asks the system for each at the first reading: once here, not in every interpreter
    return bless {
        umask => umask,
        inc   => [@INC],
        env   => {%ENV},
        warns => $^W,
    }, $class;
}

# By the interpreter, when it has set its own.
sub take_signals ($self) {
    $self->{own} = {handlers => _handlers(), differs => []};
    $self->_note_signals($self->{own});
    return;
}

# After a script.
sub restore ($self) {
    alarm 0;
    umask $self->{umask};
    $self->_restore_signals;
    @INC = $self->{inc}->@* if @INC != $self->{inc}->@* || "@INC" ne "$self->{inc}->@*";
    _restore_variables();
    return;
}

# Before an application runs in an interpreter that has run scripts.
sub leave_scripts ($self) {
    $^W = $self->{warns};
    chdir '/';
    $self->_reset_environment;
    return;
}

# The handlers in force are those of a script that has just been compiled; undef where it has set none.
sub signals_of_script ($self) {
    return if _signals_text() eq $self->{signals_text};
    my $handlers = _handlers();
    my $own      = $self->{own}{handlers};
    my %all      = (%$own, %$handlers);
    return {
        handlers => $handlers,
        differs  => [grep { ($own->{$_} // '') ne ($handlers->{$_} // '') } keys %all],
    };
}

sub use_signals ($self, $wanted) {
    $wanted //= $self->{own};
    return if $wanted == $self->{in_force};
    _set_handler($_, $wanted->{handlers}{$_}) for $wanted->{differs}->@*;
    $self->_note_signals($wanted);
    return;
}

sub _restore_signals ($self) {
    my ($own, $now) = $self->@{qw(own in_force)};
    if (_signals_text() ne $self->{signals_text}) {
        my $current = _handlers();
        my %all     = ($own->{handlers}->%*, %$current);
        ($own->{handlers}{$_} // '') ne ($current->{$_} // '') and _set_handler($_, $own->{handlers}{$_}) for keys %all;
    }
    elsif ($now != $own) {
        _set_handler($_, $own->{handlers}{$_}) for $now->{differs}->@*;
    }
    else {
        return;
    }
    $self->_note_signals($own);
    return;
}

sub _note_signals ($self, $in_force) {
    $self->@{qw(in_force signals_text)} = ($in_force, _signals_text());
    return;
}

# Changes with every change of %SIG.
sub _signals_text {
    no warnings 'uninitialized';
    return join ' ', values %SIG;
}

# Only those that have a handler of perl's, with their handler.
sub _handlers {
    my %is;
    for my $name (keys %SIG) {
        my $handler = $SIG{$name} // next;
        $is{$name} = $handler if ref $handler || ($handler ne '' && $handler ne 'DEFAULT');
    }
    return \%is;
}

sub _set_handler ($name, $handler) {
    if (!defined $handler && $name =~ /^__/) {
        delete $SIG{$name};
        return;
    }
    $SIG{$name} = $handler // 'DEFAULT';
    return;
}

# What a program finds.
sub _restore_variables {
    $/ = "\n"    if !defined $/ || ref $/ || $/ ne "\n";
    $\ = undef   if defined $\;
    $, = undef   if defined $,;
    $; = "\034"  if ($; // '') ne "\034";
    $" = ' '     if ($" // '') ne ' ';
    return;
}

# %ENV becomes what the parent had and the request's parameters. Only what differs is written: each write is a setenv(3).
sub set_environment ($self, $parameters) {
    delete @$parameters{qw(FCGI_ROLE HTTP_PROXY)};    # CGI's "Proxy" is no variable of a client's to set: httpoxy
    my $own   = $self->{env};
    my $count = keys %$parameters;
    for (keys %$own) {
        next if exists $parameters->{$_};
        $count++;
        $ENV{$_} = $own->{$_} if ($ENV{$_} // "\0") ne $own->{$_};
    }
    for (keys %$parameters) {
        $ENV{$_} = $parameters->{$_} if ($ENV{$_} // "\0") ne $parameters->{$_};
    }
    if (keys %ENV != $count) {
        exists $parameters->{$_} or exists $own->{$_} or delete $ENV{$_} for keys %ENV;
    }
    if (defined $taint) {
        $_ .= $taint for values %ENV;
    }
    return;
}

sub _reset_environment ($self) {
    my $own = $self->{env};
    for (keys %$own) {
        $ENV{$_} = $own->{$_} if ($ENV{$_} // "\0") ne $own->{$_};
    }
    exists $own->{$_} or delete $ENV{$_} for keys %ENV;
    return;
}

1;

__END__

=head1 NAME

Warren::ProcessState - what one script may change and the next must not see

=head1 DESCRIPTION

Taken once and put back after every script: signal handlers, a pending C<alarm>, umask, C<@INC> and perl's separators;
C<%ENV> is set anew for each. Before an application runs C<%ENV>, the working directory (C</>) and C<$^W> are put back
too. The standard handles are put back by L<Warren::Registry>, what C<local> can do by L<Warren::Script>.

What stays changed is what the owner's code shares with itself on purpose: package variables, loaded modules, open
handles in package variables, the UID's files; and C<ITIMER_VIRTUAL> and resource limits.

Under C<-T> the environment is tainted, the body that a script reads is not.

=cut

package Warren::Registry;
use v5.36;

use Warren::Failure;
use Warren::Input;
use Warren::Output;
use Warren::ProcessState;
use Warren::Script;
use Warren::StandardError;

# $read gives a Warren::ScriptFile for a path, or throws; $request is FastCGI's; $scripts are compiled already.
sub new ($class, $read, $request, $scripts = {}) {
    return bless {
        read     => $read,
        state    => Warren::ProcessState->take,
        input    => Warren::Input->new,
        output   => Warren::Output->new($request),
        scripts  => {%$scripts},
        has_tied => 0,
        is_spent => 0,
    }, $class;
}

# In the parent, before there is a request: scripts that stay as they are until the next generation. Dies with the error
# of the first that does not compile.
sub compile_ahead ($class, @files) {
    my $self = $class->new(undef, undef);
    $self->{state}->take_signals;
    $self->_compile_ahead($_) for @files;
    $self->step_back;
    return $self->{scripts};
}

# What it prints meanwhile goes nowhere, what it reads is empty. STDIN itself is the listening socket.
sub _compile_ahead ($self, $file) {
    my ($state, $input, $output) = $self->@{qw(state input output)};
    $_->start, $_->CLOSE for $input, $output;
    $self->_take_handles;
    my $known = $self->_compile($file);
    Warren::StandardError::restore();
    die "$file->{path}: opens STDIN or STDOUT anew while it is compiled, expected that when it runs\n"
        if $input->take_reopened || $output->take_reopened;
    $state->restore;
    $self->{scripts}{$file->{path}} = {%$known, stays => 1};
    return;
}

# The FastCGI request's streams.
sub begin ($self, $in, $out) {
    $self->{state}->take_signals;
    $self->{input}->read_from($in);
    $self->{output}->print_to($out);
    return;
}

# One request. Throws a Warren::Failure; has_sent says whether it is too late for an error page.
sub answer ($self, $path, $parameters) {
    my ($state, $output) = $self->@{qw(state output)};
    $self->{input}->start;
    $output->start;
    my $known = $self->{scripts}{$path};
    my $file  = $known && ($known->{stays} || $known->{file}->is_current) ? undef : $self->{read}->($path);
    $state->set_environment($parameters);
    $self->_take_handles;
    my $done = eval {
        $known = $self->{scripts}{$path} = $self->_compile($file) if $file;
        my $script = $known->{script};
        $output->set_layer($script->{layer}) if $script->{layer};
        $script->run($state);
        $output->finish;
        1;
    };
    my $error = $@;
    $self->_restore_handles;
    $state->restore;
    die _failure($error, $path) if !$done;
    return;
}

# True where a script has left the interpreter without its log.
sub clean_up ($self) { return $self->{is_spent} }

# STDIN and STDOUT are the log's and nothing again, until the next script runs; %ENV and the working directory are the
# parent's.
sub step_back ($self) {
    return if !$self->{has_tied};
    $self->{has_tied} = 0;
    untie *STDIN;
    untie *STDOUT;
    select STDOUT;
    $| = 1;
    $self->{state}->leave_scripts;
    return;
}

sub has_sent ($self) { return $self->{output}->has_sent }

sub tell_status ($self) { return $self->{output}->tell_status }

# Of the last response, after tell_status.
sub status ($self) { return $self->{output}->status }

sub _compile ($self, $file) {
    delete $self->{scripts}{$file->{path}};
    my $script = eval { Warren::Script->compile($file, $self->{state}, $self->{output}) };
    die Warren::Failure->of($@, 'compile') if !$script;
    delete $file->{text};
    return {file => $file, script => $script};
}

sub _failure ($error, $path) {
    my $failure = Warren::Failure->of($error, 'died');
    $failure->{message} = "$path: $failure->{message}" if $failure->{kind} eq 'no-output';
    return $failure;
}

# They stay tied from one script to the next, unless a script undoes that.
sub _take_handles ($self) {
    tie *STDIN,  'Warren::Input',  $self->{input}  if (tied(*STDIN)  // 0) != $self->{input};
    tie *STDOUT, 'Warren::Output', $self->{output} if (tied(*STDOUT) // 0) != $self->{output};
    $self->{has_tied} = 1;
    select STDOUT;
    $| = 0;
    return;
}

sub _restore_handles ($self) {
    open STDIN, '<', '/dev/null' if $self->{input}->take_reopened;
    if ($self->{output}->take_reopened) {
        $self->{is_spent} = 1 if Warren::StandardError::is_moved();
        open STDOUT, '>&', \*STDERR;
    }
    Warren::StandardError::restore();
    return;
}

1;

__END__

=head1 NAME

Warren::Registry - scripts written for CGI, compiled once and run for many requests

=head1 DESCRIPTION

Keeps the compiled scripts of one interpreter. Before each run it compares device, inode, mode, owner, size, mtime and
ctime of the file with those of the file that was compiled, and mode and owner of its directory; where anything differs
the file is checked, read and compiled again. Scripts of a directory of applications are compiled in the parent and stay
until the next generation. STDIN and STDOUT are tied to the request's while scripts run.

=head1 FAILURES

Throws a L<Warren::Failure>: C<refused>, C<compile>, C<died>, C<no-output>. A script that opens both STDOUT and STDERR
anew leaves no descriptor that leads to the log; C<clean_up> then says that the interpreter ought to end.

=head1 SEE ALSO

L<Warren::Script>, L<Warren::ScriptFile>, L<Warren::Output>,
L<ModPerl::Registry|https://perl.apache.org/docs/2.0/api/ModPerl/Registry.html>

=cut

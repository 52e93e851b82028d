package Warren::Registry;
use v5.36;

use Warren::Failure;
use Warren::Input;
use Warren::Output;
use Warren::ProcessState;
use Warren::Script;

# $read gives a Warren::ScriptFile for a path, or throws; $in and $out are the FastCGI request's streams.
sub new ($class, $read, $in, $out, $request) {
    return bless {
        read    => $read,
        state   => Warren::ProcessState->take,
        input   => Warren::Input->new($in),
        output  => Warren::Output->new($out, $request),
        scripts => {},
    }, $class;
}

sub state ($self) { return $self->{state} }

# One request. Throws a Warren::Failure; has_sent says whether it is too late for an error page.
sub answer ($self, $path, $parameters) {
    my ($state, $input, $output) = $self->@{qw(state input output)};
    $input->start;
    $output->start(0);
    my $known = $self->{scripts}{$path};
    my $file  = $known && $known->{file}->is_current ? undef : $self->{read}->($path);
    $state->set_environment($parameters);
    $self->_tie;
    my $done = eval {
        $known = $self->{scripts}{$path} = $self->_compile($file) if $file;
        $output->start($known->{script}{layer});
        $self->_run($known->{script});
        1;
    };
    my $error = $@;
    $self->_untie;
    $state->restore;
    die $error if !$done;
    return;
}

sub has_sent ($self) { return $self->{output}->has_sent }

sub _compile ($self, $file) {
    delete $self->{scripts}{$file->{path}};
    my $script = eval { Warren::Script->compile($file, $self->{state}, $self->{output}) };
    return {file => $file, script => $script} if $script;
    die Warren::Failure->of($@, 'compile');
}

sub _run ($self, $script) {
    eval { $script->run($self->{state}); 1 } or die Warren::Failure->of($@, 'died');
    return if eval { $self->{output}->finish; 1 };
    my $failure = Warren::Failure->of($@, 'died');
    $failure->{message} = "$script->{path}: $failure->{message}";
    die $failure;
}

sub _tie ($self) {
    tie *STDIN,  'Warren::Input',  $self->{input};
    tie *STDOUT, 'Warren::Output', $self->{output};
    select STDOUT;
    $| = 0;
    return;
}

sub _untie ($self) {
    untie *STDIN;
    untie *STDOUT;
    $self->{state}->restore_stdin  if $self->{input}->take_reopened;
    $self->{state}->restore_stdout if $self->{output}->take_reopened;
    return;
}

1;

__END__

=head1 NAME

Warren::Registry - scripts written for CGI, compiled once and run for many requests

=head1 DESCRIPTION

Keeps the compiled scripts of one interpreter. Before each run it compares device, inode, mode, owner, size, mtime and
ctime of the file with those of the file that was compiled, and mode and owner of its directory; where anything differs the
file is checked, read and compiled again.

=head1 FAILURES

Throws a L<Warren::Failure>: C<refused>, C<compile>, C<died>, C<no-output>.

=head1 SEE ALSO

L<Warren::Script>, L<Warren::ScriptFile>, L<Warren::Output>,
L<ModPerl::Registry|https://perl.apache.org/docs/2.0/api/ModPerl/Registry.html>

=cut

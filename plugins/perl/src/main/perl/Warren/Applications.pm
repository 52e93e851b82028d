package Warren::Applications;
use v5.36;

use Warren::Failure;
use Warren::ScriptFile;

sub new ($class, $settings) {
    return bless {
        owner => $settings->{owner},
        root  => $settings->{documentRoot},
        takes_files => $settings->{handlesFiles},
        named => {map { $_->{file} => 1 } $settings->{applications}->@*},
        apps  => {},
    }, $class;
}

# In the parent, once: those of WarrenApplication.
sub load_named ($self) {
    for my $path (sort grep { /\.psgi\z/ } keys $self->{named}->%*) {
        require Warren::Psgi;
        $self->{apps}{$path} = {app => Warren::Psgi::compile($self->read($path)), stays => 1};
    }
    return;
}

# A file that may be run for a request, checked.
sub read ($self, $path) {
    return Warren::ScriptFile->read_named($path, $self->{owner}) if $self->{named}{$path};
    Warren::Failure->refused(403, "$path: no WarrenApplication and no WarrenHandler leads to this file")
        if !$self->{takes_files};
    return Warren::ScriptFile->read_beneath($self->{root}, $path, $self->{owner});
}

# The application of a .psgi file. Those of WarrenHandler are compiled on first use and whenever the file changes.
sub app ($self, $path) {
    my $known = $self->{apps}{$path};
    return $known->{app} if $known && ($known->{stays} || $known->{file}->is_current);
    my $file = $self->read($path);
    my $app  = eval { Warren::Psgi::compile($file) } // die Warren::Failure->of($@, 'compile');
    $self->{apps}{$path} = {app => $app, file => $file};
    return $app;
}

1;

__END__

=head1 NAME

Warren::Applications - the virtual host's PSGI applications, and which files may be run at all

=head1 DESCRIPTION

Applications of C<WarrenApplication> are compiled in the parent and stay until the next generation. Others (C<.psgi>
files that C<WarrenHandler> leads to) are compiled by each interpreter when it first needs them, and again when the file
has changed.

=head1 FAILURES

C<read> and C<app> throw a L<Warren::Failure>; C<load_named> dies with a message of file and line.

=cut

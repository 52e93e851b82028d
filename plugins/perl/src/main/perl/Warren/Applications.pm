package Warren::Applications;
use v5.36;

use Warren::Failure;
use Warren::Registry;
use Warren::ScriptFile;

sub new ($class, $settings) {
    my $owner       = $settings->{owner};
    my @directories = $settings->app_directories;
    require Warren::AppDirectory if @directories;
    return bless {
        owner => $owner,
        root  => $settings->{documentRoot},
        takes_files => $settings->{handlesFiles},
        named => {map { $_->{file} => 1 } $settings->{applications}->@*},
        apps  => {},
        scripts => {},
        found => {map { ("$_/" => {}) } @directories},
        directories => [map { Warren::AppDirectory->new($_, $owner) } @directories],
    }, $class;
}

# In the parent, before anything is loaded.
sub use_libraries ($self) {
    $_->use_library for reverse $self->{directories}->@*;
    return;
}

# In the parent, once: those of WarrenApplication and those in directories.
sub load ($self) {
    $self->_load_psgi($_, $self->read($_)) for sort grep { /\.psgi\z/ } keys $self->{named}->%*;
    $self->_load_directory($_) for $self->{directories}->@*;
    return;
}

sub _load_psgi ($self, $path, $file) {
    require Warren::Psgi;
    $self->{apps}{$path} //= {app => Warren::Psgi::compile($file), stays => 1};
    return;
}

sub _load_directory ($self, $directory) {
    my $found = $self->{found}{$directory->path . '/'};
    my @scripts;
    for my $application ($directory->applications) {
        my ($kind, $path) = $application->@{qw(kind file)};
        if ($kind eq 'pl') {
            push @scripts, $directory->read($path);
        }
        elsif ($kind eq 'psgi') {
            $self->_load_psgi($path, $directory->read($path));
        }
        else {
            require Warren::Psgi;
            $self->{apps}{$path} = {app => $directory->handler($path), stays => 1};
        }
        $found->{$_} = {file => $path, is_script => $kind eq 'pl'} for $application->{names}->@*;
    }
    return if !@scripts;
    my $compiled = Warren::Registry->compile_ahead(@scripts);
    $self->{scripts}->@{keys %$compiled} = values %$compiled;
    return;
}

# Those compiled by load, as Warren::Registry keeps them.
sub scripts ($self) { return $self->{scripts} }

# By name, of each directory of applications and a slash: where a request for one of them arrives.
sub found ($self) { return $self->{found} }

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

Warren::Applications - the virtual host's applications, and which files may be run at all

=head1 DESCRIPTION

Applications of C<WarrenApplication>, and everything in a directory of applications (L<Warren::AppDirectory>), are
compiled in the parent and stay until the next generation. Others (C<.psgi> files that C<WarrenHandler> leads to) are
compiled by each interpreter when it first needs them, and again when the file has changed.

=head1 FAILURES

C<read> and C<app> throw a L<Warren::Failure>; C<load> dies with it or with a message of file and line.

=cut

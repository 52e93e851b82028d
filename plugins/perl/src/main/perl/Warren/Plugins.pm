package Warren::Plugins;
use v5.36;

use Warren::AppDirectory;
use Warren::Exit;
use Warren::Failure;
use Warren::Log;
use Warren::ScriptFile;
use Warren::Source;

my @hooks = qw(start before_request after_request exit);

sub new ($class, $settings) {
    return bless {
        directory => $settings->{pluginDirectory},
        owner     => $settings->{owner},
        map { $_ => [] } @hooks,
    }, $class;
}

# The file of an entry that is a plugin; none where it is none.
sub files_of ($directory, $entry) {
    my $name = Warren::AppDirectory::plain_name($entry) // return;
    return $name =~ /[.]pm\z/ ? "$directory/$name" : ();
}

# In the parent. Dies where one that is required fails.
sub load ($self) {
    my $directory = $self->{directory} // return;
    Warren::ScriptFile::require_directory($directory, '.', $self->{owner});
    for my $path ($self->_paths) {
        my $plugin = $self->_read($path);
        my ($hooks) = $self->_try($plugin, sub { _load($plugin) }) or next;
        push $self->{$_}->@*, {plugin => $plugin, code => $hooks->{$_}} for keys %$hooks;
    }
    require Warren::Psgi if $self->{before_request}->@*;
    return;
}

# In the parent, when all is loaded.
sub start ($self) {
    for my $hook ($self->{start}->@*) {
        my $plugin = $hook->{plugin};
        next if $self->_try($plugin, sub { _call($hook->{code}); 1 });
        $self->{$_} = [grep { $_->{plugin} != $plugin } $self->{$_}->@*] for @hooks;
    }
    return;
}

# Whether any has such a sub.
sub have ($self, $name) { return scalar $self->{$name}->@* }

# Asks each; the first response is given to $give, and nobody else is asked. Whether there was one.
sub before ($self, $env, $give) {
    for my $hook ($self->{before_request}->@*) {
        my $plugin = $hook->{plugin};
        my $gave   = eval {
            my $response;
            _call(sub { $response = $hook->{code}->($env) });
            ref $response eq 'ARRAY' && do { _require_response($response); $give->($response); 1 };
        };
        return 1 if $gave;
        next     if defined $gave;
        my $message = "plugin $plugin->{name}, before_request: $@";
        Warren::Failure->throw(status => 500, kind => 'died', message => $message) if _is_required($plugin);
        Warren::Log::say_why($message);
    }
    return 0;
}

# Calls after_request or exit of each.
sub run ($self, $name, @arguments) {
    for my $hook ($self->{$name}->@*) {
        eval { _call(sub { $hook->{code}->(@arguments) }); 1 }
            or Warren::Log::say_why("plugin $hook->{plugin}{name}, $name: $@");
    }
    return;
}

sub _paths ($self) {
    my $directory = $self->{directory};
    opendir my $listing, $directory or die "$directory: $!\n";
    my @paths;
    while (defined(my $entry = readdir $listing)) {
        push @paths, files_of($directory, $entry);
        die "$directory: found more than $Warren::AppDirectory::MOST plugins, expected at most as many\n"
            if @paths > $Warren::AppDirectory::MOST;
    }
    return sort @paths;
}

# What cannot be read may be required: that is fatal.
sub _read ($self, $path) {
    my ($name) = $path =~ m{/([A-Za-z]\w*)[.]pm\z}a
        or die "$path: found a name that no package can have, expected letters, digits and _\n";
    my $text = Warren::ScriptFile->read_within($self->{directory}, $path, $self->{owner})->{text};
    return {name => $name, path => $path, text => $text, says_required => _says_required($text)};
}

# Of a text that does not compile, $required has no value.
sub _says_required ($text) {
    my $code = Warren::Source::split_data($text)->{code} =~ s/^=[a-z].*?(?:^=cut\b|\z)//gmsr;
    return scalar $code =~ /^[^#\n]*\bour\s+\$required\s*=(?!\s*0\s*;)/m;
}

sub _is_required ($plugin) {
    no strict 'refs';
    return ${"$plugin->{name}::required"} || $plugin->{says_required};
}

# The subs of its package that we call, by name.
sub _load ($plugin) {
    my ($name, $path) = $plugin->@{qw(name path)};
    my $text = "package main;\n" . Warren::Source::line_directive($path) . delete $plugin->{text};
    _call(sub {
        Warren::Source::evaluate($text);
        die $@ if ref $@ || length $@;
    });
    no strict 'refs';
    my %found = map { $_ => \&{"${name}::$_"} } grep { defined &{"${name}::$_"} } @hooks;
    die "$path: package $name has none of the subs @hooks, expected one\n" if !%found;
    return \%found;
}

# Loads or starts a plugin. One that fails is left out, unless it is required.
sub _try ($self, $plugin, $do) {
    my $done = eval { $do->() };
    return $done if $done;
    my $message = "plugin $plugin->{name}: $@";
    die $message if _is_required($plugin);
    Warren::Log::say_why("it is left out: $message");
    return;
}

# exit ends the sub; an error of its own goes on.
sub _call ($code) {
    my (undef, $error) = Warren::Exit::contain($code);
    die $error if defined $error;
    return;
}

sub _require_response ($response) {
    die "it returned an array that is no response [STATUS, [HEADERS], [BODY]]\n"
        if @$response != 3 || grep { ref ne 'ARRAY' } @$response[1, 2];
    return;
}

1;

__END__

=head1 NAME

Warren::Plugins - owners' plugins: what is called around every request of a virtual host

=head1 DESCRIPTION

Each C<Name.pm> in the virtual host's C<WarrenPluginDirectory>, in alphabetical order, is loaded by the parent
interpreter before the applications. The same names and leftovers as in L<Warren::AppDirectory> are ignored. Its
C<package Name> has one or more of

    start()                         in the parent, when all is loaded
    before_request($env)            in an interpreter, before a script or an application
    after_request($env, $status)    when the response has been sent
    exit()                          when an interpreter ends by itself

C<$env> holds the request's variables of CGI; what C<before_request> changes there, the script or application finds.
It may return a PSGI response with an array as its body, C<[503, ['Content-Type', 'text/plain'], ['back soon']]>, which
is sent instead; anything but an array reference lets the request go on. C<exit> in a plugin ends the sub.

C<our $required = 1> in it makes its failure the virtual host's.

=head1 FAILURES

One that is required: C<load> and C<start> die with its error, and a request is answered as where the owner's code dies.
One that is not is named in the owner's log with its error; it is left out of the generation where it does not load or
start, and of that one call where it dies in a request. Failures in C<after_request> and C<exit> are only logged.

C<load> also dies where there is no such directory, and for a file or directory that L<Warren::ScriptFile> refuses.

=head1 SEE ALSO

L<Warren::Interpreter>, L<Warren::Exit>

=cut

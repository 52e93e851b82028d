package Warren::AppDirectory;
use v5.36;

use Warren::ScriptFile;

our $MOST = 1_000;    # entries that may be applications
my $KIND = qr/[.](psgi|pl|handler)\z/;
my %is_reserved = (lib => 1, tmp => 1);

# Of a descriptor.
my %words = (
    module => {expected => q(a module's name such as My::Status), value => \&_module},
    lib    => {expected => 'a plain path in the directory of applications', value => \&_plain_path},
);

sub new ($class, $directory, $owner) {
    return bless {directory => $directory, owner => $owner}, $class;
}

sub path ($self) { return $self->{directory} }

# A name that an entry may have; others are leftovers of editors and transfers, hidden, or no name of a URL. Taken from
# a pattern, which under -T makes it one that may be opened.
sub plain_name ($name) {
    my ($plain) = $name =~ /\A([A-Za-z0-9][A-Za-z0-9._-]{0,99})\z/ or return;
    return $plain =~ /[.](?:tmp|part|swp|bak|new)\z/ ? undef : $plain;
}

# The files of an entry by which it answers or is started anew, whether they are there or not; none where it is no
# application's.
sub files_of ($directory, $entry) {
    my $name = plain_name($entry) // return;
    return if $is_reserved{$name};
    my $path = "$directory/$name";
    return ("$path/app.psgi", "$path/tmp/restart.txt") if -d $path;
    return $name =~ $KIND ? $path : ();
}

# Its modules before all others.
sub use_library ($self) {
    my $directory = $self->{directory};
    Warren::ScriptFile::require_directory($directory, '.', $self->{owner});
    $self->_use('lib') if -d "$directory/lib";
    return;
}

# What answers in it: {names, kind, file} of each, ordered. Dies where two claim one name.
sub applications ($self) {
    my (@all, %by);
    for my $entry ($self->_entries) {
        my $application = $self->_application($entry) // next;
        for my $name ($application->{names}->@*) {
            my $other = $by{$name};
            die "$self->{directory}: $other and $application->{entry} both answer as $name, expected one of them\n" if $other;
            $by{$name} = $application->{entry};
        }
        push @all, $application;
    }
    return @all;
}

sub read ($self, $path) {
    return Warren::ScriptFile->read_within($self->{directory}, $path, $self->{owner});
}

# Loads what a descriptor names; returns its sub handler.
sub handler ($self, $path) {
    my $says = $self->_descriptor($path);
    $self->_use($says->{lib}{value}, "$path:$says->{lib}{line}: ") if $says->{lib};
    my ($module, $line) = $says->{module}->@{qw(value line)};
    my $file = ($module =~ s{::}{/}gr) . '.pm';
    eval { require $file } or die "$path:$line: module $module: $@";
    return $module->can('handler') // die "$path:$line: module $module has no sub handler\n";
}

sub _use ($self, $library, $why = '') {
    eval { Warren::ScriptFile::require_directory($self->{directory}, $library, $self->{owner}); 1 }
        or die $why . Warren::Failure->of($@, 'refused')->{message} . "\n";
    unshift @INC, "$self->{directory}/$library";
    return;
}

sub _entries ($self) {
    my $directory = $self->{directory};
    opendir my $listing, $directory or die "$directory: $!\n";
    my @entries;
    while (defined(my $entry = readdir $listing)) {
        push @entries, $entry if files_of($directory, $entry);
        die "$directory: found more than $MOST entries that may be applications (directories, .psgi, .pl, .handler),"
            . " expected at most as many: keep what is no application elsewhere\n" if @entries > $MOST;
    }
    return sort @entries;
}

# A directory is one where it holds an app.psgi.
sub _application ($self, $entry) {
    my ($file, $restart) = files_of($self->{directory}, $entry) or return;
    if (defined $restart) {
        return if !lstat $file;
        return {names => [$entry], kind => 'psgi', file => $file, entry => "$entry/app.psgi"};
    }
    my ($base, $kind) = $entry =~ /(.*)$KIND/;
    return {names => $kind eq 'pl' ? [$entry, $base] : [$base], kind => $kind, file => $file, entry => $entry};
}

# Lines of a word and its value; what begins with # is a comment.
sub _descriptor ($self, $path) {
    my %says;
    my $line = 0;
    for my $text (split /\n/, $self->read($path)->{text}) {
        $line++;
        my ($word, @values) = split ' ', $text =~ s/\A\s*#.*//r;
        next if !defined $word;
        my $known = $words{$word}
            // die "$path:$line: found \"$word\", expected \"module NAME\" or \"lib DIRECTORY\"\n";
        die "$path:$line: found a second $word, expected one\n" if $says{$word};
        my $value = @values == 1 ? $known->{value}->($values[0]) : undef;
        die "$path:$line: found \"$word @values\", expected $word and $known->{expected}\n" if !defined $value;
        $says{$word} = {value => $value, line => $line};
    }
    return $says{module} ? \%says : die "$path:1: found no line \"module NAME\", expected one\n";
}

sub _module ($value) {
    return $value =~ /\A([A-Za-z_]\w*(?:::\w+)*)\z/a ? $1 : undef;
}

sub _plain_path ($value) {
    return if grep { $_ eq '' || $_ eq '.' || $_ eq '..' } split m{/}, $value, -1;
    return $value =~ /\A(.+)\z/s ? $1 : undef;
}

1;

__END__

=head1 NAME

Warren::AppDirectory - a directory of applications: what the owner puts into it answers under its name

=head1 DESCRIPTION

    shop.psgi          PSGI application, as shop
    shop/app.psgi      the same
    report.pl          script, as report.pl and as report
    status.handler     a module's handler, as status

A name is up to 100 of C<A-Z a-z 0-9 . _ ->, a letter or digit first. Ignored are all other names, what ends in C<.tmp>,
C<.part>, C<.swp>, C<.bak> or C<.new>, other kinds of files, directories without C<app.psgi>, and the directories C<lib>
and C<tmp>. C<lib> comes first in C<@INC>.

A descriptor has lines of text:

    # who is logged in
    module My::Status
    lib    status/lib

C<module> is required. It is loaded, and C<My::Status::handler($env)> is called as a PSGI application. C<lib> is a
directory in the directory of applications that comes first in C<@INC>.

=head1 FAILURES

All its methods die, and with them the load: two entries with one name, more than 1,000 entries that may be
applications, a missing directory, a file, directory or C<lib> that L<Warren::ScriptFile> refuses (also a FIFO or a
symbolic link that is named as an application), a word in a descriptor that is none (with file and line).

=cut

package Warren::Settings;
use v5.36;

my %escaped = (t => "\t", n => "\n", '\\' => '\\');
my %variables;

sub take_from_environment ($class) {
    my $text = delete $ENV{WARREN_SETTINGS} // die "WARREN_SETTINGS is not set: only a launch starts this program\n";
    ($text) = $text =~ /\A(.*)\z/s;    # under -T the environment is tainted; this variable was written by root
    my $self = bless {applications => [], appDirectories => [], load => []}, $class;
    for my $line (split /\n/, $text) {
        my ($name, @words) = map { s/\\(.)/$escaped{$1} \/\/ die "WARREN_SETTINGS has \\$1\n"/gesr } split /\t/, $line, -1;
        $self->_take($name, @words);
    }
    for my $name (qw(name generation documentRoot owner)) {
        die "WARREN_SETTINGS has no $name\n" if !defined $self->{$name};
    }
    return $self;
}

sub _take ($self, $name, @words) {
    if ($name eq 'application') {
        push $self->{applications}->@*, {path => $words[0], file => $words[1]};
    }
    elsif ($name eq 'appDirectory') {
        push $self->{appDirectories}->@*, {path => $words[0], directory => $words[1]};
    }
    elsif ($name eq 'load') {
        push $self->{load}->@*, {kind => $words[0], name => $words[1]};
    }
    elsif ($name eq 'owner') {
        $self->{owner} = {uid => $words[0], gid => $words[1]};
    }
    elsif ($name eq 'variable') {
        $variables{shift @words} = \@words;
    }
    else {
        $self->{$name} = $words[0];
    }
    return;
}

# The directories of applications; one may stand at several paths.
sub app_directories ($self) {
    my %seen;
    return grep { !$seen{$_}++ } map { $_->{directory} } $self->{appDirectories}->@*;
}

# Whether anything of the owner's files is looked at for changes.
sub is_watched ($self) {
    return defined $self->{pluginDirectory} || $self->{appDirectories}->@* || $self->{applications}->@*;
}

# What PerlSetVar and PerlAddVar say: the last value, or all of them.
sub variable ($name) {
    my $values = $variables{$name} // [];
    return wantarray ? @$values : $values->[-1];
}

1;

__END__

=head1 NAME

Warren::Settings - what the launch tells the runtime

=head1 SYNOPSIS

    my $color = Warren::Settings::variable('Color');    # PerlSetVar Color green

=head1 DESCRIPTION

Lines of words in the environment variable C<WARREN_SETTINGS>, removed from C<%ENV> before any of the owner's code is
loaded. Words are separated by a tab; a tab, a line end and a backslash inside of one are C<\t>, C<\n> and C<\\>. No
JSON: its parser would be half of what a virtual host with a bare script has in memory.

    name NAME
    generation NUMBER
    documentRoot PATH             below which files of WarrenHandler must lie
    handlesFiles 1                there are such files
    owner UID GID                 that files must have
    application PATH FILE         one line for each WarrenApplication
    appDirectory PATH DIRECTORY   one line for each directory of applications
    pluginDirectory DIRECTORY     of the owner's plugins
    load module|file NAME         PerlModule and PerlRequire, in their order
    variable NAME VALUE...        PerlSetVar and PerlAddVar

=head1 FAILURES

Dies with a sentence where the variable is missing, malformed or lacks a line; the parent interpreter then ends.

=cut

package Warren::Watch;
use v5.36;

use Time::HiRes ();

my $SIGN     = "\x01changed\n";
our $INTERVAL = 0.5;     # seconds from one look to the next
my $SETTLED  = 0.3;      # seconds since the last change
my $TICK     = 0.01;     # seconds that a file's times may be behind the clock
my $AT_ONCE  = 2_000;    # files and entries of one look: the parent has requests waiting

# What @identity of stat's list is for a file, @place for a directory: dev, ino, mode, uid, gid, size, mtime, ctime.
my @identity = (0, 1, 2, 4, 5, 7, 9, 10);
my @place    = (0, 1, 2, 4, 5);

# From now on: what is loaded after this and changed meanwhile is noticed.
sub new ($class, $settings) {
    my @directories = $settings->app_directories;
    my %beside      = map { ($_->{file} =~ s{/[^/]*\z}{}r => 1) } $settings->{applications}->@*;
    delete @beside{@directories};
    my $self        = bless {
        listings => [
            (map { _listing($_, \&Warren::AppDirectory::files_of) } @directories),
            (map { _listing($_, \&Warren::Plugins::files_of) } grep { defined } $settings->{pluginDirectory}),
        ],
        files  => [map { "$_/tmp/restart.txt" } @directories, sort keys %beside],
        began  => Time::HiRes::time(),
        looked => 0,
    }, $class;
    open $self->{connector}, '>&=', 1 or die "descriptor 1: $!\n";
    $self->{told} = $self->{last} = $self->_go_on('inf')->{seen};
    return $self;
}

sub _listing ($directory, $files_of) {
    return {directory => $directory, files_of => $files_of, is => '', is_new => 0, files => []};
}

# The modules that have been loaded from the directories; any that changed since the beginning counts as changed. Not
# those of a time to come: a clock that was set back would start every generation anew.
sub add_modules ($self) {
    my $now     = Time::HiRes::time();
    my @beneath = map { "$_->{directory}/" } $self->{listings}->@*;
    for my $file (sort grep { defined && !ref } values %INC) {
        next if !grep { index($file, $_) == 0 } @beneath;
        push $self->{files}->@*, $file;
        my ($is, $changed) = _look_at($file);
        my $is_other = $changed > $self->{began} - $TICK && $changed <= $now;
        $self->{$_} .= $is_other ? "$file changed" : $is for qw(told last);
    }
    return;
}

# Called often; looks seldom. Tells the connector once of each change that has come to rest.
sub look ($self) {
    my $now = Time::HiRes::time();
    return if abs($now - $self->{looked}) < $INTERVAL * 0.9;
    $self->{looked} = $now;
    my $pass  = $self->_go_on($AT_ONCE) // return;
    my $seen  = $pass->{seen};
    my $again = $seen eq $self->{last};
    $self->{last} = $seen;
    return if !$again || $seen eq $self->{told} || abs($now - $pass->{newest}) < $SETTLED;
    $self->{told} = $seen if (syswrite($self->{connector}, $SIGN) // 0) == length $SIGN;
    return;
}

# A part of the pass over everything; all that was seen, where it was the last.
sub _go_on ($self, $most) {
    my $pass = $self->{pass} //= {todo => [$self->{listings}->@*, $self->{files}->@*], seen => '', newest => 0};
    my $todo = $pass->{todo};
    while (@$todo) {
        return if $most <= 0;
        my $next = shift @$todo;
        if (ref $next) {
            my $listed = $self->_list($next, $most);
            unshift @$todo, $next->{handle} ? $next : $next->{files}->@*;
            $pass->{seen} .= $next->{place} if !$next->{handle};
            $most -= 1 + $listed;
        }
        else {
            my ($is, $changed) = _look_at($next);
            $pass->{seen} .= $is;
            $pass->{newest} = $changed if $changed > $pass->{newest};
            $most--;
        }
    }
    return delete $self->{pass};
}

# What a file is, and when that last changed: '' and 0 where there is none. ctime is the kernel's, mtime says what the
# owner wants. Packed: numbers as text would be most of what a look costs.
sub _look_at ($file) {
    my @stat = Time::HiRes::stat($file) or return ('', 0);
    return ($file . pack('Q6d2', @stat[@identity]), $stat[10]);
}

# Reads on in a directory that is not as it was when it was read: how many entries. One that had changed just before may
# have changed within the same tick of its clock.
sub _list ($self, $listing, $most) {
    my $directory = $listing->{directory};
    if (!$listing->{handle}) {
        my @stat = Time::HiRes::stat($directory);
        $listing->{place} = @stat ? $directory . pack('Q5', @stat[@place]) : '';
        my $is = @stat ? pack('Q6d2', @stat[@identity]) : '';
        return 0 if $is eq $listing->{is} && !$listing->{is_new};
        $listing->@{qw(is is_new found)} = ($is, @stat && abs(Time::HiRes::time() - $stat[10]) < 1, []);
        opendir $listing->{handle}, $directory or delete $listing->{handle};
    }
    my $found = $listing->{found};
    my $count = 0;
    my $ended = !$listing->{handle};
    while (!$ended && $count < $most) {
        my $entry = readdir $listing->{handle};
        $ended = !defined $entry || @$found > 2 * $Warren::AppDirectory::MOST + 2;
        push @$found, $listing->{files_of}->($directory, $entry) if !$ended;
        $count++;
    }
    if ($ended) {
        delete $listing->{handle};
        $listing->{files} = [sort @$found];
    }
    return $count;
}

1;

__END__

=head1 NAME

Warren::Watch - tells the connector that what the owner has put down is not what was loaded

=head1 DESCRIPTION

Looked at, by the parent interpreter and so under the owner's UID, every half second: in each directory of applications
and in the directory of plugins what they hold, as far as L<Warren::AppDirectory> and L<Warren::Plugins> would load it;
modules that the parent has loaded from there; and C<tmp/restart.txt> in each directory of applications, in each
application's own, and beside the file of each C<WarrenApplication>. A file is the same while device, inode, mode, owner,
size, mtime and ctime are.

When that differs from what it was before the code was loaded, has not changed from one look to the next, and its last
change is 0.3 s old, descriptor 1 gets one line, a byte 1 and C<changed>, in one write. The connector logs nothing of it,
and launches the next generation beside this one. The same state is told once, whatever comes of it.

A look takes at most 2,000 files and entries, and goes on at the next: a directory with 100,000 entries is read within
half a minute, and a change in it noticed within one. It is read only when the directory itself has changed. Where there
is nothing to look at, this module is not loaded.

=head1 FAILURES

What has vanished counts as a change. A line that does not fit into the log is written after the next look. Modules that
only interpreters load, and files that the code reads itself, are not watched; C<tmp/restart.txt> is for those.

=cut

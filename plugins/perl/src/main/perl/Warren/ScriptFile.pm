package Warren::ScriptFile;
use v5.36;

use Fcntl qw(O_RDONLY O_NONBLOCK O_DIRECTORY O_NOCTTY);
use Time::HiRes ();
use Warren::Failure;

# openat2(2): the same number on every architecture that Debian has perl for, Linux 5.6 or later.
my $SYS_OPENAT2         = 437;
my $AT_FDCWD            = -100;
my $O_PATH              = 0x20_0000;
my $O_CLOEXEC           = 0x8_0000;
my $RESOLVE_NO_SYMLINKS = 0x04;
my $RESOLVE_BENEATH     = 0x08;
my $WRITABLE_BY_OTHERS  = 022;
my $SET_ID              = 06000;
my $PERMISSIONS         = 07777;
my $LARGEST             = 8 * 1024 * 1024;
my $NO_ENTRY            = 2;     # ENOENT and ENOTDIR of errno(3): module Errno would load Config
my $NO_DIRECTORY        = 20;

# Of stat's list: dev, inode, mode, uid, gid, size, mtime, ctime. ctime moves with every chmod, chown and link.
my @identity           = (1, 10, 9, 7, 0, 2, 4, 5);
my @directory_identity = (0, 1, 2, 4, 5);

# A file that httpd's WarrenHandler names: beneath the document root, no symbolic link on the way, all the owner's.
sub read_beneath ($class, $root, $path, $owner) {
    my $relative = _relative($root, $path);
    my ($directory, $name) = $relative =~ m{\A(?:(.+)/)?([^/]+)\z}s;
    my $top   = _open($AT_FDCWD, $root, $O_PATH | O_DIRECTORY | $O_CLOEXEC, 0, $root);
    my $inner = _open(fileno $top, $directory // '.', $O_PATH | O_DIRECTORY | $O_CLOEXEC,
        $RESOLVE_BENEATH | $RESOLVE_NO_SYMLINKS, $path);
    return $class->_read($inner, $name, $path, {%$owner, root_too => 0});
}

# A file that root's configuration names: it may lie anywhere and may be root's, but nobody else's.
sub read_named ($class, $path, $owner) {
    my ($directory, $name) = $path =~ m{\A(/(?:.*/)?)([^/]+)\z}s
        or Warren::Failure->refused(403, "$path: a relative path, expected an absolute one");
    my $inner = _open($AT_FDCWD, $directory, $O_PATH | O_DIRECTORY | $O_CLOEXEC, 0, $path);
    return $class->_read($inner, $name, $path, {%$owner, root_too => 1});
}

# A file in a directory that root's configuration names: it may be root's; directories on the way may be symbolic links
# that stay within.
sub read_within ($class, $root, $path, $owner) {
    my ($directory, $name) = _relative($root, $path) =~ m{\A(?:(.+)/)?([^/]+)\z}s;
    return $class->_read(_open_within($root, $directory // '.', $path), $name, $path, {%$owner, root_too => 1});
}

# That a directory there is fit to hold code.
sub require_directory ($root, $relative, $owner) {
    my $path      = $relative eq '.' ? $root : "$root/$relative";
    my $directory = _open_within($root, $relative, $path);
    my @stat      = stat $directory or Warren::Failure->refused(403, "$path: stat: $!");
    return _require_owner($path, {%$owner, root_too => 1}, @stat);
}

# Whether the file is still the very one that was read, and its directory still fit. A rename in between is harmless:
# what then runs is the text that was checked. Compared as numbers: this is done for every request.
sub is_current ($self) {
    my $was = $self->{stat};
    my @is  = Time::HiRes::stat($self->{path}) or return 0;
    $is[$_] == $was->[$_] or return 0 for @identity;
    $was = $self->{directory_stat};
    @is  = stat $self->{directory} or return 0;
    $is[$_] == $was->[$_] or return 0 for @directory_identity;
    return 1;
}

sub _read ($class, $directory, $name, $path, $owner) {
    my @directory = stat $directory or Warren::Failure->refused(403, "$path: stat of its directory: $!");
    _require_owner("$path: its directory", $owner, @directory);
    my $file = _open(fileno $directory, $name, O_RDONLY | O_NONBLOCK | O_NOCTTY | $O_CLOEXEC,
        $RESOLVE_BENEATH | $RESOLVE_NO_SYMLINKS, $path);
    my @stat = Time::HiRes::stat($file) or Warren::Failure->refused(403, "$path: stat: $!");
    Warren::Failure->refused(403, "$path: found no regular file, expected one") if !-f $file;
    _require_owner($path, $owner, @stat);
    Warren::Failure->refused(403, sprintf '%s: found mode %04o, expected no set-UID or set-GID bit', $path,
        $stat[2] & $PERMISSIONS) if $stat[2] & $SET_ID;
    Warren::Failure->refused(403, "$path: found $stat[7] bytes, expected at most " . $LARGEST) if $stat[7] > $LARGEST;
    return bless {
        path           => $path,
        directory      => $path =~ s{/[^/]*\z}{}sr || '/',
        text           => _slurp($file, $path),
        stat           => \@stat,
        directory_stat => \@directory,
    }, $class;
}

sub _open_within ($root, $relative, $path) {
    my $top = _open($AT_FDCWD, $root, $O_PATH | O_DIRECTORY | $O_CLOEXEC, 0, $root);
    return _open(fileno $top, $relative, $O_PATH | O_DIRECTORY | $O_CLOEXEC, $RESOLVE_BENEATH, $path);
}

sub _require_owner ($what, $owner, @stat) {
    my ($mode, $uid, $gid) = @stat[2, 4, 5];
    my $roots = $owner->{root_too} && $uid == 0;
    Warren::Failure->refused(403, "$what: found owner $uid:$gid, expected $owner->{uid}:$owner->{gid}"
        . ($owner->{root_too} ? ' or root' : '')) if !$roots && ($uid != $owner->{uid} || $gid != $owner->{gid});
    Warren::Failure->refused(403, sprintf '%s: found mode %04o, expected no write by group or others', $what,
        $mode & $PERMISSIONS) if $mode & $WRITABLE_BY_OTHERS;
    return;
}

sub _relative ($root, $path) {
    my $start = $root eq '/' ? '/' : "$root/";
    my $inside = index($path, $start) == 0 && index($path, "\0") < 0;
    my $relative = $inside ? substr $path, length $start : '';
    return $relative if $inside && !grep { $_ eq '' || $_ eq '.' || $_ eq '..' } split m{/}, $relative, -1;
    Warren::Failure->refused(403, "$path: expected a plain path beneath the document root $root");
}

sub _open ($at, $name, $flags, $resolve, $path) {
    my $how = pack 'QQQ', $flags, 0, $resolve;
    my $fd  = syscall $SYS_OPENAT2, $at, $name, $how, length $how;
    if ($fd < 0) {
        my $status = $! == $NO_ENTRY || $! == $NO_DIRECTORY ? 404 : 403;
        Warren::Failure->refused($status, "$path: $!"
            . ($status == 403 ? ', expected a file reached without symbolic links that the owner can read' : ''));
    }
    open my $handle, '<&=', $fd or die "fdopen: $!";
    return $handle;
}

# Untainted: the checks above are what makes it fit to be run.
sub _slurp ($file, $path) {
    my $text = '';
    while (1) {
        my $count = sysread $file, $text, 65536, length $text;
        Warren::Failure->refused(403, "$path: read: $!") if !defined $count;
        last if !$count;
        Warren::Failure->refused(403, "$path: grew beyond " . $LARGEST . ' bytes') if length $text > $LARGEST;
    }
    return $text =~ /\A(.*)\z/s ? $1 : '';
}

1;

__END__

=head1 NAME

Warren::ScriptFile - reads a file of code after suEXEC's checks

=head1 DESCRIPTION

The checks are those of L<suEXEC|https://httpd.apache.org/docs/2.4/suexec.html>, made under the owner's UID on opened
descriptors, so that no rename between check and use matters: the directory is opened first, the file is opened relative
to it by openat2(2) with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS, fstat(2) looks at what was opened, and the text is read
from that descriptor. A FIFO, a device or a leased file cannot block: O_NONBLOCK.

Of a file that C<WarrenHandler> names: beneath the document root, no symbolic link below it, a regular file, file and
directory of the owner's UID and GID, neither writable by group or others, no set-UID or set-GID bit, at most 8 MB. A
hard link to another owner's file is that owner's file and refused. The document root's own path may lead through
symbolic links: root wrote it. A file that C<WarrenApplication> names may lie outside the document root and may be
root's. So may one in a directory of applications or plugins; there a directory on the way may be a symbolic link that
leads to another place in that directory.

=head1 FAILURES

Throws a L<Warren::Failure>: 404 where there is no such file, else 403 with what was found and what was expected.

=cut

use v5.36;
use utf8;
use Encode qw(decode encode);
use Fcntl qw(:flock);
use File::Basename qw(dirname);
use Plack::Request;
use POSIX qw(strftime);

# A guest book: entries in a file that only its owner can read, one a line: time, name, text.
my $file = dirname(__FILE__) . '/entries.tsv';
my %most = (name => 80, text => 2000);
my %entity = ('&' => '&amp;', '<' => '&lt;', '>' => '&gt;', '"' => '&quot;', "'" => '&#39;');

sub escape ($text) { return $text =~ s/([&<>"'])/$entity{$1}/gr }

# One line, no controls, at most so long.
sub field ($request, $name) {
    my $text = decode('UTF-8', scalar $request->body_parameters->get($name) // '') =~ s/\s+/ /gr;
    return substr $text =~ s/\p{Cc}//gr =~ s/^ | $//gr, 0, $most{$name};
}

sub entries {
    open my $in, '<:encoding(UTF-8)', $file or return $!{ENOENT} ? () : die "$file: $!\n";
    flock $in, LOCK_SH or die "$file: $!\n";
    return map { chomp; [split /\t/, $_, 3] } <$in>;
}

sub add ($name, $text) {
    my $mask = umask 0077;
    open my $out, '>>:encoding(UTF-8)', $file or die "$file: $!\n";
    umask $mask;
    flock $out, LOCK_EX or die "$file: $!\n";
    print {$out} join("\t", strftime('%Y-%m-%dT%H:%M:%SZ', gmtime), $name, $text), "\n";
    close $out or die "$file: $!\n";
    return;
}

# A form of another site's may not write here.
sub is_own_form ($request) {
    my $origin = $request->header('Origin') // return 1;
    return $origin eq $request->scheme . '://' . ($request->header('Host') // '');
}

sub page ($status, $error = '') {
    my $list = join '', map {
        my ($time, $name, $text) = map { escape($_ // '') } @$_;
        "<article><strong>$name</strong> <time datetime=\"$time\">$time</time><p>$text</p></article>\n"
    } reverse entries();
    my $notice = $error ? "<p class=\"error\" role=\"alert\">${\ escape($error)}</p>" : '';
    my $html = <<"HTML";
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Guest book</title>
<link rel="stylesheet" href="/style.css"></head>
<body>
<h1>Guest book</h1>
$notice
<form method="post">
<label for="name">Name</label><input id="name" name="name" maxlength="$most{name}" required>
<label for="text">What you want to say</label><textarea id="text" name="text" rows="3" maxlength="$most{text}" required></textarea>
<button>Sign</button>
</form>
$list
</body>
</html>
HTML
    return [$status, ['Content-Type' => 'text/html; charset=utf-8'], [encode('UTF-8', $html)]];
}

sub ($env) {
    my $request = Plack::Request->new($env);
    return page(200) if $request->method eq 'GET' || $request->method eq 'HEAD';
    return [405, ['Content-Type' => 'text/plain', 'Allow' => 'GET, HEAD, POST'], ["GET or POST, please.\n"]]
        if $request->method ne 'POST';
    return page(403, 'This form came from another site.') if !is_own_form($request);
    my ($name, $text) = map { field($request, $_) } qw(name text);
    return page(400, 'Please give a name and say something.') if $name eq '' || $text eq '';
    add($name, $text);
    return [303, ['Location' => $env->{SCRIPT_NAME} . '/'], []];
}

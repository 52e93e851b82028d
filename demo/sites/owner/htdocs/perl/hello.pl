#!/usr/bin/perl
use v5.36;
use CGI;

my $q    = CGI->new;
my $name = $q->param('name') // '';

print $q->header(-type => 'text/html', -charset => 'utf-8');
print <<"HTML";
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Hello</title><link rel="stylesheet" href="/style.css"></head>
<body>
<h1>Hello, ${\ CGI::escapeHTML($name || 'stranger')}</h1>
<form method="get">
<label for="name">Your name</label><input id="name" name="name" maxlength="80">
<button>Greet me</button>
</form>
</body>
</html>
HTML

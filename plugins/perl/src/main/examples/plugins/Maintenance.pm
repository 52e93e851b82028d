package Maintenance;
use v5.36;

# While there is a file, it is the page for everybody: PerlSetVar MaintenanceFile /home/alice/maintenance.html

our $required = 1;

my $file;

sub start {
    $file = Warren::Settings::variable('MaintenanceFile') // die "PerlSetVar MaintenanceFile is missing\n";
}

sub before_request ($env) {
    open my $page, '<:raw', $file or return;
    local $/;
    return [503, ['Content-Type', 'text/html; charset=utf-8', 'Retry-After', 600], [scalar <$page>]];
}

1;

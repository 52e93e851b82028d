package Warren::Script;
use v5.36;

use Warren::Exit;
use Warren::Failure;
use Warren::Source;
use Warren::Title;

my @cgi_pragmas = map { "CGI::$_" } qw(XHTML NOSTICKY NPH DEBUG TABINDEX CLOSE_UPLOAD_FILES HEADERS_ONCE
    USE_PARAM_SEMICOLONS NO_UNDEF_PARAMS PARAM_UTF8 PUTDATA_UPLOAD APPEND_QUERY_STRING);
my $loaded_by_parent;

# Compiles a file that Warren::ScriptFile has read. STDOUT and STDIN are those of a request.
sub compile ($class, $file, $state, $output) {
    my $path   = $file->{path};
    my $source = Warren::Source::split_data($file->{text});
    my $self   = bless {
        path      => $path,
        directory => $file->{directory},
        package   => Warren::Source::package_for($path),
        data      => $source->{data},
        data_is_utf8 => $source->{data_is_utf8},
        required  => {},
    }, $class;
    $self->{data_handle} = ($source->{data_package} // $self->{package}) . '::DATA';
    CGI::initialize_globals() if $INC{'CGI.pm'};
    my ($exited, $error) = $self->_in_its_world(sub {
        Warren::Source::compile($self->{package}, Warren::Source::as_subroutine($self->{package}, $path, $source->{code}));
    });
    $self->{end_blocks} = $source->{code} =~ /\bEND\b/ ? _take_end_blocks($self->{package}) : [];
    die $error if defined $error;
    die "$path: exit while it was compiled\n" if $exited;
    $self->{layer}   = $output->layer;
    $self->{signals} = $state->signals_of_script;
    $self->{pragmas} = $INC{'CGI.pm'} ? _cgi_pragmas() : undef;
    $self->{handler} = do { no strict 'refs'; \&{"$self->{package}::handler"} };
    return $self;
}

# One request. Dies with the script's error.
sub run ($self, $state) {
    $state->use_signals($self->{signals});
    $self->_set_cgi_pragmas if $INC{'CGI.pm'};
    $self->_open_data       if defined $self->{data};
    my $error = $self->_run_handler;
    for my $block ($self->{end_blocks}->@*) {
        my (undef, $other) = $self->_in_its_world($block);
        $error //= $other;
    }
    $self->_close_data if defined $self->{data};
    die $error if defined $error;
    return;
}

sub _run_handler ($self) {
    local $Warren::Overrun::end_blocks = $self->{end_blocks};
    my (undef, $error) = $self->_in_its_world($self->{handler});
    return $error;
}

# Calls code with the directory, $0 and non-module %INC of this script: whether it has called exit, and its error.
sub _in_its_world ($self, $code) {
    chdir $self->{directory} or return (0, "$self->{path}: chdir to its directory: $!\n");
    $Warren::Title::program = $self->{path};
    @ARGV = ();
    $^W   = 0 if $^W;
    local ($_, $@);
    $! = 0;
    my $loaded_before = $self->_enter_inc;
    my @ended = Warren::Exit::contain($code);
    $self->_leave_inc($loaded_before);
    return @ended;
}

# require "lib.pl" compiles into the package that requires it first; so each script has its own memory of these files.
sub _enter_inc ($self) {
    $loaded_by_parent //= {map { $_ => 1 } grep { !/\.pm\z/ } keys %INC};
    @INC{keys $self->{required}->%*} = values $self->{required}->%* if $self->{required}->%*;
    return scalar keys %INC;
}

sub _leave_inc ($self, $count_before) {
    return if keys %INC == $count_before && !$self->{required}->%*;
    for my $name (grep { !/\.pm\z/ && !$loaded_by_parent->{$_} } keys %INC) {
        $self->{required}{$name} = delete $INC{$name};
    }
    return;
}

sub _open_data ($self) {
    no strict 'refs';
    my $layer = $self->{data_is_utf8} ? '<:utf8' : '<';
    open *{$self->{data_handle}}, $layer, \$self->{data} or die "$self->{path}: __DATA__: $!\n";
    return;
}

# An open one would stand in later messages: "at x.pl line 3, <DATA> line 2."
sub _close_data ($self) {
    no strict 'refs';
    close *{$self->{data_handle}};
    return;
}

# perl has put END blocks on its list for the process's end; those of this package are taken off it, to be run after
# each request.
sub _take_end_blocks ($package) {
    require B;
    my $list = B::end_av();
    return [] if !$list->isa('B::AV');
    my $all = $list->object_2svref;
    my @mine;
    for my $i (reverse 0 .. $#$all) {
        my $block = \$all->[$i];    # the list holds code itself, not references to it
        next if B::svref_2object($block)->STASH->NAME ne $package;
        unshift @mine, $block;
        splice @$all, $i, 1;
    }
    return \@mine;
}

# CGI.pm keeps its parameters and what "use CGI qw(-utf8)" said in globals: the first are a request's, the others a
# script's.
sub _cgi_pragmas {
    no strict 'refs';
    return {map { $_ => ${$_} } @cgi_pragmas};
}

sub _set_cgi_pragmas ($self) {
    no strict 'refs';
    CGI::initialize_globals();
    return if !$self->{pragmas};
    ${$_} = $self->{pragmas}{$_} for @cgi_pragmas;
    return;
}

1;

__END__

=head1 NAME

Warren::Script - one compiled script

=head1 DESCRIPTION

Runs a script that was written for CGI again and again in one process, as ModPerl::Registry does. For each run it finds
C<$0> its path, C<@ARGV> empty, its directory as the working directory, perl's separators at their defaults, C<DATA> at
its start, CGI.pm as new, and the signal handlers that it set while it was compiled (C<use CGI::Carp>) and no others.
C<exit> ends the run, C<END> blocks of its package run after it, whether it ended well or not.

A process that the script forks and that returns from it ends there. What such a process prints to STDOUT is not sent.

C<require "lib.pl"> of a file without a package of its own works for every script that requires it.

C<use CGI::Carp 'fatalsToBrowser'> has no effect on the visitor: the message is in the log.

=head1 FAILURES

C<compile> and C<run> die with perl's or the script's error.

=head1 SEE ALSO

L<Warren::Source>, L<Warren::ProcessState>, L<Warren::Exit>

=cut

package Warren::Failure;
use v5.36;

use Warren::Log;

sub throw ($class, %is) {
    die bless {%is}, $class;
}

# The one about a path that an owner's directory holds. Without a message it is a visitor's mistake, which the access
# log has already.
sub refused ($class, $status, $message = undef) {
    return $class->throw(status => $status, kind => 'refused', message => $message);
}

# Any error as a failure: those that are none were thrown by the runtime itself or by perl.
sub of ($class, $error, $kind) {
    return $error if ref $error eq $class;
    return bless {status => 500, kind => $kind, message => "$error"}, $class;
}

sub answer ($self) {
    return "Status: $self->{status}\r\nWarren-Failure: $self->{kind}\r\n\r\n";
}

sub log ($self) {
    Warren::Log::say_why($self->{message}) if defined $self->{message};
    return;
}

1;

__END__

=head1 NAME

Warren::Failure - why a request was not answered by the owner's code

=head1 DESCRIPTION

The visitor is told nothing but a status. The response has an empty body and one header more, C<Warren-Failure>, which
the connector strips and replaces by its own error page:

    compile     500   the script or application does not compile, or its application is no code reference
    died        500   it died before anything of its response had been sent
    no-output   500   it ended without a response, or without a header before its body
    refused     403   the file is not fit to be run: what was found and what was expected is in the owner's log
    refused     404   there is no such file; or no such application in a directory of applications, which is not logged

Owner's code can print such a header too; it gains him an error page.

=cut

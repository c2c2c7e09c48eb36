package Uptime::Sink;

# Where messages go: t/lib/sink.py, which keeps every request and every mail.

use strict;
use warnings;

use parent 'Uptime::Process';

use Carp qw(croak);
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use IO::Socket::SSL::Utils qw(CERT_create PEM_cert2file PEM_key2file);
use JSON::PP qw(decode_json);
use Uptime::Util qw(wait_until slurp spew);

# of Debian's packages, whatever else is in PATH
my $python = '/usr/bin/python3';
my $program = abs_path(dirname(__FILE__) . '/../sink.py');


# Why these tests cannot run, or nothing.
sub unable {
    return system("$python -c 'import aiosmtpd' 2>/dev/null")
        ? 'python3-aiosmtpd is needed' : undef;
}


sub start {
    my ($class, %o) = @_;

    my $self = bless { address => '127.0.0.1', %o }, $class;
    mkdir $self->{dir} or croak "mkdir $self->{dir}: $!";
    chmod 0755, $self->{dir};

    my ($ca, $ca_key) = CERT_create(CA => 1,
        subject => { commonName => 'uptime sink authority' });
    my ($cert, $key) = CERT_create(issuer_cert => $ca, issuer_key => $ca_key,
        purpose => 'server', subject => { commonName => 'sink' },
        subjectAltNames => [ [ DNS => 'localhost' ] ]);
    PEM_cert2file($ca, $self->ca_file);
    PEM_cert2file($cert, "$self->{dir}/cert.pem");
    PEM_key2file($key, "$self->{dir}/key.pem");
    chmod 0644, $self->ca_file;

    $self->spawn(sub {
        exec { $python } $python, $program, $self->{dir}, $self->{address};
    });

    wait_until { -f "$self->{dir}/ports" } 60
        or croak "sink.py does not start:\n" . slurp("$self->{dir}/output");
    $self->{port} = { map { split } split /\n/, slurp("$self->{dir}/ports") };
    return $self;
}


sub ca_file { return "$_[0]{dir}/ca.pem" }

sub port { return $_[0]{port}{$_[1]} // croak "no server $_[1]" }


sub url {
    my ($self, $path, $name) = @_;

    return "http://$self->{address}:" . $self->port($name // 'http')
        . ($path // '/ok');
}


sub _lines {
    my ($self, $name) = @_;

    return -f "$self->{dir}/$name"
        ? map { decode_json($_) } split /\n/, slurp("$self->{dir}/$name") : ();
}


# Requests, each with at, method, path, headers (a hash of the last ones),
# all (a list of pairs), body.
sub hits {
    my ($self) = @_;

    return map { { %$_, all => $_->{headers},
        headers => { map { @$_ } @{ $_->{headers} } } } }
        $self->_lines('hits');
}


# Mails, each with from, to, user, tls, data (bytes).
sub mails { return $_[0]->_lines('mails') }


# The mail servers take nothing, until it is called with a false value.
sub away {
    my ($self, $away) = @_;

    return $away ? spew("$self->{dir}/away", '') : unlink "$self->{dir}/away";
}


sub cut_after { return spew("$_[0]{dir}/cut", $_[1]) }


1;

package Uptime::Hostile;

# Servers that misbehave in every way that we could think of, in one process
# (t/lib/hostile.py says what each does), and the certificates they show.

use strict;
use warnings;

use parent 'Uptime::Process';

use Carp qw(croak);
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use HTTP::Tiny;
use IO::Socket::SSL::Utils qw(CERT_create KEY_create_ec KEY_create_rsa
    PEM_cert2file PEM_key2file PEM_cert2string);
use JSON::PP qw(decode_json);
use Uptime::Util qw(wait_until slurp spew);

my $program = abs_path(dirname(__FILE__) . '/../hostile.py');


# Why these tests cannot run, or nothing.
sub unable {
    return system('python3 -c "import asyncio, ssl" 2>/dev/null')
        ? 'python3 with asyncio and ssl is needed' : undef;
}


# dir; address: where to listen, '::' for everywhere; host: the name in URLs
# and certificates; extra: ['ok:80', ...], further ports
sub start {
    my ($class, %o) = @_;

    my $self = bless { address => '127.0.0.1', %o }, $class;
    $self->{host} //= $self->{address} eq '::' ? '127.0.0.1'
        : $self->{address};

    mkdir $self->{dir} or croak "mkdir $self->{dir}: $!";
    $self->_certificates;

    $self->spawn(sub {
        exec { 'python3' } 'python3', $program, $self->{dir}, $self->{address},
            @{ $self->{extra} // [] };
    });

    wait_until { -f "$self->{dir}/ports" } 30
        or croak "hostile.py does not start:\n" . slurp("$self->{dir}/output");
    $self->{port} = { map { split } split /\n/, slurp("$self->{dir}/ports") };
    return $self;
}


sub names { return sort keys %{ $_[0]{port} } }

sub port { return $_[0]{port}{$_[1]} // croak "no behaviour $_[1]" }

sub ca_file { return "$_[0]{dir}/ca.pem" }


sub url {
    my ($self, $name, $path) = @_;

    my $scheme = $name =~ /^(?:tls_(?!alert)|hello_)/ ? 'https' : 'http';
    return "$scheme://$self->{host}:" . $self->port($name) . ($path // '/');
}


# What each behaviour did so far: connections, open, most, sent, to.
sub stats {
    my ($self) = @_;

    my $r = HTTP::Tiny->new(timeout => 10)->get('http://'
        . ($self->{address} eq '::' ? '127.0.0.1' : $self->{address})
        . ':' . $self->port('stats') . '/');
    return decode_json($r->{content});
}


# --- certificates

sub _write {
    my ($self, $name, $cert, $key, @chain) = @_;

    spew("$self->{dir}/$name.pem", join '', map { PEM_cert2string($_) }
        $cert, @chain);
    PEM_key2file($key, "$self->{dir}/$name.key");
    return;
}


sub _leaf {
    my ($self, $name, $issuer, %o) = @_;

    my @chain = @{ delete $o{chain} // [] };
    my ($cert, $key) = CERT_create(purpose => 'server',
        subject => { commonName => 'uptime test' },
        subjectAltNames => [ [ IP => '127.0.0.1' ], [ DNS => 'localhost' ],
            map { [ $_ =~ /^[\d.]+$|:/ ? 'IP' : 'DNS', $_ ] }
            $self->{host} ],
        issuer_cert => $issuer->[0], issuer_key => $issuer->[1],
        key => KEY_create_ec(), %o);
    $self->_write($name, $cert, $key, @chain);
    return [$cert, $key];
}


sub _authority {
    my ($self, $name, %o) = @_;

    my ($cert, $key) = CERT_create(CA => 1, subject => { commonName => $name },
        key => KEY_create_ec(), %o);
    return [$cert, $key];
}


sub _certificates {
    my ($self) = @_;

    my $day = 86400;
    my $ca = $self->_authority('uptime test authority');
    my $other = $self->_authority('somebody else');
    my @other = (subjectAltNames => [ [ DNS => 'other.example' ] ]);

    PEM_cert2file($ca->[0], $self->ca_file);
    chmod 0644, $self->ca_file;

    my $good = $self->_leaf('good', $ca);
    $self->_leaf('expired', $ca, not_before => time - 10 * $day,
        not_after => time - $day);
    $self->_leaf('expired_wrong', $ca, not_before => time - 10 * $day,
        not_after => time - $day, @other);
    $self->_leaf('not_yet', $ca, not_before => time + $day,
        not_after => time + 9 * $day);
    $self->_leaf('wrong_host', $ca, @other);
    $self->_leaf('no_names', $ca, subjectAltNames => undef);
    $self->_leaf('unknown_ca', $other);
    $self->_leaf('not_a_ca', $good, chain => [$good->[0]]);
    $self->_leaf('purpose', $ca, purpose => 'client');
    $self->_leaf('weak_key', $ca, key => KEY_create_rsa(1024));
    $self->_leaf('weak_digest', $ca, digest => 'sha1');

    my ($cert, $key) = CERT_create(subject => { commonName => 'self' },
        purpose => 'server', key => KEY_create_ec(),
        subjectAltNames => [ [ IP => '127.0.0.1' ] ]);
    $self->_write('self_signed', $cert, $key);

    for my $size (64, 200) {
        my $big = $self->_authority("$size KiB", issuer_cert => $ca->[0],
            issuer_key => $ca->[1], ext => [ { sn => 'nsComment',
                data => 'x' x (($size - 2) * 1024) } ]);
        $self->_leaf("chain_${size}k", $big, chain => [$big->[0]]);
    }

    return;
}


1;

package Uptime::Bench::Target;

# What is checked: an nginx with one worker on many loopback addresses, by
# HTTP and by HTTPS (a P-256 leaf below an intermediate below a root of our
# own), with a place that never answers.

use strict;
use warnings;

use Carp qw(croak);
use IO::Socket::INET;
use IO::Socket::SSL::Utils;
use POSIX ();
use Uptime::Server;
use Uptime::Util qw(wait_until slurp spew alive free_port);

use constant SYSTEM => '/etc/ssl/certs/ca-certificates.crt';


# dir; addresses: how many of 127.1.x.y
sub start {
    my ($class, %o) = @_;

    my $self = bless { dir => $o{dir}, n => $o{addresses} // 64,
        port => free_port(), tls => free_port(), owner => $$ }, $class;

    mkdir $self->{dir} or croak "mkdir $self->{dir}: $!";
    chmod 0755, $self->{dir};
    $self->_certificates;
    spew("$self->{dir}/users", "nobody:*\n");
    spew("$self->{dir}/nginx.conf", $self->_config);

    $self->{pid} = fork // croak "fork: $!";

    if ($self->{pid} == 0) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', "$self->{dir}/output.log";
        open STDERR, '>&', \*STDOUT;
        POSIX::setpgid(0, 0);
        exec { Uptime::Server::binary() } 'nginx', '-p', "$self->{dir}/",
            '-c', 'nginx.conf', '-e', 'error.log' or POSIX::_exit(127);
    }

    wait_until {
        IO::Socket::INET->new(PeerAddr => '127.1.0.1',
            PeerPort => $self->{port}, Timeout => 2) } 20
        or croak 'the target does not start: '
            . slurp("$self->{dir}/output.log");

    return $self;
}


# i counts from 0
sub address { my ($i) = @_; return sprintf '127.1.%d.%d', $i / 250,
    $i % 250 + 1; }


# the same as an SQL expression of i, which counts from 1
sub url_sql {
    my ($self, $scheme, $path) = @_;

    my $port = $scheme eq 'https' ? $self->{tls} : $self->{port};
    return "format('$scheme://127.1.%s.%s:$port$path', "
        . "(i % $self->{n}) / 250, (i % $self->{n}) % 250 + 1)";
}


# for floor.c: {A} is an address
sub url_floor {
    my ($self, $scheme, $path) = @_;

    my $port = $scheme eq 'https' ? $self->{tls} : $self->{port};
    return "$scheme://{A}:$port$path";
}


sub pids { return ($_[0]{pid}, Uptime::Util::children($_[0]{pid})) }
sub ca   { return "$_[0]{dir}/ca.pem" }


# the system's roots and ours
sub bundle { return "$_[0]{dir}/bundle.pem" }


sub _certificates {
    my ($self) = @_;

    my $ec = sub { return KEY_create_ec('prime256v1') };
    my $root_key = $ec->();
    my $issuer_key = $ec->();
    my $key = $ec->();

    my ($root) = CERT_create(CA => 1, key => $root_key,
        subject => { commonName => 'uptime bench root' });
    my ($issuer) = CERT_create(CA => 1, key => $issuer_key,
        subject => { commonName => 'uptime bench issuer' },
        issuer_cert => $root, issuer_key => $root_key);
    my ($cert) = CERT_create(key => $key, purpose => 'server',
        subject => { commonName => 'uptime bench' },
        issuer_cert => $issuer, issuer_key => $issuer_key,
        subjectAltNames => [map { [ IP => address($_) ] }
            0 .. ($self->{n} < 64 ? $self->{n} : 64) - 1]);

    spew("$self->{dir}/cert.pem", PEM_cert2string($cert)
        . PEM_cert2string($issuer));
    spew("$self->{dir}/key.pem", PEM_key2string($key));
    spew($self->ca, PEM_cert2string($root));
    spew($self->bundle, (-f SYSTEM ? slurp(SYSTEM) : '')
        . PEM_cert2string($root));
    return;
}


sub _config {
    my ($self) = @_;

    my $user = $> == 0 ? 'user root;' : '';
    my $temp = join "\n", map { "${_}_temp_path temp;" }
        qw(client_body proxy fastcgi uwsgi scgi);
    my $listen = join "\n", map { my $a = address($_);
        "listen $a:$self->{port} backlog=4096; "
        . "listen $a:$self->{tls} ssl backlog=4096;" } 0 .. $self->{n} - 1;

    my $protocols = $ENV{BENCH_TLS} ? "ssl_protocols $ENV{BENCH_TLS};" : '';

    return <<"END";
$user
daemon off;
worker_processes 1;
worker_rlimit_nofile 65536;
pid nginx.pid;
error_log error.log warn;
events { worker_connections 32768; accept_mutex off; multi_accept on; }
http {
    access_log off;
    $temp
    client_header_timeout 1h;
    server {
        $listen
        $protocols
        ssl_certificate cert.pem;
        ssl_certificate_key key.pem;
        ssl_session_cache shared:s:10m;
        location / { return 200 "ok\\n"; }
        location /never {
            auth_delay 1h;
            auth_basic x;
            auth_basic_user_file users;
        }
    }
}
END
}


sub stop {
    my ($self) = @_;

    my $pid = delete $self->{pid} // return;
    my @all = ($pid, Uptime::Util::children($pid));
    kill 'TERM', $pid;
    wait_until { waitpid $pid, POSIX::WNOHANG(); !grep { alive($_) } @all } 10
        or kill 'KILL', @all;
    waitpid $pid, 0;
    return;
}


sub DESTROY {
    my ($self) = @_;

    return if $self->{owner} != $$;
    local ($?, $@, $!);
    $self->stop;
    return;
}


1;

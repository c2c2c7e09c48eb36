package Uptime::Target;

# A web server to be watched, whose behaviour a test chooses by path.  One
# process for each connection; every request is one line in a file, so that
# tests can count them.

use strict;
use warnings;

use parent 'Uptime::Process';

use Carp qw(croak);
use IO::Select;
use IO::Socket::INET;
use POSIX ();
use Socket qw(MSG_PEEK SOL_SOCKET SO_LINGER);
use Time::HiRes qw(time sleep);
use Uptime::Util qw(slurp spew);


# Paths:
#   /ok[...]            200, "all is well"
#   /status/N           that status
#   /switch/NAME        what set(NAME, ...) says: a status, or a path of here
#   /slow/S             nothing for S seconds, then 200
#   /slow-body/S        headers at once, a byte of the body each 0.2 s for S
#   /reset              RST after the request
#   /close              closed without an answer
#   /garbage            not HTTP
#   /loop               redirect to itself
#   /hops/N             N redirects, then 200
#   /to/URL             redirect to that URL (percent-encoded)
#   /far/N              redirect to a query of N bytes
#   /moved/STATUS       that status, with the Location of a 404
#   /big/N              N bytes
#   /chunked/N          N bytes in chunks
#   /headers            20,000 header lines
#   /echo               the request as the body
#   /sni                the name that the client asked for in TLS
#   /json/TEXT          that text (percent-encoded)
#   /numbers/N          a JSON list of N bytes
#   /field/NAME/VALUE   a header field
sub start {
    my ($class, %o) = @_;

    my $self = bless { dir => $o{dir}, tls => $o{tls},
        tls_until => $o{tls_until} // time + 86400 * 90 }, $class;
    mkdir $self->{dir} or croak "mkdir $self->{dir}: $!" if !-d $self->{dir};

    my $listen = IO::Socket::INET->new(LocalAddr => $o{address} // '127.0.0.1',
        LocalPort => $o{port} // 0, Listen => 128, ReuseAddr => 1)
        or croak "listen: $!";
    $self->{port} = $listen->sockport;
    $self->{scheme} = $o{tls} ? 'https' : 'http';
    $self->{host} = $o{host} // $o{address} // '127.0.0.1';
    $self->_certificate if $o{tls};

    $self->spawn(sub {
        $SIG{CHLD} = 'IGNORE';
        $self->_serve($listen);
    });

    return $self;
}


sub port { return $_[0]{port} }


sub url {
    my ($self, $path) = @_;

    return "$self->{scheme}://$self->{host}:$self->{port}" . ($path // '/ok');
}


sub set {
    my ($self, $name, $value) = @_;

    spew("$self->{dir}/switch-$name.new", $value);
    rename "$self->{dir}/switch-$name.new", "$self->{dir}/switch-$name"
        or croak $!;
    return;
}


# Times of the requests for a path (all: no path).
sub hits {
    my ($self, $path) = @_;

    my @times;
    open my $fh, '<', "$self->{dir}/hits" or return @times;

    while (my $line = <$fh>) {
        my ($time, $asked) = $line =~ /^(\S+) (\S*)$/ or next;
        push @times, $time if !defined $path || $asked eq $path;
    }

    return @times;
}


# the authority that signed the TLS certificate
sub ca_file { return "$_[0]{dir}/ca.pem" }


sub _certificate {
    my ($self) = @_;

    require IO::Socket::SSL::Utils;

    my ($ca, $ca_key) = IO::Socket::SSL::Utils::CERT_create(
        CA => 1, subject => { commonName => 'uptime test authority' });
    my ($cert, $key) = IO::Socket::SSL::Utils::CERT_create(
        issuer_cert => $ca, issuer_key => $ca_key, purpose => 'server',
        subject => { commonName => 'uptime test' },
        not_after => $self->{tls_until},
        subjectAltNames => [ [ IP => '127.0.0.1' ], [ DNS => 'localhost' ] ]);
    IO::Socket::SSL::Utils::PEM_cert2file($ca, $self->ca_file);
    IO::Socket::SSL::Utils::PEM_cert2file($cert, "$self->{dir}/cert.pem");
    IO::Socket::SSL::Utils::PEM_key2file($key, "$self->{dir}/key.pem");
    chmod 0644, $self->ca_file;
    return;
}


sub _serve {
    my ($self, $listen) = @_;

    my $parent = getppid;

    while (getppid == $parent) {
        next if !IO::Select->new($listen)->can_read(1);
        my $c = $listen->accept or next;
        my $pid = fork // next;
        next if $pid;

        close $listen;
        alarm 90;

        if ($self->{tls}) {
            require IO::Socket::SSL;
            IO::Socket::SSL->start_SSL($c, SSL_server => 1,
                SSL_cert_file => "$self->{dir}/cert.pem",
                SSL_key_file => "$self->{dir}/key.pem")
                or POSIX::_exit(0);
        }

        $c->autoflush(1);
        $self->_connection($c);
        close $c;
        POSIX::_exit(0);
    }

    return;
}


sub _connection {
    my ($self, $c) = @_;

    my $head = '';

    # a TLS handshake where HTTP is spoken has no lines
    if (!$self->{tls}) {
        recv $c, my $first, 1, MSG_PEEK;
        return print $c "HTTP/1.1 400 Bad Request\r\n\r\n"
            if $first !~ /^[A-Z]/;
    }

    while (defined(my $line = <$c>)) {
        $head .= $line;
        last if $line =~ /^\r?\n$/;
    }

    my ($path) = $head =~ m{^\S+ (\S+)} or return;

    open my $fh, '>>', "$self->{dir}/hits" or return;
    syswrite $fh, sprintf "%.6f %s\n", time, $path;
    close $fh;

    return $self->_answer($c, $path, $head);
}


sub _reply {
    my ($self, $c, $status, $body, %headers) = @_;

    $headers{'Content-Type'} //= 'text/plain';
    $headers{'Content-Length'} //= length $body;
    $headers{Connection} = 'close';
    print $c "HTTP/1.1 $status Test\r\n",
        (map { "$_: $headers{$_}\r\n" } sort keys %headers), "\r\n", $body;
    return;
}


sub _answer {
    my ($self, $c, $path, $head) = @_;

    if ($path =~ m{^/switch/(\w+)}) {
        my $value = -f "$self->{dir}/switch-$1"
            ? slurp("$self->{dir}/switch-$1") : '200';
        $path = $value =~ m{^/} ? $value : "/status/$value";
    }

    my ($kind, $arg) = $path =~ m{^/([\w-]+)(?:/(.*))?$};
    $kind //= '';
    $kind =~ tr/-/_/;
    my $method = $self->can("_answer_$kind");

    return $method ? $self->$method($c, $arg, $path, $head)
        : $self->_reply($c, 200, "all is well\n");
}


sub _answer_status {
    my ($self, $c, $arg) = @_;

    return $self->_reply($c, $arg, "status $arg\n");
}


sub _answer_slow {
    my ($self, $c, $arg) = @_;

    sleep $arg;
    return $self->_reply($c, 200, "slow\n");
}


sub _answer_slow_body {
    my ($self, $c, $arg) = @_;

    print $c "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n";
    for (1 .. $arg * 5) {
        print $c '.' or return;
        sleep 0.2;
    }
    return;
}


sub _answer_reset {
    my ($self, $c) = @_;

    setsockopt $c, SOL_SOCKET, SO_LINGER, pack 'II', 1, 0;
    return;
}


sub _answer_close {
    return;
}


sub _answer_garbage {
    my ($self, $c) = @_;

    print $c "\0\1\2 this is not HTTP\n";
    return;
}


sub _redirect {
    my ($self, $c, $to) = @_;

    return $self->_reply($c, 302, '', Location => $to);
}


sub _answer_loop {
    my ($self, $c, $arg, $path) = @_;

    return $self->_redirect($c, $path);
}


sub _answer_hops {
    my ($self, $c, $arg) = @_;

    $arg =~ s{/$}{};
    return $arg > 0 ? $self->_redirect($c, '/hops/' . ($arg - 1))
        : $self->_reply($c, 200, "arrived\n");
}


sub _answer_to {
    my ($self, $c, $arg) = @_;

    $arg =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
    return $self->_redirect($c, $arg);
}


sub _answer_far {
    my ($self, $c, $arg) = @_;

    return $self->_redirect($c, '/ok?' . 'x' x $arg);
}


sub _answer_moved {
    my ($self, $c, $arg) = @_;

    return $self->_reply($c, $arg, '', Location => '/status/404');
}


sub _answer_big {
    my ($self, $c, $arg) = @_;

    return $self->_reply($c, 200, 'x' x $arg);
}


sub _answer_chunked {
    my ($self, $c, $arg) = @_;

    print $c "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (1 .. $arg / 4096) {
        print $c "1000\r\n", 'x' x 4096, "\r\n" or return;
    }
    print $c "0\r\n\r\n";
    return;
}


sub _answer_headers {
    my ($self, $c) = @_;

    print $c "HTTP/1.1 200 OK\r\n";
    for (1 .. 20000) {
        print $c "X-Header-$_: some value of it\r\n" or return;
    }
    print $c "\r\n";
    return;
}


sub _answer_echo {
    my ($self, $c, $arg, $path, $head) = @_;

    return $self->_reply($c, 200, $head);
}


sub _answer_sni {
    my ($self, $c) = @_;

    return $self->_reply($c, 200, 'sni ' . ($c->get_servername // 'none')
        . ".\n");
}


sub _answer_json {
    my ($self, $c, $arg) = @_;

    $arg =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
    return $self->_reply($c, 200, $arg, 'Content-Type' => 'application/json');
}


sub _answer_numbers {
    my ($self, $c, $arg) = @_;

    return $self->_reply($c, 200, '[' . '1,' x ($arg / 2 - 1) . '1]',
        'Content-Type' => 'application/json');
}


sub _answer_field {
    my ($self, $c, $arg) = @_;

    my ($name, $value) = $arg =~ m{^([^/]+)/(.*)};
    $value =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
    return $self->_reply($c, 200, "all is well\n", $name => $value);
}


# A port that refuses connections for as long as the object lives.
sub closed_port {
    my ($class) = @_;

    socket my $s, Socket::PF_INET(), Socket::SOCK_STREAM(), 0 or croak $!;
    bind $s, Socket::pack_sockaddr_in(0, Socket::inet_aton('127.0.0.1'))
        or croak $!;
    my ($port) = Socket::unpack_sockaddr_in(getsockname $s);
    return bless { socket => $s, port => $port, scheme => 'http',
        host => '127.0.0.1' }, $class;
}


1;

package Uptime::Client;

# HTTP for the tests.  Uptime::Client speaks JSON over one kept connection;
# Uptime::Conn sends bytes as they are.

use strict;
use warnings;

use HTTP::Tiny;
use JSON::PP ();
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Test::More ();
use Uptime::Openapi qw(violations);

my $json = JSON::PP->new->canonical->utf8->allow_nonref;


sub new {
    my ($class, %o) = @_;

    my $self = bless { token => undef, %o }, $class;
    $self->{http} = HTTP::Tiny->new(keep_alive => 1, max_redirect => 0,
        timeout => 20, agent => 'uptime-test', verify_SSL => 0,
        proxy => undef, http_proxy => undef);
    return $self;
}


# Another user on a connection of its own.
sub as {
    my ($self, $token) = @_;

    return ref($self)->new(base => $self->{base}, token => $token);
}


# body: undef, a hash or array (sent as JSON) or bytes;
# o: headers, token (undef: none), type
sub request {
    my ($self, $method, $path, $body, %o) = @_;

    my %headers = %{ $o{headers} // {} };
    my $token = exists $o{token} ? $o{token} : $self->{token};
    $headers{Authorization} //= "Bearer $token" if defined $token;

    my %args = (headers => \%headers);

    if (defined $body) {
        $args{content} = ref $body ? $json->encode($body) : $body;
        $headers{'Content-Type'} = $o{type} // 'application/json'
            if !exists $headers{'Content-Type'};
        delete $headers{'Content-Type'} if ($o{type} // 'x') eq '';
    }

    my $url = $path =~ m{^http} ? $path
        : $self->{base} . ($path =~ m{^/api/} ? '' : '/api/v1') . $path;
    my $res = $self->{http}->request($method, $url, \%args);
    $res->{content} //= '';

    # HTTP::Tiny sends head and body apart: no 40 ms for each body
    my $fh = $self->{http}{handle} && $self->{http}{handle}{fh};
    setsockopt $fh, IPPROTO_TCP, TCP_NODELAY, 1 if $fh;

    $res->{json} = eval { $json->decode($res->{content}) }
        if ($res->{headers}{'content-type'} // '') =~ /json/;

    # every answer has to be as documented
    Test::More::fail("openapi: $_") for violations($method, $url, $res);

    return $res;
}


sub get    { my $self = shift; return $self->request('GET', @_) }
sub post   { my $self = shift; return $self->request('POST', @_) }
sub patch  { my $self = shift; return $self->request('PATCH', @_) }
sub delete { my $self = shift; return $self->request('DELETE', @_) }


# Is the connection of the last request still there for the next one?
sub kept {
    my ($self) = @_;

    return defined $self->{http}->connected;
}


package Uptime::Conn;

use strict;
use warnings;

use Carp qw(croak);
use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(time);


sub new {
    my ($class, $port, %o) = @_;

    # receive: size of the buffer; it has to be there before the window is
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $port, Timeout => 5, $o{receive}
            ? (Sockopts => [[Socket::SO_RCVBUF(), $o{receive}]]) : ())
        or croak "connect: $!";
    $socket->autoflush(1);
    return bless { socket => $socket, buffer => '' }, $class;
}


sub send {
    my ($self, $bytes) = @_;

    local $SIG{PIPE} = 'IGNORE';
    return $self->{socket}->syswrite($bytes);
}


sub _fill {
    my ($self, $end) = @_;

    my $left = $end - time;
    return 0 if $left <= 0
        || !IO::Select->new($self->{socket})->can_read($left);
    my $n = sysread $self->{socket}, $self->{buffer}, 65536,
        length $self->{buffer};
    return $n;
}


# One response (of a GET, POST, ...), or nothing if the peer closed or said
# nothing in time.
sub response {
    my ($self, $seconds) = @_;

    my $end = time + ($seconds // 15);

    while ($self->{buffer} !~ /\r\n\r\n/) {
        $self->_fill($end) or return;
    }

    my ($head, $rest) = split /\r\n\r\n/, $self->{buffer}, 2;
    my ($line, @fields) = split /\r\n/, $head;
    my %res = (status => (split / /, $line)[1], headers => {},
        content => '');

    for (@fields) {
        my ($name, $value) = /^([^:]+):\s*(.*)$/ or next;
        $res{headers}{lc $name} = $value;
    }

    $self->{buffer} = $rest;

    if (($res{headers}{'transfer-encoding'} // '') eq 'chunked') {
        $self->_chunked(\%res, $end) or return;

    } elsif ($res{status} != 204) {
        my $n = $res{headers}{'content-length'} // 0;
        while (length $self->{buffer} < $n) {
            $self->_fill($end) or return;
        }
        $res{content} = substr $self->{buffer}, 0, $n, '';
    }

    $res{json} = eval { $json->decode($res{content}) };
    return \%res;
}


sub _chunked {
    my ($self, $res, $end) = @_;

    while (1) {
        until ($self->{buffer} =~ /^([0-9a-fA-F]+)\r\n/) {
            $self->_fill($end) or return;
        }

        my $n = hex $1;
        my $all = length($1) + 2 + $n + 2;
        while (length $self->{buffer} < $all) {
            $self->_fill($end) or return;
        }

        $res->{content} .= substr $self->{buffer}, $all - $n - 2, $n;
        substr $self->{buffer}, 0, $all, '';
        return 1 if $n == 0;
    }
}


# Has the peer closed the connection (within so many seconds)?
sub closed {
    my ($self, $seconds) = @_;

    my $n = $self->_fill(time + ($seconds // 5));
    return defined $n && $n == 0 && $self->_at_end;
}


sub _at_end {
    my ($self) = @_;

    return IO::Select->new($self->{socket})->can_read(0);
}


sub close {
    my ($self) = @_;

    return CORE::close $self->{socket};
}


# An RST instead of a FIN.
sub reset {
    my ($self) = @_;

    setsockopt $self->{socket}, Socket::SOL_SOCKET(), Socket::SO_LINGER(),
        pack 'II', 1, 0;
    return CORE::close $self->{socket};
}


1;

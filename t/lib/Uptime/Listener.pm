package Uptime::Listener;

# A TCP server whose side of each connection a test plays.  One process for
# each connection; connections and their ends are counted in files.

use strict;
use warnings;

use parent 'Uptime::Process';

use Carp qw(croak);
use IO::Select;
use IO::Socket::IP;
use POSIX ();
use Socket qw(SOL_SOCKET SO_LINGER);
use Time::HiRes qw(sleep);
use Uptime::Util qw(slurp);


# dir; play => sub { my ($socket) = @_ }, default: waits until the other side
# closes; address
sub start {
    my ($class, %o) = @_;

    my $self = bless { dir => $o{dir}, play => $o{play} // \&wait_end },
        $class;
    mkdir $self->{dir} or croak "mkdir $self->{dir}: $!" if !-d $self->{dir};

    $self->{host} = $o{address} // '127.0.0.1';
    my $listen = IO::Socket::IP->new(LocalHost => $self->{host},
        LocalPort => $o{port} // 0, Listen => 128, ReuseAddr => 1)
        or croak "listen: $!";
    $self->{port} = $listen->sockport;
    $self->spawn(sub {
        $SIG{CHLD} = 'IGNORE';
        $self->_serve($listen);
    });

    return $self;
}


sub port { return $_[0]{port} }
sub opened { return -s "$_[0]{dir}/opened" // 0 }
sub closed { return -s "$_[0]{dir}/closed" // 0 }


# "host:port"
sub address {
    my ($self, $host) = @_;

    $host //= $self->{host};
    return ($host =~ /:/ ? "[$host]" : $host) . ":$self->{port}";
}


sub _count {
    my ($self, $what) = @_;

    open my $fh, '>>', "$self->{dir}/$what" or return;
    syswrite $fh, '.';
    close $fh;
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
        $self->_count('opened');
        $c->autoflush(1);
        eval { $self->{play}->($c) };
        close $c;
        $self->_count('closed');
        POSIX::_exit(0);
    }

    return;
}


# for play

sub wait_end {
    my ($c) = @_;

    while (sysread $c, my $buf, 65536) { }
    return;
}


# Speaks TLS from here on, with the certificate of a Uptime::Target; false if
# the other side does not.  More: as IO::Socket::SSL has it.
sub start_tls {
    my ($c, $target, %o) = @_;

    require IO::Socket::SSL;
    return IO::Socket::SSL->start_SSL($c, SSL_server => 1,
        SSL_cert_file => "$target->{dir}/cert.pem",
        SSL_key_file => "$target->{dir}/key.pem", %o);
}


sub reset {
    my ($c) = @_;

    setsockopt $c, SOL_SOCKET, SO_LINGER, pack 'II', 1, 0;
    return;
}


# An address where connections are neither taken nor refused, for as long as
# the object lives: its queue is full.
sub full {
    my ($class) = @_;

    my $listen = IO::Socket::IP->new(LocalHost => '127.0.0.1',
        LocalPort => 0, Listen => 1) or croak "listen: $!";
    listen $listen, 0;
    my @clients;

    for (1 .. 4) {
        my $c = IO::Socket::IP->new(PeerHost => '127.0.0.1',
            PeerPort => $listen->sockport, Blocking => 0);
        push @clients, $c if $c;
    }

    sleep 0.2;
    return bless { listen => $listen, clients => \@clients,
        port => $listen->sockport, host => '127.0.0.1' }, $class;
}


1;

package Uptime::Inbox;

# Where alerts go: a web server that keeps every request, in one process.

use strict;
use warnings;

use parent 'Uptime::Process';

use Carp qw(croak);
use IO::Select;
use IO::Socket::INET;
use JSON::PP ();
use Time::HiRes qw(time);
use Uptime::Util qw(slurp);


# Paths: /ok...  /status/N  /hang (never answers)  /after/N... (503 until the
# N-th request)  /wait/S (429 with Retry-After)  /flip/S/N (503 every
# other S seconds)  /gate... (503 while DIR/down is there)
# address: where it listens; host: what url() has
sub start {
    my ($class, %o) = @_;

    my $self = bless { dir => $o{dir}, host => $o{host} // '127.0.0.1' },
        $class;
    mkdir $self->{dir} or croak "mkdir $self->{dir}: $!" if !-d $self->{dir};
    my $listen = IO::Socket::INET->new(LocalAddr => $o{address}
        // '127.0.0.1', LocalPort => 0, Listen => 512, ReuseAddr => 1)
        or croak "listen: $!";
    $self->{port} = $listen->sockport;
    $self->spawn(sub { $self->_serve($listen) });

    return $self;
}


sub port { return $_[0]{port} }

sub url { return "http://$_[0]{host}:$_[0]{port}$_[1]" }


# What has come, in order: { at, path, id, type, data } of each message.
sub got {
    my ($self, $path) = @_;

    open my $fh, '<', "$self->{dir}/got" or return;
    my @all = map { JSON::PP::decode_json($_) } grep { /\n\z/ } <$fh>;
    return grep { !defined $path || $_->{path} eq $path } @all;
}


# The most requests to a path at once that were never answered.
sub most_at_once {
    my ($self, $path) = @_;

    my ($now, $most) = (0, 0);
    my @ends = -e "$self->{dir}/closed" ? map { /^(\S+) (.*)\n\z/
        && $2 eq $path ? [$1, -1] : () } split /^/,
        slurp("$self->{dir}/closed") : ();

    for (sort { $a->[0] <=> $b->[0] || $a->[1] <=> $b->[1] } @ends,
        map { [$_->{at}, 1] } $self->got($path))
    {
        $now += $_->[1];
        $most = $now if $now > $most;
    }

    return $most;
}


sub _serve {
    my ($self, $listen) = @_;

    my $select = IO::Select->new($listen);
    my (%read, %hits, %hangs);
    open my $closed, '>>', "$self->{dir}/closed" or die $!;
    $closed->autoflush;
    open my $log, '>>', "$self->{dir}/got" or die $!;
    $log->autoflush;

    while (1) {
        for my $fh ($select->can_read) {
            if ($fh == $listen) {
                my $s = $listen->accept or next;
                $select->add($s);
                $read{$s} = '';
                next;
            }

            my $n = sysread $fh, $read{$fh}, 65_536, length $read{$fh};
            my ($head, $body) = split /\r\n\r\n/, $read{$fh}, 2;
            my ($length) = ($head // '') =~ /^Content-Length: (\d+)/mi;

            if ($n && !(defined $body && length $body >= ($length // 0))) {
                next;
            }

            my $open = $n && $self->_answer($fh, $head, $body, $log, \%hits);

            if ($open) {
                ($hangs{$fh}) = $head =~ /^\S+ (\S+)/;
                next;
            }

            printf $closed "%.6f %s\n", time, delete $hangs{$fh}
                if $hangs{$fh};
            $select->remove($fh);
            delete $read{$fh};
            close $fh;
        }
    }

    return;
}


# True: it is left open.
sub _answer {
    my ($self, $fh, $head, $body, $log, $hits) = @_;

    my ($path) = $head =~ /^\S+ (\S+)/;
    my ($id) = $head =~ /^webhook-id: (\S+)/mi;
    my $data = eval { JSON::PP::decode_json($body) } // {};
    print $log $path =~ m{^/(?:flip|gate)} ? '' : JSON::PP->new->canonical->utf8->encode({ at => time,
        path => $path, id => $id, type => $data->{type},
        data => $data->{data} }) . "\n";
    return 1 if $path =~ m{^/hang};

    my $n = ++$hits->{$path};
    my $status = $path =~ m{^/status/(\d+)} ? $1
        : $path =~ m{^/wait/} ? 429
        : $path =~ m{^/flip/(\d+)/(\d+)} && int((time + $2) / $1) % 2 ? 503
        : $path =~ m{^/gate} && -e "$self->{dir}/down" ? 503
        : $path =~ m{^/after/(\d+)} && $n < $1 ? 503 : 200;
    my $more = $path =~ m{^/wait/(\d+)} ? "Retry-After: $1\r\n" : '';
    print $fh "HTTP/1.1 $status X\r\n${more}Content-Length: 3\r\n"
        . "Connection: close\r\n\r\nso\n";
    return 0;
}


1;

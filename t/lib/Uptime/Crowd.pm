package Uptime::Crowd;

# A web server in one process that keeps each connection for a while and knows
# how many it had at once: for tests with very many checks.

use strict;
use warnings;

use parent 'Uptime::Process';

use Carp qw(croak);
use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(time);
use Uptime::Util qw(spew);


# dir; hold => seconds until the answer; address; hang => 1: never answers, but
# paths with /fine
sub start {
    my ($class, %o) = @_;

    my $self = bless { dir => $o{dir}, hold => $o{hold} // 0,
        hang => $o{hang}, address => $o{address} // '127.0.0.1' }, $class;
    mkdir $self->{dir} or croak "mkdir $self->{dir}: $!" if !-d $self->{dir};

    my $listen = IO::Socket::INET->new(LocalAddr => $self->{address},
        LocalPort => $o{port} // 0, Listen => 4096, ReuseAddr => 1)
        or croak "listen: $!";
    $self->{port} = $listen->sockport;
    $self->spawn(sub { $self->_serve($listen) });

    return $self;
}


sub url { return "http://$_[0]{address}:$_[0]{port}" . ($_[1] // '/ok') }


# (answers given, most connections at once)
sub seen {
    my ($self) = @_;

    open my $fh, '<', "$self->{dir}/seen" or return (0, 0);
    return split ' ', scalar(<$fh>) // '0 0';
}


sub _serve {
    my ($self, $listen) = @_;

    my $parent = getppid;
    my $select = IO::Select->new($listen);
    my (%due, %open);
    my ($most, $answers, $told) = (0, 0, 0);

    while (getppid == $parent) {
        my @ready = $select->can_read(%due ? 0.002 : 0.1);

        # who has left did so before the next one came
        for my $s ((grep { $_ != $listen } @ready),
            (grep { $_ == $listen } @ready))
        {
            if ($s == $listen) {
                my $c = $listen->accept or next;
                $open{$c} = $c;
                $most = keys %open if keys %open > $most;
                $select->add($c);
                next;
            }

            # the request, or the end of it all
            my $data;
            if (!sysread $s, $data, 8192) {
                $select->remove($s);
                delete $open{$s};
                delete $due{$s};
                close $s;
                next;
            }

            $due{$s} //= time + $self->{hold}
                if !$self->{hang} || $data =~ m{^\S+ /fine};
        }

        my $now = time;

        for my $key (grep { $due{$_} <= $now } keys %due) {
            my $c = $open{$key};
            syswrite $c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
                . "Connection: close\r\n\r\nok";
            $due{$key} = 9e9;
            $answers++;
        }

        if ($now - $told > 0.05) {
            spew("$self->{dir}/seen.new", "$answers $most");
            rename "$self->{dir}/seen.new", "$self->{dir}/seen";
            $told = $now;
        }
    }

    return;
}


1;

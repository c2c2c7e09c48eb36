package Uptime::Zone;

# A DNS server, UDP and TCP on one port, whose answers a test writes.  Every
# question is one line in a file, so that tests can count them.

use strict;
use warnings;

use parent 'Uptime::Process';

use Carp qw(croak);
use IO::Select;
use IO::Socket::INET;
use POSIX ();
use Socket qw(inet_aton inet_pton AF_INET6);
use Time::HiRes qw(time sleep);
use Uptime::Util qw(slurp);

my %number = (A => 1, NS => 2, CNAME => 5, SOA => 6, PTR => 12, MX => 15,
    TXT => 16, AAAA => 28, SRV => 33, CAA => 257);
my %name = reverse %number;


# dir; names: { 'name TYPE' or name => answer }, where an answer is
#   [[type, data...], ...]   records
#   { ... }                  rcode, answers, tc, silent, drop, id, question,
#                            raw, cut, delay, tcp, garbage
#   sub                      gets (server, query), returns one of these
# Other names do not exist.
sub start {
    my ($class, %o) = @_;

    my $self = bless { dir => $o{dir}, names => $o{names},
        seen => {} }, $class;
    mkdir $self->{dir} or croak "mkdir $self->{dir}: $!" if !-d $self->{dir};

    $self->{host} = $o{address} // '127.0.0.1';
    $self->_bind($o{port}, $o{no_tcp});
    $self->spawn(sub {
        $SIG{CHLD} = 'IGNORE';
        $self->_serve;
    });

    close $_ for grep { defined } delete @$self{qw(udp tcp)};
    return $self;
}


sub _bind {
    my ($self, $port, $no_tcp) = @_;

    for (1 .. 20) {
        my %where = (LocalAddr => $self->{host}, ReuseAddr => 1);
        my $udp = IO::Socket::INET->new(%where, Proto => 'udp',
            LocalPort => $port // 0) or next;
        $self->{port} = $udp->sockport;
        my $tcp = $no_tcp ? undef : IO::Socket::INET->new(%where,
            Listen => 20, LocalPort => $self->{port});
        next if !$tcp && !$no_tcp;
        @$self{qw(udp tcp)} = ($udp, $tcp);
        return;
    }

    croak "no port for DNS: $!";
}


sub port { return $_[0]{port} }
sub address { return "$_[0]{host}:$_[0]{port}" }


# lines "time protocol source-port id name type"
sub queries {
    my ($self, $name) = @_;

    return if !-f "$self->{dir}/queries";
    return grep { !defined $name || (split ' ')[4] eq $name }
        split /\n/, slurp("$self->{dir}/queries");
}


sub _serve {
    my ($self) = @_;

    my $parent = getppid;
    my $select = IO::Select->new(grep { defined } @$self{qw(udp tcp)});

    while (getppid == $parent) {
        for my $socket ($select->can_read(1)) {
            if ($socket == $self->{udp}) {
                my $from = recv $socket, my $query, 4096, 0;
                next if !defined $from;
                my ($port) = Socket::unpack_sockaddr_in($from);
                $self->_reply($query, 'udp', $port,
                    sub { send $socket, $_[0], 0, $from });
                next;
            }

            my $c = $socket->accept or next;
            next if fork // 1;
            alarm 60;
            $self->_tcp($c);
            POSIX::_exit(0);
        }
    }

    return;
}


sub _tcp {
    my ($self, $c) = @_;

    read $c, my $len, 2 or return;
    read $c, my $query, unpack 'n', $len or return;
    $self->_reply($query, 'tcp', $c->peerport, sub {
        my ($answer, $o) = @_;
        my $text = pack('n', length $answer) . $answer;
        for my $part ($o->{dribble} ? unpack('(a97)*', $text) : $text) {
            syswrite $c, $part;
            sleep 0.01 if $o->{dribble};
        }
    });
    return;
}


# A reply may take its time; the others must not wait for it.
sub _reply {
    my ($self, $query, $proto, $port, $send) = @_;

    return if length $query < 17;
    my ($id, $flags, $n) = unpack 'n3', $query;
    my ($name, $end) = _name($query, 12);
    my $type = $name{ unpack 'n', substr $query, $end, 2 } // 'other';
    my $question = substr $query, 12, $end + 4 - 12;
    $name = lc $name;

    open my $fh, '>>', "$self->{dir}/queries" or return;
    syswrite $fh, sprintf "%.6f %s %d %d %s %s\n", time, $proto, $port, $id,
        $name, $type;
    close $fh;

    my $o = $self->{names}{"$name $type"} // $self->{names}{$name}
        // { rcode => 3 };
    $o = $o->($self, { name => $name, type => $type, proto => $proto })
        if ref $o eq 'CODE';
    $o = { answers => $o } if ref $o eq 'ARRAY';
    $o = { %$o, tc => 0, answers => $o->{tcp} } if $o->{tcp}
        && $proto eq 'tcp';

    return if $o->{silent}
        || ($self->{seen}{"$name $type"}++ < ($o->{drop} // 0));

    my @answers = map { ref $_ ? _record($_) : $_ } @{ $o->{answers} // [] };
    my $text = $o->{raw} // pack('n6', $o->{id} // $id,
        0x8180 | ($o->{tc} ? 0x200 : 0) | ($o->{rcode} // 0),
        1, scalar @answers, 0, 0) . ($o->{question} // $question)
        . join '', @answers;
    substr($text, 0, 2) = pack 'n', $id if defined $o->{raw};
    $text = substr $text, 0, $o->{cut} if defined $o->{cut};

    if ($o->{forged}) {
        # somebody else's guesses come first
        $send->($_->($text)) for @{ $o->{forged} };
    }

    if ($o->{delay} && !(fork // 1)) {
        sleep $o->{delay};
        $send->($text, $o);
        POSIX::_exit(0);
    }

    $send->($text, $o) if !$o->{delay};
    return;
}


sub _name {
    my ($text, $at) = @_;

    my @labels;
    while (my $len = ord substr $text, $at, 1) {
        push @labels, substr $text, $at + 1, $len;
        $at += $len + 1;
    }
    return (join('.', @labels), $at + 1);
}


sub name {
    my ($name) = @_;

    return join('', map { chr(length) . $_ } split /\./, $name) . "\0";
}


# [type, data...] of the name in the question, or [{ name, ttl }, type, ...]
sub _record {
    my ($type, @data) = @{ $_[0] };

    my $o = {};
    ($o, $type, @data) = ($type, @data) if ref $type;
    my $owner = defined $o->{name} ? name($o->{name}) : pack 'n', 0xc00c;

    my $data = $type eq 'A' ? inet_aton($data[0])
        : $type eq 'AAAA' ? inet_pton(AF_INET6, $data[0])
        : $type =~ /^(?:CNAME|NS|PTR)$/ ? name($data[0])
        : $type eq 'MX' ? pack('n', $data[0]) . name($data[1])
        : $type eq 'TXT' ? join('', map { pack 'C/a*', $_ } @data)
        : $type eq 'SRV' ? pack('n3', @data[0 .. 2]) . name($data[3])
        : $type eq 'CAA' ? pack('C C/a* a*', @data)
        : $type eq 'SOA' ? name($data[0]) . name($data[1])
            . pack('N5', @data[2 .. 6])
        : $data[0];

    return $owner . pack 'n n N n/a*', $number{$type}, 1, $o->{ttl} // 1,
        $data;
}


1;

package Uptime::Dns;

# A DNS server whose answers are in the names that are asked for, so that a
# test needs no zone.  A name is KIND-ARGUMENTS[-anything].TLD:
#
#   v4-HEX8             A
#   v6-HEX32            AAAA
#   all-HEX[-HEX...]    A and AAAA records, in this order
#   cn-N-HEX            N times CNAME, then that address
#   flip-HEX-HEX        the first and the second in turn, TTL 0
#   once-HEX-HEX        the first in the first answer, then the second, TTL 0
#   many-N-HEX-HEX      N times the first, then the second
#   loop                CNAME to itself
#   nx, none, fail, refused, mute, noise, other
#                       NXDOMAIN, no record, SERVFAIL, REFUSED, silence, a
#                       packet that is no answer, an answer to another question
#   aaaa-KIND-HEX       as v4-HEX, but KIND, one of these, if asked for AAAA
#   slow-MS-HEX         after so many milliseconds
#   drop-N-HEX          the first N questions get no answer
#
# Any other name does not exist.  mode('mute') and others answer every name
# like that, whatever it is.

use strict;
use warnings;

use parent 'Uptime::Process';

use Carp qw(croak);
use IO::Select;
use IO::Socket::INET;
use Socket qw(SOL_SOCKET SO_RCVBUF);
use Time::HiRes qw(time);
use Uptime::Util qw(spew slurp);

use constant { A => 1, CNAME => 5, AAAA => 28 };

my %rcode = (nx => 3, fail => 2, refused => 5, none => 0);


# dir; address, port: 127.0.0.1, 53
sub start {
    my ($class, %o) = @_;

    my $self = bless { address => '127.0.0.1', port => 53, %o }, $class;
    mkdir $self->{dir} or croak "mkdir $self->{dir}: $!" if !-d $self->{dir};
    $self->run;
    return $self;
}


sub run {
    my ($self) = @_;

    my $socket = IO::Socket::INET->new(Proto => 'udp', LocalPort =>
        $self->{port}, LocalAddr => $self->{address}) or croak "dns: $!";
    setsockopt $socket, SOL_SOCKET, SO_RCVBUF, 4 << 20;
    $self->{port} = $socket->sockport;

    $self->spawn(sub { $self->_serve($socket) });

    return $self;
}


# All names like this kind, or '' for what they say.
sub mode {
    my ($self, $mode) = @_;

    spew("$self->{dir}/mode.new", $mode);
    rename "$self->{dir}/mode.new", "$self->{dir}/mode" or croak $!;
    return;
}


# Number of questions so far; of those that match: "name type".
sub questions {
    my ($self, $match) = @_;

    return 0 if !-s "$self->{dir}/questions";
    return scalar grep { !defined $match || $_ =~ $match }
        split /\n/, slurp("$self->{dir}/questions");
}


# "127.0.0.1" or "::1" as HEX of a name
sub hex {
    my ($address) = @_;

    my $raw = Socket::inet_pton($address =~ /:/ ? Socket::AF_INET6()
        : Socket::AF_INET(), $address) // croak "bad address $address";
    return unpack 'H*', $raw;
}


sub _serve {
    my ($self, $socket) = @_;

    my $parent = getppid;
    my $select = IO::Select->new($socket);
    my (%seen, @later);

    open $self->{log}, '>>', "$self->{dir}/questions" or die "questions: $!";
    $self->{log}->autoflush(1);

    while (getppid == $parent) {
        my $wait = @later ? $later[0][0] - time : 0.5;
        $wait = 0 if $wait < 0;

        if ($select->can_read($wait > 0.5 ? 0.5 : $wait)) {
            my $peer = recv $socket, my $packet, 4096, 0;
            next if !defined $peer;
            my ($delay, $answer) = $self->_answer($packet, \%seen);
            next if !defined $answer;

            if (!$delay) {
                send $socket, $answer, 0, $peer;
                next;
            }

            push @later, [time + $delay / 1000, $answer, $peer];
            @later = sort { $a->[0] <=> $b->[0] } @later;
        }

        while (@later && $later[0][0] <= time) {
            my (undef, $answer, $peer) = @{ shift @later };
            send $socket, $answer, 0, $peer;
        }
    }

    return;
}


sub _name {
    return join('', map { pack 'C/a*', $_ } split /\./, $_[0]) . "\0";
}


sub _record {
    my ($name, $type, $ttl, $data) = @_;

    return _name($name) . pack 'n n N n/a*', $type, 1, $ttl, $data;
}


# Returns the delay in ms and the packet, or nothing.
sub _answer {
    my ($self, $packet, $seen) = @_;

    return if length $packet < 17;
    my ($id) = unpack 'n', $packet;
    my ($at, @labels) = (12);

    while ((my $len = unpack 'C', substr $packet, $at, 1) > 0) {
        push @labels, substr $packet, $at + 1, $len;
        $at += $len + 1;
    }

    my $type = unpack 'n', substr $packet, $at + 1, 2;
    my $question = substr $packet, 12, $at + 5 - 12;
    my $name = join '.', @labels;
    my ($kind, @args) = split /-/, lc($labels[0] // '');
    print { $self->{log} } lc($name) . " $type\n";
    ($kind, @args) = $type == AAAA ? $args[0] : ('v4', @args[1 .. $#args])
        if ($kind // '') eq 'aaaa' && @args > 1;
    my $mode = -s "$self->{dir}/mode" ? slurp("$self->{dir}/mode") : '';
    $kind = $mode if $mode ne '';
    $kind //= 'nx';

    return if $kind eq 'mute';
    return (0, pack('n', $id) . "\xff" x 40) if $kind eq 'noise';

    my ($delay, $rcode, $records) = (0, $rcode{$kind}, '');
    my $method = $self->can("_kind_$kind");

    if ($method && @args) {
        $rcode = 0;
        ($delay, $records) = $self->$method($name, $type, $seen, @args);
        return if !defined $records;

    } elsif ($kind eq 'loop') {
        ($rcode, $records) = (0, _record($name, CNAME, 60, _name($name)));

    } elsif ($kind eq 'other') {
        $question = _name('else.test') . pack 'n n', $type, 1;
        ($rcode, $records) = (0, _record('else.test', A, 60,
            pack 'C4', 127, 0, 0, 1));
    }

    $rcode //= 3;
    my $count = 0;

    # every record is a name, type, class, TTL, length
    for (my $p = 0; $p < length $records; $count++) {
        $p += 1 + unpack 'C', substr $records, $p, 1
            while unpack 'C', substr $records, $p, 1;
        $p += 11 + unpack 'n', substr $records, $p + 9, 2;
    }

    return ($delay, pack('n n n n n n', $id, 0x8180 | $rcode, 1, $count, 0, 0)
        . $question . $records);
}


sub _addresses {
    my ($name, $type, $ttl, @hex) = @_;

    return join '', map { _record($name, $type, $ttl, pack 'H*', $_) }
        grep { length == ($type == A ? 8 : $type == AAAA ? 32 : 0) } @hex;
}


sub _kind_v4 {
    my ($self, $name, $type, undef, $hex) = @_;

    return (0, _addresses($name, $type, 60, $hex));
}


sub _kind_v6 { return _kind_v4(@_) }


sub _kind_all {
    my ($self, $name, $type, undef, @hex) = @_;

    return (0, _addresses($name, $type, 60, grep { /^[0-9a-f]+$/ } @hex));
}


sub _kind_cn {
    my ($self, $name, $type, undef, $n, $hex) = @_;

    my $records = '';
    my $from = $name;

    for my $i (1 .. $n) {
        my $to = "step$i-$hex.test";
        $records .= _record($from, CNAME, 60, _name($to));
        $from = $to;
    }

    return (0, $records . _addresses($from, $type, 60, $hex));
}


# A and AAAA of one lookup come as two questions: each type on its own.
sub _kind_flip {
    my ($self, $name, $type, $seen, @hex) = @_;

    my $n = $seen->{"$name $type"}++;
    return (0, _addresses($name, $type, 0, $hex[$n % 2]));
}


sub _kind_once {
    my ($self, $name, $type, $seen, @hex) = @_;

    my $n = $seen->{"$name $type"}++;
    return (0, _addresses($name, $type, 0, $hex[$n ? 1 : 0]));
}


sub _kind_many {
    my ($self, $name, $type, undef, $n, $hex, $last) = @_;

    return (0, _addresses($name, $type, 60, ($hex) x $n, $last));
}


sub _kind_slow {
    my ($self, $name, $type, undef, $ms, $hex) = @_;

    return ($ms, _addresses($name, $type, 60, $hex));
}


sub _kind_drop {
    my ($self, $name, $type, $seen, $n, $hex) = @_;

    return if $seen->{"$name $type"}++ < $n;
    return (0, _addresses($name, $type, 60, $hex));
}


1;

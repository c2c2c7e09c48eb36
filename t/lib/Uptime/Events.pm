package Uptime::Events;

# A client of server-sent events.

use strict;
use warnings;

use parent -norequire, 'Uptime::Conn';

use JSON::PP ();
use Time::HiRes qw(time);
use Uptime::Client;


# o: token, last (id), path, receive (size of the buffer); the answer's head is there afterwards
sub open {
    my ($class, $port, %o) = @_;

    my $self = $class->SUPER::new($port, %o);
    @$self{qw(text over)} = ('', 0);
    $self->send('GET ' . ($o{path} // '/api/v1/events') . " HTTP/1.1\r\n"
        . "Host: localhost\r\nAccept-Encoding: gzip\r\n"
        . (defined $o{token} ? "Authorization: Bearer $o{token}\r\n" : '')
        . (defined $o{last} ? "Last-Event-ID: $o{last}\r\n" : '') . "\r\n");
    my $end = time + 15;

    while ($self->{buffer} !~ /\r\n\r\n/) {
        $self->_fill($end) or return $self;
    }

    (my $head, $self->{buffer}) = split /\r\n\r\n/, $self->{buffer}, 2;
    my ($line, @fields) = split /\r\n/, $head;
    $self->{status} = (split / /, $line)[1];
    $self->{headers} = { map { /^([^:]+):\s*(.*)$/ ? (lc $1 => $2) : () }
        @fields };
    return $self;
}


sub status  { return $_[0]{status} // 0 }
sub headers { return $_[0]{headers} // {} }
sub over    { return $_[0]{over} }


# Moves whole chunks into the text; the last one ends it.
sub _take {
    my ($self) = @_;

    while ($self->{buffer} =~ /^([0-9a-fA-F]+)\r\n/) {
        my ($head, $n) = (length($1) + 2, hex $1);
        return if length $self->{buffer} < $head + $n + 2;
        $self->{text} .= substr $self->{buffer}, $head, $n;
        substr $self->{buffer}, 0, $head + $n + 2, '';
        $self->{over} = 1 if $n == 0;
    }

    return;
}


# The next block: { id, event, data (decoded), retry, comment }; nothing: the
# stream is over, or nothing came in time.
sub block {
    my ($self, $seconds) = @_;

    my $end = time + ($seconds // 10);

    while (1) {
        $self->_take;

        if ($self->{text} =~ s/^(.*?)\n\n//s) {
            my %block;

            for (split /\n/, $1) {
                my ($name, $value) = /^(\w*): ?(.*)$/ or next;
                $block{ $name eq '' ? 'comment' : $name } = $value;
            }

            $self->{last} = $block{id} if defined $block{id};
            $block{data} = JSON::PP->new->utf8->decode($block{data})
                if defined $block{data};
            return \%block;
        }

        return if $self->{over} || !$self->_fill($end);
    }
}


# The next block that has data.
sub event {
    my ($self, $seconds) = @_;

    my $end = time + ($seconds // 10);

    while (my $block = $self->block($end - time)) {
        return $block if $block->{data};
    }

    return;
}


sub last_id { return $_[0]{last} }


1;

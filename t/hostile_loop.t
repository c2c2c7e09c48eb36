# Servers that send faster than we read must not keep the loop for themselves.
# In a single process workers and checker share one loop, so the time of a
# small request tells how long the loop was away.

use strict;
use warnings;

use IO::Socket::INET;
use Time::HiRes qw(time);
use Uptime::Hostile;
use Uptime::Test;

use constant {
    EACH  => 4,
    LIMIT => 0.25,
    TRIES => 3,         # the machine may be busy with other things
};

my $unable = Uptime::Hostile::unable();
plan(skip_all => $unable) if $unable;

my $t = Uptime::Test->new(checker => 1, master => 0);
my $hostile = Uptime::Hostile->start(dir => "$t->{dir}/hostile");
my $server = $t->nginx;
my $c = $t->user_client;
my $socket;

until_ok { $c->get('/health/ready')->{status} == 200 } 10, 'ready';


# Seconds for one small request.
sub lag {
    $socket //= IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $server->port) or die "connect: $!";
    my $start = time;
    syswrite $socket, "GET /plain HTTP/1.1\r\nHost: x\r\n\r\n";
    my $answer = '';

    while ($answer !~ /plain\n\z/) {
        if (!sysread $socket, $answer, 8192, length $answer) {
            undef $socket;
            last;
        }
    }

    return time - $start;
}


# The longest that the loop was away while so many of these were checked.
sub away {
    my ($name) = @_;

    my @ids = map { $c->post('/monitors', { url => $hostile->url($name),
        interval => 3600, timeout => 2, failure_threshold => 1 })->{json}{id}
    } 1 .. EACH;
    my ($worst, $most, $done) = (0, time + 10, 0);

    while ($done < EACH && time < $most) {
        for (1 .. 20) {
            my $seconds = lag();
            $worst = $seconds if $seconds > $worst;
            select undef, undef, undef, 0.005;
        }

        $done = $t->value('SELECT count(*) FROM check_history WHERE monitor_id
            BETWEEN ? AND ?', $ids[0], $ids[-1]);
    }

    is($done, EACH, "$name: all are judged");
    return $worst;
}


for my $name (qw(chunk_ext_endless tiny_chunks trailer_flood flood_1xx
    gib_endless gib_chunked te_bomb headers_20k header_endless hello_endless
    hello_warnings))
{
    my $worst;

    for (1 .. TRIES) {
        $worst = away($name);
        last if $worst < LIMIT * patience();
    }

    cmp_ok($worst, '<', LIMIT * patience(), sprintf '... at most %.1f ms away',
        $worst * 1000);
}

done_testing;

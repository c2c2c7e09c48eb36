# A DNS server that answers a thousand names with silence delays nobody else.
# In a single process workers and checker share a loop: the time of a small
# request is how long the loop was away.
#
#   make test TESTS=t/chaos/dns.t                        25 s of it
#   CHAOS_SECONDS=120 make test TESTS=t/chaos/dns.t
#
# CHAOS_MONITORS  names that are never answered, interval 10 s (1,000)

use strict;
use warnings;

use Uptime::Netns;
use IO::Socket::INET;
use Time::HiRes qw(time);
use Uptime::Dns;
use Uptime::Hostile;
use Uptime::Test;

my $unable = Uptime::Hostile::unable();
plan(skip_all => $unable) if $unable;

use constant {
    INTERVAL => 10,
    OTHERS   => 200,
    PUBLIC   => '93.184.215.14',
};

my $seconds = $ENV{CHAOS_SECONDS} // 25;
my $monitors = $ENV{CHAOS_MONITORS} // 1000;

my $t = Uptime::Test->new(checker => 1, allow => '', per_host => 0,
    master => 0, log_level => 'warn', main => 'worker_rlimit_nofile 8192;');
my $dns = Uptime::Dns->start(dir => "$t->{dir}/dns");
my $hostile = Uptime::Hostile->start(dir => "$t->{dir}/hostile",
    address => '::', host => PUBLIC);
my $server = $t->nginx;
my $c = $t->user_client;
my $port = $hostile->port('ok');
my $pub = Uptime::Dns::hex(PUBLIC);

until_ok { $c->get('/health/ready')->{status} == 200 } 10, 'ready';


sub monitors {
    my ($count, $url) = @_;

    return map {
        my $r = $c->post('/monitors', { url => $url->($_), timeout => 5,
            interval => INTERVAL, failure_threshold => 1 });
        $r->{json}{id} // die $r->{content};
    } 1 .. $count;
}


# half of the others need the DNS server as well, each time (TTL 0)
my @others = monitors(OTHERS, sub { $_[0] % 2 ? "http://flip-$pub-$pub-o$_[0]"
    . ".test:$port/" : 'http://' . PUBLIC . ":$port/" });
my @mute = monitors($monitors, sub { "http://mute-$_[0].test:$port/" });

until_ok { $t->value('SELECT count(DISTINCT monitor_id) FROM check_history')
    == @others + @mute } 30, scalar(@others + @mute) . ' monitors run';

my $start = $t->value('SELECT now()');
my $end = time + $seconds;
my (@lag, $socket);

while (time < $end) {
    $socket //= IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $server->port) or die "connect: $!";
    my $from = time;
    my $answer = '';
    syswrite $socket, "GET /plain HTTP/1.1\r\nHost: x\r\n\r\n";

    while ($answer !~ /plain\n\z/) {
        if (!sysread $socket, $answer, 8192, length $answer) {
            undef $socket;
            last;
        }
    }

    push @lag, 1000 * (time - $from);
    select undef, undef, undef, 0.01;
}

@lag = sort { $a <=> $b } @lag;
my $p99 = $lag[$#lag * 0.99];
note(sprintf 'loop: p50 %.1f ms, p99 %.1f ms, max %.1f ms of %d requests',
    $lag[$#lag / 2], $p99, $lag[-1], scalar @lag);
cmp_ok($p99, '<=', 50, 'the loop is away at most 50 ms, p99');
cmp_ok($lag[-1], '<=', 500, '... and never for long');

my ($late) = $t->sql('SELECT count(*) AS n,
    count(*) FILTER (WHERE outcome <> \'up\') AS bad,
    1000 * percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM
        checked_at - slot)) AS p50,
    1000 * percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM
        checked_at - slot)) AS p99,
    1000 * max(extract(epoch FROM checked_at - slot)) AS max
    FROM check_history WHERE monitor_id = ANY (?) AND slot > ?::timestamptz
    AND attempt = 1', \@others, $start);
note(sprintf 'others: %d checks, started late by p50 %.1f ms, p99 %.1f ms, '
    . 'max %.1f ms', @$late{qw(n p50 p99 max)});
cmp_ok($late->{n}, '>=', OTHERS * int($seconds / INTERVAL) * 0.9,
    'the others are checked');
is($late->{bad}, 0, '... and up, all of them');
cmp_ok($late->{p99}, '<=', 200, '... and on time');

my %n = map { ($_->{cause} // 'up' => $_->{n}) } $t->sql('SELECT cause,
    count(*) AS n FROM check_history WHERE monitor_id = ANY (?) AND slot > ?
    GROUP BY 1', \@mute, $start);
note(join ', ', map { "$n{$_} $_" } sort keys %n);
cmp_ok($n{dns_timeout} // 0, '>', $monitors * 0.8,
    'who is not answered has a timeout');
is($n{up} // 0, 0, '... and none is up');

$server->expect_log('timed out', 'could not be resolved');

done_testing;

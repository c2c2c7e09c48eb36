# DNS rebinding: names whose answer changes between a public address and
# 127.0.0.1 or others with every question, TTL 0, asked for by many checks at
# once, some by redirects from one such name to the next.
#
#   make test TESTS=t/chaos/rebinding.t                  800 checks, 20 s
#   CHAOS_CHECKS=10000 make test TESTS=t/chaos/rebinding.t
#
# No connection may arrive under a forbidden address.

use strict;
use warnings;

use Uptime::Netns;
use Time::HiRes qw(time);
use Uptime::Dns;
use Uptime::Hostile;
use Uptime::Test;

my $unable = Uptime::Hostile::unable();
plan(skip_all => $unable) if $unable;

use constant {
    INTERVAL => 10,
    PUBLIC   => '93.184.215.14',
};

my $wanted = $ENV{CHAOS_CHECKS} // 800;
my $monitors = $wanted > 4000 ? 1000 : 400;

my $t = Uptime::Test->new(checker => 1, allow => '', per_host => 0,
    main => 'worker_rlimit_nofile 8192;');
my $dns = Uptime::Dns->start(dir => "$t->{dir}/dns");
my $hostile = Uptime::Hostile->start(dir => "$t->{dir}/hostile",
    address => '::', host => PUBLIC);
$t->nginx;
my $c = $t->user_client;

until_ok { $c->get('/health/ready')->{status} == 200 } 10, 'ready';

my $pub = Uptime::Dns::hex(PUBLIC);
my @bad = map { Uptime::Dns::hex($_) } '127.0.0.1', '10.1.2.3',
    '169.254.169.254', '192.168.1.1', '100.100.100.200', '0.0.0.1';
my ($ok, $to) = map { $hostile->port($_) } qw(ok to);
my $start = time;
my $before = $t->value("SELECT now()");

for my $i (1 .. $monitors) {
    my $bad = $bad[$i % @bad];
    my $kind = $i % 3 ? 'flip' : 'once';
    my $url = "http://$kind-$pub-$bad-m$i.test:$ok/";

    # a redirect from one changing name to another, or to itself
    if ($i % 4 == 0) {
        $url = "http://flip-$pub-$bad-r$i.test:$to/to/302/"
            . "http%3A%2F%2Fflip-$pub-$bad-"
            . ($i % 8 ? "r$i" : "s$i") . ".test%3A$ok%2F";
    }

    my $r = $c->post('/monitors', { url => $url, interval => INTERVAL,
        timeout => 5, failure_threshold => 1, name => "m$i" });
    $r->{status} == 201 or die $r->{content};
}

until_ok { $t->value('SELECT count(*) FROM check_history') >= $wanted }
    30 + 3 * INTERVAL * $wanted / $monitors, "$wanted checks";
my $seconds = time - $start;

my %n = map { ($_->{verdict} => $_->{n}) } $t->sql("SELECT
    concat_ws(' ', outcome, cause) AS verdict, count(*) AS n FROM check_history
    GROUP BY 1");
my $checks = $t->value('SELECT count(*) FROM check_history');
note(join ', ', map { "$n{$_} $_" } sort keys %n);
note(sprintf '%d checks in %.0f s, %d questions to the DNS server', $checks,
    $seconds, $dns->questions);

cmp_ok($n{up} // 0, '>', $checks / 10, 'many found the public address');
cmp_ok($n{'down blocked_address'} // 0, '>', $checks / 10,
    'many found the other one and were refused');
is($checks - ($n{up} // 0) - ($n{'down blocked_address'} // 0), 0,
    'no other verdict');

my $stats = $hostile->stats;
my %arrived;

for my $name (qw(ok to)) {
    my $hits = $stats->{$name}{to} // {};
    $arrived{$_} += $hits->{$_} for keys %$hits;
}

note(join ', ', map { "$arrived{$_} at $_" } sort keys %arrived);
is_deeply([grep { $_ ne PUBLIC } keys %arrived], [],
    'no connection under a forbidden address');

done_testing;

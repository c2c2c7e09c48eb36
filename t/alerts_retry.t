# Channels that fail, each in its way, and the real sender: when it tries again,
# for how long, and what it tells in the end. Time passes by moving the row of
# each message by what it has to wait.
#
# CHAOS_TRIES  of each (7); t/chaos/alerts_retry.t goes on to the end of 24 h

use strict;
use warnings;

use List::Util ();
use Uptime::Alerts;
use Uptime::Inbox;
use Uptime::Target;
use Uptime::Test;

my $tries = $ENV{CHAOS_TRIES} // 7;
my @plan = (5, 15, 60, 300, 900, (3600) x 40);

my $t = Uptime::Test->new(checker => 1);
my $sink = Uptime::Inbox->start(dir => "$t->{dir}/sink");
my $closed = Uptime::Target->closed_port;
my $server = $t->nginx(directives => 'uptime_alert_timeout 1s;');
my ($uid) = $t->user;
my $alerts = Uptime::Alerts->new(test => $t, sink => $sink, uid => $uid);
until_ok { $t->value('SELECT count(*) FROM shards WHERE lease_until > now()')
    == 64 } 15, 'a checker is there';

$alerts->add('error', 1, path => '/status/500/');
$alerts->add('silent', 1, path => '/hang/');
$alerts->add('slow', 1, path => '/wait/400/');
$alerts->add('closed', 1);
$t->execute("UPDATE channels SET config = jsonb_build_object('url', ?::text)
    WHERE name = 'closed1'", $closed->url('/'));
$alerts->add('gone', 1, path => '/status/410/');
$alerts->add('late', 1, path => '/after/4/');
$alerts->event('%', 'down');

my (%wait, %least);

# Every message that is tried at all has been tried so often; then what each
# has to wait for goes by.
sub round {
    my ($n) = @_;

    until_ok { $t->value("SELECT count(*) FROM outbox WHERE state = 'pending'
        AND (attempts < ? OR lease_until IS NOT NULL)", $n) == 0 } 30,
        "try $n";

    # a slow machine may have no answer in time: that asks for no 400 s
    for ($t->sql("SELECT m.name, extract(epoch FROM o.next_at - d.at) AS s,
        CASE d.code WHEN 429 THEN 400 ELSE 0 END AS least
        FROM outbox o JOIN monitors m ON m.id = o.monitor_id
        CROSS JOIN LATERAL (SELECT x.at, x.code FROM deliveries x
            WHERE x.message_id = o.message_id ORDER BY x.id DESC LIMIT 1) d
        WHERE o.state = 'pending'"))
    {
        push @{ $wait{ $_->{name} } }, $_->{s};
        push @{ $least{ $_->{name} } }, $_->{least};
    }

    return;
}


sub next_try {
    return $t->execute("UPDATE outbox SET next_at = now(),
        created_at = created_at - (next_at - now())
        WHERE state = 'pending' AND lease_until IS NULL");
}


my $n = 0;

while ($n < $tries && $alerts->waiting) {
    round(++$n);

    # it has failed three times when it is over
    $alerts->event('late1', 'up') if $n == 3;
    next_try();
}

for my $name (qw(error1 silent1 closed1 slow1)) {
    my @waits = @{ $wait{$name} };
    my @wrong = grep {
        my $least = $least{$name}[$_];
        $waits[$_] < List::Util::max($least, 0.79 * $plan[$_])
            || $waits[$_] > List::Util::max($least + 1, 1.21 * $plan[$_])
    # the last try is at the end of the 24 h
    } 0 .. $#waits - ($tries > 30);
    is(scalar @wrong, 0, "$name: the right times between tries")
        or diag("@waits");
    diag(sprintf '%s: %d tries in %.1f h', $name, scalar(@waits) + ($tries > 30),
        List::Util::sum0(@waits) / 3600);
    next if $tries <= 30;
    my $hours = List::Util::sum0(@waits) / 3600;
    cmp_ok($hours, '<=', 24, '... for a day') or diag($hours);
    cmp_ok($hours, '>=', 22.7, '... almost') or diag($hours);
}

if ($tries > 30) {
    is($t->value("SELECT count(*) FROM outbox WHERE state = 'failed'"), 5,
        'all of these were given up');
    is($t->value('SELECT count(*) FROM channels WHERE failure IS NOT NULL'), 5,
        '... and their channels say so');
}

cmp_ok(List::Util::sum0(@{ $least{slow1} }), '>', 0,
    'slow1: asked for 400 s');
is($t->value("SELECT count(*) FROM deliveries WHERE code = 410"), 1,
    'gone: never again');
like($t->value("SELECT failure FROM channels WHERE name = 'gone1'"),
    qr/^410: /, '... and the channel says why');

for my $path (qw(/status/500/error1 /wait/400/slow1)) {
    my @of = $sink->got($path);
    is(scalar keys %{ { map { $_->{id} => 1 } @of } }, 1,
        "$path: one id for all tries");
}

my @late = $sink->got('/after/4/late1');
is_deeply([map { $_->{type} } @late], [('monitor.down') x 3, 'monitor.up'],
    'down failed three times, and then it is up');
like($late[3]{data}{note}, qr/stands for 1 earlier/, '... which says both');

ok($server->stop, 'stopped');
done_testing;

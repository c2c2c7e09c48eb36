# A web server that never answers, many alerts for it, and many for others at
# the same time: these are told in time, and no channel has more than two on
# their way.
#
# CHAOS_ALERTS   to others (100); t/chaos/alerts_hang.t has 1,000
# CHAOS_HANGS    channels of that server (8)
# CHAOS_TIMEOUT  s, of a try (3)

use strict;
use warnings;

use Time::HiRes qw(time);
use Uptime::Alerts;
use Uptime::Inbox;
use Uptime::Test;

my $n = $ENV{CHAOS_ALERTS} // 100;
my $hangs = $ENV{CHAOS_HANGS} // 8;
my $timeout = $ENV{CHAOS_TIMEOUT} // 3;

my $t = Uptime::Test->new(checker => 1);
my $sink = Uptime::Inbox->start(dir => "$t->{dir}/sink");
my $server = $t->nginx(directives => "uptime_alert_timeout ${timeout}s;");
my ($uid) = $t->user;
my $alerts = Uptime::Alerts->new(test => $t, sink => $sink, uid => $uid);
until_ok { $t->value('SELECT count(*) FROM shards WHERE lease_until > now()')
    == 64 } 15, 'a checker is there';

# one channel with many alerts, and many channels of the same server
$alerts->add('h', $hangs, path => '/hang/');
$alerts->add('one', 8, path => '/hang/');
$t->execute("UPDATE monitors SET channel_ids = (SELECT channel_ids
    FROM monitors WHERE name = 'one1') WHERE name LIKE 'one%'");
$alerts->add('a', $n);
$alerts->event('h%', 'down');
$alerts->event('one%', 'down');
until_ok { $sink->got('/hang/h1') && $sink->got('/hang/one1') == 2 } 20,
    'it does not answer';

my $begin = time;
$alerts->event('a%', 'down');
until_ok { $t->value("SELECT count(*) FROM outbox o JOIN monitors m
    ON m.id = o.monitor_id WHERE m.name ~ '^a[0-9]' AND o.state = 'sent'")
    == $n } 60, "$n other alerts";
my @took = sort { $a <=> $b } map { $_->{at} - $begin }
    grep { $_->{path} =~ m{^/ok/a} } $sink->got;
is(scalar @took, $n, 'each once');
my $p95 = $took[0.95 * @took];
diag(sprintf '%d alerts beside %d channels that never answer: p50 %.2f s, '
    . 'p95 %.2f s, longest %.2f s', $n, $hangs + 1, $took[@took / 2], $p95, $took[-1]);
cmp_ok($p95, '<', 5 * patience(), 'in time');
is($sink->most_at_once('/hang/one1'), 2, 'two of one channel at once')
    if until_ok { $t->value("SELECT count(*) FROM deliveries
        WHERE status = 'temporary'") >= $hangs + 2 } 40, 'those are given up for now';
is($t->value("SELECT count(*) FROM outbox o JOIN monitors m
    ON m.id = o.monitor_id WHERE m.name !~ '^a[0-9]'
    AND o.state NOT IN ('pending', 'merged')"), 0, '... and wait');

ok($server->stop, 'stopped');
done_testing;

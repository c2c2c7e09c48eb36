# Monitors that change with every check, and all monitors of a user that fail
# at once and again: a channel gets six messages an hour of one monitor, and
# ten a minute beside digests, and all is told in the end.
#
# CHAOS_SECONDS   of it, in real time (10); t/chaos/alerts_storm.t has 720
# CHAOS_MONITORS  that fail at once (60)
# CHAOS_INTERVAL  s between checks (1)

use strict;
use warnings;

use Time::HiRes qw(time sleep);
use Uptime::Alerts;
use Uptime::Inbox;
use Uptime::Test;
use Uptime::Util qw(spew);

my $seconds = $ENV{CHAOS_SECONDS} // 10;
my $n = $ENV{CHAOS_MONITORS} // 60;
my $interval = $ENV{CHAOS_INTERVAL} // 1;
my $flapping = 10;

my $t = Uptime::Test->new(checker => 1);
my $target = Uptime::Inbox->start(dir => "$t->{dir}/target");
my $sink = Uptime::Inbox->start(dir => "$t->{dir}/sink");
my $server = $t->nginx(log_level => 'error');
my ($uid) = $t->user;
my $alerts = Uptime::Alerts->new(test => $t, sink => $sink, uid => $uid);
until_ok { $t->value('SELECT count(*) FROM shards WHERE lease_until > now()')
    == 64 } 15, 'a checker is there';
$t->execute('ALTER TABLE monitors DROP CONSTRAINT monitors_interval_check')
    if $interval < 10;

$alerts->add('s', $n, interval => $interval, checked => $target->url('/gate/'));
$t->execute("UPDATE monitors SET channel_ids = (SELECT channel_ids
    FROM monitors WHERE name = 's1')");
$alerts->add('f', $flapping, interval => $interval,
    checked => $target->url("/flip/$interval/"));
until_ok { $t->value("SELECT count(*) FROM monitor_state s JOIN monitors m
    ON m.id = s.monitor_id WHERE m.name LIKE 's%' AND s.status = 'up'") == $n }
    60, 'all are up';

my $begin = time;
my $storms = 0;

while (time < $begin + $seconds) {
    # half of the time each
    $storms++ % 2 ? unlink "$t->{dir}/target/down"
        : spew("$t->{dir}/target/down", '');
    my $end = time + ($seconds < 60 ? $seconds / 2 : 60);
    sleep 0.5 while time < $end;
}

my $changes = $t->value("SELECT min(seq) FROM monitor_alerts a JOIN monitors m
    ON m.id = a.monitor_id WHERE m.name LIKE 'f%'");
cmp_ok($changes, '>', 6, 'monitors changed all the time');
my ($least, $most) = (sort { $a <=> $b } map {
    scalar(my @of_one = $sink->got("/ok/f$_")) } 1 .. $flapping)[0, -1];
cmp_ok($most, '<=', 6, '... and nobody had more than six messages');
cmp_ok($least, '>=', 5, '... nor fewer, while there were') or diag($least);
my @storm = $sink->got('/ok/s1');
my $burst = 0;

for my $first (@storm) {
    my $at_once = grep { $_->{at} >= $first->{at}
        && $_->{at} < $first->{at} + 60 } @storm;
    $burst = $at_once if $at_once > $burst;
}

cmp_ok($burst, '<=', 12, 'ten messages a minute and digests');
cmp_ok(scalar(grep { $_->{type} eq 'monitor.digest'
    || $_->{type} =~ /digest/ } @storm), '>=', 1, 'there were digests');
diag(sprintf '%d s: %d changes of each of %d monitors, %d to %d messages '
    . 'about each; %d storms of %d monitors, %d messages, at most %d in a '
    . 'minute', time - $begin, $changes, $flapping, $least, $most, $storms, $n,
    scalar @storm, $burst);

# it is quiet, with nothing under way that could still be told, and the hour is
# over
ok($server->stop, 'stopped, with what it knew stored');
$alerts->quiet;
$server->start;
ok($alerts->drained(60), 'the rest has gone out');
my $wrong = $alerts->wrong;
is($wrong->{lost}, 0, 'all was told, by itself, with others or in a digest')
    or diag(explain($wrong->{examples}));
is($wrong->{early}, 0, 'no UP before its DOWN');
my @last = map { my @all = $sink->got("/ok/f$_"); $all[-1]{type} }
    1 .. $flapping;
is_deeply(\@last, [map { "monitor.$_->{event}" } $t->sql("SELECT (
    SELECT o.event FROM outbox o WHERE o.monitor_id = m.id
    ORDER BY o.seq DESC LIMIT 1) AS event FROM monitors m
    WHERE m.name LIKE 'f%' ORDER BY m.id")],
    'the last message has the last state');

ok($server->stop, 'stopped');
done_testing;

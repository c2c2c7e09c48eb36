# Alerts while things die: no transition is lost or doubled, no alert is lost,
# no UP comes before its DOWN.
#
#   make test TESTS=t/chaos/alerts.t                      short, under a minute
#   CHAOS_KILLS=200 CHAOS_MONITORS=500 CHAOS_CRASHES=10 CHAOS_ALERTS=1000 \
#       make test TESTS=t/chaos/alerts.t
#
# CHAOS_KILLS     kill -9 of checker, worker or PostgreSQL, at random (3)
# CHAOS_MONITORS  that change all the time (40)
# CHAOS_CRASHES   at each of five points (1)
# CHAOS_ALERTS    beside a channel that never answers (100)

use strict;
use warnings;

use Time::HiRes qw(time sleep);
use Uptime::Inbox;
use Uptime::Test;
use Uptime::Util qw(alive spew);

my $kills = $ENV{CHAOS_KILLS} // 3;
my $monitors = $ENV{CHAOS_MONITORS} // 40;
my $crashes = $ENV{CHAOS_CRASHES} // 1;
my $alerts = $ENV{CHAOS_ALERTS} // 100;
srand($ENV{CHAOS_SEED} // 1);

my $cluster = Uptime::Cluster->create(dir => "$ENV{UPTIME_RUN}/pg_alerts",
    fsync => 1)->start;
my $t = Uptime::Test->new(cluster => $cluster, empty => 1, checker => 1);
my $sink = Uptime::Inbox->start(dir => "$t->{dir}/sink");
my $crash = "$t->{dir}/crash";
mkdir $crash;
chmod 0777, $crash;

# nginx's configuration names one point; restarted for each
my $server = $t->nginx(log_level => 'notice');
$server->expect_log('exited on signal 9', 'shared memory zone .* was locked');

until_ok { (eval { $t->value('SELECT count(*) FROM shards
    WHERE lease_until > now()') } // 0) == 64 } 30, 'a checker';
my ($uid) = $t->user;


# as many monitors, each with a channel of its own
sub make {
    my ($prefix, $n, $path, $paused) = @_;

    $t->execute("WITH m AS (
        INSERT INTO monitors (owner_id, name, type, url, interval, timeout,
            method, headers, expected_status, keyword_mode, follow_redirects,
            max_redirects, verify_tls, failure_threshold, retry_interval,
            cert_warn_days, tags, paused)
        SELECT ?::bigint, ?::text || i, 'http', ?::text || i, 10, 5, 'GET',
            '{}', '200-299', 'present', true, 5, true, 1, 10, 14, '{}',
            ?::boolean FROM generate_series(1, ?::integer) i
        RETURNING id, name
    ), c AS (
        INSERT INTO channels (owner_id, name, kind, events, config)
        SELECT ?::bigint, m.name, 'webhook', '{down,up}',
            jsonb_build_object('url', ?::text || m.name) FROM m
        RETURNING id, name
    ) INSERT INTO monitor_channels SELECT m.id, c.id FROM m JOIN c
        USING (name)", $uid, $prefix, $sink->url('/flip/15/'),
        $paused ? 1 : 0, $n, $uid, $sink->url($path));
    return;
}


# All of it has gone out: an hour passes whenever only that would help.
sub drained {
    return wait_until {
        eval {
            $t->execute("UPDATE outbox SET sent_at = sent_at
                - interval '1 hour' WHERE sent_at IS NOT NULL");
            $t->execute("UPDATE outbox SET next_at = now()
                WHERE state = 'pending' AND lease_until IS NULL");
            $t->value("SELECT count(*) FROM outbox WHERE state
                IN ('pending', 'held')") == 0;
        };
    } 120;
}


# --- random kills while everything changes

make('k', $monitors, '/ok/', 0);
until_ok { $t->value('SELECT count(DISTINCT monitor_id) FROM check_history')
    == $monitors } 30, 'all are checked';

for my $n (1 .. $kills) {
    sleep 0.5 + rand 2;
    my $what = (qw(checker worker PostgreSQL))[$n % 3];
    my @pids = $what eq 'checker' ? $server->checkers
        : $what eq 'worker' ? $server->workers : $cluster->pids;
    kill 'KILL', $pids[0] if @pids;

    if ($what eq 'PostgreSQL') {
        wait_until { !grep { alive($_) } @pids } 20
            or fail('backends without a postmaster leave');
        wait_until { eval { $cluster->start; 1 } } 30
            or fail('PostgreSQL starts');
    }

    # whoever is restarted too often waits
    wait_until { my @c = $server->checkers; scalar @c } 30;
}

# three intervals without a kill
my $since = $t->value('SELECT max(slot) FROM check_history');
until_ok { (eval { $t->value('SELECT count(DISTINCT monitor_id) FROM check_history
    WHERE slot > ?', $since) } // 0) == $monitors } 90, 'all go on';
$t->execute('UPDATE monitors SET paused = true');
sleep 2;

is($t->value('SELECT count(*) - count(DISTINCT (monitor_id, slot, attempt))
    FROM check_history'), 0, 'no result is there twice');

# what the results say, against what was stored
my ($story) = $t->sql(<<'END');
WITH seen AS (
    SELECT monitor_id, slot, attempt, outcome, lag(outcome) OVER w AS before
    FROM check_history WHERE outcome IN ('up', 'down')
    WINDOW w AS (PARTITION BY monitor_id ORDER BY slot, attempt)
), change AS (
    SELECT monitor_id, count(*) FILTER (WHERE outcome = 'down') AS downs,
           count(*) FILTER (WHERE outcome = 'up') AS ups
    FROM seen WHERE outcome IS DISTINCT FROM before
                AND (outcome = 'down' OR before IS NOT NULL)
    GROUP BY monitor_id
), stored AS (
    SELECT monitor_id, count(*) AS downs,
           count(*) FILTER (WHERE end_reason = 'recovered') AS ups
    FROM incidents GROUP BY monitor_id
), told AS (
    SELECT monitor_id, count(*) FILTER (WHERE event = 'down') AS downs,
           count(*) FILTER (WHERE event = 'up') AS ups
    FROM outbox GROUP BY monitor_id
)
SELECT sum(c.downs + c.ups) AS transitions,
       count(*) FILTER (WHERE coalesce(s.downs, 0) <> c.downs
                           OR coalesce(s.ups, 0) <> c.ups) AS incidents,
       count(*) FILTER (WHERE coalesce(o.downs, 0) <> c.downs
                           OR coalesce(o.ups, 0) <> c.ups) AS messages
FROM change c LEFT JOIN stored s USING (monitor_id)
LEFT JOIN told o USING (monitor_id)
END
diag(sprintf '%d kills, %d monitors, %d transitions', $kills, $monitors,
    $story->{transitions} // 0);
cmp_ok($story->{transitions} // 0, '>', $monitors / 4, 'there were changes');
is($story->{incidents}, 0, 'every transition once in the incidents');
is($story->{messages}, 0, '... and once in the outbox');

ok(drained(), 'everything has gone out')
    or diag(explain([$t->sql("SELECT state, topic, event, attempts, detail,
        count(*) FROM outbox GROUP BY 1, 2, 3, 4, 5")]));
my %first;
my @got = $sink->got;
for (grep { defined $_->{id} } @got) {
    $first{ $_->{id} } //= $_->{at};
}
my @sent = $t->sql("SELECT o.message_id, o.incident_id, o.event, o.state,
    m.message_id AS into FROM outbox o LEFT JOIN outbox m
    ON m.id = o.merged_into");
is(scalar(grep { !$first{ $_->{into} // $_->{message_id} } } @sent), 0,
    'every message was delivered, by itself or by the one that stands for it')
    or diag(explain([(grep { !$first{ $_->{into} // $_->{message_id} } }
        @sent)[0 .. 3]]));
my (%down, $early);
$down{ $_->{incident_id} } = $first{ $_->{message_id} }
    for grep { $_->{event} eq 'down' && $_->{state} eq 'sent' } @sent;
for (grep { $_->{event} eq 'up' && $_->{state} eq 'sent' } @sent) {
    my $d = $down{ $_->{incident_id} } // next;
    $early++ if $first{ $_->{message_id} } < $d;
}
is($early // 0, 0, 'no UP before its DOWN');
diag(sprintf '%d messages received, %d different', scalar(@got),
    scalar keys %first);


# --- dead at named points

my $slot = 0;

sub event {
    my ($like, $event) = @_;

    $slot++;
    $t->execute("SELECT alert_transition(id, ?, now() + ? * interval '1 s',
        1::smallint, now(), 'timeout', NULL, NULL, NULL) FROM monitors
        WHERE name LIKE ?", $event, $slot, $like);
    return;
}

make('c', 1, '/ok/', 1);
my ($twice, $slowest) = (0, 0);

for my $point (qw(after_commit after_claim before_send after_send after_mark))
{
    for my $n (1 .. $crashes) {
        spew("$crash/$point", '');
        chmod 0666, "$crash/$point";
        $server->{env} = { UPTIME_CRASH => "$crash/$point" };
        $server->{main} = 'env UPTIME_CRASH;';
        $server->stop;
        my $before = $sink->got('/ok/c1');
        event('c1', 'down') if $point eq 'after_commit';
        $server->start;

        if ($point eq 'after_commit') {
            # nobody was there to claim it
            unlink "$crash/$point";
        } else {
            event('c1', 'down');
            until_ok { !-e "$crash/$point" } 20, "$point $n: dead";
        }

        my $start = time;
        until_ok { $t->value("SELECT count(*) FROM outbox WHERE state
            IN ('pending')") == 0 } 65 + 10, "$point $n: told";
        my $took = time - $start;
        $slowest = $took if $took > $slowest;
        my @new = $sink->got('/ok/c1');
        splice @new, 0, $before;
        is(scalar(keys %{ { map { $_->{id} => 1 } @new } }), 1,
            '... one message') or diag(explain(\@new));
        cmp_ok(scalar @new, '<=', 2, '... at most twice');
        $twice++ if @new > 1;
        event('c1', 'up');
        until_ok { $t->value("SELECT count(*) FROM outbox WHERE state
            = 'pending'") == 0 } 30, '... and its end';
        $t->execute("UPDATE outbox SET sent_at = sent_at - interval '1 hour'
            WHERE sent_at IS NOT NULL");
    }
}

diag(sprintf '%d crashes, %d messages twice, the slowest after %.0f s',
    5 * $crashes, $twice, $slowest);


# --- a channel that never answers

make('h', 20, '/hang/', 1);
make('a', $alerts, '/ok/', 1);
event('h%', 'down');
my $begin = time;
until_ok { $sink->got('/hang/h1') } 20, 'it does not answer';
$begin = time;
event('a%', 'down');
until_ok { $t->value("SELECT count(*) FROM outbox o JOIN monitors m
    ON m.id = o.monitor_id WHERE m.name LIKE 'a%' AND o.state = 'sent'")
    == $alerts } 60, "$alerts other alerts";
my @took = sort { $a <=> $b } map { $_->{at} - $begin }
    grep { $_->{path} =~ m{^/ok/a} } $sink->got;
my $p95 = $took[0.95 * @took];
diag(sprintf '%d alerts beside one that never answers: p50 %.2f s, p95 %.2f '
    . 's', scalar @took, $took[@took / 2], $p95);
cmp_ok($p95, '<', $ENV{CHAOS_ALERTS} ? 5 : 60, 'in time');
ok($server->stop, 'stopped');
$cluster->stop;

done_testing;

# Checkers, workers and PostgreSQL die at random moments while monitors change
# all the time: every change is stored once, every message arrives, no UP comes
# before its DOWN.
#
# CHAOS_KILLS      kill -9 (3); t/chaos/alerts_kills.t has 200
# CHAOS_MONITORS   that change all the time (40)
# CHAOS_INTERVAL   s between checks (1); they change every four of these
# CHAOS_SEED       of the random numbers (1)

use strict;
use warnings;

use Time::HiRes qw(time sleep);
use Uptime::Alerts;
use Uptime::Inbox;
use Uptime::Test;
use Uptime::Util qw(alive);

my $kills = $ENV{CHAOS_KILLS} // 3;
my $monitors = $ENV{CHAOS_MONITORS} // 40;
my $interval = $ENV{CHAOS_INTERVAL} // 1;
my $period = 4 * $interval;
srand($ENV{CHAOS_SEED} // 1);

my $cluster = Uptime::Cluster->create(dir => "$ENV{UPTIME_RUN}/pg_kills",
    fsync => 1)->start;
my $t = Uptime::Test->new(cluster => $cluster, empty => 1, checker => 1);
my $target = Uptime::Inbox->start(dir => "$t->{dir}/target");
my $sink = Uptime::Inbox->start(dir => "$t->{dir}/sink");
my $server = $t->nginx(log_level => 'notice');
$server->expect_log('exited on signal 9', 'shared memory zone .* was locked');

until_ok { (eval { $t->value('SELECT count(*) FROM shards
    WHERE lease_until > now()') } // 0) == 64 } 30, 'a checker';
$t->execute('ALTER TABLE monitors DROP CONSTRAINT monitors_interval_check')
    if $interval < 10;
my ($uid) = $t->user;
my $alerts = Uptime::Alerts->new(test => $t, sink => $sink, uid => $uid);
$alerts->add('k', $monitors, interval => $interval,
    checked => $target->url("/flip/$period/"));
until_ok { $t->value('SELECT count(DISTINCT monitor_id) FROM check_history')
    == $monitors } 30, 'all are checked';


# the postmaster, which is started again, or a backend, which makes it restart
sub kill_database {
    my ($postmaster, @backends) = $cluster->pids;

    if (rand 2 < 1) {
        kill 'KILL', $backends[rand @backends] if @backends;
        return;
    }

    kill 'KILL', $postmaster;
    wait_until { !grep { alive($_) } $postmaster, @backends } 20
        or fail('backends without a postmaster leave');
    wait_until { eval { $cluster->start; 1 } } 30
        or fail('PostgreSQL starts');
    return;
}


my $begin = time;
my %killed;

for my $n (1 .. $kills) {
    # no limit of messages an hour hides that one is missing
    my $end = time + 0.5 + rand($kills > 10 ? 4 : 1);

    while (time < $end) {
        eval { $alerts->hour };
        sleep 0.3;
    }

    my $what = $n <= 3 ? $n - 1 : int rand 3;
    $killed{ (qw(checker worker PostgreSQL))[$what] }++;

    if ($what == 2) {
        kill_database();
    } else {
        my ($pid) = $what ? $server->workers : $server->checkers;
        kill 'KILL', $pid if $pid;
    }

    # who dies too often is not started at once
    wait_until { my @c = $server->checkers; scalar @c } 40
        or fail("no checker after kill $n");
}

# a change of each without a kill
until_ok { (eval { $t->value('SELECT 1') } // 0) } 30, 'PostgreSQL is there';
my $quiet = time;
until_ok { eval { $alerts->hour }; time > $quiet + 1.5 * $period
    && (eval { $t->value('SELECT count(DISTINCT monitor_id)
        FROM check_history WHERE slot > to_timestamp(?)', $quiet + 1.2 * $period)
        } // 0) == $monitors } 2 * $period + 40, 'all go on';
diag(sprintf '%d kills (%s), %d monitors, %.0f s', $kills,
    join(', ', map { "$killed{$_} $_" } sort keys %killed), $monitors,
    time - $begin);
ok($server->stop, 'stopped: what is known is stored');


# --- each change of a target, as the clock has it, is a change in the database

is($t->value('SELECT count(*) - count(DISTINCT (monitor_id, slot, attempt))
    FROM check_history'), 0, 'no result is there twice');

my %change;
for ($t->sql("SELECT m.name, m.id, i.id AS incident,
    extract(epoch FROM i.started_at) AS started_at,
    extract(epoch FROM i.ended_at) AS ended_at, i.end_reason
    FROM incidents i JOIN monitors m ON m.id = i.monitor_id ORDER BY i.id"))
{
    push @{ $change{ $_->{name} } }, [down => $_->{started_at}];
    push @{ $change{ $_->{name} } }, [up => $_->{ended_at}]
        if defined $_->{ended_at};
}

my %seen;
for ($t->sql("SELECT m.name, c.outcome, extract(epoch FROM c.checked_at) AS at
    FROM check_history c JOIN monitors m ON m.id = c.monitor_id
    ORDER BY c.slot, c.attempt"))
{
    push @{ $seen{ $_->{name} } }, [$_->{outcome}, $_->{at}];
}

my ($changes, $unseen, @lost, @doubled) = (0, 0);
my %outcomes = map { $_->{outcome} => 1 } $t->sql('SELECT DISTINCT outcome
    FROM check_history');
is_deeply([sort keys %outcomes], [qw(down up)],
    'our own trouble is nobody\'s outage, and nothing is unknown');


# in which of its target's times something was checked, by what was seen
sub time_of {
    my ($n, $what, $at) = @_;

    my $x = ($at + $n) / $period;
    my $k = int $x;

    return $k if ($k % 2 ? 'down' : 'up') eq $what;

    # the answer was given a little later, or, as slots go by the clock that
    # the checker has of the database, a little before
    return $x - $k < 0.5 ? $k - 1 : $k + 1;
}


for my $n (1 .. $monitors) {
    my $name = "k$n";
    my (%at, %told, $before);

    $at{ time_of($n, @$_) }++ for @{ $seen{$name} };

    for (@{ $change{$name} }) {
        my $k = time_of($n, @$_);
        push @doubled, "$name $_->[0]" if $told{$k}++;
        push @doubled, "$name goes back" if defined $before && $k < $before;
        $before = $k;
    }

    my ($first, @rest) = sort { $a <=> $b } keys %at;

    for my $k ($first .. $rest[-1]) {
        if (!$at{$k}) {
            $unseen++;
            next;
        }

        # the first is a change only if it is down; one that comes after
        # another of its kind, the one between unseen, is none
        my ($last) = reverse grep { $at{$_} } $first .. $k - 1;
        next if $k == $first ? $k % 2 == 0 : !(($k - $last) % 2);
        $changes++;
        push @lost, "$name " . ($k % 2 ? 'down' : 'up') if !$told{$k};
    }
}

cmp_ok($changes, '>=', $monitors, 'there were changes');
is(scalar @lost, 0, 'every change is in the incidents')
    or diag("@lost[0 .. ($#lost < 9 ? $#lost : 9)]");
is(scalar @doubled, 0, '... once')
    or diag("@doubled[0 .. ($#doubled < 9 ? $#doubled : 9)]");
is($t->value("SELECT count(*) FROM (
    SELECT i.id, 'down' AS event FROM incidents i
    UNION ALL SELECT i.id, 'up' FROM incidents i WHERE ended_at IS NOT NULL) c
    WHERE (SELECT count(*) FROM outbox o WHERE o.incident_id = c.id
           AND o.event = c.event) <> 1"), 0, '... and each once in the outbox');
is($t->value("SELECT count(*) FROM outbox"),
    $t->value("SELECT count(*) + count(ended_at) FROM incidents"),
    '... which has nothing else');
is($t->value("SELECT count(*) FROM monitor_state s LEFT JOIN incidents i
    ON i.monitor_id = s.monitor_id AND i.ended_at IS NULL
    WHERE (s.told = 'down') <> (i.id IS NOT NULL)"), 0,
    'who is down has an incident, who is up has none');


# --- every message arrives

$alerts->quiet;
$server->start;

# leases of the dead, then what is left
$t->execute('UPDATE outbox SET lease_until = now()
    WHERE lease_until IS NOT NULL') if $interval < 10;
ok($alerts->drained(120), 'everything has gone out')
    or diag(explain([$t->sql("SELECT state, event, attempts, detail, count(*)
        FROM outbox GROUP BY 1, 2, 3, 4")]));
my $wrong = $alerts->wrong;
is($wrong->{lost}, 0, 'every message was delivered, by itself or by the one '
    . 'that stands for it') or diag(explain($wrong->{examples}));
is($wrong->{early}, 0, 'no UP before its DOWN')
    or diag(explain($wrong->{examples}));
my @got = $sink->got;
my %times;
$times{ $_->{id} }++ for @got;
diag(sprintf '%d changes, %d times of a target that nobody checked, '
    . '%d messages, %d arrived (%d merged), %d of them twice or more',
    $changes, $unseen, $wrong->{messages}, $wrong->{arrived},
    $t->value("SELECT count(*) FROM outbox WHERE state = 'merged'"),
    scalar grep { $_ > 1 } values %times);

ok($server->stop, 'stopped');
$cluster->stop;
done_testing;

# Raw history in partitions and packs: whatever state an hour is in, it is read
# as it was written; midnight, late results, locks, a packing that is cut off,
# retention.  With TimescaleDB (tools/timescaledb-test) partitions are chunks.

use strict;
use warnings;

use Time::HiRes qw(time);
use Uptime::Test;

my $t = Uptime::Test->new;
$t->execute('SET jit = off');     # as in sql/pg/session.sql

# as the janitor does it: again if autovacuum, say, had the lock
sub step {
    my ($query, @bind) = @_;

    my $value;
    until_ok { eval { $value = $t->value("SELECT $query", @bind); 1 }
        || $@ !~ /lock timeout/ && die $@ } 20, $query;
    return $value;
}


# All that came late.
sub fold {
    return step("check_late_fold(1)") if !Uptime::Cluster::timescaledb();

    my $n = 0;
    $n++ while step("check_part_close('2026-03-01 11:00Z')")
        || step('check_part_pack(1000)');
    return $n;
}


my $day = '2026-03-01';
my $chunks = Uptime::Cluster::timescaledb();
my ($owner) = $t->user;

$t->execute("INSERT INTO monitors (id, owner_id, name, type, url, interval,
    timeout, method, headers, expected_status, keyword_mode, follow_redirects,
    max_redirects, verify_tls, failure_threshold, retry_interval,
    cert_warn_days, tags, paused) OVERRIDING SYSTEM VALUE
    SELECT i, ?, 'm' || i, 'http', 'http://192.0.2.1/', 60, 10, 'GET', '{}',
        '200', 'present', true, 5, true, 2, 10, 14, '{}', true
    FROM generate_series(1, 99) i", $owner);


# --- partitions before they are needed

SKIP: {
    skip 'chunks are made when they are needed', 20 if $chunks;

is(step("check_parts_ahead('$day 23:50Z', 12)"), 13,
    'the hour before midnight and twelve more');
is(step("check_parts_ahead('$day 23:55Z', 12)"), 0, 'once');
$t->execute("INSERT INTO checks (monitor_id, slot, checked_at, node_id,
    attempt, outcome) SELECT 1, s, s, 1, 1, 'up' FROM unnest(ARRAY[
    timestamptz '$day 23:59:59Z', '2026-03-02 00:00Z',
    '2026-03-02 13:00Z']) s");
is_deeply([map { $_->{p} } $t->sql('SELECT tableoid::regclass::text AS p
    FROM checks ORDER BY slot')],
    [qw(checks_2026030123 checks_2026030200 checks_default)],
    'midnight is no border; what has no partition is kept');
is(step("check_parts_ahead('2026-03-02 13:10Z', 0)"), 1,
    'a partition that comes too late');
is($t->value("SELECT count(*) FROM checks_2026030213"), 1,
    '... takes its rows over');
$t->execute('TRUNCATE checks');
step("check_part_close('2026-04-01')") for 1 .. 14;
is($t->value('SELECT count(*) FROM check_parts'), 0, 'empty hours just go');

}

# --- whatever an hour is in, it reads the same

step("check_parts_ahead('$day 10:00Z', 3)");
$t->execute("INSERT INTO nodes (name) VALUES ('a'), ('b')");
my $columns = 'monitor_id, slot, checked_at, latency_us, dns_us, connect_us,
    tls_us, ttfb_us, node_id, attempt, http_status, outcome, cause';

# every value at its borders, NULL in all of them, gaps, retries, odd times
$t->execute('SELECT setseed(0.42)');
$t->execute(<<"END");
INSERT INTO checks ($columns)
SELECT m, s, s + (random() * 3000)::int * interval '1 ms'
        + CASE m % 3 WHEN 0 THEN (random() * 1e10 - 1e9)::bigint ELSE 0 END
          * interval '1 us',
    CASE WHEN random() < 0.9 THEN (random() ^ 8 * 2147483647)::int END,
    CASE WHEN random() < 0.9 THEN 65533 + (random() * 6)::int END,
    CASE WHEN random() < 0.5 THEN (random() * 100)::int END,
    CASE WHEN random() < 0.5 THEN 0 END,
    CASE WHEN random() < 0.9 THEN 32765 + (random() * 6)::int END,
    1 + (random() < 0.1)::int, a,
    CASE WHEN random() < 0.9 THEN 100 + (random() * 499)::int END,
    (ARRAY['up', 'up', 'up', 'down', 'degraded', 'unknown'])
        [1 + (random() * 5)::int],
    CASE WHEN random() < 0.2 THEN 'cause ' || (random() * 5)::int END
FROM generate_series(1, 12) m, generate_series(1, 3) a,
    LATERAL (SELECT '$day 10:00Z'::timestamptz
                 + (k * (30 + m) * 1000 + m * 17) * interval '1 ms'
                 + CASE m % 5 WHEN 0 THEN (random() * 7)::int ELSE 0 END
                   * interval '1 us' AS s
             FROM generate_series(0, 240) k) k
WHERE (a = 1 OR random() < 0.1) AND random() < 0.95
    AND s < '$day 13:00Z'
END
$t->execute("CREATE TABLE truth AS SELECT $columns FROM checks");

# what is missing, what is too much, what is twice: by the view, the function
# and the page
my $of = "SELECT c.* FROM generate_series(1, 99) m,
    checks_of(m, '$day 10:20Z', '$day 12:40Z') c";
my $page = "SELECT c.* FROM generate_series(1, 99) m,
    checks_page(m, '$day 10:20Z', '$day 12:40Z', 0, NULL, 100000) c";
my $some = "SELECT $columns FROM truth
    WHERE slot >= '$day 10:20Z' AND slot < '$day 12:40Z'";

sub same {
    my ($name) = @_;

    for my $pair (['check_history', 'truth'], ["($of) a", "($some) b"],
        ["($page) a", "($some) b"])
    {
        my ($have, $want) = @$pair;
        is($t->value("WITH have AS MATERIALIZED (SELECT * FROM $have),
            want AS MATERIALIZED (SELECT * FROM $want)
            SELECT concat_ws(' ',
            (SELECT count(*) FROM (TABLE have EXCEPT ALL TABLE want) x),
            (SELECT count(*) FROM (TABLE want EXCEPT ALL TABLE have) x))"),
            '0 0', $name);
    }
    return;
}

cmp_ok($t->value('SELECT count(*) FROM truth'), '>', 1500, 'there are some');
same('open');
my $limits = "'$day 10:20Z', '$day 12:40Z', 0";
is_deeply([$t->sql("SELECT * FROM checks_page(3, $limits, 'down', 7)")],
    [$t->sql("$some AND monitor_id = 3 AND outcome = 'down'
        ORDER BY slot DESC, attempt DESC LIMIT 7")], 'a page of an outcome');

ok(!step("check_part_close('$day 10:59Z')"), 'too early');
ok(step("check_part_close('$day 11:00Z')"), 'an hour is closed');
my $closed = $t->value("SELECT name FROM check_parts WHERE state = 'closed'");
ok($t->value('SELECT to_regclass(?) IS NOT NULL', $closed), '... a partition');
is($t->value("SELECT count(*) FROM checks_closed"),
    $t->value("SELECT count(*) FROM truth WHERE slot < '$day 11:00Z'"),
    '... all of it') if !$chunks;
same('closed');

# cut off in the middle of a step: nothing has happened
{
    my $other = $t->{cluster}->connect($t->{db});
    $other->begin_work;
    $other->selectrow_array('SELECT check_part_pack(300)');
    is($other->selectrow_array('SELECT count(*) > 0 FROM check_packs'), 1,
        'a step packs some');
    same('... which others do not see yet');
    my $pid = $other->{pg_pid};
    $t->value('SELECT pg_terminate_backend(?)', $pid);
    until_ok { !$t->value('SELECT count(*) FROM pg_stat_activity
        WHERE pid = ?', $pid) } 10, 'it is ended there';
    $other->{InactiveDestroy} = 1;
}
is($t->value('SELECT count(*) FROM check_packs'), 0, '... no trace of it');
same('cut off');

my $steps = 0;
while ($t->value("SELECT count(*) FROM check_parts
    WHERE state = 'closed'") && $steps < 50)
{
    step('check_part_pack(300)');
    same('step ' . ++$steps) if $steps < 3;
}
cmp_ok($steps, '>', 2, 'packed in some steps');
same('packed');
ok(step('check_part_pack(300)'), 'the hour is dropped');
ok(!$t->value("SELECT to_regclass(?) IS NOT NULL", $closed),
    '... with its partition');
same('dropped');
is($t->value("SELECT sum(n) FROM check_packs"),
    $t->value("SELECT count(*) FROM truth WHERE slot < '$day 11:00Z'"),
    'every check is in a pack once');
is_deeply([$t->sql("SELECT * FROM checks_page(3, $limits, 'down', 200)")],
    [$t->sql("$some AND monitor_id = 3 AND outcome = 'down'
        ORDER BY slot DESC, attempt DESC LIMIT 200")],
    'a page from packs and rows');


# --- late: new ones, and ones that were stored before

$t->execute("INSERT INTO truth ($columns) SELECT m, '$day 10:30:00.5Z',
    '$day 10:30:01Z', 5, 6, 7, 8, 9, 1, 1, 200, 'up', 'new cause'
    FROM generate_series(1, 20) m");
$t->execute("INSERT INTO checks ($columns) SELECT $columns FROM truth
    WHERE cause = 'new cause' OR monitor_id = 4 AND slot < '$day 11:00Z'");
my $late = "SELECT count(*) FROM checks WHERE slot < '$day 11:00Z'";
cmp_ok($t->value($late), '>', 50, 'late');
same('late');
ok(fold(), 'they are folded in');
is($t->value($late), 0, '... all of them');
same('folded');
ok(!fold(), 'no more');


# --- ... and while their hour is packed

if ($chunks) {
    $t->execute("INSERT INTO checks ($columns) SELECT $columns FROM truth
        WHERE slot < '$day 11:00Z'");
    step("check_part_close('$day 11:00Z')");
    $t->value('SELECT check_part_pack(700)') for 1 .. 2;
    my $new = "SELECT 1, '$day 10:30:00.6Z'::timestamptz, '$day 10:30:01Z',
        5, 6, 7, 8, 9, 1, 1, 200, 'up', 'later'";
    $t->execute("INSERT INTO $_ ($columns) $new") for qw(checks truth);
    same('late while packed');
    my $n = 0;
    $n++ while $n < 50 && step('check_part_pack(700)');
    is($t->value($late), 0, 'all are packed in the end');
    same('packed with it');
}


# --- locks: who waits, waits shortly, and so do those behind it

my $locking = "check_part_close('$day 12:00Z')";

# a chunk is locked only when it is dropped
if ($chunks) {
    ok(step($locking), 'an hour is closed');
    ok(step($locking = 'check_part_pack(100000)'), '... and packed');
}

{
    my $reader = $t->{cluster}->connect($t->{db});
    $reader->begin_work;
    $reader->selectrow_array('SELECT count(*) FROM checks');

    my $began = time;
    my $rc = eval { $t->value("SELECT $locking"); 1 };
    ok(!$rc, 'closing does not wait for a reader');
    like($@, qr/lock timeout/, '... for long');
    cmp_ok(time - $began, '<', 1, '... (it would wait for ever)');
    $t->execute("INSERT INTO checks ($columns) SELECT 99, '$day 11:30Z',
        '$day 11:30Z', 5, 6, 7, 8, 9, 1, 1, 200, 'up', NULL");
    $t->execute("INSERT INTO truth SELECT 99, '$day 11:30Z',
        '$day 11:30Z', 5, 6, 7, 8, 9, 1, 1, 200, 'up', NULL");
    pass('a writer goes on');
    $reader->rollback;
    $reader->disconnect;
}
ok(step($locking), 'now it works');
same('closed after all');
step('check_part_pack(100000)') for 1 .. 2 + ($chunks ? 1 : 0);
same('packed at once');
is($t->value("SELECT count(*) FROM check_parts WHERE until <= '$day 12:00Z'"),
    0, '... and dropped');


# --- a deleted monitor

$t->execute('DELETE FROM monitors WHERE id = 3');
{
    my $left = 'SELECT count(*) FROM check_packs WHERE monitor_id = 3';
    cmp_ok($t->value($left), '>', 1, 'packs of a deleted monitor');
    my $n = 0;
    $n++ while $n < 50 && step('rollup_gone_step()');
    is($t->value($left), 0, '... are gone soon');
    ok(step("check_part_close('$day 13:00Z')"), 'its last hour');
    1 while step('check_part_pack(5000)');
    is($t->value($left), 0, '... is not packed');
    $t->execute('DELETE FROM truth WHERE monitor_id = 3');
    same('all others are there');
}


# --- retention

step("check_parts_ahead('2026-02-20 10:00Z', 0)");
$t->execute("INSERT INTO checks (monitor_id, slot, checked_at, node_id,
    attempt, outcome) SELECT 1, s, s, 1, 1, 'up' FROM unnest(ARRAY[
    timestamptz '2026-02-01 10:30Z', '2026-02-20 10:30Z']) s");
sub drop_before {
    my ($before) = @_;
    my $n = 0;
    1 while $chunks && step('check_part_close(?)', $before);
    $n++ while step('check_history_drop(?)', $before) && $n < 50;
    return $n;
}
is(drop_before('2026-02-20 11:00Z'), $chunks ? 2 : 1,
    'one partition of rows is old');
is($t->value("SELECT count(*) FROM checks WHERE slot < '$day'"), 0,
    '... and a row without one');
same('nothing else is gone');
is(drop_before('2026-03-01 23:59Z'), $chunks ? 0 : 1,
    'what is left of rows');
is($t->value("SELECT count(*) FROM check_packs") > 0, 1,
    'a day of packs that is not over yet stays');
is(drop_before('2026-03-02 00:30Z'), 1, 'the day after');
is($t->value('SELECT count(*) FROM check_history'), 0, 'nothing is left');
is($t->value("SELECT count(*) FROM check_parts"), 0, '... no partition');
is($t->value("SELECT count(*) FROM pg_inherits
    WHERE inhparent = 'check_packs'::regclass"), 0, '... of packs either');

done_testing;

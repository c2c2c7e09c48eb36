# Rollups: histograms, hours and days against a recomputation from raw
# results, late results, two janitors at once, one that dies in the middle,
# deleted monitors, marks of the writer.

use strict;
use warnings;

use List::Util qw(max min sum0);
use POSIX qw(ceil);
use Uptime::Test;

my $t = Uptime::Test->new(checker => 1);
my $dbh = $t->dbh;
my $seed = $ENV{ROLLUP_SEED} // time;
srand $seed;
diag("ROLLUP_SEED=$seed") if $ENV{ROLLUP_SEED};
$t->execute('SELECT setseed(?)', ($seed % 1000) / 1000);


# --- histograms

# log-uniform over all that a latency can be
my $us = 'exp(random() * ln(2147483647.0))::bigint::integer';

my ($wrong, $buckets) = $dbh->selectrow_array("SELECT count(*) FILTER (WHERE
    abs(hist_us(hist_bucket(us)) - us) > us * 0.020001), max(hist_bucket(us))
    FROM (SELECT $us AS us FROM generate_series(1, 20000)
          UNION ALL SELECT unnest(ARRAY[1, 2, 3, 2147483647])) r");
is($wrong, 0, 'a bucket is wrong by 2 % at most');
cmp_ok($buckets, '<', 560, 'the state has place for all buckets');
is($t->value('SELECT hist_bucket(0)'), $t->value('SELECT hist_bucket(1)'),
    'no latency at all');

$dbh->do("CREATE TEMP TABLE part AS
    SELECT p.part, p.us, h.hist
    FROM (SELECT i % 7 AS part, array_agg(us) AS us
          FROM (SELECT i, (CASE WHEN random() < 0.1 THEN $us
                           ELSE 50000 + random() * 100000 END)::integer AS us
                FROM generate_series(1, 7000) i) r GROUP BY 1) p,
    LATERAL (SELECT array_agg(b * 65536 + n ORDER BY b) AS hist
             FROM (SELECT hist_bucket(u) AS b, count(*)::integer AS n
                   FROM unnest(p.us) u GROUP BY 1) c) h");

my $all = $t->value('SELECT hist_merge(hist) FROM part');
for my $order ('part', 'part DESC', 'random()') {
    is_deeply($t->value("SELECT hist_merge(hist ORDER BY $order) FROM part"),
        $all, "merge is commutative: $order");
}

for my $group ('part % 2', 'part / 3', 'part = 4') {
    is_deeply($t->value("SELECT hist_merge(h) FROM (SELECT hist_merge(hist)
        AS h FROM part GROUP BY $group) g"), $all,
        "merge is associative: $group");
}

is_deeply($t->value("SELECT hist_merge(h) FROM (SELECT hist FROM part
    UNION ALL SELECT NULL UNION ALL SELECT '{}') g (h)"), $all,
    'nothing changes nothing');
is($t->value('SELECT hist_merge(NULL::integer[])'), undef, 'of nothing');
is($t->value('SELECT hist_quantile(NULL, 0.5)'), undef, '... no quantile');

for my $q (0, 0.001, 0.25, 0.5, 0.95, 0.99, 1) {
    my ($est, $true) = $dbh->selectrow_array('SELECT
        (SELECT hist_quantile(hist_merge(hist), ?) FROM part),
        (SELECT percentile_disc(?) WITHIN GROUP (ORDER BY u)
         FROM part, unnest(us) u)', undef, $q, $q);
    cmp_ok(abs($est - $true), '<=', 0.020001 * $true, "quantile $q")
        or diag("$est instead of $true");
}

my $many = $t->value('SELECT sum(e & 65535) FROM unnest((SELECT
    hist_merge(ARRAY[100 * 65536 + 50000, 101 * 65536 + 1])
    FROM generate_series(1, 5))) e');
is($many, 250005, 'counts that do not fit into one element');


# --- raw results of 50 hours for some monitors

my ($owner) = $t->user;
my @ids;

for my $interval (60, 60, 10, 300, 3600) {
    push @ids, $t->value("INSERT INTO monitors (owner_id, name, type, url,
        interval, timeout, method, headers, expected_status, keyword_mode,
        follow_redirects, max_redirects, verify_tls, failure_threshold,
        retry_interval, cert_warn_days, tags, paused) VALUES (?, 'm', 'http',
        'http://192.0.2.1/', ?, 10, 'GET', '{}', '200', 'present', true, 5,
        true, 2, 10, 14, '{}', true) RETURNING id", $owner, $interval);
}

# the same clock for all of it; this hour is closed a minute after its end
my $now = $t->value("SELECT date_trunc('hour', now() - interval '2 min')");
$t->execute('SELECT ensure_check_partitions(now()::date - 4,
    now()::date + 1)');
$t->execute("INSERT INTO nodes (name) VALUES ('n')");


# raw results from so many hours ago to so many hours ago, a share of them
sub raw {
    my ($from, $to, $share, @m) = @_;

    return $t->execute("INSERT INTO checks (monitor_id, slot, checked_at,
        latency_us, dns_us, connect_us, tls_us, ttfb_us, node_id, attempt,
        outcome)
    SELECT m.id, s.slot, s.slot, CASE WHEN r.x < 0.97 THEN
            (20000 + 200000 * random() * random())::integer END,
        1000, (random() * 9000)::integer, CASE WHEN m.id % 2 = 0 THEN 5 END,
        7, 1, a.n,
        CASE WHEN r.x < 0.8 THEN 'up' WHEN r.x < 0.9 THEN 'degraded'
             WHEN r.x < 0.97 THEN 'down' ELSE 'unknown' END
    FROM monitors m
    CROSS JOIN LATERAL generate_series(?::timestamptz - ? * interval '1 hour'
            + m.id % 10 * interval '1.1 s',
        ?::timestamptz - ? * interval '1 hour' - interval '1 us',
        m.interval * interval '1 s') s (slot)
    CROSS JOIN generate_series(1, 3) a (n)
    CROSS JOIN LATERAL (SELECT random() AS x, random() AS y
                        WHERE a.n > 0 AND s.slot IS NOT NULL) r
    WHERE m.id = ANY (?) AND (a.n = 1 OR r.y < 0.1)
          AND (a.n > 1 OR r.y < ?)
    ON CONFLICT DO NOTHING", $now, $from, $now, $to, \@m, $share);
}


# What an hour's row should be, from raw results, without SQL's help.
sub expected {
    my ($id) = @_;

    my (%slot, %hour);
    my $interval = $t->value('SELECT interval FROM monitors WHERE id = ?',
        $id);

    for my $r ($t->sql('SELECT extract(epoch FROM slot) AS at, * FROM checks
        WHERE monitor_id = ? ORDER BY slot, attempt', $id))
    {
        $slot{ $r->{at} } = $r;
    }

    for my $r (values %slot) {
        my $h = $hour{ 3600 * int($r->{at} / 3600) } //= { up => 0,
            degraded => 0, down => 0, unknown => 0, down_s => 0, timed => 0,
            us => [], quarters => [(0) x 16], dns_sum => undef,
            tls_sum => undef, connect_sum => undef };
        my $o = $r->{outcome};
        my %place = (up => 0, degraded => 4, down => 8, unknown => 12);
        $h->{$o}++;
        $h->{quarters}[$place{$o} + int($r->{at} / 900) % 4]++;
        $h->{down_s} += $interval if $o eq 'down';
        next if $o !~ /^(up|degraded)$/ || !defined $r->{latency_us};
        push @{ $h->{us} }, $r->{latency_us};
        $h->{timed}++;
        for my $phase (qw(dns connect tls)) {
            $h->{"${phase}_sum"} = ($h->{"${phase}_sum"} // 0)
                + $r->{"${phase}_us"} if defined $r->{"${phase}_us"};
        }
    }

    for my $h (values %hour) {
        my @us = sort { $a <=> $b } @{ delete $h->{us} };
        $h->{latency_min} = $us[0];
        $h->{latency_max} = $us[-1];
        $h->{latency_sum} = @us ? sum0(@us) : undef;
        $h->{p95} = @us ? $us[ceil(0.95 * @us) - 1] : undef;
        $#{ $h->{quarters} } = 3 if !sum0(@{ $h->{quarters} }[4 .. 15]);
    }

    return \%hour;
}


sub stored {
    my ($id, $from) = @_;

    my %hour;
    for my $r ($t->sql("SELECT extract(epoch FROM hour)::bigint AS at,
        hist_quantile(hist, 0.95) AS p95, * FROM $from", $id))
    {
        my $at = delete $r->{at};
        delete @$r{qw(monitor_id hour hist ttfb_sum)};
        $hour{$at} = $r;
    }

    return \%hour;
}


sub same_hours {
    my ($name, $from) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my @wrong;

    for my $id (@ids) {
        my $want = expected($id);
        my $have = stored($id, $from // 'rollup_hours WHERE monitor_id = ?');

        for my $at (keys %{ { %$want, %$have } }) {
            my ($w, $h) = map { $_->{$at} // {} } $want, $have;
            my ($est, $true) = map { delete $_->{p95} } $h, $w;
            push @wrong, "$id $at: p95 $est, not $true" if defined $true
                && abs($est - $true) > 0.020001 * $true;
            push @wrong, map { "$id $at: $_" } grep {
                explain_one($w->{$_}) ne explain_one($h->{$_})
            } keys %{ { %$w, %$h } };
        }
    }

    return ok(!@wrong, $name) || diag(join "\n", @wrong[0 .. min(9, $#wrong)]);
}


sub explain_one {
    return ref $_[0] ? "@{ $_[0] }" : $_[0] // 'undef';
}


# Days are the sums of their hours.
sub same_days {
    my ($name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my @sums = qw(latency_sum dns_sum connect_sum tls_sum ttfb_sum down_s
        timed up degraded down unknown);
    my $sums = join ', ', map { "sum($_)::bigint AS $_" } @sums;
    my $have = join ', ', map { "$_\::bigint AS $_" } @sums;
    my $rest = 'latency_min, latency_max, hist';
    my ($days, $wrong) = $dbh->selectrow_array("WITH h AS (
        SELECT monitor_id, (hour AT TIME ZONE 'UTC')::date AS day, $sums,
               min(latency_min) AS latency_min,
               max(latency_max) AS latency_max, hist_merge(hist) AS hist
        FROM rollup_hours GROUP BY 1, 2),
    d AS (SELECT monitor_id, day, $have, $rest FROM rollup_days)
    SELECT (SELECT count(*) FROM d), (SELECT count(*) FROM (
        (SELECT * FROM d EXCEPT SELECT * FROM h) UNION ALL
        (SELECT * FROM h WHERE day < (SELECT max(day) + 1 FROM d)
         EXCEPT SELECT * FROM d)) x)");
    cmp_ok($days, '>', 0, "$name: there are some");
    is($wrong, 0, $name);

    is($t->value("SELECT count(*) FROM rollup_days d CROSS JOIN LATERAL (
        SELECT sum(CASE WHEN (c.place - 1) / 4 = 0 THEN c.n END) AS up,
               sum(CASE WHEN (c.place - 1) / 4 = 2 THEN c.n END) AS down,
               g.n AS quarter
        FROM generate_series(5, 96, 13) g (n)
        LEFT JOIN rollup_hours h ON h.monitor_id = d.monitor_id
            AND h.hour >= d.day::timestamp AT TIME ZONE 'UTC'
            AND h.hour < d.day::timestamp AT TIME ZONE 'UTC'
                         + g.n * interval '15 min'
        LEFT JOIN LATERAL unnest(h.quarters) WITH ORDINALITY c (n, place)
            ON h.hour + (c.place - 1) % 4 * interval '15 min'
               < d.day::timestamp AT TIME ZONE 'UTC'
                 + g.n * interval '15 min'
        GROUP BY g.n) w
        WHERE coalesce(w.up, 0) <> coalesce(d.up_upto[w.quarter], 0)
           OR coalesce(w.down, 0) <> coalesce(d.down_upto[w.quarter], 0)"),
        0, "$name: at each quarter of an hour");
    return;
}


sub steps {
    my ($max) = @_;

    for my $n (1 .. $max // 1000) {
        return $n if !$t->value('SELECT rollup_step(?)', $max ? 3 : 1000);
    }

    return;
}


raw(50, 0, 0.9, @ids);
$t->execute('ANALYZE checks');
$t->execute("UPDATE rollup_cursor SET hour = ?::timestamptz
    - interval '51 hours'", $now);

# half of the hours are made, the rest comes from raw results
steps(60);
my $edge = $t->value('SELECT hour FROM rollup_cursor');
cmp_ok($edge, 'lt', $now, 'some hours are left');
same_hours('stored and fresh hours together', "hours_of(ARRAY[?::bigint],
    '$now'::timestamptz - interval '60 hours', now() + interval '1 hour')");

# --- two at once, and one that dies in the middle

my @others = map { $t->{cluster}->connect($t->{db}) } 1, 2;
$others[0]->do('BEGIN');
ok($others[0]->selectrow_array('SELECT rollup_step(3)'),
    'one is in the middle of a step');
is($others[1]->selectrow_array('SELECT rollup_step(3)'), 0,
    'another one does not wait for it');
my $pid = $others[0]->{pg_pid};
my $before = $t->value('SELECT (c, count(h))::text
    FROM rollup_cursor c, rollup_hours h GROUP BY c');
$t->execute('SELECT pg_terminate_backend(?, 5000)', $pid);
is($t->value('SELECT (c, count(h))::text FROM rollup_cursor c, rollup_hours h
    GROUP BY c'), $before, 'it dies: nothing has happened');
ok($others[1]->selectrow_array('SELECT rollup_step(3)'),
    'the other one goes on');

my @pids;

for my $n (1 .. 2) {
    my $child = fork // die "fork: $!";

    if ($child == 0) {
        $_->{InactiveDestroy} = 1 for $dbh, @others;
        my $own = $t->{cluster}->connect($t->{db});
        for (1 .. 60) {
            eval { $own->do('SELECT rollup_step(2)'); 1 } or POSIX::_exit(1);
        }
        POSIX::_exit(0);
    }

    push @pids, $child;
}

for (@pids) {
    waitpid $_, 0;
    is($?, 0, 'a janitor among others');
}

ok(steps(), 'all hours are made');
is($t->value('SELECT hour >= ?::timestamptz FROM rollup_cursor', $now), 1,
    '... up to now');
same_hours('hours equal a recomputation');
same_days('days equal the sums of hours');
is($t->value('SELECT min(closed_to) = max(closed_to) AND max(closed_to)
    = (SELECT hour FROM rollup_cursor) FROM shards'), 1,
    'writers know where it ends');

# --- again changes nothing; late results are folded in

my $sum = 'SELECT (SELECT md5(string_agg(h::text, $$,$$ ORDER BY monitor_id,
    hour)) FROM rollup_hours h) || (SELECT md5(string_agg(d::text, $$,$$
    ORDER BY monitor_id, day)) FROM rollup_days d)';
$before = $t->value($sum);
my $mark = 'INSERT INTO rollup_marks (monitor_id, hour)
    SELECT DISTINCT monitor_id, date_bin($$1 hour$$, slot, $$epoch$$)
    FROM checks WHERE slot < ?';
$t->execute($mark, $now);
ok(steps(), 'everything is made again');
is($t->value($sum), $before, '... and is the same');

is(raw(50, 20, 1, @ids) > 100, 1, 'results come late');
$t->execute($mark, $now);
$t->execute($mark, $now);
ok(steps(), 'made again');
same_hours('late results are in the hours');
same_days('... and in the days');
is($t->value('SELECT count(*) FROM rollup_marks'), 0, 'no mark is left');

# --- what raw results there were is not lost with them

$before = $t->value($sum);
$t->execute($mark, $now);
$t->execute("DELETE FROM checks WHERE slot < ?::timestamptz
    - interval '10 hours' AND slot > ?::timestamptz - interval '30 hours'",
    $now, $now);
ok(steps(), 'made again, with raw results gone');
is($t->value($sum), $before, 'nothing gets less');

# --- what lists show

raw(0, -1, 1, @ids);
$t->execute('DELETE FROM checks WHERE slot > now()');
my $row = sub { ($t->sql('SELECT * FROM monitor_stats WHERE monitor_id = ?',
    $ids[0]))[0] };
$t->execute('INSERT INTO rollup_marks (monitor_id) VALUES (?)', $ids[0]);
ok(steps(), 'a changed status');
my $stats = $row->();
like($stats->{letters}, qr/^[ugdn.]{48}$/, 'letters');
my ($u24, $u30) = map { $t->value("SELECT (sum(up + degraded) / sum(up
    + degraded + down)::float8)::real FROM hours_of(ARRAY[?::bigint],
    date_bin('1 hour', now() - ?::interval, 'epoch'), now())", $ids[0], $_) }
    '24 hours', '30 days';
cmp_ok(abs($stats->{uptime_24h} - $u24), '<', 0.01, 'uptime of 24 hours');
cmp_ok(abs($stats->{uptime_30d} - $u30), '<', 0.0001, 'uptime of 30 days');
cmp_ok($stats->{p95_24h_us}, '>', 20000, 'p95');
is($t->value("SELECT monitor_letters(?, now() + interval '1 min', 'down')",
    $stats->{letters}), $stats->{letters}, 'letters of now');
is($t->value("SELECT monitor_letters(?, now() - interval '31 min', 'down')",
    $stats->{letters}), substr($stats->{letters}, 2) . 'dd',
    'letters of a while ago');
is($t->value("SELECT monitor_letters(?, now() - interval '3 hours', 'up')",
    $stats->{letters}), substr($stats->{letters}, 7) . '.......',
    'letters of long ago');
is($t->value("SELECT monitor_letters(NULL, NULL, 'pending')"), '.' x 48,
    'no letters');

# --- deleted monitors

my $gone = shift @ids;
$t->execute('DELETE FROM monitors WHERE id = ?', $gone);
ok(steps(), 'after a monitor was deleted');
is($t->value("SELECT (SELECT count(*) FROM rollup_hours WHERE monitor_id = m)
    + (SELECT count(*) FROM rollup_days WHERE monitor_id = m)
    + (SELECT count(*) FROM monitor_stats WHERE monitor_id = m)
    + (SELECT count(*) FROM rollup_gone) FROM (VALUES (?::bigint)) v (m)",
    $gone), 0, 'nothing of it is left');
cmp_ok($t->value('SELECT count(*) FROM rollup_hours'), '>', 100,
    'the others are there');

# --- old partitions

$t->execute("SELECT ensure_rollup_partitions(now() - interval '14 months'),
    ensure_rollup_partitions(now() - interval '3 years')");
my $parts = "SELECT count(*) FROM pg_inherits WHERE inhparent
    IN ('rollup_hours'::regclass, 'rollup_days'::regclass)";
my $there = $t->value($parts);
is($t->value('SELECT rollup_drop(NULL, NULL)'), 0, 'kept for ever');
ok($t->value("SELECT rollup_drop(now() - interval '1 year', NULL)"),
    'the oldest hours go') for 1, 2;
is($t->value("SELECT rollup_drop(now() - interval '1 year',
    now() - interval '10 years')"), 0, '... and no others');
is($t->value($parts), $there - 2, '... days stay');
ok($t->value("SELECT rollup_drop(NULL, now() - interval '2 years')"),
    'until they may go, too');
same_days('what is left');

# --- marks of the writer

my $target = $t->target;
$t->nginx;
$t->execute("UPDATE rollup_cursor SET hour = '2100-01-01'");
$t->execute("UPDATE monitors SET url = ?, interval = 10, paused = false
    WHERE id = ?", $target->url('/'), $ids[0]);
until_ok { $t->value('SELECT status = $$up$$ FROM monitor_state
    WHERE monitor_id = ?', $ids[0]) } 30, 'a monitor is up';
until_ok { $t->value('SELECT count(*) FROM monitor_stats
    WHERE monitor_id = ? AND uptime_24h IS NOT NULL
      AND refreshed_at > now() - interval $$1 min$$',
    $ids[0]) } 30, '... its row for lists is made';
is($t->value('SELECT count(*) FROM rollup_marks WHERE hour IS NOT NULL'), 0,
    'no result was late');
$t->execute("UPDATE shards SET closed_to = now() + interval '1 hour'");
$t->execute("UPDATE rollup_cursor SET hour = date_bin('1 hour', now(),
    'epoch'), phase = 'day', after = 0");
my $locked = $t->{cluster}->connect($t->{db});
$locked->do('BEGIN');
$locked->do('SELECT FROM rollup_cursor FOR UPDATE');
until_ok { $t->value("SELECT count(*) FROM rollup_marks WHERE monitor_id = ?
    AND hour = date_bin('1 hour', hour, 'epoch')", $ids[0]) } 30,
    'a late result leaves its mark';

done_testing;

# GET /monitors/{id}/series and /monitors/{id}/uptime: sources, steps, empty
# points, the fresh edge; days of time zones, of 23 and 25 hours too.

use strict;
use warnings;

use List::Util qw(max min sum0);
use POSIX qw(ceil strftime);
use Uptime::Test;

my $t = Uptime::Test->new;
$t->nginx;
my ($uid, $token) = $t->user;
my $c = $t->client($token);
my ($id, $empty) = map { $c->post('/monitors',
    { url => "https://h$_.example/", interval => 60 })->{json}{id} } 1, 2;
my @columns = qw(up degraded down unknown min_ms avg_ms p50_ms p95_ms p99_ms
    max_ms dns_ms connect_ms tls_ms ttfb_ms);
$t->execute("INSERT INTO nodes (name) VALUES ('n')");
srand 7;

sub get {
    my ($path, $who) = @_;

    my $res = ($who // $c)->get($path);
    is($res->{status}, 200, $path) or diag($res->{content});
    return $res->{json};
}

sub iso { return strftime('%Y-%m-%dT%H:%M:%SZ', gmtime shift) }


# --- nothing is known

my $none = get("/monitors/$empty/series");
is($none->{resolution}, 'raw', 'series of nothing');
is_deeply([grep { defined } map { @{ $none->{$_} } } @columns], [],
    '... all null');
my $no = get("/monitors/$empty/uptime?days=3");
is($no->{tz}, 'UTC', 'uptime of nothing');
is(scalar @{ $no->{days} }, 3, '... three days');
my $blank = { ratio => undef, checks => 0, downtime_s => 0, incidents => 0 };
is_deeply($no->{periods}, { map { $_ => $blank } qw(24h 7d 30d 90d 365d) },
    '... unknown');


# --- raw results of 24 hours, a minute apart, an hour of them missing

my $hour = $t->value("SELECT extract(epoch FROM date_bin('1 hour',
    now() - interval '3 hours', 'epoch'))::bigint");
my $start = $hour - 86400;
$t->execute('SELECT ensure_check_partitions(now()::date - 3,
    now()::date + 1)');
$t->execute("INSERT INTO checks (monitor_id, slot, checked_at, latency_us,
    dns_us, ttfb_us, node_id, attempt, outcome)
SELECT ?, to_timestamp(s), to_timestamp(s), 10000 + s % 977 * 100, 1000,
    CASE WHEN s % 7 = 0 THEN 3000 END, 1, a,
    CASE WHEN s % 1380 = 0 THEN 'down' WHEN s % 540 = 0 THEN 'degraded'
         WHEN s % 3180 = 0 THEN 'unknown'
         -- it was nothing, says the second attempt
         WHEN s % 900 = 0 AND a = 1 THEN 'down' ELSE 'up' END
FROM generate_series(?::bigint, ?::bigint + 86400 - 60, 60) s,
    generate_series(1, 2) a
WHERE (a = 1 OR s % 900 = 0) AND NOT s BETWEEN ?::bigint + 7200
    AND ?::bigint + 10799", $id, $start, $start, $start, $start);

# what a point should be, from raw results
sub point {
    my ($from, $step) = @_;

    my (%slot, %n, @us, $dns);
    $slot{ $_->{at} } = $_ for $t->sql('SELECT extract(epoch FROM slot) AS at,
        * FROM checks WHERE monitor_id = ? AND slot >= to_timestamp(?)
        AND slot < to_timestamp(?) ORDER BY slot, attempt', $id, $from,
        $from + $step);

    for my $r (values %slot) {
        $n{ $r->{outcome} }++;
        next if $r->{outcome} !~ /^(up|degraded)$/;
        push @us, $r->{latency_us};
    }

    @us = sort { $a <=> $b } @us;
    return { (map { $_ => %slot ? $n{$_} // 0 : undef }
            qw(up degraded down unknown)),
        min_ms => @us ? $us[0] / 1000 : undef,
        max_ms => @us ? $us[-1] / 1000 : undef,
        avg_ms => @us ? sum0(@us) / @us / 1000 : undef,
        dns_ms => @us ? 1 : undef,
        map { +"p${_}_ms" => @us ? $us[ceil($_ / 100 * @us) - 1] / 1000
            : undef } 50, 95, 99 };
}


# Every point of a series equals a recomputation.
sub same_points {
    my ($s, $error, $name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my @wrong;
    push @wrong, "$_ has " . @{ $s->{$_} } . ' places' for grep {
        @{ $s->{$_} } != @{ $s->{t} } } @columns;

    for my $i (0 .. $#{ $s->{t} }) {
        my $want = point($s->{t}[$i], $s->{step});
        push @wrong, "not a step at $i" if $i
            && $s->{t}[$i] != $s->{t}[$i - 1] + $s->{step};

        for my $key (sort keys %$want) {
            my ($w, $h) = ($want->{$key}, $s->{$key}[$i]);
            my $slack = $key =~ /^p/ ? $error * ($w // 0) + 0.002
                : $key eq 'avg_ms' ? 0.002 : 1e-6;
            next if !defined $w && !defined $h;
            push @wrong, "$s->{t}[$i] $key: " . ($h // 'null') . ' not '
                . ($w // 'null') if !defined $w || !defined $h
                || abs($w - $h) > $slack;
        }
    }

    return ok(!@wrong, $name) || diag(join "\n", @wrong[0 .. min(9, $#wrong)]);
}


sub series {
    my ($from, $to, $points) = @_;

    return get("/monitors/$id/series?from=" . iso($from) . '&to=' . iso($to)
        . ($points ? "&points=$points" : ''));
}


my $s = series($start, $hour, 1440);
is_deeply([@$s{qw(resolution step)}, scalar @{ $s->{t} }], ['raw', 60, 1440],
    '24 hours by the minute');
is($s->{t}[0], $start, 'from the start');
is($s->{up}[130], undef, 'an empty point is null');
same_points(series($start, $hour, 100), 0, '24 hours in 15 minutes');
same_points(series($start + 6000, $start + 14400, 20), 0,
    'part of them, with a gap');
is(series($start, $start + 600, 2000)->{step}, 60,
    'no point is shorter than the interval');
is(scalar @{ series($start, $hour, 1)->{t} }, 1, 'one point')
    or note_json(series($start, $hour, 1));
is(scalar @{ get("/monitors/$id/series")->{t} }, $_, "default: $_ points")
    for 289 - ($t->value('SELECT extract(epoch FROM now())::bigint % 300')
    ? 0 : 1);

my $many = get("/monitors/$id/series?points=2000");
cmp_ok(scalar @{ $many->{t} }, '<=', 1441, 'by default a day up to now');


# --- hours: half of them rolled up

$t->execute("UPDATE rollup_cursor SET hour = to_timestamp(?)", $start);
$t->value('SELECT rollup_step(100)') for 1 .. 30;
$s = series($hour - 5 * 86400, $hour, 500);
is_deeply([@$s{qw(resolution step)}, scalar @{ $s->{t} }], ['hour', 3600, 120],
    'five days by the hour');
same_points($s, 0.020001, 'hours');
same_points(series($hour - 5 * 86400, $hour, 30), 0.020001,
    'several hours to a point');

$s = series($hour - 200 * 86400, $hour);
is($s->{resolution}, 'day', 'days');
is($s->{step}, 86400, '... one by one');
same_points({ %$s, map { my $k = $_; $k => [@{ $s->{$k} }[-4 .. -1]] } 't',
    @columns }, 0.020001, '... the last ones');

# percentiles are the same that functions of the database say, to the digit
my $mixed = $c->post('/monitors', { url => 'https://mixed.example/',
    interval => 60 })->{json}{id};
$t->execute("INSERT INTO rollup_hours SELECT ?, to_timestamp(?)
        - n * interval '1 hour', sum, NULL, sum, NULL, 3, 1, 900000, 0, timed,
        timed, 0, n % 3, 0, '{1}', hist
    FROM (SELECT g.n, array_agg((b * (1 + g.n % 5)) * 65536 + k ORDER BY b)
              AS hist, sum(k)::smallint AS timed, sum(k * 997)::bigint AS sum
          FROM generate_series(1, 96) g (n), generate_series(1, 1 + g.n) b,
          LATERAL (SELECT 1 + (b * 7919 + g.n * 104729) % 53 AS k) x
          GROUP BY g.n) h", $mixed, $start);
$s = get("/monitors/$mixed/series?from=" . iso($start - 96 * 3600) . '&to='
    . iso($start) . '&points=20');
is($s->{step}, 21600, 'six hours to a point');
my %db = map { $_->{t} => $_ } $t->sql("SELECT t, up, down, sum / up / 1000.0
        AS avg_ms, ARRAY(SELECT round(hist_quantile(hist, q)) / 1000
                         FROM unnest('{0.5,0.95,0.99}'::float8[]) q) AS p
    FROM (SELECT extract(epoch FROM date_bin('6 hours', hour, 'epoch'))::bigint
              AS t, sum(up) AS up, sum(down) AS down, sum(latency_sum) AS sum,
              hist_merge(hist) AS hist
          FROM rollup_hours WHERE monitor_id = ? GROUP BY 1) h", $mixed);
cmp_ok(scalar keys %db, '>=', 16, '... of the database');
is_deeply([map { my $i = $_; my $db = $db{ $s->{t}[$i] };
    $db ? [$s->{t}[$i], map { $s->{$_}[$i] } qw(up down p50_ms p95_ms p99_ms
        dns_ms)] : () } 0 .. $#{ $s->{t} }],
    [map { my $db = $db{$_}; [$_, @$db{qw(up down)}, @{ $db->{p} }, undef] }
        sort keys %db], '... percentiles of merged histograms');
ok(!(grep { my $db = $db{ $s->{t}[$_] };
    $db && abs($s->{avg_ms}[$_] - $db->{avg_ms}) > 0.001 } 0 .. $#{ $s->{t} }),
    '... and means');

# a range that no step is long enough for: the longest, not the shortest
$s = get("/monitors/$id/series?from=0001-01-01T00:00:00Z&points=1");
is($s->{step}, 31536000, 'two thousand years: steps of one');
cmp_ok(scalar @{ $s->{t} }, '<=', 102, '... of the last hundred');

# raw results that are gone are not missed
$t->execute('DELETE FROM checks WHERE monitor_id = ? AND slot
    < to_timestamp(?)', $id, $start + 7200);
$s = series($start, $start + 7200);
is($s->{resolution}, 'hour', 'raw results are gone: hours');
is(sum0(map { $_ // 0 } @{ $s->{up} }) > 60, 1, '... there are some');

for my $case ([0, 'hour'], [1, 'hour'], [2, 'raw'], [3, 'raw']) {
    my ($n, $want) = @$case;
    my $from = $start + 3600 * $n + 1800;
    $s = series($from, $hour);
    is($s->{resolution}, $want, "hour $n of raw results: $want");
    is(defined $s->{up}[0], !!($n != 2), '... known from the beginning')
        or diag("@{ $s->{t} }[0, 1] from $from");
}
$s = series($start, $hour);
is($s->{resolution}, 'hour', 'some of them are gone: hours');
is(scalar(grep { defined } @{ $s->{up} }), 24 - 1, '... all that were');


# --- hours go, days stay

my $old = $c->post('/monitors', { url => 'https://old.example/',
    interval => 60 })->{json}{id};
my $month = $t->value("SELECT extract(epoch FROM date_trunc('month',
    now() AT TIME ZONE 'UTC') - interval '14 months')::bigint");
$t->execute('SELECT ensure_rollup_partitions(to_timestamp(?)
    + n * interval \'1 month\') FROM generate_series(-1, 2) n', $month);
$t->execute("INSERT INTO rollup_hours SELECT ?, to_timestamp(?)
    + n * interval '1 hour', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0,
    60, 0, 0, 0, '{15,15,15,15}', NULL FROM generate_series(-240, 239) n",
    $old, $month);
$t->execute("INSERT INTO rollup_days SELECT monitor_id, hour::date, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL, 0, 0, sum(up), 0, 0, 0, NULL, NULL, NULL,
    NULL, NULL FROM rollup_hours WHERE monitor_id = ? GROUP BY 1, 2", $old);

# up in all, and the source, from and to so many days after the month began
sub old {
    my ($from, $to) = map { iso($month + 86400 * $_) } @_;

    $s = get("/monitors/$old/series?from=$from&to=$to");
    return [$s->{resolution}, sum0(map { $_ // 0 } @{ $s->{up} })];
}

is_deeply(old(-9, 9), ['hour', 18 * 1440], 'there are hours');
is_deeply(old(-1, 0.5), ['hour', 1.5 * 1440], '... for a short range, too');
$t->execute('DELETE FROM rollup_hours WHERE monitor_id = ?
    AND hour < to_timestamp(?)', $old, $month);
is_deeply(old(-9, 9), ['day', 18 * 1440], 'some are gone: days');
is_deeply(old(-1, 1), ['day', 2 * 1440], '... for a short range, too');
is_deeply(old(-5, -4), ['day', 1440], '... where all are gone');
is_deeply(old(-0.5, 0.5), ['day', 2 * 1440], '... as a whole');
is_deeply(old(0, 9), ['hour', 9 * 1440], 'from the first that is kept: hours');
is_deeply(old(-20, -15), ['hour', 0], 'nothing was checked then');
is_deeply(old(-20, -19), ['raw', 0], '... of a short range');

# raw results can be kept longer than hours
$t->execute('SELECT ensure_check_partitions(to_timestamp(?)::date - 3,
    to_timestamp(?)::date - 1)', $month, $month);
$t->execute("INSERT INTO checks (monitor_id, slot, checked_at, node_id,
    attempt, outcome) SELECT ?, s, s, 1, 1, 'up' FROM generate_series(
    to_timestamp(?) - interval '36 hours',
    to_timestamp(?) - interval '1 min', '1 min') s", $old, $month, $month);
is_deeply(old(-1, 0), ['raw', 1440], 'raw results without hours');
is_deeply(old(-3, -1), ['day', 2 * 1440], '... which begin too late');


# --- what is refused

fields_ok($c->get("/monitors/$id/series?points=0&from=x&to=y&z=1"),
    { points => 'out_of_range', from => 'bad_time', to => 'bad_time',
    z => 'unknown_field' }, 'series: all errors at once');
fields_ok($c->get("/monitors/$id/series?points=2001"),
    { points => 'out_of_range' }, 'too many points');
for my $q ('from=2030-01-01T00:00:00Z',
    'from=2020-01-02T00:00:00Z&to=2020-01-01T00:00:00Z')
{
    fields_ok($c->get("/monitors/$id/series?$q"),
        { from => 'not_before_to' }, "series: $q");
}

for my $zone ('Mars/Olympus', 'UTC+3', 'XYZ5', "'", 'EST5EDT,M3.2.0,M11.1.0',
    '../../etc/passwd')
{
    my $q = $zone =~ s/([^A-Za-z0-9])/sprintf '%%%02x', ord $1/ger;
    fields_ok($c->get("/monitors/$id/uptime?tz=$q"),
        { tz => 'unknown_time_zone' }, "tz=$zone");
}
fields_ok($c->get("/monitors/$id/uptime?days=367&tz="),
    { days => 'out_of_range', tz => 'too_short' }, 'uptime: both errors');

my $alien = $t->user_client;
problem_ok($alien->get("/monitors/$id/uptime?tz=Mars/Olympus"), 404,
    'not_found', 'a wrong zone for a monitor of somebody else');
for my $what (qw(series uptime)) {
    problem_ok($alien->get("/monitors/$id/$what"), 404, 'not_found',
        "$what of somebody else");
}


# --- days of time zones: a check every quarter of an hour around the days that
# are shorter or longer

my @zones = ('UTC', 'Asia/Kolkata', 'America/New_York',
    'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/Havana',
    'Atlantic/Azores');
my $day_id = $c->post('/monitors', { url => 'https://d.example/',
    interval => 900 })->{json}{id};

my @odd = map { $_->{day} } $t->sql("SELECT DISTINCT d::date AS day
    FROM generate_series(now()::date - 360, now()::date - 2,
        interval '1 day') d, unnest(?::text[]) z
    WHERE (d::date + 1)::timestamp AT TIME ZONE z
          - d::date::timestamp AT TIME ZONE z <> interval '24 hours'",
    \@zones);
cmp_ok(scalar @odd, '>=', 3, 'days of 23, 23.5, 24.5 or 25 hours');

$t->execute("INSERT INTO checks (monitor_id, slot, checked_at, node_id,
    attempt, outcome)
SELECT ?, s, s, 1, 1, CASE WHEN n % 7 = 0 THEN 'down' WHEN n % 11 = 0
    THEN 'unknown' WHEN n % 13 = 0 THEN 'degraded' ELSE 'up' END
FROM (SELECT s, extract(epoch FROM s)::bigint / 900 AS n
      FROM (SELECT DISTINCT generate_series(d - interval '36 hours',
                d + interval '60 hours', '15 min') AS s
            FROM (SELECT unnest(?::date[])::timestamptz AS d
                  UNION ALL SELECT now()::date::timestamptz) d) g) x
WHERE s <= now()", $day_id, \@odd);
$t->execute("UPDATE rollup_cursor SET hour = date_bin('1 hour',
    now() - interval '1 hour', 'epoch'), phase = 'open'");
$t->execute("SELECT ensure_rollup_partitions(slot) FROM (SELECT DISTINCT
    date_trunc('month', slot) AS slot FROM checks) m");
$t->execute("SELECT rollup_hours_keep(array_agg(?::bigint), array_agg(hour))
    FROM (SELECT DISTINCT date_bin('1 hour', slot, 'epoch') AS hour
          FROM checks WHERE monitor_id = ? AND slot
          < (SELECT hour FROM rollup_cursor)) h", $day_id, $day_id);
$t->execute("SELECT rollup_days_keep(ARRAY[?::bigint], day)
    FROM (SELECT DISTINCT slot::date AS day FROM checks
          WHERE monitor_id = ? AND slot::date
          < (SELECT hour::date FROM rollup_cursor)) d", $day_id, $day_id);
$t->execute("INSERT INTO incidents (owner_id, monitor_id, started_at,
    confirmed_at, ended_at, end_reason, attempts)
    SELECT ?, ?, s, s, s, 'recovered', 2 FROM (SELECT d::date
        + interval '2 hours' AS s FROM unnest(?::date[]) d) x", $uid, $day_id,
    \@odd);

my %lengths;

for my $zone (@zones) {
    my $u = get("/monitors/$day_id/uptime?days=366&tz=$zone");
    my %have = map { my $d = delete $_->{day}; $d => $_ } @{ $u->{days} };
    is(scalar keys %have, 366, "$zone: 366 days");
    my %want = map { delete $_->{day} => $_ } $t->sql("SELECT
        (slot AT TIME ZONE ?)::date AS day, count(*) AS checks,
        (count(*) FILTER (WHERE outcome IN ('up', 'degraded')))
        / nullif(count(*) FILTER (WHERE outcome <> 'unknown'), 0)::float8
        AS ratio, 900 * count(*) FILTER (WHERE outcome = 'down') AS downtime_s,
        (SELECT count(*) FROM incidents i WHERE (i.started_at
            AT TIME ZONE ?)::date = (c.slot AT TIME ZONE ?)::date)
        AS incidents
        FROM checks c WHERE monitor_id = ? GROUP BY 1, 5", $zone, $zone, $zone,
        $day_id);
    my @wrong;

    for my $day (sort keys %have) {
        my ($w, $h) = ($want{$day} // $blank, $have{$day});
        # the average of a day of UTC stands for its parts
        my $slack = 0.05 * $w->{downtime_s} + 1;
        push @wrong, map { "$day $_: " . ($h->{$_} // 'null') . ' not '
            . ($w->{$_} // 'null') } grep {
            ($w->{$_} // 'null') ne ($h->{$_} // 'null')
            && abs(($w->{$_} // 9) - ($h->{$_} // 99))
               > ($_ eq 'downtime_s' ? $slack : 1e-9) } keys %$blank;
        $lengths{ $h->{checks} }++;
    }

    ok(!@wrong, "$zone: every day") or diag(join "\n", @wrong[0 .. min(9,
        $#wrong)]);
    is(scalar(grep { $have{$_}{checks} } keys %have) >= @odd, 1,
        "... there are some");
}

ok($lengths{$_}, "a day of " . $_ / 4 . ' hours') for 92, 94, 96, 98, 100;

my $periods = get("/monitors/$day_id/uptime?days=1")->{periods};

for my $n (1, 7, 30, 90, 365) {
    my $name = $n == 1 ? '24h' : "${n}d";
    my ($checks, $ratio) = $t->dbh->selectrow_array("SELECT count(*),
        (count(*) FILTER (WHERE outcome IN ('up', 'degraded')))
        / nullif(count(*) FILTER (WHERE outcome <> 'unknown'), 0)::float8
        FROM checks WHERE monitor_id = ? AND slot >= date_bin('15 min', now(),
        'epoch') - ? * interval '24 hours'", undef, $day_id, $n);
    is($periods->{$name}{checks}, $checks, "$name: checks");
    cmp_ok(abs(($periods->{$name}{ratio} // 9) - ($ratio // 9)), '<', 1e-9,
        "$name: ratio");
}

is($periods->{'365d'}{incidents}, scalar @odd, '365d: incidents');

done_testing;

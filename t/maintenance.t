# Maintenance windows: fields, times across changes of the clock, which
# monitors; what is checked in one does not count and alerts nobody, until it
# is over.  Parents, as the API has them.

use strict;
use warnings;

use Uptime::Test;

my $t = Uptime::Test->new;
$t->nginx;
my ($uid, $token) = $t->user;
my $c = $t->client($token);

sub made {
    my (%fields) = @_;

    my $r = $c->post('/maintenances', { name => 'w', tags => ['all'],
        %fields });
    is($r->{status}, 201, 'a window') or diag($r->{content});
    return $r->{json};
}


# --- times

sub times_of {
    my ($cron, $zone, $after, $n) = @_;

    return [map { $_->{t} } $t->sql("SELECT to_char(t AT TIME ZONE ?,
        'MM-DD HH24:MI') AS t FROM cron_times(?, ?, ?::timestamptz,
        ?::timestamptz + interval '5 years', ?) t", $zone, $cron, $zone,
        $after, $after, $n // 3)];
}

my $winter = '2026-01-15 12:00Z';
is_deeply(times_of('0 2 * * *', 'UTC', $winter),
    ['01-16 02:00', '01-17 02:00', '01-18 02:00'], 'every day');
is_deeply(times_of('*/20 13 * * *', 'UTC', $winter),
    ['01-15 13:00', '01-15 13:20', '01-15 13:40'], 'steps');
is_deeply(times_of('5,10 0-1 1 */3 *', 'UTC', $winter, 5),
    ['04-01 00:05', '04-01 00:10', '04-01 01:05', '04-01 01:10',
    '07-01 00:05'], 'lists, ranges, months');
is_deeply(times_of('0 0 * * 7', 'UTC', $winter), times_of('0 0 * * 0', 'UTC',
    $winter), 'Sunday is 0 and 7');
is_deeply(times_of('0 0 13 * 5', 'UTC', $winter),
    ['01-16 00:00', '01-23 00:00', '01-30 00:00'],
    'a day or a weekday, if both are said');
is_deeply(times_of('0 0 29 2 *', 'UTC', $winter), ['02-29 00:00'],
    'a leap day, within five years');
is_deeply(times_of('0 0 31 2 *', 'UTC', $winter), [], 'never');
is_deeply(times_of('30 2 * * *', 'Europe/Berlin', '2026-03-28 00:00Z'),
    ['03-28 02:30', '03-29 03:30', '03-30 02:30'],
    'a time that the change of the clock skips comes later');
is_deeply([map { $_->{t} } $t->sql("SELECT to_char(t AT TIME ZONE 'UTC',
    'MM-DD HH24:MI') AS t FROM cron_times('30 2 * * *', 'Europe/Berlin',
    '2026-10-24 12:00Z', '2026-10-26 12:00Z', 9) t")],
    ['10-25 01:30', '10-26 01:30'], 'one that comes twice is taken once');
is_deeply([map { $_->{t} } $t->sql("SELECT to_char(t AT TIME ZONE 'UTC',
    'MM-DD HH24:MI') AS t FROM cron_times('0 22 * * 6', 'America/New_York',
    '2026-10-28 12:00Z', '2026-11-10 12:00Z', 9) t")],
    ['11-01 02:00', '11-08 03:00'], '22:00 stays 22:00 there');

my $w = made(kind => 'weekly', weekdays => [1, 3], start_time => '22:30',
    duration => 90, timezone => 'Europe/Berlin');
is(scalar @{ $w->{next} }, 3, 'the next three');
is($t->value("SELECT count(*) FROM unnest(?::timestamptz[]) t
    WHERE to_char(t AT TIME ZONE 'Europe/Berlin', 'ID HH24:MI')
    IN ('1 22:30', '3 22:30')", [map { $_->{starts_at} } @{ $w->{next} }]), 3,
    'Mondays and Wednesdays');
is($t->value("SELECT count(*) FROM unnest(?::timestamptz[],
    ?::timestamptz[]) t (a, b) WHERE b - a = interval '90 minutes'",
    [map { $_->{starts_at} } @{ $w->{next} }],
    [map { $_->{ends_at} } @{ $w->{next} }]), 3, '... for 90 minutes');
is_deeply([@$w{qw(kind cron timezone enabled active version)}],
    ['weekly', undef, 'Europe/Berlin', true, false, 1], 'its fields');

$w = made(kind => 'once', starts_at => '2020-01-01T00:00:00Z',
    ends_at => '2020-01-01T01:00:00Z');
is_deeply($w->{next}, [], 'one that is over');


# --- refused

my %cases = (
    kind => [{ kind => 'often' }, { kind => 'not_allowed' }],
    once => [{ kind => 'once' }, { starts_at => 'required',
        ends_at => 'required' }],
    order => [{ kind => 'once', starts_at => '2026-01-02T00:00:00Z',
        ends_at => '2026-01-01T00:00:00Z' }, { ends_at => 'out_of_range' }],
    weekly => [{ kind => 'weekly', duration => 5 },
        { weekdays => 'required', start_time => 'required' }],
    weekday => [{ kind => 'weekly', weekdays => [8], start_time => '25:00',
        duration => 5 }, { weekdays => 'out_of_range',
        start_time => 'bad_time' }],
    cron => [{ kind => 'cron' }, { cron => 'required',
        duration => 'required' }],
    zone => [{ kind => 'cron', cron => '0 0 * * *', duration => 5,
        timezone => 'Mars/Base' }, { timezone => 'bad_timezone' }],
    posix => [{ kind => 'cron', cron => '0 0 * * *', duration => 5,
        timezone => 'XYZ5' }, { timezone => 'bad_timezone' }],
    nothing => [{ kind => 'cron', cron => '0 0 * * *', duration => 5,
        tags => [] }, { monitor_ids => 'required' }],
    monitor => [{ kind => 'cron', cron => '0 0 * * *', duration => 5,
        monitor_ids => [999_999] }, { monitor_ids => 'not_found' }],
    map({ ("cron $_" => [{ kind => 'cron', cron => $_, duration => 5 },
        { cron => 'bad_cron' }]) } '60 0 * * *', '0 24 * * *', '0 0 0 * *',
        '0 0 * 13 *', '0 0 * * 8', '* * * * * *', '0 0 5-1 * *',
        '*/0 * * * *', 'x 0 * * *', '0 0 ,1 * *'),
);
$cases{never} = [{ kind => 'cron', cron => '0 0 30 2 *', duration => 5 },
    { cron => 'never' }];
$cases{often} = [{ kind => 'cron', cron => '*/30 */1 * * *', duration => 5 },
    { cron => 'too_often' }];
fields_ok($c->post('/maintenances', { name => 'w', tags => ['x'],
    %{ $cases{$_}[0] } }), $cases{$_}[1], $_) for sort keys %cases;

is($t->value("SELECT cron_field('*,*,0-3,*', 0, 23) = ARRAY(
    SELECT generate_series(0, 23))"), 1, 'a field is a set');

# there 23:00 of that Saturday is skipped, and is 0:00 of Sunday
my $nuuk = $c->post('/maintenances', { name => 'nuuk', tags => ['x'],
    kind => 'cron', cron => '0 * * * *', duration => 5,
    timezone => 'America/Nuuk' })->{json}{id};
is($t->value("SELECT count(*) - count(DISTINCT d.starts_at)
    FROM maintenances w, maintenance_times(w, '2027-03-27 20:00Z',
        '2027-03-28 04:00Z', 200) d WHERE w.id = ?", $nuuk), 0,
    'no window twice where a zone skips midnight');
$c->delete("/maintenances/$nuuk");


# --- which monitors, when

my ($m1, $m2, $m3) = map { $c->post('/monitors', { name => "n$_",
    url => "https://h$_.example/", $_ == 2 ? (tags => ['db', 'x']) : () })
    ->{json}{id} } 1 .. 3;

sub spans {
    return [map { $_->{monitor_id} } $t->sql('SELECT monitor_id FROM
        maintenance_spans WHERE starts_at <= now() AND ends_at > now()
        ORDER BY monitor_id')];
}

sub at { return $t->value("SELECT rfc3339(now() + ?::interval)", $_[0]) }

$w = made(kind => 'once', starts_at => at('-10 min'), ends_at => at('1 h'),
    monitor_ids => [$m1], tags => ['db']);
ok($w->{active}, 'it goes on');
is_deeply(spans(), [$m1, $m2], 'by id and by tag');
$c->patch("/monitors/$m3", { tags => ['db'] });
is_deeply(spans(), [$m1, $m2, $m3], 'a new tag');
$c->patch("/monitors/$m3", { tags => [] });
is_deeply(spans(), [$m1, $m2], '... taken away');
my $new = $c->post('/monitors', { url => 'https://h4.example/',
    tags => ['db'] })->{json}{id};
is_deeply(spans(), [$m1, $m2, $new], 'a new monitor');

my $r = $c->patch("/maintenances/$w->{id}", { enabled => false });
is_deeply([@{ $r->{json} }{qw(enabled active version)}], [false, false, 2],
    'disabled');
is_deeply(spans(), [], '... ends it');
problem_ok($c->request('PATCH', "/maintenances/$w->{id}", { enabled => true },
    headers => { 'If-Match' => '"1"' }), 412, 'version_mismatch',
    'an old version');
$c->patch("/maintenances/$w->{id}", { enabled => true });
is_deeply(spans(), [$m1, $m2, $new], 'enabled again');
fields_ok($c->patch("/maintenances/$w->{id}", { kind => 'cron' }),
    { cron => 'required', duration => 'required' }, 'a patch is looked at');


# --- nobody is told, until it is over

my $channel = $t->value("INSERT INTO channels (owner_id, name, kind, events)
    VALUES (?, 'c', 'webhook', '{down,up}') RETURNING id", $uid);
$t->execute('INSERT INTO monitor_channels VALUES (?, ?)', $_, $channel)
    for $m1, $m2, $m3;
my $slot = 0;

sub event {
    my ($monitor, $event) = @_;

    $slot++;
    $t->execute('UPDATE monitor_state SET told = ? WHERE monitor_id = ?',
        $event, $monitor);
    $t->value("SELECT alert_transition(?, ?, to_timestamp(?), 1::smallint,
        now(), 'timeout', NULL, NULL, NULL)", $monitor, $event, $slot);
    return;
}

sub claim {
    my @rows = $t->sql('SELECT * FROM alert_claim(100)');
    $t->value("SELECT alert_mark(?, ?, 'delivered', 0, 200, '')",
        @$_{qw(id attempts)}) for @rows;
    return [map { "$_->{event} $_->{name}" } @rows];
}

event($_, 'down') for $m1, $m2, $m3;
is_deeply(claim(), ['down n3'], 'in the window nobody is told');
is_deeply([map { $_->{maintenance} } @{ $c->get('/incidents')->{json}
    {items} }], [false, true, true], 'the incidents say so');
event($m2, 'up');
is_deeply(claim(), [], 'down and up again: nothing to tell');
event($m3, 'up');
is_deeply(claim(), ['up n3'], 'others');
is($c->delete("/maintenances/$w->{id}")->{status}, 204, 'it is deleted');
is_deeply(claim(), ['down n1'], '... what is still down is told');
event($m1, 'up');
is_deeply(claim(), ['up n1'], '... and its end');

# an outage from before
event($m1, 'down');
claim();
my $watched = $c->post('/monitors', { url => 'https://h5.example/' })
    ->{json}{id};
$w = made(kind => 'once', starts_at => at('-1 min'), ends_at => at('1 h'),
    monitor_ids => [$m1, $watched]);
event($m1, 'up');
is_deeply(claim(), ['up n1'], 'the end of what was told before is told');


# --- it does not count

# the window has gone on for a minute
$t->execute("UPDATE maintenance_spans SET starts_at = now() - interval '1 min'
    WHERE maintenance_id = ?", $w->{id});
$t->execute("INSERT INTO nodes (name) VALUES ('here')");
$t->execute("INSERT INTO checks (monitor_id, slot, checked_at, node_id,
    attempt, outcome) SELECT ?, s, s, (SELECT id FROM nodes), 1,
    CASE WHEN s > now() - interval '1 min' THEN 'down' ELSE 'up' END
    FROM generate_series(now() - interval '5 min', now(), '20 s') s", $watched);
is($t->value("SELECT count(*) FROM slots_of(?, now() - interval '6 min',
    now() + interval '1 min') WHERE outcome = 'down'", $watched), 0,
    'what failed in the window');
my ($rows) = map { $_->{json}{items} } $c->get("/monitors/$watched/checks");
is_deeply([map { $rows->[$_]{maintenance} } 0, -1], [true, false],
    '... is marked in the log');
is(scalar(grep { $_->{outcome} eq 'down' && !$_->{maintenance} } @$rows), 0,
    '... all of it');
is_deeply([map { [@$_{qw(slot maintenance)}] } @{ $c->get('/checks')->{json}
    {items} }], [map { [@$_{qw(slot maintenance)}] } @$rows],
    '... in that of all monitors, too');
like($c->get("/monitors/$watched/checks?format=csv")->{content},
    qr/,maintenance\r\n.*,down,.*,true\r\n.*,up,.*,false\r\n/s,
    '... and in an export');
cmp_ok($t->value("SELECT count(*) FROM slots_of(?, now() - interval '6 min',
    now() + interval '1 min') WHERE outcome = 'up'", $watched), '>=', 11,
    '... what was before it does');
$c->delete("/maintenances/$w->{id}");
is($t->value("SELECT count(*) FROM slots_of(?, now() - interval '6 min',
    now() - interval '1 s') WHERE outcome = 'down'", $watched), 0,
    'nor when the window is deleted');


# --- a window that has begun already

my $past = $c->post('/monitors', { url => 'https://h7.example/',
    interval => 300 })->{json}{id};
my $begun = $t->value("SELECT extract(epoch FROM date_bin('1 hour',
    now() - interval '7 h', 'epoch'))::bigint");
$t->execute('SELECT ensure_check_partitions(to_timestamp(?)::date,
    now()::date + 1)', $begun);
$t->execute("INSERT INTO checks (monitor_id, slot, checked_at, node_id,
    attempt, outcome) SELECT ?, s, s, (SELECT id FROM nodes), 1,
    CASE WHEN extract(hour FROM s)::integer % 2 = 0 THEN 'down' ELSE 'up' END
    FROM generate_series(to_timestamp(?), now() - interval '1 s', '5 min') s",
    $past, $begun);
$t->execute('UPDATE rollup_cursor SET hour = to_timestamp(?)', $begun);
$t->value('SELECT rollup_step(100)') for 1 .. 40;

# what failed: of raw results, of rollups, and by the day
sub failed {
    my $days = $c->get("/monitors/$past/uptime?days=2")->{json}{days};
    return [map({ my $n = 0; $n += $_ // 0 for @{ $c->get(
        "/monitors/$past/series?from=" . at($_))->{json}{down} }; $n }
        '-8 h', '-3 d'), $days->[0]{downtime_s} + $days->[1]{downtime_s}];
}

sub spans_of {
    return [map { [@$_{qw(was is)}] } $t->sql("SELECT
        round(extract(epoch FROM now() - starts_at) / 60) AS was,
        round(extract(epoch FROM ends_at - now()) / 60) AS is
        FROM maintenance_spans WHERE monitor_id = ? AND starts_at <= now()
        AND ends_at > now() ORDER BY starts_at", $past)];
}

# so long ago it began
sub moved {
    $t->execute('UPDATE maintenance_spans SET starts_at = now() - ?::interval
        WHERE monitor_id = ? AND ends_at > now()', $_[0], $past);
    return;
}

my $failed = failed();
cmp_ok($failed->[0], '>=', 36, 'hours of failures');
is_deeply([@$failed[1, 2]], [$failed->[0], 300 * $failed->[0]],
    '... everywhere');
my $once = made(kind => 'once', starts_at => at('-6 h'), ends_at => at('1 h'),
    tags => ['late']);
my $cron = made(kind => 'cron', cron => '0 * * * *', duration => 420,
    timezone => 'UTC', tags => ['late']);
$c->patch("/monitors/$past", { tags => ['late'] });
is_deeply(failed(), $failed, 'a tag brings it into a window: what was counted '
    . 'stays');
is_deeply([map { $_->[0] } @{ spans_of() }], [0, 0], '... from now on it is '
    . 'in both');
$c->delete("/maintenances/$cron->{id}");
is_deeply(spans_of(), [[0, 60]], '... which ends with the window');

moved('20 min');
$t->value('SELECT maintenance_refresh(NULL)');
is_deeply(spans_of(), [[20, 60]], 'it stays in it from when it came');
$c->patch("/maintenances/$once->{id}", { starts_at => at('-5 h'),
    ends_at => at('2 h') });
is_deeply(spans_of(), [[20, 120]], '... when the window is changed');
$c->patch("/monitors/$past", { tags => ['late', 'x'] });
is_deeply(spans_of(), [[20, 120]], '... and when its tags are');
$c->patch("/maintenances/$once->{id}", { enabled => false });
moved('20 min');
is_deeply(spans_of(), [], 'it is switched off');
$c->patch("/maintenances/$once->{id}", { enabled => true });
is_deeply(spans_of(), [[0, 120]], '... and on: it begins again');
$c->delete("/maintenances/$once->{id}");

# an occurrence that it was in from the beginning
$once = made(kind => 'once', starts_at => at('-1 min'), ends_at => at('1 h'),
    monitor_ids => [$past], tags => []);
$t->execute('UPDATE maintenance_spans s SET starts_at = w.starts_at
    FROM maintenances w WHERE w.id = s.maintenance_id AND w.id = ?',
    $once->{id});
$c->patch("/maintenances/$once->{id}", { name => 'y' });
is_deeply(spans_of(), [[1, 60]], 'another name changes nothing');
$c->delete("/maintenances/$once->{id}");


# --- a monitor of it is deleted

my $deleted = $c->post('/monitors', { url => 'https://h6.example/' })
    ->{json}{id};
$w = made(kind => 'once', starts_at => at('1 h'), ends_at => at('2 h'),
    monitor_ids => [$watched, $deleted], tags => []);
$c->delete("/monitors/$deleted");
is_deeply($c->get("/maintenances/$w->{id}")->{json}{monitor_ids}, [$watched],
    'a monitor that is gone is not in the window');
is($c->patch("/maintenances/$w->{id}", { enabled => false })->{status}, 200,
    '... which can be changed');
fields_ok($c->patch("/maintenances/$w->{id}", { monitor_ids => [999_999] }),
    { monitor_ids => 'not_found' }, '... but not to another one');


# --- others

my $alien = $t->user_client;
is_deeply($alien->get('/maintenances')->{json}{items}, [], 'not of others');
fields_ok($alien->post('/maintenances', { name => 'x', kind => 'cron',
    cron => '0 0 * * *', duration => 5, monitor_ids => [$m1] }),
    { monitor_ids => 'not_found' }, '... nor for their monitors');


# --- parents

is($c->patch("/monitors/$m2", { parent_id => $m1 })->{json}{parent_id}, $m1,
    'a parent');
is($c->patch("/monitors/$m3", { parent_id => $m2 })->{status}, 200,
    'of a parent');
fields_ok($c->patch("/monitors/$m1", { parent_id => $m3 }),
    { parent_id => 'cycle' }, 'not in a circle');
fields_ok($c->patch("/monitors/$m1", { parent_id => $m1 }),
    { parent_id => 'cycle' }, '... not of itself');
fields_ok($c->post('/monitors', { url => 'https://x.example/',
    parent_id => 999_999 }), { parent_id => 'not_found' }, 'there is none');
fields_ok($alien->post('/monitors', { url => 'https://x.example/',
    parent_id => $m1 }), { parent_id => 'not_found' }, '... of theirs');
$c->delete("/monitors/$m1");
is($c->get("/monitors/$m2")->{json}{parent_id}, undef, 'it is gone');


# --- as many monitors as accounts have

my ($big, $its) = $t->user;
my $owner = $t->client($its);
my $pattern = $owner->post('/monitors', { url => 'https://h.example/',
    tags => ['all'] })->{json}{id};
$t->execute('INSERT INTO monitors (owner_id, name, type, url, interval, timeout,
    method, headers, expected_status, keyword_mode, follow_redirects,
    max_redirects, verify_tls, failure_threshold, retry_interval,
    cert_warn_days, tags, paused)
    SELECT owner_id, name, type, url || i, interval, timeout, method, headers,
    expected_status, keyword_mode, follow_redirects, max_redirects, verify_tls,
    failure_threshold, retry_interval, cert_warn_days, tags, paused
    FROM monitors, generate_series(2, 5000) i WHERE id = ?', $pattern);
$t->execute('ANALYZE monitors');
$r = $owner->post('/maintenances', { name => 'all', kind => 'cron',
    cron => '0 * * * *', duration => 30, timezone => 'UTC',
    tags => ['all'] });
is($r->{status}, 201, 'a window of 5,000') or diag($r->{content});
is($t->value('SELECT count(DISTINCT s.monitor_id) FROM maintenance_spans s
    JOIN monitors m ON m.id = s.monitor_id WHERE m.owner_id = ?', $big), 5000,
    '... all of them are in it');

done_testing;

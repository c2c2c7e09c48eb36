# Checks, from the monitor in the API to rows, state and console.  Everything
# runs side by side, so that the shortest interval, 10 s, passes few times.

use strict;
use warnings;

use Time::HiRes qw(sleep time);
use Uptime::Test;

my $t = Uptime::Test->new(checker => 1, allow => '127.0.0.1 ::1');
my $target = $t->target;
my $tls = $t->target(tls => 1);
my $other_tls = $t->target(tls => 1);
my $secret = $t->target(address => '127.0.0.2');
my $closed = Uptime::Target->closed_port;

my $server = $t->nginx(directives => 'uptime_trusted_certificate '
    . $tls->ca_file . ';');
my $c = $t->user_client;

until_ok { $t->value('SELECT count(*) FROM shards WHERE lease_until > now()')
    == 64 } 10, 'one checker has all shards';
until_ok { $c->get('/health/ready')->{status} == 200 } 10, 'ready';

# name => [what, outcome, cause, status of the monitor]
my %monitors = (
    up         => [{ url => $target->url('/ok') }, 'up', undef],
    refused    => [{ url => $closed->url }, 'down', 'connect_refused'],
    slow       => [{ url => $target->url('/slow/30'), timeout => 1 },
                   'down', 'timeout'],
    slow_body  => [{ url => $target->url('/slow-body/20'), timeout => 1 },
                   'down', 'timeout'],
    status_500 => [{ url => $target->url('/status/500') },
                   'down', 'http_status'],
    expected   => [{ url => $target->url('/status/404'),
                   expected_status => '200,404' }, 'up', undef],
    loop       => [{ url => $target->url('/loop') }, 'down',
                   'redirect_limit'],
    hops       => [{ url => $target->url('/hops/5') }, 'up', undef],
    hops_6     => [{ url => $target->url('/hops/6') }, 'down',
                   'redirect_limit'],
    hops_few   => [{ url => $target->url('/hops/2'), max_redirects => 1 },
                   'down', 'redirect_limit'],
    no_follow  => [{ url => $target->url('/hops/2/'),
                   follow_redirects => false, expected_status => '302' },
                   'up', undef],
    keyword    => [{ url => $target->url('/ok/k'), keyword => 'is well' },
                   'up', undef],
    no_keyword => [{ url => $target->url('/ok/k'), keyword => 'is bad' },
                   'down', 'keyword'],
    absent     => [{ url => $target->url('/ok/k'), keyword => 'is well',
                   keyword_mode => 'absent' }, 'down', 'keyword'],
    blocked    => [{ url => $target->url('/to/' . $secret->url('/x')
                   =~ s/:/%3A/gr) }, 'down', 'blocked_address'],
    to_file    => [{ url => $target->url('/to/file%3A///etc/passwd') },
                   'down', undef],
    garbage    => [{ url => $target->url('/garbage') }, 'down', 'protocol'],
    reset      => [{ url => $target->url('/reset') }, 'down', 'reset'],
    close      => [{ url => $target->url('/close') }, 'down', 'reset'],
    big        => [{ url => $target->url('/big/3000000') }, 'up', undef],
    chunked    => [{ url => $target->url('/chunked/8000000') }, 'up', undef],
    headers    => [{ url => $target->url('/headers') }, 'down', undef],
    degraded   => [{ url => $target->url('/slow/0.5'),
                   degraded_after_ms => 100 }, 'degraded', 'slow'],
    tls        => [{ url => $tls->url('/ok') }, 'up', undef],
    untrusted  => [{ url => $other_tls->url('/ok') }, 'down',
                   'tls_untrusted'],
    unverified => [{ url => $other_tls->url('/ok'), verify_tls => false },
                   'up', undef],
    wrong_name => [{ url => $tls->url('/ok') =~ s/127\.0\.0\.1/127.1.1.1/r },
                   undef, undef],
    not_tls    => [{ url => $target->url('/ok') =~ s/http/https/r }, 'down',
                   'tls_handshake'],
    not_http   => [{ url => $tls->url('/ok') =~ s/https/http/r }, 'down',
                   undef],
    hosts      => [{ url => $target->url('/ok') =~ s/127\.0\.0\.1/localhost/r
                   }, 'up', undef],
    echo       => [{ url => $target->url('/echo'), method => 'POST',
                   headers => { 'X-Test' => 'yes' }, body => 'hello',
                   keyword => 'X-Test: yes' }, 'up', undef],
    head       => [{ url => $target->url('/ok/head'), method => 'HEAD' },
                   'up', undef],
    pausing    => [{ url => $target->url('/ok/pausing') }, 'up', undef],
    deleting   => [{ url => $target->url('/ok/deleting') }, 'up', undef],
    moving     => [{ url => $target->url('/ok/before') }, 'up', undef],
    flapping   => [{ url => $target->url('/switch/flapping'),
                   failure_threshold => 3 }, 'up', undef],
    patient    => [{ url => $target->url('/status/503'),
                   failure_threshold => 10 }, 'down', 'http_status'],
    day        => [{ url => $target->url('/status/502'),
                   interval => 86_400 }, 'down', 'http_status'],
    editing    => [{ url => $target->url('/ok/editing'), interval => 86_400 },
                   'up', undef],
);

# the guard refuses this one at once
fields_ok($c->post('/monitors', $monitors{wrong_name}[0]),
    { url => 'blocked_address' }, 'only 127.0.0.1 is allowed here');
delete $monitors{wrong_name};

my (%id, %created, %name);
for my $name (sort keys %monitors) {
    my $r = $c->post('/monitors', { interval => 10, retry_interval => 1,
        timeout => 5, name => "m-$name", %{ $monitors{$name}[0] } });
    is($r->{status}, 201, "monitor $name") or diag($r->{content});
    $id{$name} = $r->{json}{id};
    $name{ $id{$name} } = $name;
    $created{$name} = time;
}


sub monitor { return $c->get("/monitors/$id{$_[0]}")->{json} }


sub checks {
    my ($name, $args) = @_;

    return @{ $c->get("/monitors/$id{$name}/checks" . ($args // ''))
        ->{json}{items} // [] };
}


# --- within a second

until_ok { $t->value('SELECT count(DISTINCT monitor_id) FROM check_history')
    == keys %monitors } 8, 'every monitor is checked at once';

for my $name (qw(up keyword hosts head tls)) {
    my $delay = $t->value('SELECT extract(epoch FROM min(c.checked_at)
        - m.created_at) FROM check_history c JOIN monitors m ON m.id = c.monitor_id
        WHERE m.id = ? GROUP BY m.id', $id{$name});
    cmp_ok($delay // 99, '<', 1.5, "$name: checked soon after its creation");
}


# --- outcomes

for my $name (sort keys %monitors) {
    my (undef, $outcome, $cause) = @{ $monitors{$name} };
    my ($check) = reverse checks($name);
    is($check->{outcome}, $outcome, "$name: $outcome")
        or note_json($check);
    is($check->{cause}, $cause, '... ' . ($cause // 'no cause'))
        if defined $cause || $outcome eq 'up';
    is($check->{attempt}, 1, '... first attempt');
}

for my $name (sort grep { $_ ne 'patient' } keys %monitors) {
    my $outcome = $monitors{$name}[1];
    until_ok { monitor($name)->{status} eq $outcome } 6,
        "$name: the monitor becomes $outcome";
}

# a failure is confirmed once; flapping, below, has a whole slot for it
for my $name (qw(refused status_500 keyword loop reset blocked)) {
    my @more = grep { $_->{attempt} > 2 } checks($name);
    is(scalar @more, 0, "$name: not more attempts than needed")
        or note_json(\@more);
}

is(scalar $secret->hits, 0, 'the secret listener was never asked');

my ($ok) = checks('up');
is($ok->{http_status}, 200, 'up: HTTP status');
is($ok->{node}, 'node0', 'up: node');
ok($ok->{latency_ms} > 0 && $ok->{latency_ms} < 5000, 'up: latency');
ok(defined $ok->{connect_ms} && $ok->{connect_ms} <= $ok->{latency_ms},
    'up: connect');
ok(defined $ok->{ttfb_ms} && $ok->{ttfb_ms} <= $ok->{latency_ms},
    'up: first byte');
is($ok->{tls_ms}, undef, 'up: no TLS');
my ($hosts) = checks('hosts');
ok(defined $hosts->{dns_ms}, 'hosts: the name lookup has a time');
my ($secure) = checks('tls');
ok($secure->{tls_ms} > 0, 'tls: handshake');
like(monitor('tls')->{cert_expires_at} // '', qr/^20\d\d-/,
    'tls: end of the certificate');
is(monitor('up')->{cert_expires_at}, undef, 'up: no certificate');
my ($slow) = checks('slow');
ok($slow->{latency_ms} >= 900 && $slow->{latency_ms} < 2500,
    'slow: ended at its timeout') or diag($slow->{latency_ms});
my ($refused) = checks('refused');
is($refused->{http_status}, undef, 'refused: no HTTP status');
is($refused->{ttfb_ms}, undef, 'refused: no first byte');

my $seen = monitor('up');
is($seen->{last_check}{outcome}, 'up', 'the monitor shows its last check');
is($seen->{last_check}{http_status}, 200, '... with the status');


# --- one line for the console

for my $name (sort grep { $monitors{$_}[1] =~ /down|degraded/
    && $_ ne 'patient' } keys %monitors)
{
    my $word = $monitors{$name}[1];
    ok($server->wait_log(qr/\[warn\].*"m-$name" is $word/, 5),
        "$name: told on the console");
}


# --- a change reaches the checker

my %from;
is($c->post("/monitors/$id{pausing}/pause")->{status}, 200, 'pause');
$from{pausing} = time + 1;
is($c->delete("/monitors/$id{deleting}")->{status}, 204, 'delete');
$from{deleting} = time + 1;
my $start = time;
is($c->patch("/monitors/$id{moving}", { url => $target->url('/ok/after') })
    ->{status}, 200, 'another URL');
$from{before} = time + 1;
until_ok { $target->hits('/ok/after') } 3, 'the new URL is checked ...';
cmp_ok((($target->hits('/ok/after'))[0] // 1e12) - $start, '<', 1.5,
    '... soon');

is($c->patch("/monitors/$id{editing}", { keyword => 'nowhere' })->{status},
    200, 'another keyword');
until_ok { monitor('editing')->{status} eq 'down' } 10, '... and it is down';


# --- one that does not leaves the check in flight alone

my $busy = $c->post('/monitors', { url => $target->url('/slow/3?busy'),
    name => 'busy', interval => 86_400, timeout => 10, retry_interval => 1,
    expected_status => '201', failure_threshold => 5 })->{json}{id};
until_ok { scalar $target->hits('/slow/3?busy') } 3, 'a check is in flight';

for my $n (1 .. 4) {
    sleep 0.5;
    $c->patch("/monitors/$busy", { tags => ["t$n"],
        failure_threshold => 5 - $n });
}

is(scalar $target->hits('/slow/3?busy'), 1, 'other tags: it is not repeated');
until_ok { $c->get("/monitors/$busy")->{json}{status} eq 'down' } 5,
    '... counts, and by the new threshold';
is(scalar $target->hits('/slow/3?busy'), 1, '... still the first one');


# --- down after the threshold, up again

$target->set(flapping => 500);
until_ok { monitor('flapping')->{status} eq 'down' } 20, 'flapping: down';

my @down = reverse checks('flapping', '?outcome=down');
is_deeply([map { "$_->{slot} $_->{attempt}" } @down],
    [map { "$down[0]{slot} $_" } 1 .. 3],
    'three attempts in the same slot before that');
my @times = map { $t->value('SELECT extract(epoch FROM ?::timestamptz)',
    $_->{checked_at}) } @down[0 .. 2];
ok($times[1] - $times[0] >= 1 && $times[1] - $times[0] < 2.5
    && $times[2] - $times[1] >= 1 && $times[2] - $times[1] < 2.5,
    '... retry_interval apart') or diag("@times");

# a slot may be a day before its check
for my $name (qw(day editing flapping)) {
    my ($first) = reverse checks($name, '?outcome=down');
    my ($i) = @{ $c->get("/monitors/$id{$name}/incidents")->{json}{items} };
    my $from = $name eq 'flapping' ? 'slot' : 'checked_at';
    is($i->{started_at}, $first->{$from},
        "$name: the incident starts with the first failure");
}

my $state = monitor('flapping');
is($state->{last_check}{cause}, 'http_status', 'the last check tells why');
is($t->value('SELECT count(*) FROM check_history WHERE monitor_id = ?
    AND outcome = ? AND slot > ?', $id{flapping}, 'up', $down[0]{slot}), 0,
    'nothing was up in between');

$target->set(flapping => 200);
until_ok { monitor('flapping')->{status} eq 'up' } 15, 'flapping: up again';
ok($server->wait_log(qr/\[warn\].*"m-flapping" is up again after \d+s/, 5),
    'told on the console');


# --- after more than two rounds

until_ok { checks('up') >= 3 } 25, 'a third round';
is($server->log_lines(qr/\[warn\].*"m-flapping" is down/), 1,
    'flapping: one line down');
is($server->log_lines(qr/\[warn\].*"m-flapping" is up/), 1,
    'flapping: one line up');

for my $name (sort grep { $_ !~ /flapping|patient|editing/ }
    keys %monitors)
{
    my $n = $monitors{$name}[1] eq 'up' ? 0 : 1;
    is(scalar $server->log_lines(qr/\[warn\].*"m-$name" is/), $n,
        "$name: $n line(s)");
}

is(monitor('patient')->{status}, 'pending',
    'patient: not down before ten failures')
    if checks('patient') < 10;

for my $name (qw(pausing deleting before)) {
    my @after = grep { $_ > $from{$name} } $target->hits("/ok/$name");
    is(scalar @after, 0, "$name: no check later than a second after it");
}

is(monitor('pausing')->{status}, 'paused', 'pausing: paused');


# --- slots: on the grid, none missed, none twice

for my $name (qw(up keyword tls hosts)) {
    my @rows = $t->sql('SELECT extract(epoch FROM slot) AS slot,
        extract(epoch FROM checked_at - slot) AS late, attempt
        FROM check_history WHERE monitor_id = ? ORDER BY slot', $id{$name});
    my @gaps = map { $rows[$_]{slot} - $rows[$_ - 1]{slot} } 1 .. $#rows;
    is(scalar(grep { abs($_ - 10) > 0.001 } @gaps), 0,
        "$name: 10 s from slot to slot") or diag("@gaps");
    is(scalar(grep { $_->{late} < 0 || $_->{late} > 1 } @rows[1 .. $#rows]),
        0, '... started within a second') or note_json(\@rows);
}

my $rows = $t->value('SELECT count(*) FROM check_history WHERE monitor_id = ?',
    $id{head});
my $hits = $target->hits('/ok/head');
ok($hits - $rows <= 1 && $hits >= $rows, 'as many rows as requests')
    or diag("$hits requests, $rows rows");

is($t->value("SELECT count(*) FROM check_history WHERE outcome = 'unknown'"), 0,
    'nothing was our own fault');
is($t->value("SELECT count(*) FROM checks_default
    WHERE slot > checked_at - interval '1 minute'"), 0,
    'rows are in the partitions of their days');


# --- resume

my $before = $target->hits('/ok/pausing');
$start = time;
is($c->post("/monitors/$id{pausing}/resume")->{json}{paused}, false, 'resume');
until_ok { $target->hits('/ok/pausing') > $before } 12, 'checked again';
until_ok { monitor('pausing')->{status} eq 'up' } 3, 'and up';


# --- the end: everything is flushed, shards are given back

ok($server->stop, 'nginx quits in time');
is($t->value('SELECT count(*) FROM shards WHERE checker_id IS NOT NULL'), 0,
    'no shard is held any more');

done_testing;

# What changed: GET /changes and the live stream GET /events.

use strict;
use warnings;

use Digest::SHA qw(sha256_hex);
use Time::HiRes qw(time);
use Uptime::Events;
use Uptime::Test;
use Uptime::Util qw(free_port random_hex);

# a port whose sockets hold little
my $narrow = free_port();
my $t = Uptime::Test->new(directives => 'uptime_event_streams 6;
    uptime_event_streams_per_user 4;',
    location => 'gzip on; gzip_min_length 1; gzip_types *;',
    http => "server { listen 127.0.0.1:$narrow sndbuf=16k;
        location /api/ { uptime_api; } }");
my $server = $t->nginx;
my $port = $server->port;

my ($id, $token) = $t->user;
my $c = $t->client($token);
my $other = $t->user_client;

# streams end by themselves or here
alarm 120;


sub monitor {
    my ($client, %o) = @_;

    return $client->post('/monitors', { url => 'http://example.com/', %o })
        ->{json}{id};
}


# As the checker does it.
sub checked {
    my ($monitor, %o) = @_;

    $t->execute('UPDATE monitor_state SET status = ?, last_checked_at
        = now(), last_outcome = ?, last_slot = now() WHERE monitor_id = ?',
        $o{status} // 'up', $o{status} // 'up', $monitor);
    return notify();
}


sub notify { return $t->execute('NOTIFY uptime_live') }


sub changes {
    my ($client, $since) = @_;

    my $res = $client->get('/changes' . (defined $since
        ? "?since=$since" : ''));
    is($res->{status}, 200, '/changes') or diag($res->{content});
    return $res->{json};
}


sub ids { return [sort { $a <=> $b } map { $_->{id} } @{ $_[0]{monitors} }] }


# --- polling

my $m1 = monitor($c);
my $m2 = monitor($c, name => 'zwei "2"');
my $foreign = monitor($other);

my $first = changes($c);
ok($first->{resync}, 'without "since": where to begin');
is_deeply([$first->{monitors}, $first->{deleted}], [[], []], '... no more');

my $none = changes($c, $first->{next});
ok(!$none->{resync}, 'nothing has changed');
is_deeply(ids($none), [], '... since');

checked($_) for $m1, $foreign;
my $one = changes($c, $first->{next});
is_deeply(ids($one), [$m1], 'a check: that monitor, not those of others');
is($one->{monitors}[0]{status}, 'up', '... its status');
is($one->{monitors}[0]{last_check}{outcome}, 'up', '... and last check');
is_deeply(ids(changes($c, $one->{next})), [], 'told once');
is_deeply(ids(changes($c, $none->{next})), [$m1],
    '... and again to whoever asks again');

$c->patch("/monitors/$m2", { name => 'drei' });
my $two = changes($c, $one->{next});
is_deeply(ids($two), [$m2], 'an edit');
is($two->{monitors}[0]{name}, 'drei', '... with its name');
is($two->{monitors}[0]{version}, 2, '... and version');

$c->delete("/monitors/$m2");
my $m3 = monitor($c);
my $three = changes($c, $two->{next});
is_deeply(ids($three), [$m3], 'a new one');
is_deeply($three->{deleted}, [$m2], '... and one that is gone');
is_deeply(changes($other, $two->{next})->{deleted}, [],
    'not told to others');


# a transaction that was running when the snapshot was taken
{
    my $slow = $t->{cluster}->connect($t->{db});
    $slow->begin_work;
    $slow->do("UPDATE monitor_state SET status = 'down' WHERE monitor_id = ?",
        undef, $m1);
    checked($m3);
    my $before = changes($c, $three->{next});
    is_deeply(ids($before), [$m3], 'one that is not committed yet');
    $slow->commit;
    my $after = changes($c, $before->{next});
    is_deeply(ids($after), [$m1], '... is told afterwards, and only it');
    is($after->{monitors}[0]{status}, 'down', '... as it is then');
    $three = $after;
}


my ($time, $snapshot) = split /\./, $three->{next};
my $old = $time - 43201;
ok(changes($c, "$old.$snapshot")->{resync}, 'too old: resync');
my $ahead = 1e12;
ok(changes($c, "$time.$ahead:$ahead:")->{resync},
    'from another database: resync');

for my $wrong ('x', '1', '1.2', '1.2:3', '1.0:3:', '1.3:2:', '1.2:5:1',
    '1.2:5:5', '1.2:5:4,3', '1.2:5:3,', '1.2:5:3x', '.2:5:',
    '1234567890123456789.2:5:', '1.2:5:03:')
{
    fields_ok($c->get("/changes?since=$wrong"), { since => 'bad_since' },
        "since=$wrong");
}


# more than anybody wants to be told one by one
$t->execute("INSERT INTO monitors (owner_id, name, type, url, interval,
    timeout, method, headers, expected_status, keyword_mode,
    follow_redirects, max_redirects, verify_tls, failure_threshold,
    retry_interval, cert_warn_days, tags, paused)
    SELECT ?, 'm', 'http', 'http://example.com/', 60, 10, 'GET', '{}', '200',
    'present', true, 5, true, 2, 10, 14, '{}', false
    FROM generate_series(1, 5001)", $id);
my $many = changes($c, $three->{next});
ok($many->{resync}, '5001 changes: resync');
is_deeply(ids($many), [], '... without them');
ok(!changes($c, $many->{next})->{resync}, '... once');


# --- the live stream

sub stream { return Uptime::Events->open($port, @_) }


# Everything about these monitors that comes until all of them did.
sub told {
    my ($stream, @ids) = @_;

    my (%seen, $event);

    while (grep { !$seen{$_} } @ids) {
        $event = $stream->event or return 0;
        return 0 if $event->{event} ne 'changes';
        $seen{ $_->{id} }++ for @{ $event->{data}{monitors} };
    }

    return $event;
}


sub key {
    my ($owner) = @_;

    my $secret = random_hex(21) . 'x';
    my $key = $t->value("INSERT INTO api_keys (owner_id, name, scope, hash)
        VALUES (?, 'x', 'read', decode(?, 'hex')) RETURNING id", $owner,
        sha256_hex($secret));
    return ($key, "upk_${key}_$secret");
}


my ($user, $bearer) = $t->user;
my $session = $t->value('INSERT INTO sessions (user_id) VALUES (?)
    RETURNING id', $user);
$bearer = $t->mint(sub => $user, sid => "$session");
$c = $t->client($bearer);
$m1 = monitor($c);
$m2 = monitor($c);

problem_ok($t->client->get('/events'), 401, 'missing_token',
    'a stream without credentials');

my $s = stream(token => $bearer);
is($s->status, 200, 'a stream');
is($s->headers->{'content-type'}, 'text/event-stream', '... of events');
is($s->headers->{'cache-control'}, 'no-store', '... for no cache');
is($s->headers->{'x-accel-buffering'}, 'no', '... for no buffer');
is($s->headers->{'content-encoding'}, undef, '... not compressed');
is($s->block->{retry}, 3000, '... it begins at once');

my ($key1, $secret1) = key($user);
my ($key2, $secret2) = key($user);
my $k1 = stream(token => $secret1);
my $k2 = stream(token => $secret2);
my $short = stream(token => $t->mint(sub => $id,
    claims => { exp => 4 + int time }));

my $e = $s->event;
is($e->{event}, 'changes', 'first where it begins');
ok($e->{data}{resync}, '... read what you show');
is($e->{id}, $e->{data}{next}, '... from there on');
ok($_->event->{data}{resync}, '... with a key and with another token')
    for $k1, $k2, $short;

checked($_) for $m1, $foreign;
$c->patch("/monitors/$m2", { name => '"zwei" \\ drei' });
$e = told($s, $m1, $m2);
ok($e, 'a check and an edit are told') or diag(explain($e));
my %got = map { $_->{id} => $_ } @{ $e->{data}{monitors} };
is($got{$m2}{name}, '"zwei" \\ drei', '... as they are');
ok(!$got{$foreign}, '... to their owner');
is_deeply(ids(changes($c, $e->{id})), [], '... with an id that is good for '
    . '/changes');
ok(told($_, $m1, $m2), '... and to who has a key') for $k1, $k2;

# one more, and one that comes back
my $id1 = $s->last_id;
my $s2 = stream(token => $bearer, last => 'nonsense');
$s->close;
checked($m1, status => 'down');
$m3 = monitor($c);
ok($s2->event->{data}{resync}, 'a wrong id: from the beginning');
$s = stream(token => $bearer, last => $id1);
$e = $s->event;
ok(!$e->{data}{resync}, 'who comes back has not to read all again');
is_deeply(ids($e->{data}), [$m1, $m3], '... but hears what was missed');
problem_ok($c->get('/events'), 429, 'too_many_streams',
    'no more than a user may have');


# --- the end

$t->execute('UPDATE sessions SET ended_at = now() WHERE id = ?', $session);
$t->execute('DELETE FROM api_keys WHERE id = ?', $key1);
my $since = time;

for ([$k1, 'key_ended', 'its key is deleted'],
    [$s, 'session_ended', 'its session ended elsewhere'],
    [$s2, 'session_ended', '... that of all streams'])
{
    my ($stream, $reason, $name) = @$_;
    $e = { data => {} };
    $e = $stream->event // last while ($e->{event} // '') ne 'end';
    is_deeply($e->{data}, { reason => $reason, reconnect => false }, $name);
    ok(!$stream->block && $stream->over, '... and the answer is whole');
}

cmp_ok(time - $since, '<', $ENV{UPTIME_ASAN} ? 20 : 10, '... soon');
note(sprintf 'after %.1f s', time - $since);

checked($m2);
ok(told($k2, $m2), 'that of another key goes on');
$t->execute('UPDATE users SET disabled_at = now() WHERE id = ?', $user);
$e = $k2->event;
is($e->{data}{reason}, 'key_ended', 'the account is disabled');
problem_ok($t->client($secret2)->get('/events'), 401, 'invalid_token',
    '... and comes not back');

is_deeply($short->event->{data}, { reason => 'token_expired',
    reconnect => true }, 'an access token that expires ends with a word');


# --- limits, reload

my @all = map { stream(token => ($t->user)[1]) } 1 .. 6;
is_deeply([map { $_->status } @all], [(200) x 6], 'as many as there may be');
problem_ok($t->client($token)->get('/events'), 503, 'busy',
    'more than a worker may have');
$all[0]->close;
until_ok { $all[0] = stream(token => $token); $all[0]->status == 200 } 5,
    'a client that leaves makes room';
is(scalar(grep { $_->event->{data}{resync} } @all), 6, 'they work');

my ($worker) = $server->workers;
$server->signal('HUP');
is_deeply([map { $_->event->{data} } @all], [({ reason => 'shutdown',
    reconnect => true }) x 6], 'reload: the old worker says so');
is(scalar(grep { !$_->block && $_->over } @all), 6, '... and ends them');
until_ok { !grep { $_ == $worker } $server->workers } 10, '... and leaves';


# --- a client that takes nothing, and the database away

$port = $narrow;
my @mine = map { $_->{id} } $t->sql('SELECT id FROM monitors
    WHERE owner_id = ? ORDER BY id LIMIT 2000', $id);
my @half = @mine[0 .. 999];
my $slow = stream(token => $token, receive => 4096);
my $fast = stream(token => $token);
ok($_->event->{data}{resync}, 'a client that will be slow, and another one')
    for $slow, $fast;

# more than the buffers of a socket hold; the other one shows what was sent
$t->execute("UPDATE monitor_state SET fails = 1, status = 'down'
    WHERE monitor_id = ANY (?)", $_), notify(), ok(told($fast, @$_),
    '... which is told') for \@mine, \@half, \@half;
$t->execute("UPDATE monitor_state SET status = 'degraded' WHERE monitor_id
    = ?", $mine[7]);
notify();

my ($events, $rows, $last) = (0, 0);

until ($last && $last->{status} eq 'degraded') {
    $e = $slow->event or last;
    $events++;
    $rows += @{ $e->{data}{monitors} };
    ($last) = grep { $_->{id} == $mine[7] } @{ $e->{data}{monitors} };
}

is($last->{status}, 'degraded', 'the slow one has the newest in the end');
cmp_ok($rows, '<=', 3001, '... and was spared what it did not take');
note("$events events, $rows rows");
$_->close for $slow, $fast;

my $lost = stream(token => $token);
ok($lost->event->{data}{resync}, 'a stream');
$t->{cluster}->connect('postgres')->do("SELECT pg_terminate_backend(pid)
    FROM pg_stat_activity WHERE datname = ? AND pid <> ?", undef, $t->{db},
    $t->value('SELECT pg_backend_pid()'));
$server->expect_log(qr/terminating connection|server closed/);
checked($m3, status => 'degraded');
$t->execute("UPDATE monitor_state SET status = 'up' WHERE monitor_id = ?",
    $mine[3]);
notify();
ok(told($lost, $mine[3]), 'its connections were cut: it goes on');

done_testing;

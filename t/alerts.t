# Alerts from the check to the one who is told: a real failure and its end,
# order, retries, a channel that never answers, refusals, processes that die
# at named points.

use strict;
use warnings;

use Time::HiRes qw(time);
use Uptime::Inbox;
use Uptime::Test;
use Uptime::Util qw(spew);

my $t = Uptime::Test->new(checker => 1);
my $target = $t->target;
my $sink = Uptime::Inbox->start(dir => "$t->{dir}/sink");
my $crash = "$t->{dir}/crash";
mkdir $crash;
chmod 0777, $crash;

my $server = $t->nginx(main => 'env UPTIME_CRASH;',
    env => { UPTIME_CRASH => $crash });
my ($uid, $token) = $t->user;
my $c = $t->client($token);
my $slot = 0;

sub channel {
    my ($path) = @_;

    return $t->value("INSERT INTO channels (owner_id, name, kind, events,
        config) VALUES (?, ?, 'webhook', '{down,up}',
        jsonb_build_object('url', ?::text)) RETURNING id", $uid, $path,
        $sink->url($path));
}


sub monitor {
    my ($name, $channel, %o) = @_;

    my $r = $c->post('/monitors', { name => $name, paused => true,
        url => $o{checked} // $target->url('/ok'), interval => 10,
        timeout => 5, retry_interval => 1 });
    is($r->{status}, 201, "monitor $name") or diag($r->{content});
    $t->execute('INSERT INTO monitor_channels VALUES (?, ?)
        ON CONFLICT DO NOTHING', $r->{json}{id}, $channel);
    $c->post("/monitors/$r->{json}{id}/resume") if $o{checked};
    return $r->{json}{id};
}


sub event {
    my ($monitor, $event) = @_;

    $slot++;
    $t->value("SELECT alert_transition(?, ?, to_timestamp(?), 1::smallint,
        now(), ?, NULL, NULL, NULL)", $monitor, $event, $slot,
        $event eq 'down' ? 'timeout' : undef);
    return;
}


sub now_due {
    $t->execute("UPDATE outbox SET next_at = now() WHERE state = 'pending'
        AND lease_until IS NULL");
    return;
}

until_ok { $t->value('SELECT count(*) FROM shards WHERE lease_until > now()')
    == 64 } 15, 'a checker is there';


# --- a real one

$target->set(real => 503);
my $real = monitor('real', channel('/ok/real'),
    checked => $target->url('/switch/real'));
my ($down, $up);
until_ok { ($down) = $sink->got('/ok/real') } 20, 'it is told';
$target->set(real => 200);
is($down->{type}, 'monitor.down', 'down');
is($down->{data}{error}, 'HTTP status 503', '... why');
my ($i) = @{ $c->get("/monitors/$real/incidents")->{json}{items} };
is_deeply([@$i{qw(status cause http_status)}], ['open', 'http_status', 503],
    'its incident');
$i = $c->get("/incidents/$i->{id}")->{json};
cmp_ok($i->{attempts}, '>=', 1, '... was confirmed');
ok($i->{evidence}{ttfb_ms}, '... and has evidence')
    or diag(explain($i->{evidence}));
is($i->{evidence}{http_status}, 503, '... the status');
ok(length $i->{evidence}{body}, '... and what the target said')
    or diag(explain($i->{evidence}));
my $key = $c->post('/keys', { name => 'r', scope => 'read' })
    ->{json}{key};
my $seen = $t->client($key)->get("/incidents/$i->{id}")->{json}{evidence};
ok($seen->{ttfb_ms} && !exists $seen->{body},
    '... which is not for a key that may only read');


# --- retries with one id, in order

my $after = monitor('after', channel('/after/2'));
event($after, 'down');
until_ok { $sink->got('/after/2') } 10, 'one that is refused';
until_ok { $t->value("SELECT count(*) FROM deliveries
    WHERE status = 'temporary'") } 10, '... is in the log';
event($after, 'up');
now_due();
until_ok { $sink->got('/after/2') == 2 } 10, 'again';
my @got = $sink->got('/after/2');
is($got[1]{type}, 'monitor.up', 'late: both in one');
like($got[1]{data}{note}, qr/stands for 1 earlier/, '... which it says');

my $same = monitor('same', channel('/after/3'));
event($same, 'down');
for my $n (1, 2) {
    until_ok { $t->value("SELECT count(*) FROM outbox WHERE monitor_id = ?
        AND attempts = ? AND lease_until IS NULL", $same, $n) } 10, "try $n";
    now_due();
}
until_ok { $sink->got('/after/3') == 3 } 10, 'the third try';
is(scalar(keys %{ { map { $_->{id} => 1 } $sink->got('/after/3') } }), 1,
    'with the same id');
until_ok { $t->value("SELECT state FROM outbox WHERE monitor_id = ?", $same)
    eq 'sent' } 10, 'sent';


# --- for good, and when to come back

my $gone = channel('/status/410');
event(monitor('gone', $gone), 'down');
until_ok { $t->value('SELECT failure FROM channels WHERE id = ?', $gone) } 10,
    'a refusal for good shows on the channel';
is($t->value('SELECT state FROM outbox WHERE channel_id = ?', $gone),
    'failed', '... and ends it');
like($t->value('SELECT detail FROM deliveries WHERE channel_id = ?', $gone),
    qr/410.*so/, '... with the answer');

my $wait = channel('/wait/1234');
event(monitor('wait', $wait), 'down');
until_ok { ($t->value('SELECT extract(epoch FROM next_at - now())
    FROM outbox WHERE channel_id = ?', $wait) // 0) > 1000 } 10,
    'Retry-After is honoured';


# --- one that never answers delays nobody

my $hang = channel('/hang');
my @hanging = map { monitor("h$_", $hang) } 1 .. 4;
event($_, 'down') for @hanging;
until_ok { $sink->got('/hang') == 2 } 10, 'two in flight';
my $other = monitor('other', channel('/ok/other'));
my $start = time;
event($other, 'down');
until_ok { $sink->got('/ok/other') } 5, 'others are told at once';
is(scalar(my @two = $sink->got('/hang')), 2, '... and still two in flight');
$t->execute('DELETE FROM channels WHERE id = ?', $hang);


# --- one account with many of them delays no other

my @stuck = map { channel("/hang/$_") } 1 .. 20;
for my $n (0 .. 39) {
    my $m = monitor("s$n", $stuck[$n / 2]);
    event($m, 'down');
}
my ($uid2, $token2) = $t->user;
my $calm = $t->value("INSERT INTO channels (owner_id, name, kind, events,
    config) VALUES (?, 'calm', 'webhook', '{down,up}',
    jsonb_build_object('url', ?::text)) RETURNING id", $uid2,
    $sink->url('/ok/calm'));
until_ok { grep({ $_->{path} =~ m{^/hang/} } $sink->got) >= 32 } 20,
    '32 places hang';
my $calm_monitor = $t->client($token2)->post('/monitors', { paused => true,
    url => $target->url('/ok') })->{json}{id};
$t->execute('INSERT INTO monitor_channels VALUES (?, ?)', $calm_monitor,
    $calm);
event($calm_monitor, 'down');
until_ok { $sink->got('/ok/calm') } 5, 'another account is told at once';
is(scalar(my @at_once = grep { $_->{path} =~ m{^/hang/} } $sink->got), 32,
    '... and no more hang');
$t->execute('DELETE FROM channels WHERE id = ANY (?)', \@stuck);


# --- what was sent and cannot be marked at once

$t->execute("CREATE FUNCTION no_mark() RETURNS trigger LANGUAGE plpgsql AS
    \$\$ BEGIN RAISE EXCEPTION 'not now'; END \$\$");
$t->execute('CREATE TRIGGER no_mark BEFORE INSERT ON deliveries
    FOR EACH ROW EXECUTE FUNCTION no_mark()');
my $unmarked = monitor('unmarked', channel('/ok/unmarked'));
event($unmarked, 'down');
until_ok { $sink->got('/ok/unmarked') } 10, 'it is sent';
is($t->value('SELECT state FROM outbox WHERE monitor_id = ?', $unmarked),
    'pending', '... and not marked');
$t->execute('DROP TRIGGER no_mark ON deliveries');
until_ok { $t->value('SELECT state FROM outbox WHERE monitor_id = ?',
    $unmarked) eq 'sent' } 20, 'the mark is tried again';
is(scalar(my @one_time = $sink->got('/ok/unmarked')), 1, '... the message not');


# --- dead between send and mark

spew("$crash/after_send", '');
chmod 0666, "$crash/after_send";
my $crashed = monitor('crash', channel('/ok/crash'));
my ($before) = $server->checkers;
event($crashed, 'down');
until_ok { $sink->got('/ok/crash') } 10, 'sent';
until_ok { !-e "$crash/after_send" } 10, '... and the sender died';
until_ok { my ($pid) = $server->checkers; $pid && $pid != $before } 20,
    'another one is there';
$server->expect_log('exited on signal 9');
is($t->value('SELECT state FROM outbox WHERE monitor_id = ?', $crashed),
    'pending', 'nobody marked it');
$t->execute("UPDATE outbox SET lease_until = now() WHERE monitor_id = ?",
    $crashed);
until_ok { $sink->got('/ok/crash') == 2 } 20, 'when the lease is over: again';
is(scalar(keys %{ { map { $_->{id} => 1 } $sink->got('/ok/crash') } }), 1,
    '... the same message');
until_ok { $t->value('SELECT state FROM outbox WHERE monitor_id = ?',
    $crashed) eq 'sent' } 10, '... marked';


# --- the end of the real one

until_ok { ($up) = grep { $_->{type} eq 'monitor.up' }
    $sink->got('/ok/real') } 30, 'up is told';
is(scalar(my @all = $sink->got('/ok/real')), 2, 'two messages');
# it is marked after the answer
until_ok { $i = $c->get("/incidents/$i->{id}")->{json};
    @{ $i->{timeline} } == 5 } 10, 'it is marked';
is($i->{end_reason}, 'recovered', 'its incident is over');
is_deeply([map { $_->{event} } @{ $i->{timeline} }],
    [qw(failed confirmed message_sent recovered message_sent)],
    'the time line has the messages');

ok($server->stop, 'stopped');
done_testing;

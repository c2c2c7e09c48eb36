# Messages that wait while something ends: their channel or account is switched
# off, deleted or not used any more, or their 24 hours are over.

use strict;
use warnings;

use DBD::Pg;
use Uptime::Alerts;
use Uptime::Test;

my $t = Uptime::Test->new;
my ($uid) = $t->user;
my $alerts = Uptime::Alerts->new(test => $t, uid => $uid);

sub monitor { return $t->value('SELECT id FROM monitors WHERE name = ?', @_) }

sub channel { return $t->value('SELECT id FROM channels WHERE name = ?', @_) }


sub states {
    my ($name) = @_;

    return join ' ', map { "$_->{event}:$_->{state}" } $t->sql('SELECT event,
        state FROM outbox o JOIN monitors m ON m.id = o.monitor_id
        WHERE m.name = ? ORDER BY seq', $name);
}


sub told { return [map { "$_->{event} $_->{name}" } @_] }


# --- switched off

$alerts->add('off', 4);
$alerts->event('off%', 'down');
my ($flies) = $alerts->claim(1);
is($flies->{name}, 'off1', 'one is on its way, three wait');
$t->execute('UPDATE channels SET enabled = false WHERE name IN (?, ?)',
    'off1', 'off2');
is(states('off2'), 'down:dropped', 'a channel is disabled: nobody is told');
is($alerts->mark($flies, 'temporary'), 'late',
    '... what was on its way is not tried again');
is(states('off1'), 'down:dropped', '... either');

my $both = channel('off4');
$t->execute('UPDATE monitors SET channel_ids = ARRAY[?::bigint] WHERE name = ?',
    $both, 'off3');
is(states('off3'), 'down:dropped', 'a monitor that does not use it any more');
is(states('off4'), 'down:pending', '... and one that does');
$t->execute('UPDATE channels SET enabled = true WHERE name = ?', 'off2');
$alerts->event('off2', 'up');
my @now = $alerts->claim;
is_deeply(told(@now), ['down off4', 'up off2'],
    'enabled again: from now on');
$alerts->mark($_) for @now;

my ($other) = $t->user;
my $theirs = Uptime::Alerts->new(test => $t, uid => $other);
$theirs->add('account', 1);
$theirs->event('account1', 'down');
$t->execute('UPDATE users SET disabled_at = now() WHERE id = ?', $other);
is(states('account1'), 'down:dropped', 'an account that is disabled');
is_deeply([$alerts->claim], [], '... is told nothing');


# --- deleted while it is to be told

$alerts->add('gone', 1);
$alerts->event('gone1', 'up');
my $dbh = $t->{cluster}->connect($t->{db});
$dbh->begin_work;
$dbh->do('DELETE FROM channels WHERE name = ?', undef, 'gone1');
$t->dbh->do("SELECT alert_transition(id, 'down', now() + interval '1 h',
    1::smallint, now(), 'timeout', NULL, NULL, NULL) FROM monitors
    WHERE name = 'gone1'", { pg_async => DBD::Pg::PG_ASYNC() });
until_ok { $dbh->do('SELECT pg_stat_clear_snapshot()');
    $dbh->selectrow_array("SELECT count(*) FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND datname = current_database()") } 10,
    'the transition waits for the channel that is being deleted';
$dbh->commit;
eval { $t->dbh->pg_result } or diag($@);
is($t->value('SELECT count(*) FROM incidents WHERE monitor_id = ?',
    monitor('gone1')), 1, '... and is stored without it');
$dbh->disconnect;


# --- a monitor that is paused, or is another one now

sub paused {
    my ($name, $paused) = @_;

    return $t->execute('UPDATE monitors SET paused = ? WHERE name = ?',
        $paused, $name);
}

# add() makes them paused
$alerts->add('p', 4);
paused("p$_", 'f') for 1 .. 4;
$alerts->event("p$_", 'down') for 1 .. 4;
paused('p1', 't');
$t->execute("UPDATE monitors SET url = 'http://127.0.0.1:8/'
    WHERE name = 'p2'");
my @told = $alerts->claim;
is_deeply([map { @{ told($_) } } @told], ['down p3', 'down p4'],
    'nobody is told of an outage that ended so');
paused("p$_", 't') for 3, 4;
is($alerts->mark($told[0]), 'sent', 'what is on its way arrives');
is($alerts->mark($told[1], 'temporary'), 'retry', '... or not');
$alerts->goes_by(60);
is_deeply([$alerts->claim], [], '... which is the end of it');
paused('p3', 'f');
$alerts->event('p3', 'down');
my ($row) = $alerts->claim;
$alerts->mark($row);
$alerts->event('p3', 'up');
paused('p3', 't');
($row) = $alerts->claim;
is_deeply(told($row), ['up p3'], 'that it was up again is told');
$alerts->mark($row);


# --- 24 hours are of each message

$alerts->add('late', 1);
$alerts->event('late1', 'down');
($row) = $alerts->claim;
is($alerts->mark($row, 'temporary'), 'retry', 'down fails');
$alerts->goes_by(24 * 3600 - 60);
$alerts->event('late1', 'up');
($row) = $alerts->claim;
is_deeply(told($row), ['up late1'], 'it is up a day later, which tells both');
is($alerts->mark($row, 'temporary'), 'retry',
    'this has not failed for a day: it is tried again');
$alerts->goes_by(25 * 3600);
($row) = $alerts->claim;
is($alerts->mark($row, 'temporary'), 'failed', '... but not for ever');

$alerts->add('held', 1);
$t->execute("INSERT INTO maintenance_spans (monitor_id, starts_at, ends_at,
    maintenance_id) VALUES (?, now() - interval '1 h', now() + interval '1 h',
    0)", monitor('held1'));
$alerts->event('held1', 'down');
is_deeply([$alerts->claim], [], 'maintenance: held');
$alerts->goes_by(30 * 3600);
$t->execute('DELETE FROM maintenance_spans');
($row) = $alerts->claim;
is_deeply(told($row), ['down held1'], 'it is over after more than a day');
is($alerts->mark($row, 'temporary'), 'retry', '... and told more than once');


# --- a digest says something

$t->execute('DELETE FROM outbox');
$alerts->add('d', 10);
$t->execute("UPDATE monitors SET channel_ids = (SELECT channel_ids
    FROM monitors WHERE name = 'd1') WHERE name ~ '^d'");

for my $n (1 .. 9) {
    $alerts->event("d$n", 'down');
    $alerts->mark($_) for $alerts->claim;
}

$alerts->event('d10', 'down');
($flies) = $alerts->claim;
is_deeply(told($flies), ['down d10'], 'the tenth of a minute is on its way');
$alerts->event('d10', $_) for qw(up down);
is_deeply([$alerts->claim], [], 'what comes after it waits');
is($t->value("SELECT count(*) FROM outbox WHERE topic = 'digest'"), 0,
    '... and is no digest of nothing');
$alerts->mark($flies);

done_testing;

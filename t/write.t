# What checker/record does to the rows: HOT updates while nothing changes,
# the newest result of a monitor wins, nothing of a monitor that is gone.

use strict;
use warnings;

use Uptime::Test;

my $t = Uptime::Test->new(checker => 1);
my $target = $t->target;
my $server = $t->nginx;
my $c = $t->user_client;

my @ids = map { $c->post('/monitors', { url => $target->url("/ok/$_"),
    interval => 10 })->{json}{id} } 1 .. 60;

is($t->value('SELECT count(*) FROM monitor_state WHERE ballast IS NULL
    AND last_slot IS NULL'), 0, 'rows are born with ballast');

until_ok { $t->value("SELECT count(*) FROM monitor_state
    WHERE status = 'up'") == 60 } 20, 'all are up';
is($t->value('SELECT count(*) FROM monitor_state WHERE ballast IS NOT NULL'),
    0, 'the first result drops it');

my @met = @ids[45 .. 59];
my ($bad, @good) = @ids[30 .. 44];

# nothing is stored of a monitor that is gone
$c->delete("/monitors/$_") for @ids[0 .. 29];
my $gone = $t->value('SELECT count(*) FROM checks WHERE monitor_id = ANY (?)',
    [@ids[0 .. 29]]);

# a row that the database does not want
$t->execute("ALTER TABLE checks ADD CONSTRAINT refused
    CHECK (monitor_id <> $bad) NOT VALID");

# rows that are there already, as if an answer had been lost
# (again, if the next one of somebody was stored just now)
until_ok { eval { $t->execute("INSERT INTO checks (monitor_id, slot, checked_at,
    node_id, attempt, outcome) SELECT monitor_id, max(slot) + i * interval '10 s',
    now(), 1, 1, 'unknown' FROM checks, generate_series(1, 2) i
    WHERE monitor_id = ANY (?) GROUP BY monitor_id, i", \@met) } } 10,
    'rows of the next two slots are there';

my $from = $t->value('SELECT max(slot) FROM checks WHERE monitor_id = ANY (?)',
    \@good);
until_ok { $t->value('SELECT count(DISTINCT monitor_id) FROM checks
    WHERE monitor_id = ANY (?) AND slot > ?', \@good, $from) == @good } 20,
    'the others of their batches are stored';
until_ok { $server->log_lines(
    qr/a result of monitor $bad is lost: the database refused it/) } 10,
    'the one that is refused is in the log';
is(scalar(() = $server->log_lines(qr/a result of monitor (?!$bad )\d+ is lost/)),
    0, '... no other');
until_ok { $t->value("SELECT count(*) FROM monitor_state
    WHERE monitor_id = ANY (?) AND last_slot IN (SELECT slot FROM checks k
    WHERE k.monitor_id = monitor_state.monitor_id AND outcome = 'unknown')",
    \@met) == @met } 20, 'what is met again counts';
is($t->value("SELECT count(*) FROM checks WHERE monitor_id = ANY (?)
    AND outcome = 'unknown'", \@met), 2 * @met, '... and is not stored twice');
cmp_ok($t->value('SELECT count(*) FROM checks WHERE monitor_id = ANY (?)',
    [@ids[0 .. 29]]), '<=', $gone, 'nothing is stored of the deleted ones');
is($t->value('SELECT count(*) FROM monitor_state s WHERE monitor_id = ANY (?)
    AND last_slot <> (SELECT max(slot) FROM checks k
    WHERE k.monitor_id = s.monitor_id)', \@good), 0,
    'the state is that of the newest result');

# a new status is in an index: so are 60 first results, and what a busy machine
# calls unknown.  Two rounds of all that are left have to be good, the first two
# or, if somebody's snapshot kept the room in a page then, later ones.
my @before = (60, 0);
until_ok {
    my @now = @{ $t->dbh->selectrow_arrayref("SELECT n_tup_upd, n_tup_hot_upd
        FROM pg_stat_user_tables WHERE relname = 'monitor_state'") };
    return 0 if $now[0] < $before[0] + 60;

    my $good = $now[1] - $before[1] >= 0.95 * ($now[0] - $before[0]);
    @before = @now;
    return $good;
} 70, 'HOT updates';


# --- of a quiet batch, what the short statement leaves out: nothing is lost

$t->execute('CREATE TABLE marked (monitor_id bigint)');
$t->execute('CREATE RULE marked AS ON INSERT TO rollup_marks
    WHERE NEW.hour IS NOT NULL
    DO ALSO INSERT INTO marked VALUES (NEW.monitor_id)');
my $later = $t->value("SELECT date_trunc('hour', now()) + interval '2 hours'");
my $since = $t->value('SELECT now()');
$t->execute('UPDATE shards SET closed_to = ?', $later);
until_ok { $t->value('SELECT count(DISTINCT monitor_id) FROM checks
    WHERE monitor_id = ANY (?) AND checked_at > ?', \@good, $since)
    == @good } 20, 'what is late for its rollup is stored';
is($t->value('SELECT count(DISTINCT c.monitor_id) FROM checks c
    WHERE c.monitor_id = ANY (?) AND c.checked_at > ?
    AND c.monitor_id NOT IN (SELECT monitor_id FROM marked)', \@good, $since),
    0, '... and marked');
$t->execute('DROP RULE marked ON rollup_marks');
$t->execute("UPDATE shards SET closed_to = '-infinity'");


# --- an earlier owner has left the row, as history only: who counts tells

$target->set(told => 200);
my $told = $c->post('/monitors', { url => $target->url('/switch/told'),
    failure_threshold => 1, interval => 10 })->{json}{id};
until_ok { $t->value("SELECT count(*) FROM monitor_state
    WHERE monitor_id = ? AND told = 'up'", $told) } 15, 'up is told';
$t->execute("INSERT INTO checks (monitor_id, slot, checked_at, node_id,
    attempt, outcome) SELECT monitor_id, last_slot + i * interval '10 s',
    now(), 1, 1, 'down' FROM monitor_state, generate_series(1, 6) i
    WHERE monitor_id = ?", $told);
$target->set(told => 500);
until_ok { $t->value('SELECT count(*) FROM incidents WHERE monitor_id = ?',
    $told) } 25, 'down is told, though its row was there';
is($t->value("SELECT count(*) FROM checks k JOIN incidents i USING (monitor_id)
    WHERE k.monitor_id = ? AND k.checked_at = i.confirmed_at", $told), 0,
    '... and stays');


# --- a verdict that waits while the monitor is given another target, or is
# paused and resumed, is history: the writer waits for a lock

for my $edit (qw(url resume bulk)) {
    my $lock = $t->{cluster}->connect($t->{db});
    $lock->begin_work;
    $lock->do('SELECT FROM shards FOR UPDATE');

    $target->set($edit, 500);
    my $id = $c->post('/monitors', { url => $target->url("/switch/$edit"),
        failure_threshold => 1, interval => 10 })->{json}{id};
    until_ok { scalar $target->hits("/switch/$edit") } 10, "$edit: a check";
    # longer than storing takes when this machine is busy
    $target->set($edit, '/slow/6');

    my @edits = $edit eq 'url' ? { url => $target->url("/switch/$edit?2") }
        : map { { paused => $_ } } $t->true, $t->false;
    is(($edit eq 'bulk' ? $c->patch('/monitors', { ids => [$id], patch => $_ })
        : $c->patch("/monitors/$id", $_))->{status}, 200, '... edited')
        for @edits;
    $lock->commit;

    my $row;
    until_ok { $row = $t->dbh->selectrow_arrayref('SELECT s.status, s.told,
        k.outcome FROM checks k JOIN monitor_state s USING (monitor_id)
        WHERE monitor_id = ?', undef, $id) } 10, '... its result is stored';
    is_deeply($row, ['pending', undef, 'down'], '... and changes no state');
    until_ok { $t->value('SELECT status FROM monitor_state
        WHERE monitor_id = ?', $id) eq 'up' } 20, '... but the next one does';
    is($server->log_lines(qr/uptime: monitor $id .* is down/), 0,
        '... and nobody is told');
}

ok($server->stop, 'stopped');
done_testing;

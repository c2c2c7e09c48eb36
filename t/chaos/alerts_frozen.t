# A checker stands still between its claim and the answer; when it goes on,
# another one has sent the messages long since, and what came after them. It
# sends nothing of that again. Half a minute.

use strict;
use warnings;

use Uptime::Alerts;
use Uptime::Inbox;
use Uptime::Test;

my $t = Uptime::Test->new(checker => 1);
my $sink = Uptime::Inbox->start(dir => "$t->{dir}/sink");
my $server = $t->nginx;
my ($uid) = $t->user;
my $alerts = Uptime::Alerts->new(test => $t, sink => $sink, uid => $uid);
until_ok { $t->value('SELECT count(*) FROM shards WHERE lease_until > now()')
    == 64 } 15, 'a checker is there';
my ($pid) = $server->checkers;

# a claim that has seen the message waits for a table, so that it is known to be
# under way
$alerts->add('z', 1);
$t->dbh->begin_work;
$alerts->event('z1', 'down');
$t->execute("UPDATE outbox SET next_at = 'infinity'");
$t->dbh->commit;
my $dbh = $t->{cluster}->connect($t->{db});
$dbh->begin_work;
$dbh->do('LOCK TABLE channels IN ACCESS EXCLUSIVE MODE');
my $due = $t->value('UPDATE outbox SET next_at = now() RETURNING next_at');
until_ok { $t->value("SELECT count(*) FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND query LIKE '%alert_claim%'
    AND xact_start > ?::timestamptz", $due) } 10,
    'it is being claimed';
kill 'STOP', $pid;
$dbh->commit;
until_ok { $t->value('SELECT count(*) FROM outbox WHERE attempts = 1') } 10,
    'it is claimed by one who stands still';

# the minute passes, and another one does its work
$t->execute("UPDATE outbox SET lease_until = now() - interval '1 s'");
my ($down) = $alerts->claim;
is($alerts->mark($down), 'sent', 'another one tells it');
$alerts->event('z1', 'up');
my ($up) = $alerts->claim;
is($alerts->mark($up), 'sent', '... and its end');
sleep 16;
kill 'CONT', $pid;
sleep 2;
is(scalar(my @got = $sink->got), 0, '... and tells nobody of it again');

ok($server->stop, 'stopped');
done_testing;

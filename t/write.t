# What checker/record does to the rows: HOT updates from the first one on,
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

until_ok { $t->value('SELECT min(n) FROM (SELECT count(*) AS n FROM checks
    GROUP BY monitor_id) x') >= 2 } 30, 'two results of each';
is($t->value('SELECT count(*) FROM monitor_state s WHERE last_slot <>
    (SELECT max(slot) FROM checks k WHERE k.monitor_id = s.monitor_id)'), 0,
    'the state is that of the newest result');

my $hot;
until_ok { $hot = $t->dbh->selectrow_arrayref("SELECT n_tup_upd,
    n_tup_hot_upd FROM pg_stat_user_tables
    WHERE relname = 'monitor_state'"); $hot->[0] >= 120 } 10, 'statistics';
cmp_ok($hot->[1], '>=', 0.95 * $hot->[0], 'HOT updates')
    or diag("@$hot");

$c->delete("/monitors/$_") for @ids[0 .. 29];
my $gone = $t->value('SELECT count(*) FROM checks WHERE monitor_id = ANY (?)',
    [@ids[0 .. 29]]);
my $from = $t->value('SELECT max(slot) FROM checks');
until_ok { $t->value('SELECT count(DISTINCT monitor_id) FROM checks
    WHERE slot > ?', $from) == 30 } 20, 'the others go on';
cmp_ok($t->value('SELECT count(*) FROM checks WHERE monitor_id = ANY (?)',
    [@ids[0 .. 29]]), '<=', $gone, 'nothing is stored of the deleted ones');


# --- one that the database does not want does not take others with it

my ($bad, @good) = @ids[30 .. 59];
$t->execute("ALTER TABLE checks ADD CONSTRAINT refused
    CHECK (monitor_id <> $bad) NOT VALID");
my $last = $t->value('SELECT max(slot) FROM checks');
until_ok { $t->value('SELECT count(DISTINCT monitor_id) FROM checks
    WHERE slot > ?', $last) == @good } 20, 'the others are stored';
until_ok { $server->log_lines(
    qr/a result of monitor $bad is lost: the database refused it/) } 10,
    'and that one is in the log';
is(scalar(() = $server->log_lines(qr/a result of monitor (?!$bad )\d+ is lost/)),
    0, '... no other');

ok($server->stop, 'stopped');
done_testing;

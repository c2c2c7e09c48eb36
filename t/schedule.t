# The schedule: no work without monitors, on time with hanging targets, nothing
# missed and nothing twice over a restart.  t/chaos/ontime.t is longer.

use strict;
use warnings;

use Time::HiRes qw(time sleep);
use Uptime::Crowd;
use Uptime::Ontime qw(monitors late missed cpu lag);
use Uptime::Test;

my $t = Uptime::Test->new(checker => 1);
my $crowd = Uptime::Crowd->start(dir => "$t->{dir}/crowd", hold => 0.01);
my $hang = Uptime::Crowd->start(dir => "$t->{dir}/hang", hang => 1,
    address => '127.0.0.2');

my $server = $t->nginx;

sub ready {
    until_ok { $t->value('SELECT count(*) FROM shards
        WHERE lease_until > now() AND checker_id IS NOT NULL') == 64 } 20,
        'all shards are held';
    return;
}

ready();


# --- nothing to do

my ($pid) = $server->checkers;
my $share;
# the first chores are done soon
for (1 .. 5) {
    my ($used, $since) = (cpu($pid), time);
    sleep 3;
    $share = (cpu($pid) - $used) / (time - $since);
    last if $share < 0.01;
}
cmp_ok($share, '<', 0.01, 'no monitors: no work')
    or diag(sprintf '%.2f %% of a core', 100 * $share);


# --- a fifth hangs

my @good = monitors($t, n => 400, interval => 10, url => $crowd->url('/g'));
my @bad = monitors($t, n => 100, interval => 10, url => $hang->url('/b'));
# by then all are read, and what was made up for is done
my $from = $t->value('SELECT now() + interval \'5 seconds\'');

until_ok { $t->value('SELECT count(DISTINCT monitor_id) FROM check_history
    WHERE slot > ? AND monitor_id = ANY (?)', $from, \@good) == 400 } 25,
    'every monitor has a slot';
until_ok { $t->value('SELECT count(DISTINCT monitor_id) FROM check_history
    WHERE monitor_id = ANY (?)', \@bad) > 20 } 20, '... with and without end';
my $late = late($t, $from, @good);
cmp_ok($late->{p99}, '<', 1000, 'start against slot: p99 below a second');
cmp_ok($late->{p50}, '<', 100, '... half of them within 0.1 s');
note_json($late);
is(missed($t, 10, $from, @good), 0, 'no slot is missed');
is($t->value("SELECT count(*) FROM check_history WHERE monitor_id = ANY (?)
    AND outcome <> 'up'", \@good), 0, '... and all of them are up');
is($t->value("SELECT count(*) FROM check_history WHERE monitor_id = ANY (?)
    AND (outcome <> 'down' OR cause <> 'timeout')", \@bad), 0,
    'those that hang are down');
$t->execute('DELETE FROM monitors WHERE id = ANY (?)', \@bad);


# --- a restart: every slot once

my $stopped = $t->value('SELECT now()');
ok($server->stop, 'nginx stops');
my ($max) = lag($server);
cmp_ok($max // 9999, '<', 500 * patience(),
    'the loop was never held up for long')
    or diag($server->log_text =~ /(event loop late.*)/);
my $answers = ($crowd->seen)[0];
my $before = $t->value('SELECT count(*) FROM check_history WHERE monitor_id
    = ANY (?)', \@good);

$server = $t->nginx;
ready();
my $back = $t->value('SELECT now()');
until_ok { $t->value('SELECT count(DISTINCT monitor_id) FROM check_history
    WHERE checked_at > ?', $stopped) == 400 } 12,
    'after a restart every monitor is checked within one interval';
is(missed($t, 10, $from, @good), 0, '... no slot is missed');

is($t->value('SELECT count(*) FROM (SELECT FROM check_history
    WHERE monitor_id = ANY (?) AND slot > ? GROUP BY monitor_id, slot
    HAVING count(*) > 1) x', \@good, $stopped), 0, '... and none is twice');
sleep 0.2;
my $more = ($crowd->seen)[0] - $answers - ($t->value('SELECT count(*)
    FROM check_history WHERE monitor_id = ANY (?)', \@good) - $before);
cmp_ok($more, '<=', 40, '... nor are there more requests than rows');

done_testing();

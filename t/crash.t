# kill -9 of workers, of the checker and of the master.

use strict;
use warnings;

use Time::HiRes qw(time);
use Uptime::Test;
use Uptime::Util qw(alive);

my $t = Uptime::Test->new(checker => 1, workers => 2);
my $target = $t->target;
my $server = $t->nginx;
$server->expect_log('exited on signal 9', 'shared memory zone .* was locked');
my $c = $t->user_client;

my @ids = map { $c->post('/monitors', { url => $target->url("/ok/$_"),
    interval => 10, failure_threshold => 1 })->{json}{id} } 1 .. 8;


sub now { return $t->value('SELECT extract(epoch FROM now())') }


sub up {
    my ($since) = @_;

    return $t->value("SELECT count(DISTINCT monitor_id) FROM check_history
        WHERE outcome = 'up' AND checked_at > to_timestamp(?)", $since) == 8;
}


my $start = now();
until_ok { up(0) } 10, 'all up';
my $rows = $t->value('SELECT count(*) FROM check_history');


# --- a worker

for my $victim ($server->workers) {
    my $gone = $victim;
    $server->signal('KILL', $victim);
    until_ok { my @w = $server->workers; @w == 2 && !grep { $_ == $gone } @w }
        5, 'a worker is replaced';
    until_ok { $c->get('/me')->{status} == 200 } 3, '... the API answers';
}


# --- the checker

my ($checker) = $server->checkers;
my $killed = now();
$server->signal('KILL', $checker);
until_ok { my ($new) = $server->checkers; $new && $new != $checker } 5,
    'the checker is replaced';
is($c->get('/me')->{status}, 200, 'the API does not notice');
until_ok { $server->log_lines(qr/checker \d+ inherits 64 shards of a dead/) }
    5, '... which has its shards at once';
is($t->value('SELECT count(*) FROM checkers'), 1, 'the dead one is forgotten');
until_ok { up($killed) } 15, 'all are checked again';

# in the seconds of the crash a slot was due for some of them
is($t->value('SELECT max(gap)::int FROM (SELECT extract(epoch FROM
    slot - lag(slot) OVER (PARTITION BY monitor_id ORDER BY slot)) AS gap
    FROM check_history) g'), 10, 'no slot was missed');
is($t->value('SELECT count(*) FROM check_history WHERE attempt > 1'), 0,
    'nothing had to be tried again');
cmp_ok($t->value('SELECT count(*) FROM check_history'), '>', $rows,
    'the rows from before are there');
is($t->value("SELECT count(*) FROM check_history WHERE outcome <> 'up'"), 0,
    'nothing was called down');
is($server->log_lines(qr/\[warn\].*uptime: monitor/), 0,
    'nothing on the console');


# --- a checker that crashes again and again is held back

my %seen;
my $kills = 0;
my $until = time + 6;
while (time < $until) {
    for my $pid ($server->checkers) {
        next if $seen{$pid}++;
        $server->signal('KILL', $pid);
        $kills++;
    }
    select undef, undef, undef, 0.01;
}

cmp_ok($kills, '>', 4, 'killed many times');
ok($server->wait_log(qr/\[warn\].*uptime: .* started too often, waiting/, 5),
    'the log tells that it waits');
is($c->get('/me')->{status}, 200, 'the API does not notice');


# --- the master: its orphans leave

# the last kill may have been while it waited
until_ok { scalar $server->checkers } 15, 'a checker is back';
my @orphans = $server->children;
$server->signal('KILL');
my ($helper) = grep { Uptime::Util::cmdline($_) =~ /checker/ } @orphans;
ok($helper, 'there is a checker') or diag(join "\n",
    map { Uptime::Util::cmdline($_) } @orphans);
until_ok { !alive($helper) } 20, 'an orphaned checker leaves';

# workers are nginx's own affair: they stay until somebody ends them
kill 'TERM', grep { $_ != $helper } @orphans;
until_ok { !grep { alive($_) } @orphans } 10, 'all gone';
$server->stop('KILL');

done_testing;

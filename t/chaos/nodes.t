# Three nodes on one database: fair shares, every slot once, and the death of
# one of them, again and again.
#
#   make test TESTS=t/chaos/nodes.t     about twenty minutes
#
# CHAOS_SECONDS   of quiet work (600)
# CHAOS_KILLS     a whole node is killed and started again (20)
# CHAOS_MONITORS  with an interval of 10 s (1000)

use strict;
use warnings;

use List::Util qw(max min sum);
use Time::HiRes qw(time sleep);
use Uptime::Many;
use Uptime::Test;
use Uptime::Util qw(alive);

my $seconds = $ENV{CHAOS_SECONDS} // 600;
my $kills = $ENV{CHAOS_KILLS} // 20;

my $t = Uptime::Test->new(checker => 1, workers => 1);
my @server = map { $t->nginx } 1 .. 3;
$_->expect_log("signal 9", "was locked") for @server;
my $many = Uptime::Many->new(test => $t,
    monitors => $ENV{CHAOS_MONITORS} // 1000);
$many->add_monitors;


# Sizes of the shares, the largest first.
sub shares {
    return join ' ', sort { $b <=> $a } map { $_->{n} } $t->sql('SELECT
        count(*) AS n FROM shards s JOIN checkers c ON c.id = s.checker_id
        WHERE lease_until > now() GROUP BY c.id');
}


until_ok { shares() eq '22 21 21' } 10, 'three nodes have their shares';
until_ok { $many->all_checked } 20, 'all are checked';


# --- quiet

my $from = $many->now;
my $epochs = $t->value('SELECT sum(epoch) FROM shards');
sleep $seconds;
my $to = $many->now;

my $slots;
until_ok { ($slots = $many->slots($from, $to))->{missed} == 0 } 5,
    'no slot was missed';
my $hits = $many->hits($from, $to);
cmp_ok($hits, '<=', 1.01 * $slots->{slots}, 'every slot once');
is($slots->{not_up}, 0, 'nothing but up');
is($t->value('SELECT sum(epoch) FROM shards'), $epochs, 'no shard moved');
my @load = map { $_->{n} } $t->sql('SELECT count(*) AS n FROM check_history
    WHERE slot >= to_timestamp(?) AND slot < to_timestamp(?)
    GROUP BY node_id', $from, $to);
my $fair = sum(@load) / 3;
is(scalar(@load), 3, 'all three worked');
cmp_ok(max(@load), '<=', 1.2 * $fair, 'none did much more than its share');
cmp_ok(min(@load), '>=', 0.8 * $fair, 'none did much less');

diag(sprintf 'quiet: %.0f s, %d slots, %d missed, %d requests (%.4f a slot), '
    . 'load %s', $to - $from, $slots->{slots}, $slots->{missed}, $hits,
    $hits / $slots->{slots}, join ' ', map { sprintf '%+.1f %%',
    100 * ($_ / $fair - 1) } @load);


# --- death

my (@took, $held);
$from = $many->now;

for my $n (1 .. $kills) {
    my $victim = $server[$n % 3];
    my @pids = ($victim->pid, $victim->children);
    my $killed = time;
    kill 'KILL', @pids;

    $held = wait_until { shares() eq '32 32' } 25;
    push @took, time - $killed if $held;
    wait_until { !grep { alive($_) } @pids } 5;
    $victim->stop('KILL');
    last if !$held;

    # one loss at a time: every monitor has a result before the next one
    $victim->start;
    wait_until { shares() eq '22 21 21' } 10 or last;
    my $whole = $many->now;
    wait_until { $many->all_checked($whole) } 25 or last;
}

is(scalar(@took), $kills, 'every time the others took over') or
    diag(shares());
cmp_ok(max(@took), '<=', 20, 'within 20 s') if @took;
until_ok { shares() eq '22 21 21' } 10, 'in the end all have their shares';
$to = $many->now;
until_ok { $many->all_checked($to) } 15, 'all are checked';

# stored results, in the order of their time
my $gap = $t->value('SELECT max(gap) FROM (SELECT extract(epoch FROM
    slot - lag(slot) OVER (PARTITION BY monitor_id ORDER BY slot)) AS gap
    FROM check_history WHERE slot >= to_timestamp(?)) g', $from);
cmp_ok($gap, '<=', 30, 'no gap of more than the interval and 20 s');
is($t->value("SELECT count(*) FROM check_history WHERE outcome <> 'up'"), 0,
    'nothing was called down');
$slots = $many->slots($from, $to);
$hits = $many->hits($from, $to);
cmp_ok($hits, '<=', 1.01 * $slots->{slots} + 32 * $kills,
    'hardly a check was made twice');

diag(sprintf 'kill -9 of a node %d times: others hold all after %.1f to %.1f '
    . 's, longest gap %d s; %d slots, %d requests', $kills, min(@took),
    max(@took), $gap, $slots->{slots}, $hits);

done_testing;

# A node that is frozen long enough to lose its shards, and wakes up: nothing
# that it still holds is written, nobody is told a second time.
#
#   make test TESTS=t/chaos/zombie.t    20 times, 60 s each
#
# CHAOS_ROUNDS    (1)
# CHAOS_FREEZE    seconds; 0: until the other one has taken over (0)
# CHAOS_MONITORS  with an interval of 10 s (200)

use strict;
use warnings;

use Time::HiRes qw(time sleep);
use Uptime::Many;
use Uptime::Test;

my $rounds = $ENV{CHAOS_ROUNDS} // 1;
my $freeze = $ENV{CHAOS_FREEZE} // 0;

my $t = Uptime::Test->new(checker => 1, workers => 1);
my @server = ($t->nginx, $t->nginx);
$_->expect_log('clock is -?\d+ ms off') for @server;
my $slow = $t->target;
my $many = Uptime::Many->new(test => $t,
    monitors => $ENV{CHAOS_MONITORS} // 200);
my $c = $many->add_monitors;

# they have checks in flight, or change, while one node is frozen; ids over
# all shards
my @slow = map { $c->post('/monitors', { url => $slow->url("/slow/3?$_"),
    interval => 10, timeout => 9 })->{json}{id} } 1 .. 8;
my @flags = map { $c->post('/monitors', { interval => 10,
    url => $many->{target}->url('/flag/?name=down'), failure_threshold => 1,
    retry_interval => 1 })->{json}{id} } 1 .. 16;
$many->{monitors} += @slow + @flags;

# when a row came, and which node holds what
$t->execute('CREATE TABLE came (at timestamptz DEFAULT clock_timestamp(),
    monitor_id bigint, slot timestamptz, node_id int, ended timestamptz,
    begun timestamptz)');
$t->execute(q{CREATE FUNCTION note_came() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO came (monitor_id, slot, node_id, begun, ended) VALUES
    (NEW.monitor_id, NEW.slot, NEW.node_id, NEW.checked_at, NEW.checked_at
    + coalesce(NEW.latency_us, 0) * interval '1 us'); RETURN NULL; END $$});
$t->execute('CREATE TRIGGER note_came AFTER INSERT ON checks FOR EACH ROW
    EXECUTE FUNCTION note_came()');


sub shards {
    my %n = map { $_->{name} => $_->{n} } $t->sql('SELECT n.name,
        count(*) AS n FROM shards s JOIN checkers c ON c.id = s.checker_id
        JOIN nodes n ON n.id = c.node_id WHERE s.lease_until > now()
        GROUP BY n.name');
    return join ' ', map { "$_:$n{$_}" } sort keys %n;
}


sub told {
    my ($what) = @_;

    my %n;
    for my $line (map { $_->log_lines(qr/\[warn\].*uptime: monitor \d+/) }
        @server)
    {
        my ($id, $is) = $line =~ /monitor (\d+) .* is (\w+)/;
        $n{$id}++ if ($is // '') eq $what;
    }

    return \%n;
}


until_ok { shards() eq 'node0:32 node1:32' } 10, 'two nodes share';
until_ok { $many->all_checked } 25, 'all are checked';

my $from = $many->now;
my ($n, $longest, $gap) = (0, 0, 0);

for my $round (1 .. $rounds) {
    my $z = $round % 2;
    my ($zombie, $other) = ("node$z", 'node' . (1 - $z));
    my $id = $t->value('SELECT id FROM nodes WHERE name = ?', $zombie);

    # while it has checks in flight
    until_ok { my @h = $slow->hits; @h && time - $h[-1] < 0.5 } 12,
        "round $round: checks are in flight";
    my $start = time;
    my @pids = ($server[$z]->pid, $server[$z]->children);
    kill 'STOP', @pids;


    # a change that the frozen one does not know of
    $many->{target}->flag('down', $round % 2);
    my $what = $round % 2 ? 'down' : 'up';
    $n++ if $what eq 'down';

    until_ok { shards() eq "$other:64" } 20, 'the other one takes over'
        or diag(shards());
    my $took = time - $start;
    $longest = $took if $took > $longest;
    my $taken = $t->value('SELECT extract(epoch FROM max(taken_at))
        FROM shards');

    until_ok { my $told = told($what); !grep { ($told->{$_} // 0)
        != int(($round + 1) / 2) } @flags } 12, "all are told to be $what";

    sleep 1 while time - $start < $freeze;
    my $wakes = $many->now;
    kill 'CONT', @pids;
    until_ok { shards() eq 'node0:32 node1:32' } 3, 'it has its share again'
        or diag(shards());

    # a round of checks with both
    until_ok { $t->value('SELECT count(*) FROM monitor_state s
        JOIN check_history c ON c.monitor_id = s.monitor_id AND c.slot = s.last_slot
        WHERE last_checked_at > to_timestamp(?) AND node_id = ?', $wakes, $id)
        > 0.4 * $many->{monitors} } 15, 'and checks again';

    is($t->value('SELECT count(*) FROM came WHERE node_id = ?
        AND at > to_timestamp(?) AND begun < to_timestamp(?)
        AND ended > to_timestamp(?)', $id, $wakes, $wakes, $taken), 0,
        'nothing of before was accepted after it woke');
    is($t->value('SELECT count(*) FROM came WHERE node_id = ?
        AND begun BETWEEN to_timestamp(?) AND to_timestamp(?)', $id,
        $taken + 0.1, $wakes), 0, 'it made no checks meanwhile');
}

my %expected = map { $_ => $n } @flags;
is_deeply(told('down'), \%expected, 'each failure was told once');
my @bad = $t->sql('SELECT outcome, cause, count(*) AS n FROM check_history
    WHERE outcome NOT IN (?, ?) AND NOT monitor_id = ANY (?) GROUP BY 1, 2',
    'up', 'degraded', \@flags);
is(scalar @bad, 0, 'no check of another one was anything but up')
    or note_json(\@bad);

$gap = $t->value('SELECT max(gap) FROM (SELECT extract(epoch FROM
    slot - lag(slot) OVER (PARTITION BY monitor_id ORDER BY slot)) AS gap
    FROM check_history) g');
cmp_ok($gap, '<=', 30, 'no gap of more than the interval and 20 s');
my $to = $many->now;
my $rows = $t->value('SELECT count(DISTINCT (monitor_id, slot)) FROM check_history
    WHERE checked_at BETWEEN to_timestamp(?) AND to_timestamp(?)
    AND NOT monitor_id = ANY (?)', $from, $to, \@slow);
my $hits = $many->hits($from, $to);
cmp_ok($hits, '<=', 1.01 * $rows + 16, 'hardly a check was made twice');

diag(sprintf '%d times: taken over after at most %.1f s, gap of a monitor at '
    . 'most %d s, %d requests for %d slots', $rounds, $longest, $gap, $hits,
    $rows);

done_testing;

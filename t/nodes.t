# Two nginx on one database share the work; when one dies, the other one has
# it all soon.

use strict;
use warnings;

use Time::HiRes qw(time);
use Uptime::Test;

my $t = Uptime::Test->new(checker => 1);
my $target = $t->target;
my $one = $t->nginx;
my $c = $t->user_client;

# an id is its shard: over all of them
$t->execute('ALTER TABLE monitors ALTER COLUMN id SET INCREMENT 5');
my @ids = map { $c->post('/monitors', { url => $target->url("/ok/$_"),
    interval => 10 })->{json}{id} } 1 .. 16;


sub shards {
    my %n = map { $_->{name} => $_->{n} } $t->sql('SELECT n.name,
        count(*) AS n FROM shards s JOIN checkers c ON c.id = s.checker_id
        JOIN nodes n ON n.id = c.node_id WHERE s.lease_until > now()
        GROUP BY n.name');
    return join ' ', map { "$_:$n{$_}" } sort keys %n;
}


until_ok { shards() eq 'node0:64' } 10, 'one node has all shards';
until_ok { $t->value("SELECT count(*) FROM monitor_state
    WHERE status = 'up'") == 16 } 15, 'all up';

my $two = $t->nginx;
until_ok { shards() eq 'node0:32 node1:32' } 5, 'two nodes have half each'
    or diag(shards());
is($t->value('SELECT sum(epoch) FROM shards'), 64 + 32,
    'no shard moved more often than it had to');
my $shared = $t->value('SELECT extract(epoch FROM now())');

until_ok { $t->value('SELECT count(DISTINCT monitor_id) FROM check_history
    WHERE slot > to_timestamp(?)', $shared) == 16 } 15, 'a round together';
is($t->value('SELECT count(DISTINCT node_id) FROM check_history
    WHERE slot > to_timestamp(?)', $shared), 2, 'both checked');
is($t->value('SELECT count(*) FROM (SELECT FROM check_history
    GROUP BY monitor_id HAVING count(*) <> 1 + extract(epoch
    FROM max(slot) - min(slot)) / 10) x'), 0,
    'no slot was missed or done twice while shards moved');

# the API of either shows all
my ($token) = $c->{token};
my $r = $t->client($token, 1)->get('/monitors?limit=100');
is(scalar @{ $r->{json}{items} }, 16, 'the other API has the same monitors');

# a change on one reaches the checker of the other
for my $id (@ids[0 .. 3]) {
    $t->client($token, $id % 2)->patch("/monitors/$id",
        { url => $target->url("/ok/new$id") });
}
until_ok { !grep { !$target->hits("/ok/new$_") } @ids[0 .. 3] } 3,
    'changes arrive everywhere';


# --- one dies

$two->expect_log('signal 9');
my $killed = time;
my @all = ($two->pid, $two->children);
kill 'KILL', @all;
$two->stop('KILL');

until_ok { shards() eq 'node0:64' } 25, 'the other one takes over'
    or diag(shards());
note(sprintf 'after %.1f s', time - $killed);

my $taken = $t->value('SELECT extract(epoch FROM now())');
until_ok { $t->value('SELECT count(DISTINCT monitor_id) FROM check_history
    WHERE checked_at > to_timestamp(?)', $taken) == 16 } 15,
    'all are checked again';
is($t->value("SELECT count(*) FROM check_history WHERE outcome <> 'up'"), 0,
    'nothing was called down');
cmp_ok($t->value('SELECT max(gap) FROM (SELECT extract(epoch FROM
    checked_at - lag(checked_at) OVER (PARTITION BY monitor_id
    ORDER BY slot, attempt)) AS gap FROM check_history) g'), '<', 31,
    'no gap of more than the interval and 20 s');


# --- a node that leaves in order gives its shards at once

my $three = $t->nginx;
until_ok { shards() eq 'node0:32 node2:32' } 5, 'a new node gets its half'
    or diag(shards());
ok($three->stop, 'it quits');
until_ok { shards() eq 'node0:64' } 3, 'its shards are taken at once'
    or diag(shards());


done_testing;

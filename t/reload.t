# HUP while checks and requests run: no slot is missed or done twice, no
# request fails, the old processes go.

use strict;
use warnings;

use Time::HiRes qw(time);
use Uptime::Test;
use Uptime::Util qw(alive);

my $t = Uptime::Test->new(checker => 1, workers => 2);
my $target = $t->target;
my $server = $t->nginx;
my $c = $t->user_client;

my @ids = map { $c->post('/monitors', { url => $target->url("/ok/$_"),
    interval => 10 })->{json}{id} } 1 .. 12;

# a check that is longer than a reload
my $long = $c->post('/monitors', { url => $target->url('/slow/4'),
    interval => 10, timeout => 9 })->{json}{id};

until_ok { $t->value("SELECT count(*) FROM monitor_state
    WHERE status = 'up'") == 13 } 15, 'all up';

my $failed = 0;
my $asked = 0;

for my $round (1 .. 3) {
    my @old = $server->children;
    is(scalar(() = $server->checkers), 1, 'one checker');
    $server->signal('HUP');

    my $gone;
    until_ok {
        my $r = $c->get('/me');
        $asked++;
        $failed++ if $r->{status} != 200;
        $gone = !grep { alive($_) } @old;
        return $gone && $server->workers == 2 && $server->checkers == 1;
    } 15, "reload $round: the old processes are gone";

    until_ok { $t->value('SELECT count(*) FROM shards
        WHERE lease_until > now()') == 64 } 10, '... all shards are held';
}

cmp_ok($asked, '>', 2, 'requests were made meanwhile');
is($failed, 0, 'and none failed');

# two more rounds of checks after the last reload
my $end = $t->value('SELECT extract(epoch FROM now())');
until_ok { $t->value('SELECT count(*) FROM monitors m WHERE 2 <= (
    SELECT count(*) FROM check_history c WHERE c.monitor_id = m.id
    AND c.slot > to_timestamp(?))', $end) == 13 } 30, 'two rounds later';

my @bad = $t->sql("SELECT m.url, count(*) AS rows,
        1 + extract(epoch FROM max(slot) - min(slot)) / 10 AS slots
    FROM check_history c JOIN monitors m ON m.id = c.monitor_id
    GROUP BY m.id HAVING count(*) <> 1 + extract(epoch
        FROM max(slot) - min(slot)) / 10");
is(scalar @bad, 0, 'every slot once, none missed') or note_json(\@bad);

ok($server->stop, 'stopped');

# what a reload cuts short is done again; the next slot's check may have been
# in flight when it stopped
my $again = 0;
for my $n (1 .. 12) {
    my ($row) = $t->sql('SELECT count(*) AS n, extract(epoch FROM max(slot))
        + 5 AS until FROM check_history WHERE monitor_id = ?', $ids[$n - 1]);
    my $hits = grep { $_ < $row->{until} } $target->hits("/ok/$n");
    cmp_ok($hits, '>=', $row->{n}, "monitor $n: a request for each row");
    $again += $hits - $row->{n};
}
cmp_ok($again, '<=', 6, 'hardly a request was made twice');

is($t->value("SELECT count(*) FROM check_history WHERE outcome <> 'up'"), 0,
    'nothing but up');
is($server->log_lines(qr/\[warn\].*uptime: monitor/), 0,
    'nothing on the console');

done_testing;

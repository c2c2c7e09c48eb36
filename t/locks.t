# Who waits for whom in the database: a deadlock is resolved without an error
# for the caller, and the writer of results takes a monitor before its state,
# as whoever deletes it does.

use strict;
use warnings;

use Uptime::Test;

my $t = Uptime::Test->new(checker => 1);
my $target = $t->target;
my $server = $t->nginx;
my ($uid, $token) = $t->user;
my $c = $t->client($token);
my $other = $t->{cluster}->connect($t->{db});

sub monitor {
    my (%o) = @_;

    my $r = $c->post('/monitors', { url => $target->url('/switch/m'),
        interval => 10, retry_interval => 1, %o });
    is($r->{status}, 201, 'a monitor') or diag($r->{content});
    return $r->{json}{id};
}

# a statement whose text has this in it waits for a lock
sub waiting_ok {
    my ($like, $name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    until_ok { $t->value("SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'
          AND query LIKE ?", $like) == 1 } 20, $name;
    return;
}

sub post {
    my ($method, $path, $body) = @_;

    my $conn = $t->conn;
    $conn->send("$method /api/v1$path HTTP/1.1\r\nHost: x\r\n"
        . "Authorization: Bearer $token\r\nContent-Type: application/json\r\n"
        . 'Content-Length: ' . length($body) . "\r\n\r\n$body");
    return $conn;
}

$target->set('m', '/ok');


# --- one of two has to give way: not the one that cannot try again

my @ids = map { monitor(paused => true) } 1, 2;
my $r;

$other->do('SET deadlock_timeout = 60000');

# PostgreSQL looks for a deadlock once, a second after the wait began: who is
# slower than that has another try
for (1 .. 3) {
    $other->begin_work;
    $other->do('SELECT FROM monitors WHERE id = ? FOR UPDATE', undef, $ids[1]);

    my $conn = post('DELETE', '/monitors', "{\"ids\":[$ids[0],$ids[1]]}");
    waiting_ok('%DELETE FROM monitors m USING old%', 'a deletion waits');

    # from here on each waits for the other
    $other->do('SELECT FROM monitors WHERE id = ? FOR UPDATE', undef, $ids[0]);
    $other->commit;

    $r = $conn->response(10);
    last if $r->{status} != 503;
}

is($r->{status}, 200, 'a deadlock is nothing that a caller sees')
    or diag($r->{content});
is($t->value('SELECT count(*) FROM monitors WHERE id = ANY (?)', \@ids), 0,
    '... both are deleted');


# --- a transition beside a deletion

@ids = map { monitor(failure_threshold => 1) } 1, 2;
until_ok { $t->value("SELECT count(*) FROM monitor_state WHERE status = 'up'
    AND monitor_id = ANY (?)", \@ids) == 2 } 10, 'both are up';

$other->begin_work;
$other->do('SELECT FROM monitors WHERE id = ? FOR UPDATE', undef, $ids[0]);

$target->set('m', '/status/500');
$c->post("/monitors/$_/check") for @ids;
waiting_ok('%fence AS MATERIALIZED%', 'a result waits for the deletion');

# deleting takes both, and what belongs to them, at once
$other->do("SET LOCAL lock_timeout = '300ms'");
is(eval { $other->do('DELETE FROM monitors WHERE id = ANY (?)', undef,
    \@ids) }, 2, '... which does not wait for the result') or diag($@);
$other->commit;
$other->disconnect;

done_testing();

# Incidents: lists, filters, pages, one with its time line, acknowledge, and
# what ends them besides a recovery.

use strict;
use warnings;

use Uptime::Test;

my $t = Uptime::Test->new;
$t->nginx;
my ($uid, $token) = $t->user(email => 'eve@example.com');
my $c = $t->client($token);

my ($id, $other) = map { $c->post('/monitors', { name => "n$_",
    url => "https://h$_.example/" })->{json}{id} } 1, 2;

is_deeply($c->get("/$_")->{json}, { items => [], next_cursor => undef },
    "nothing yet: $_") for 'incidents', "monitors/$id/incidents";

# as the statement that stores a result does it
sub transition {
    my ($monitor, $event, $at, $attempt, $cause, $status) = @_;

    $t->value('SELECT alert_transition(?, ?, ?, ?, ?, ?, ?, NULL, ?)', $monitor,
        $event, ($attempt // 1) > 1 ? '2026-03-01 10:00Z' : $at,
        $attempt // 1, $at, $cause, $status,
        '{"body": "oops"}');
    return;
}

sub items { return @{ $c->get($_[0])->{json}{items} // [] } }

transition($id, 'down', '2026-03-01 10:00:20Z', 2, 'http_status', 503);
transition($id, 'down', '2026-03-01 10:00:40Z', 3, 'timeout');
is(scalar(items('/incidents')), 1, 'one at a time');

my $res = $c->get('/incidents');
my $i = $res->{json}{items}[0];
my $one = $i->{id};
cmp_ok(delete $i->{duration_s}, '>', 86_400, 'it lasts');
is_deeply($i, { id => $one, monitor_id => $id, monitor_name => 'n1',
    status => 'open', started_at => '2026-03-01T10:00:00.000Z',
    ended_at => undef, end_reason => undef, cause => 'http_status',
    http_status => 503, first_error => 'HTTP status 503',
    maintenance => false, parent_id => undef, acknowledged_at => undef,
    acknowledged_by => undef }, 'open since the first failure');


# --- acknowledge

$res = $c->post("/incidents/$one/acknowledge");
is($res->{status}, 200, 'acknowledged') or diag($res->{content});
is_deeply([@{ $res->{json} }{qw(status acknowledged_by)}],
    ['acknowledged', 'eve@example.com'], '... by whom');
my $when = $res->{json}{acknowledged_at};
$t->execute("UPDATE users SET email = 'adam\@example.com' WHERE id = ?", $uid);
$res = $c->post("/incidents/$one/acknowledge");
is($res->{status}, 200, 'again');
is_deeply([@{ $res->{json} }{qw(acknowledged_at acknowledged_by)}],
    [$when, 'eve@example.com'], '... and the first one stays');

transition($id, 'up', '2026-03-01 10:05Z');
$res = $c->get("/incidents/$one");
is($res->{status}, 200, 'one') or diag($res->{content});
is_deeply([@{ $res->{json} }{qw(status end_reason duration_s attempts)}],
    ['resolved', 'recovered', 300, 2], 'it is over');
is_deeply($res->{json}{evidence}, { body => 'oops' }, 'evidence');
is_deeply([map { $_->{event} } @{ $res->{json}{timeline} }],
    [qw(failed confirmed recovered acknowledged)], 'its time line');
is($res->{json}{timeline}[0]{detail}, 'HTTP status 503', '... first error');


# --- what ends one

transition($id, 'down', '2026-03-02 10:00Z', 1, 'timeout');
is((items('/incidents'))[0]{first_error}, 'timeout', 'another one');
transition($id, 'degraded', '2026-03-02 10:01Z');
transition($id, 'degraded', '2026-03-02 10:02Z');
is((items('/incidents'))[0]{end_reason}, 'degraded', 'ends when it is slow');

my $n = 0;
for (['paused', sub { $c->post("/monitors/$id/pause") }],
    ['changed', sub { $c->patch("/monitors/$id",
        { url => 'https://h3.example/' }) }],
    ['disabled', sub { $t->execute('UPDATE users SET disabled_at = now()
        WHERE id = ?', $uid); $t->execute('UPDATE users SET
        disabled_at = NULL WHERE id = ?', $uid) }])
{
    my ($reason, $do) = @$_;
    $c->post("/monitors/$id/resume");
    transition($id, 'down', "2026-03-03 1$n:00Z", 1, 'timeout');
    $n++;
    $do->();
    is((items('/incidents'))[0]{end_reason}, $reason, "ends when $reason");
}

$c->patch("/monitors/$id", { name => 'new' });
$c->post("/monitors/$id/resume");
transition($id, 'down', '2026-03-04 10:00Z', 1, 'reset');
$c->patch("/monitors/$id", { name => 'n1' });
is((items('/incidents'))[0]{status}, 'open', 'a new name ends nothing');


# --- pages and filters

transition($other, 'down', "2026-03-05 10:0$_:00Z", 1, 'timeout'),
    transition($other, 'up', "2026-03-05 10:0$_:30Z") for 0 .. 9;

my @all = map { $_->{id} } items('/incidents?limit=100');
is(scalar @all, 16, 'all');
is_deeply(\@all, [sort { $b <=> $a } @all], 'newest first');

for my $list ('incidents?', "monitors/$other/incidents?") {
    my @want = map { $_->{id} } items("/${list}limit=100");
    my (@seen, $cursor);
    do {
        my $r = $c->get("/${list}limit=3"
            . (defined $cursor ? "&cursor=$cursor" : ''));
        push @seen, map { $_->{id} } @{ $r->{json}{items} // [] };
        $cursor = $r->{json}{next_cursor};
    } while (defined $cursor && @seen < 50);
    is_deeply(\@seen, \@want, "pages of $list");
}

is(scalar items('/incidents?status=open'), 1, 'status=open');
is(scalar items('/incidents?status=acknowledged'), 0, 'acknowledged');
is(scalar items('/incidents?status=resolved'), 15, 'resolved');
is(scalar items("/incidents?monitor=$other"), 10, 'monitor');
is(scalar items("/monitors/$id/incidents?status=resolved"), 5, 'of one');
is(scalar items('/incidents?from=2026-03-05T10:04:10Z'
    . '&to=2026-03-05T10:05:00Z&monitor=' . $other), 1, 'that touch a time');
is(scalar items('/incidents?from=2026-03-04T12:00:00Z'), 14,
    'one that goes on touches every later time');

fields_ok($c->get('/incidents?status=bad&monitor=0&from=x&limit=0&cursor=y'),
    { status => 'not_allowed', monitor => 'out_of_range', from => 'bad_time',
    limit => 'out_of_range', cursor => 'bad_cursor' }, 'refused');
problem_ok($c->get('/incidents/999999'), 404, 'not_found', 'no such one');
problem_ok($c->get('/monitors/999999/incidents'), 404, 'not_found',
    'no such monitor');

# --- when it began

$t->execute("UPDATE monitors SET created_at = '2026-01-01',
    updated_at = '2026-03-06 14:00:05Z' WHERE id = ?", $other);

for (['on time', 11, '00:00', 'down 00:00', 'down 00:10'],
    ['unknown in between', 12, '00:00', 'down 00:00', 'unknown 00:10',
        'down 00:20'],
    ['it was up', 13, '05:00', 'up 00:00', 'down 05:00', 'down 05:10'],
    ['edited in time', 14, '00:06', 'down 00:06', 'down 00:16'],
    ['what failed was something else', 15, '05:00', 'down 00:00',
        'down 05:00', 'down 05:10'],
    ['the slot before', 16, '40:00', 'down 40:00', 'down 40:10'],
    ['nothing is stored', 17, '00:00'])
{
    my ($name, $hour, $want, @checks) = @$_;
    my ($day, $attempt, $at) = ('2026-03-06', 0, '00:20');

    for (@checks) {
        (my $outcome, $at) = split / /;
        $t->execute('INSERT INTO checks (monitor_id, slot, checked_at,
            node_id, attempt, outcome) VALUES (?, ?, ?, 1, ?, ?)', $other,
            "$day $hour:00Z", "$day $hour:${at}Z", ++$attempt, $outcome);
    }

    is($t->value("SELECT to_char(incident_start(?, ?, ?, ?), 'HH24:MI:SS')",
        $other, "$day $hour:00Z", $attempt || 2, "$day $hour:${at}Z"),
        "$hour:$want", "it began: $name");
}

my $alien = $t->user_client;
is_deeply($alien->get("/incidents?monitor=$id")->{json}{items}, [],
    'nothing for others');
problem_ok($alien->post("/incidents/$one/acknowledge"), 404, 'not_found',
    '... to acknowledge either');
is($t->value('SELECT count(*) FROM incidents WHERE acknowledged_by IS NULL'),
    15, '... and nothing happened');

$c->delete("/monitors/$id");
problem_ok($c->get("/incidents/$one"), 404, 'not_found',
    'they go with their monitor');

done_testing;

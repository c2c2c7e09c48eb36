# Pushes: taken by workers, stored in batches, judged by the checker.

use strict;
use warnings;

use Uptime::Test;
use Uptime::Util qw(random_hex);

my $t = Uptime::Test->new(checker => 1);
my $server = $t->nginx;
my $c = $t->user_client;
my $anybody = $t->client;


sub monitor {
    my (%with) = @_;

    my $m = $c->post('/monitors', { type => 'push', name => 'push',
        interval => 10, grace => 20, failure_threshold => 1, %with })->{json};
    return { id => $m->{id}, token => $m->{push_token},
        url => $m->{push_url} };
}


sub push_ok {
    my ($m, $args, $name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $res = $anybody->get("/push/$m->{token}$args");
    return is("$res->{status} $res->{content}", '200 {"status":"ok"}', $name);
}


sub stored {
    my ($m) = @_;

    my ($row) = $t->sql('SELECT up, latency_us, message,
        pushed_at > now() - interval \'5 s\' AS fresh FROM pushes
        WHERE monitor_id = ?', $m->{id});
    return $row;
}


sub state_of {
    my ($m) = @_;

    my ($row) = $t->sql('SELECT status, last_cause FROM monitor_state
        WHERE monitor_id = ?', $m->{id});
    return join ' ', map { $_ // '-' } @$row{qw(status last_cause)};
}


sub raw {
    my ($path) = @_;

    my $k = $t->conn;
    $k->send("GET /api/v1$path HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return $k;
}


# The schema is older than this checker: that was a gap, and it is over.
until_ok { $t->value("SELECT beat_at > now() - interval '5 s' FROM pulse") }
    10, 'the checker leaves a pulse';
$t->execute("UPDATE pulse SET gap_to = '-infinity'");


# --- taking one

my %m = map { $_ => monitor() } qw(silent good bad late excused);
$t->execute("INSERT INTO pushes (monitor_id, pushed_at, up)
    VALUES (?, now() - interval '1 hour', true),
           (?, now() - interval '1 hour', true)", $m{late}{id},
    $m{excused}{id});

is($m{good}{url}, "/api/v1/push/$m{good}{token}", 'the path to call');
like($m{good}{token}, qr/^\w{32,}$/, 'its token');
push_ok($m{good}, '', 'a push');
is_deeply(stored($m{good}), { up => 1, latency_us => undef,
    message => undef, fresh => 1 }, 'it is stored');
push_ok($m{good}, '?status=up&message=all%20well&latency_ms=12', 'with more');
is_deeply(stored($m{good}), { up => 1, latency_us => 12000,
    message => 'all well', fresh => 1 }, 'it is stored');
push_ok($m{bad}, '?status=down&message=disk+full', 'one that says down');
is_deeply(stored($m{bad}), { up => 0, latency_us => undef,
    message => 'disk full', fresh => 1 }, 'it is stored');

my $res = $anybody->post("/push/$m{good}{token}", undef);
is($res->{status}, 200, 'POST works as well');

problem_ok($anybody->get('/push/' . random_hex(32)), 404, 'not_found',
    'unknown token');
problem_ok($anybody->get('/push/' . 'x' x 101), 404, 'not_found',
    'a token that is too long');
problem_ok($anybody->get('/push/'), 404, 'not_found', 'no token');
problem_ok($anybody->get('/push/a/b'), 404, 'not_found', 'a longer path');
problem_ok($anybody->delete("/push/$m{good}{token}"), 405,
    'method_not_allowed', 'DELETE');
fields_ok($anybody->get("/push/$m{good}{token}?status=maybe&latency_ms=-1&x=1"),
    { status => 'not_allowed', latency_ms => 'out_of_range',
      x => 'unknown_field' }, 'bad arguments');


# --- what the checker makes of them

my %expected = (
    silent => 'unknown push_waiting', good => 'up -',
    bad => 'down push_failed', late => 'down push_missed',
);

for my $name (sort keys %expected) {
    until_ok { state_of($m{$name}) eq $expected{$name} } 20,
        "$name: $expected{$name}";
}

is($t->value('SELECT last_latency_us FROM monitor_state WHERE monitor_id = ?',
    $m{good}{id}), undef, 'the last push told no latency');

# nobody was here to take a push: it may have come
$t->execute("UPDATE pulse SET gap_to = now() - interval '1 s'");
until_ok { state_of($m{excused}) eq 'unknown own_resources' } 20,
    'a push that may have been lost is not missed';
$t->execute("UPDATE pulse SET gap_to = now() - interval '31 s'");
until_ok { state_of($m{excused}) eq 'down push_missed' } 20,
    'but after a whole period it is';

$t->execute("UPDATE pulse SET beat_at = now() - interval '21 s'");
until_ok { $t->value("SELECT gap_to > now() - interval '10 s' FROM pulse") }
    10, 'a time without leases is noticed';
$t->execute("UPDATE pulse SET gap_to = '-infinity'");


# --- pause and resume

is($c->post("/monitors/$m{late}{id}/pause")->{status}, 200, 'pause');
is($c->post("/monitors/$m{late}{id}/resume")->{status}, 200, 'resume');
is_deeply(stored($m{late}), { up => 1, latency_us => undef,
    message => undef, fresh => 1 }, 'going on counts as a push');
until_ok { state_of($m{late}) eq 'up -' } 20, 'and so it is up';

my $paused = monitor(paused => true);
push_ok($paused, '', 'a paused monitor takes pushes');


# --- many at once: few statements

my @many = map { monitor(paused => true) } 1 .. 100;
my @sent = map { raw("/push/$_->{token}") } @many;
is(scalar(grep { $_->response->{status} == 200 } @sent), 100,
    '100 at once');
is($t->value('SELECT count(*) FROM pushes WHERE monitor_id = ANY (?)',
    [map { $_->{id} } @many]), 100, 'all are stored');


# --- the client does not wait; the database does not answer

sub locked {
    my ($m, $code) = @_;

    my $other = $t->{cluster}->connect($t->{db});
    $other->begin_work;
    $other->do('SELECT FROM pushes WHERE monitor_id = ? FOR UPDATE', undef,
        $m->{id});
    $code->();
    $other->commit;
    $other->disconnect;
    return;
}


sub age {
    $t->execute("UPDATE pushes SET pushed_at = now() - interval '1 hour'
        WHERE monitor_id = ?", $_[0]{id});
    return;
}


age($m{good});
locked($m{good}, sub {
    my $k = raw("/push/$m{good}{token}?message=gone");
    until_ok { $t->value("SELECT count(*) FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND datname = current_database()") }
        5, 'the statement waits';
    $k->close;
});
until_ok { stored($m{good})->{fresh} } 10,
    'stored although the client has gone';
is(stored($m{good})->{message}, 'gone', '... as it was sent');

age($m{good});
locked($m{good}, sub {
    my $late = $anybody->get("/push/$m{good}{token}?message=late");
    is("$late->{status} $late->{content}", '202 {"status":"queued"}',
        'what cannot be stored now is kept');
});
until_ok { stored($m{good})->{fresh} } 10, 'stored later';
is(stored($m{good})->{message}, 'late', '... as it was sent');

done_testing;

# Requests for one monitor that come together are one statement; whoever asks
# does not notice: the answer, a client that goes away, a deadline and a lost
# connection are each one's own.

use strict;
use warnings;

use Uptime::Test;
use Uptime::Util qw(slurp wait_until);

my $t = Uptime::Test->new;
my $server = $t->nginx(directives => "uptime_database_timeout 3s;\n");
my ($worker) = $server->workers;
my $other = $t->{cluster}->connect($t->{db});
my (@token, @conn);

for my $n (0, 1) {
    my ($uid, $token) = $t->user;
    my $c = $t->client($token);
    my @ids = map { $c->post('/monitors', { $_ ? (type => 'push')
        : (url => "https://h$n.example/") })->{json}{id} } 0, 1;
    my $key = $c->post('/keys', { name => 'k' })->{json}{key};
    push @token, { ids => \@ids, full => $token, read => $key };
}

# who asks, and for which monitor of whom
my @ask = ([0, 'full', 0, 0], [1, 'full', 0, 0], [1, 'full', 1, 0],
    [0, 'full', 0, 1], [1, 'full', 1, 1], [0, 'full', 1, 1],
    [0, 'full', 0, 0]);


# Sends all of them so that the worker sees them at once, and locks the table
# if wanted.  The connections were used before: they are accepted.
sub together {
    my ($lock) = @_;

    @conn = map { $t->conn } @ask;
    for my $conn (@conn) {
        $conn->send("GET /plain HTTP/1.1\r\nHost: x\r\n\r\n");
        $conn->response;
    }

    if ($lock) {
        $other->begin_work;
        $other->do('LOCK TABLE monitors');
    }

    kill 'STOP', $worker;
    wait_until { slurp("/proc/$worker/stat") =~ /\)\ T\ /x } 5;
    for my $i (0 .. $#ask) {
        my ($who, $with, $whose, $n) = @{ $ask[$i] };
        $conn[$i]->send("GET /api/v1/monitors/$token[$whose]{ids}[$n] "
            . "HTTP/1.1\r\nHost: x\r\n"
            . "Authorization: Bearer $token[$who]{$with}\r\n\r\n");
    }
    kill 'CONT', $worker;
    return;
}


# So many statements wait for the lock; the pid of one.
sub waiting_ok {
    my ($n, $name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my @pids;
    until_ok {
        @pids = map { $_->{pid} } $t->sql("SELECT pid FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'
              AND query LIKE '%m.tls_resume%'");
        @pids >= $n } 10, $name;
    is(scalar @pids, 1, '... as one statement') if $n == 1;
    return $pids[0];
}


sub answers_ok {
    my ($name, %gone) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my @wrong;

    for my $i (grep { !$gone{$_} } 0 .. $#ask) {
        my ($who, $with, $whose, $n) = @{ $ask[$i] };
        my $res = $conn[$i]->response // { status => 0 };
        my $json = $res->{json} // {};
        my $good = $who != $whose ? $res->{status} == 404
            : $res->{status} == 200
            && $json->{id} == $token[$whose]{ids}[$n]
            && !exists $json->{nth}
            && ($json->{push_token} // '') =~ ($n == 0 ? qr/^$/
                : $with eq 'read' ? qr/^\*+$/ : qr/^\w{20,}$/)
            && $res->{headers}{etag} eq "\"$json->{version}\"";
        push @wrong, "$i: $res->{status} " . ($res->{content} // '')
            if !$good;
    }

    is("@wrong", '', $name);
    return;
}


sub status_ok {
    my ($status, $name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is_deeply([map { ($_->response // { status => 0 })->{status} } @conn],
        [($status) x @conn], $name);
    return;
}


# --- each has the answer that is its own

together(0);
answers_ok('each has its own answer');

# keys are looked up before, so these go as they come
push @ask, [0, 'read', 0, 1], [1, 'read', 1, 1];
together(0);
answers_ok('... and with a key that may only read its own');
splice @ask, -2;

together(1);
waiting_ok(1, 'they wait');
$other->rollback;
answers_ok('... each has its own answer');


# --- who gathers behind two that are slow does not wait for them

my @few = @ask;
@ask = (@few) x 10;

for my $when ('and connects', 'on what is connected') {
    together(1);
    waiting_ok(3, "two are full and wait, the rest leaves $when");
    $other->rollback;
    answers_ok('... each has its own answer');
}

@ask = @few;


# --- some go away meanwhile

together(1);
waiting_ok(1, 'they wait');
$conn[$_]->reset for 0, 3, 6;
until_ok { my $x = $t->client($token[0]{full})->get('/health/live');
    $x->{status} == 200 } 5, 'the worker saw it';
$other->rollback;
answers_ok('the others have their answers', map { $_ => 1 } 0, 3, 6);


# --- the statement fails: each is tried once more, alone

together(1);
waiting_ok(1, 'they wait, until the wait for the lock is over');
waiting_ok(2, '... then each for itself');
$other->rollback;
answers_ok('... and succeeds');


# --- the connection is lost

together(1);
my $pid = waiting_ok(1, 'they wait');
$other->do('SELECT pg_terminate_backend(?)', undef, $pid);
status_ok(503, 'lost: all hear of it');
$other->rollback;


# --- no answer in time

until_ok { $t->client($token[0]{full})->get("/monitors/$token[0]{ids}[0]")
    ->{status} == 200 } 10, 'it answers again';
together(1);
$pid = waiting_ok(1, 'they wait');
kill 'STOP', $pid;
status_ok(503, 'the deadline is each one\'s');
kill 'CONT', $pid;
$other->rollback;
until_ok { $t->client($token[0]{full})->get("/monitors/$token[0]{ids}[0]")
    ->{status} == 200 } 10, 'it answers again';

is_deeply([$server->workers], [$worker], 'the same worker');
is($server->log_lines(qr/\[(?:alert|emerg)\]/), 0, 'no alert');

done_testing;

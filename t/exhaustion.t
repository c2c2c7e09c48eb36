# Others have taken what we need: connections of the database, descriptors.
# Answers come, nobody is called down, and all is well soon after.

use strict;
use warnings;

use Time::HiRes qw(time);
use Uptime::Many;
use Uptime::Test;

my $cluster = Uptime::Cluster->create(dir => "$ENV{UPTIME_RUN}/pg_exhaustion");
open my $fh, '>>', $cluster->data . '/postgresql.conf' or die $!;
print $fh "max_connections = 30\nsuperuser_reserved_connections = 0\n";
close $fh or die $!;
$cluster->start;

my $t = Uptime::Test->new(cluster => $cluster, empty => 1, checker => 1,
    workers => 2, directives => 'uptime_database_connections 4;');
my $server = $t->nginx;
until_ok { $t->client->get('/health/ready')->{status} == 200 } 20, 'ready';

my $many = Uptime::Many->new(test => $t, monitors => 100);
my $c = $many->add_monitors;
until_ok { $many->all_checked } 15, 'all are checked';
my $dbh = $t->dbh;
my $from = $many->now;


sub backends {
    # PostgreSQL's own workers are nobody's connections
    return $dbh->selectrow_array("SELECT count(*) FROM pg_stat_activity
        WHERE datname = ? AND pid <> pg_backend_pid()
        AND backend_type = 'client backend'", undef, $t->{db});
}


# requests on connections of their own, all at once; the statuses
sub at_once {
    my ($n) = @_;

    my @conns = map { $t->conn } 1 .. $n;
    $_->send("GET /api/v1/me HTTP/1.1\r\nHost: x\r\n"
        . "Authorization: Bearer $c->{token}\r\n\r\n") for @conns;
    my %n;
    my $start = time;
    $n{ ($_->response(10) // { status => 'none' })->{status} }++ for @conns;
    return (\%n, time - $start);
}


# --- a crowd gets no more connections than it was given

my ($statuses, $took) = at_once(200);
is_deeply($statuses, { 200 => 200 }, '200 requests at once are answered');
cmp_ok(backends(), '<=', 3 * 4 + 1,
    'by no more connections than were allowed');


# --- the database has no connection left

my @taken;
$server->expect_log('terminating connection');

# nginx waits a moment before it connects again: others are faster
until_ok {
    $dbh->do('SELECT pg_terminate_backend(pid, 100) FROM pg_stat_activity
        WHERE datname = ? AND pid <> ALL (?)', undef, $t->{db},
        [map { $_->{pg_pid} } $dbh, @taken]);
    while (my $other = eval { $cluster->connect($t->{db}) }) {
        push @taken, $other;
    }
    return @taken == 29;
} 10, 'all are taken by others' or diag(backends() . ' ' . @taken);

my $slowest = 0;
for my $n (1 .. 6) {
    my $start = time;
    problem_ok($c->get('/me'), 503, undef, 'no connection: 503');
    $slowest = time - $start if time - $start > $slowest;
    select undef, undef, undef, 0.3;
}
cmp_ok($slowest, '<', 3, sprintf 'each soon, the slowest after %.1f s',
    $slowest);
is($c->get('/health/live')->{status}, 200, 'live');
ok($server->wait_log(qr/leases could not be renewed/, 8),
    'the checker notices too');

$_->disconnect for @taken;
my $released = time;
until_ok { $c->get('/me')->{status} == 200 } 10, 'answers again';
until_ok { $t->value("SELECT count(*) = 64 FROM shards WHERE lease_until
    > now() + interval '9 s'") } 10, 'leases are renewed again';
note(sprintf 'healed after %.1f s', time - $released);

my $since = $many->now;
until_ok { $many->all_checked($since) } 12, 'all are checked';
my $to = $many->now;
my $slots;
until_ok { ($slots = $many->slots($from, $to))->{missed} == 0 } 5,
    'no slot was missed';
is($slots->{not_up}, 0, 'nothing but up');


# --- no descriptors

my $slow = $t->target;
$server->stop;
my $small = $t->nginx(main => 'worker_rlimit_nofile 160;', workers => 1,
);
$small->expect_log('Too many open files', 'more than open file resource limit',
    'at most \d+ checks at once', 'accept4?\(\) failed',
    'checks cannot be started in time');
$c = $t->client($c->{token}, 1);
my $id = $c->post('/monitors', { url => $slow->url('/slow/1'),
    interval => 10 })->{json}{id};
$t->execute("INSERT INTO monitors (url, name, $many->{columns})
    SELECT url || '?' || n, name || n, $many->{columns}
    FROM monitors, generate_series(1, 150) n WHERE id = ?", $id);
until_ok { $t->value("SELECT count(*) FROM monitor_state JOIN monitors
    ON id = monitor_id WHERE status = 'up' AND url LIKE '%/slow/%'") == 151 }
    15, '151 slow checks with descriptors for 48';
is($t->value("SELECT count(*) FROM check_history WHERE outcome = 'down'"), 0,
    'nothing was called down');

my @idle;
for (1 .. 200) {
    push @idle, eval { $t->conn(1) } // last;
    $idle[-1]->send("GET /api/v1/me HTTP/1.1\r\nHost: x\r\n"
        . "Authorization: Bearer $c->{token}\r\n\r\n");
}

my $start = time;
my $first = $idle[0]->response(5) // { status => 'none' };
like($first->{status}, qr/^(?:200|503)$/, 'an answer, though crowded');
cmp_ok(time - $start, '<', 5, 'soon');
ok($small->wait_log(qr/Too many open files/, 5), 'there is no descriptor left');
$start = time;
$idle[0]->send("GET /api/v1/me HTTP/1.1\r\nHost: x\r\n"
    . "Authorization: Bearer $c->{token}\r\n\r\n");
$first = $idle[0]->response(5) // { status => 'none' };
like($first->{status}, qr/^(?:200|503)$/, 'who is connected gets an answer');

$_->close for @idle;
until_ok { ($c->get('/me')->{status} // 0) == 200 } 10, 'then all is well';
is(scalar(() = $small->checkers), 1, 'the checker is there');
is($small->log_lines(qr/exited on signal/), 0, 'nothing crashed');

done_testing;

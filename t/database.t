# The database is away, comes, crashes, hangs: 503 soon, never a hang, never
# a target called down, nothing lost.

use strict;
use warnings;

use Time::HiRes qw(time);
use Uptime::Test;

# a cluster of its own: others must not suffer
my $cluster = Uptime::Cluster->create(dir => "$ENV{UPTIME_RUN}/pg_database",
    fsync => 1);
$cluster->start;
my $t = Uptime::Test->new(cluster => $cluster, empty => 1, checker => 1);
$cluster->stop;

my $target = $t->target;
my $server = $t->nginx;
my $c = $t->client;


sub away_ok {
    my ($name, $client) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $start = time;
    my $res = $client->get('/me');
    my $took = time - $start;
    problem_ok($res, 503, undef, $name);
    cmp_ok($took, '<', 3, sprintf '... after %.1f s', $took);
    return;
}


# --- not there yet

my $nobody = $t->client($t->mint(sub => 1));
away_ok('no database: 503', $nobody);
away_ok('no database: 503 again', $nobody);
is($c->get('/health/live')->{status}, 200, 'live');
problem_ok($c->get('/health/ready'), 503, undef, 'not ready');
problem_ok($c->post('/auth/signup', { email => 'a@example.com',
    password => 'correct horse 42' }), 503, undef, 'no sign-up');


# --- there: the checker makes the schema

$cluster->start;
until_ok { $c->get('/health/ready')->{status} == 200 } 20,
    'ready on an empty database';
is($t->value('SELECT count(*) FROM schema_migrations'),
    scalar(() = glob 'sql/migrations/*.sql'), 'every migration was made');

my $res = $c->post('/auth/signup', { email => 'a@example.com',
    password => 'correct horse 42' });
is($res->{status}, 201, 'sign-up') or diag($res->{content});
$c = $t->client($res->{json}{access_token});

my @ids = map { $c->post('/monitors', { url => $target->url("/ok/$_"),
    interval => 10, failure_threshold => 1 })->{json}{id} } 1 .. 6;
until_ok { $t->value("SELECT count(*) FROM monitor_state
    WHERE status = 'up'") == 6 } 10, 'all up';


# --- crashed, for more than a slot

my @before = map { "$_->{monitor_id} $_->{slot}" }
    $t->sql('SELECT monitor_id, slot FROM check_history');
my $from = $server->log_size;
my $crashed = time;
$cluster->stop('immediate');
away_ok('crashed: 503', $c);
is($c->get('/health/live')->{status}, 200, 'live');
problem_ok($c->get('/health/ready'), 503, undef, 'not ready');

# checks go on: every target is asked once more
until_ok { !grep { my @h = $target->hits("/ok/$_"); $h[-1] < $crashed + 1 }
    1 .. 6 } 15, 'targets are checked meanwhile';
away_ok('still 503', $c);

$cluster->start;
my $started = time;
until_ok { $c->get('/me')->{status} == 200 } 20, 'it answers again';
until_ok { $c->get('/health/ready')->{status} == 200 } 15, 'ready';

my %now = map { ("$_->{monitor_id} $_->{slot}" => 1) }
    $t->sql('SELECT monitor_id, slot FROM check_history');
is(scalar(grep { !$now{$_} } @before), 0, 'no stored row was lost');

my $since = $t->value('SELECT extract(epoch FROM now())');
until_ok { $t->value('SELECT count(DISTINCT monitor_id) FROM check_history
    WHERE slot > to_timestamp(?)', $since) == 6 } 15, 'checks are stored';


sub holes {
    return $t->value('SELECT count(*) FROM (SELECT FROM check_history
        GROUP BY monitor_id HAVING count(DISTINCT slot) <> 1 + extract(epoch
        FROM max(slot) - min(slot)) / 10) x');
}


until_ok { holes() == 0 } 10, 'the slots meanwhile were stored, too';


# --- a backend is killed, the server restarts itself

my ($backend) = grep { $_ != $cluster->pid }
    map { $_->{pid} } $t->sql("SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()");
my $count = $t->value('SELECT count(*) FROM check_history');
kill 'KILL', $backend;
until_ok { my $n = eval { $t->value('SELECT count(*) FROM check_history') };
    defined $n && $n >= $count } 10, 'the database is back';
until_ok { $c->get('/me')->{status} == 200 } 20, 'and so is the API';


# --- it hangs

my @pids = $cluster->pids;
kill 'STOP', @pids;
away_ok('hanging: 503', $c);
away_ok('hanging: 503 again', $c);
is($c->get('/health/live')->{status}, 200, 'live');
kill 'CONT', @pids;
until_ok { $c->get('/me')->{status} == 200 } 20, 'it answers again';


# --- what was said meanwhile

is($t->value("SELECT count(*) FROM check_history WHERE outcome <> 'up'"), 0,
    'nothing was called down');
is($server->log_lines(qr/\[warn\].*uptime: monitor/), 0,
    'nothing on the console');
is($server->log_lines(qr/exited/), 0, 'no process died');
cmp_ok(scalar(() = $server->log_lines(qr/\[(?:error|crit|warn)\]/, $from)),
    '<', 100, 'the log was not flooded');

ok($server->stop, 'stopped');
until_ok { holes() == 0 } 1, 'no slot is missing in the end';

$cluster->stop;

done_testing;

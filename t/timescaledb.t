# uptime_timescaledb: the error where the extension is missing; with it
# (tools/timescaledb-test) history that is there already becomes a hypertable's.

use strict;
use warnings;

use Uptime::Test;
use Uptime::Util qw(slurp);

my $t = Uptime::Test->new(empty => 1, checker => 1);


sub is_missing {
    my $server = $t->nginx(directives => 'uptime_timescaledb on;');
    ok($server->wait_log(qr/uptime_timescaledb\ is\ on,\ but\ PostgreSQL\ \d\S*\ .*
        has\ no\ extension\ "timescaledb"/x, 20), 'the error says what to do');
    is($t->value('SELECT count(*) FROM checkers'), 0, 'nothing is checked');
    # a worker may have looked before the tables were made
    my $c = $t->user_client;
    until_ok { $c->get('/monitors')->{status} == 200 } 10, 'the API answers';

    $server->{directives} = '';
    $server->write_config;
    $server->signal('HUP');
    until_ok { $t->value('SELECT count(*) FROM checkers') } 20,
        'without the directive it works';
    return;
}


my $timescaledb = Uptime::Cluster::timescaledb();

if (!$timescaledb && $t->value("SELECT count(*) FROM pg_available_extensions
    WHERE name = 'timescaledb'"))
{
    plan skip_all => 'this PostgreSQL has the extension: tools/timescaledb-test';
}

if (!$timescaledb) {
    is_missing();

  SKIP: {
        skip 'no TimescaleDB here: tools/timescaledb-test', 1;
    }

    done_testing;
    exit;
}


# --- a database as it is without

{
    local $ENV{UPTIME_TEST_TIMESCALEDB} = 0;
    $t->{cluster}->migrate($t->{db}, '.');
}

my $columns = 'monitor_id, slot, checked_at, latency_us, node_id, attempt,
    outcome';
my $node = $t->value("INSERT INTO nodes (name) VALUES ('old') RETURNING id");
$t->value('SELECT check_parts_ahead(now() - interval ?, 8)', '5 hours');
my ($owner) = $t->user;
$t->execute("INSERT INTO monitors (id, owner_id, name, type, url, interval,
    timeout, method, headers, expected_status, keyword_mode, follow_redirects,
    max_redirects, verify_tls, failure_threshold, retry_interval,
    cert_warn_days, tags, paused) OVERRIDING SYSTEM VALUE
    SELECT i, ?, 'm' || i, 'http', 'http://192.0.2.1/', 60, 10, 'GET', '{}',
        '200', 'present', true, 5, true, 2, 10, 14, '{}', true
    FROM generate_series(1001, 1005) i", $owner);
$t->execute("INSERT INTO checks ($columns) SELECT m, s, s, 1000 + m, $node, 1,
    'up' FROM generate_series(1001, 1005) m, generate_series(
    date_trunc('minute', now()) - interval '7 hours', now(), '1 min') s");
cmp_ok($t->value('SELECT count(*) FROM checks_default'), '>', 100,
    'some have no partition');
$t->execute("CREATE TABLE truth AS SELECT $columns FROM checks");

sub same {
    my ($name) = @_;

    is($t->value("SELECT concat_ws(' ',
        (SELECT count(*) FROM (TABLE truth EXCEPT ALL SELECT $columns
            FROM check_history WHERE node_id = $node) x),
        (SELECT count(*) FROM (SELECT $columns FROM check_history
            WHERE node_id = $node EXCEPT ALL TABLE truth) x))"),
        '0 0', "every row once: $name");
    return;
}

same('before');
$t->execute('INSERT INTO janitor_tasks (name, due_at) VALUES (?, ?)', $_,
    'infinity') for qw(close pack);
my $c;

{
    my $target = $t->target;
    my $server = $t->nginx;
    until_ok { $t->value('SELECT count(*) FROM checkers') } 20, 'it starts';
    same('converted');
    is($t->value("SELECT count(*) FROM timescaledb_information.hypertables
        WHERE hypertable_name = 'checks'"), 1, 'checks is a hypertable');
    is($t->value('SELECT count(*) FROM checks_default'), 0,
        'nothing has no place');

    $c = $t->user_client;
    my $id = $c->post('/monitors', { url => $target->url('/ok'),
        interval => 10 })->{json}{id};
    my $page;
    until_ok { $page = $c->get("/monitors/$id/checks")->{json};
        @{ $page->{items} // [] } > 1 } 30, 'results are written and read';
    is($t->value("SELECT count(*) FROM checks WHERE monitor_id = ?
        AND tableoid::regclass::text ~ '_hyper_'", $id) > 0, 1,
        '... from a chunk');

    # the janitor packs what was there before, and chunks
    my $plan = "SELECT state, name FROM check_parts ORDER BY since";
    note(join "\n", map { "$_->{state} $_->{name}" } $t->sql($plan));
    $t->execute("UPDATE janitor_tasks SET due_at = now()");
    until_ok { !$t->value("SELECT count(*) FROM checks
        WHERE slot < date_trunc('hour', now() - interval '20 min')")
        && !$t->value('SELECT count(*) FROM check_parts') } 60,
        'all closed hours are packed and dropped';
    same('packed');

    ok($server->stop, 'stopped');
    ok($server->start, 'and started again');
    until_ok { $server->log_lines(qr/checker starts/) > 1 } 20, 'it runs';
    same('started again');
    is_deeply([$server->log_lines(qr/\[(?:error|crit)\]/)], [], 'no error');
}

# the whole of a time goes with its chunks
$t->value('SELECT check_part_close(now() + interval ?)', '1 day');
my $n = 0;
$n++ while $n < 50 && $t->value('SELECT check_history_drop(now()
    + interval ?)', '2 days');
is($t->value('SELECT count(*) FROM check_history'), 0, 'retention');
is($t->value("SELECT count(*) FROM timescaledb_information.chunks
    WHERE hypertable_name = 'checks'"), 0, '... drops chunks');

done_testing;

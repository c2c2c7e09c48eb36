# The database is away, crashed or frozen, while a thousand monitors are
# checked: nothing is called down, nothing is lost, no process ends.
#
#   make test TESTS=t/chaos/database.t            10 s each, two minutes
#   CHAOS_OUTAGES="crash:10 hang:60 crash:600" make test TESTS=...
#   CHAOS_MONITORS=1000   with an interval of 10 s
#
# Memory is small (2 MiB), so that long outages reach the spool.

use strict;
use warnings;

use Time::HiRes qw(time sleep);
use Uptime::Test;
use Uptime::Util qw(children);

my @outages = split ' ', $ENV{CHAOS_OUTAGES} // 'crash:10 hang:10';
my $monitors = $ENV{CHAOS_MONITORS} // 1000;

my $cluster = Uptime::Cluster->create(dir => "$ENV{UPTIME_RUN}/pg_outage",
    fsync => 1)->start;
my $t = Uptime::Test->new(cluster => $cluster, checker => 1, empty => 1,
    log_level => 'notice', directives => 'uptime_buffer_size 2m;',
    # all new monitors come at once
    main => 'worker_rlimit_nofile 8192;', connections => 4096,
    http => 'server { listen 127.0.0.1:TARGET; location / { return 200; } }');
my $port = Uptime::Util::free_port();
$t->{options}{http} =~ s/TARGET/$port/;
my $server = $t->nginx;

until_ok { (eval { $t->value('SELECT count(*) FROM shards
    WHERE lease_until > now()') } // 0) == 64 } 30, 'a checker';

my ($owner) = $t->user;
$t->execute("INSERT INTO monitors (owner_id, name, type, url, interval,
    timeout, method, headers, expected_status, keyword_mode, follow_redirects,
    max_redirects, verify_tls, failure_threshold, retry_interval,
    cert_warn_days, tags, paused)
    SELECT ?, 'm' || i, 'http', ?, 10, 5, 'GET', '{}', '200-299', 'present',
    true, 5, true, 1, 10, 14, '{}', false FROM generate_series(1, ?) i",
    $owner, "http://127.0.0.1:$port/", $monitors);
until_ok { $t->value("SELECT count(*) FROM monitor_state
    WHERE status = 'up'") == $monitors } 40, 'all are up';
my @before = ($server->checkers, $server->workers);


sub holes {
    return $t->value('SELECT coalesce(sum(1 + extract(epoch FROM mx - mn) / 10
        - n), 0) FROM (SELECT max(slot) AS mx, min(slot) AS mn,
        count(DISTINCT slot) AS n FROM check_history GROUP BY monitor_id) x');
}


for my $outage (@outages) {
    my ($kind, $seconds) = split /:/, $outage;

    my @pids = $cluster->pids;
    my $from = time;

    if ($kind eq 'hang') {
        kill 'STOP', @pids;
    } else {
        $t->dbh->disconnect;
        $cluster->stop('immediate');
    }

    my ($spool, $rss) = (0, 0);

    while (time < $from + $seconds) {
        sleep 1;
        my $size = 0;
        $size += -s $_ // 0 for glob "$server->{dir}/spool/*";
        $spool = $size if $size > $spool;
    }

    if ($kind eq 'hang') {
        kill 'CONT', @pids;
    } else {
        $cluster->start;
    }

    my $back = time;
    my $rows;

    # what was finished before is stored, and no slot is missing
    my $caught = until_ok { (eval { $t->value('SELECT count(*) FROM (SELECT
        FROM check_history WHERE slot > to_timestamp(?) GROUP BY monitor_id) x',
        $back) } // 0) == $monitors && holes() == 0 } 30,
        "$outage: caught up, no slot is missing";
    diag(sprintf '%s: caught up %.1f s after it was back, of these 10 s for '
        . 'a slot of each; at most %.1f MB on disk; %d slots meanwhile',
        $outage, time - $back, $spool / 1e6, $t->value('SELECT count(*)
        FROM check_history WHERE slot BETWEEN to_timestamp(?) AND to_timestamp(?)',
        $from, $back));

    until_ok { !glob "$server->{dir}/spool/*.spool" } 10,
        "$outage: the spool is empty";
}

is($t->value("SELECT count(*) FROM check_history WHERE outcome = 'down'"), 0,
    'nothing was called down');
is($t->value("SELECT count(*) FROM check_history WHERE outcome = 'unknown'"), 0,
    'nothing is unknown');
is($t->value("SELECT count(*) FROM monitor_state WHERE status <> 'up'"), 0,
    'all are up');
is_deeply([$server->checkers, $server->workers], \@before,
    'no process has ended');
is($server->log_lines(qr/uptime: monitor \d/), 0, 'nothing on the console');
is($server->log_lines(qr/dropped/), 0, 'nothing was dropped');

ok($server->stop, 'stopped');
$cluster->stop;
done_testing;

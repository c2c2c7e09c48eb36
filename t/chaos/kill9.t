# kill -9 of a worker, of the checker and of PostgreSQL while both the API and
# the checks are busy.
#
#   make test TESTS=t/chaos/kill9.t                   one round, under a minute
#   CHAOS_SECONDS=120 make test TESTS=t/chaos/kill9.t
#
# CHAOS_SECONDS   how long the load lasts at least (30)
# CHAOS_MONITORS  monitors with an interval of 10 s (200)
#
# Durable settings: the database has fsync on.

use strict;
use warnings;

use IO::Handle;
use POSIX ();
use Time::HiRes qw(time sleep);
use Uptime::Test;
use Uptime::Util qw(alive slurp spew);

use constant {
    INTERVAL => 10,
    READERS  => 2,              # GET /me, as fast as it goes
    WRITERS  => 2,              # POST /monitors, with a pause between
    PAUSE    => 0.05,
    SETTLE   => 3,              # an API that is back stays back
};

my $seconds = $ENV{CHAOS_SECONDS} // 30;
my $monitors = $ENV{CHAOS_MONITORS} // 200;

my $cluster = Uptime::Cluster->create(dir => "$ENV{UPTIME_RUN}/pg_kill9",
    fsync => 1);
$cluster->start;

my $t = Uptime::Test->new(cluster => $cluster, empty => 1, checker => 1,
    workers => 2);
my $target = $t->target;
my $server = $t->nginx;
$server->expect_log('exited on signal 9', 'shared memory zone .* was locked');

until_ok { $t->client->get('/health/ready')->{status} == 200 } 20, 'ready';

my ($user, $token) = $t->user;
my $c = $t->client($token);

# $seconds and two rounds of what follows are less than a token's life
my @first = map { $c->post('/monitors', { url => $target->url("/ok/$_"),
    interval => INTERVAL, failure_threshold => 1 })->{json}{id} }
    1 .. $monitors;
is(scalar(grep { defined } @first), $monitors, "$monitors monitors");

until_ok { $t->value('SELECT count(DISTINCT monitor_id) FROM check_history')
    == $monitors } INTERVAL + 10, 'all are checked';


# --- load: each client is a process that writes a line for each request

my @clients;
my @away;                       # [from, to]: the database was not there
my @cut;                        # when connections may have been reset
my %stored;                     # checks that were seen
my $began = time;
my $enough = "$t->{dir}/enough";


# A response that is not an answer of ours has status 599.
sub client {
    my ($name, $work) = @_;

    my $file = "$t->{dir}/client-$name";
    my $pid = fork // die "fork: $!";
    return push @clients, { pid => $pid, file => $file } if $pid;

    $SIG{TERM} = sub { POSIX::_exit(0) };
    open my $fh, '>', $file or POSIX::_exit(1);
    $fh->autoflush(1);
    my $api = $t->client($token);
    my $n = 0;

    while (!-e $enough) {
        my $start = time;
        my ($res, $what) = $work->($api, ++$n);
        printf {$fh} "%.3f %.3f %s %s %s\n", $start, time, $what,
            $res->{status}, $res->{json}{id} // '-';
    }

    POSIX::_exit(0);
}


sub read_me {
    my ($api) = @_;

    my $res = $api->get('/me');
    sleep 0.01 if $res->{status} != 200;
    return ($res, 'GET');
}


sub write_monitor {
    my ($api, $n) = @_;

    sleep PAUSE;
    return ($api->post('/monitors', { url => $target->url("/ok/$$/$n"),
        interval => 3600, failure_threshold => 1, name => "$$ $n" }), 'POST');
}


client("reader$_", \&read_me) for 1 .. READERS;
client("writer$_", \&write_monitor) for 1 .. WRITERS;


# --- faults

my %recovery;                   # fault => [seconds]


sub note_stored {
    $stored{ join ' ', @$_ } = 1 for @{ $t->dbh->selectall_arrayref(
        'SELECT monitor_id, slot, attempt FROM check_history') };
    return;
}


sub api_up { return $t->client($token)->get('/me')->{status} == 200 }


# Checks that began after a point of the database's clock.
sub checked_since {
    my ($since) = @_;

    return eval { $t->value('SELECT count(*) FROM check_history
        WHERE checked_at > to_timestamp(?)', $since) };
}


sub recovered {
    my ($fault, $from, $limit, $block) = @_;

    my $back = wait_until { $block->() } $limit;
    ok($back, "$fault: it recovers") or return;
    push @{ $recovery{$fault} }, time - $from;
    return;
}


sub kill_worker {
    my ($victim) = $server->workers;
    my $from = time;
    push @cut, $from;
    $server->signal('KILL', $victim);

    return recovered('worker', $from, 10, sub {
        my @w = $server->workers;
        return @w == 2 && !grep({ $_ == $victim } @w) && api_up() });
}


sub kill_checker {
    my ($victim) = $server->checkers;
    my $from = time;
    $server->signal('KILL', $victim);

    # its leases have to run out
    return recovered('checker', $from, 30, sub { checked_since($from + 1) });
}


sub kill_backend {
    my ($backend) = map { $_->{pid} } $t->sql("SELECT pid
        FROM pg_stat_activity WHERE usename = 'uptime'
        AND datname = current_database() AND pid <> pg_backend_pid()
        ORDER BY random() LIMIT 1");
    my $from = time;
    kill 'KILL', $backend;

    # one backend is enough for the server to restart itself
    recovered('backend', $from, 20,
        sub { checked_since($from + 1) && api_up() });
    push @away, [$from, time + SETTLE];
    return;
}


sub kill_postmaster {
    my @pids = $cluster->pids;
    my $from = time;
    kill 'KILL', $pids[0];

    # backends leave when they see that it is gone
    wait_until { !grep { alive($_) } @pids } 20
        or fail('backends without a postmaster leave');
    sleep 2;
    $cluster->start;
    my $started = time;

    recovered('PostgreSQL', $started, 20,
        sub { checked_since($started) && api_up() });
    push @away, [$from, time + SETTLE];
    return;
}


# in this order: a checker that holds results in memory is never killed
my @faults = ([worker => \&kill_worker], [checker => \&kill_checker],
    [backend => \&kill_backend], [PostgreSQL => \&kill_postmaster]);
my $n = 0;

while ($n < @faults || time < $began + $seconds - 30) {
    my ($name, $fault) = @{ $faults[$n++ % @faults] };

    note_stored();
    note(sprintf '%5.1f s: kill -9 %s', time - $began, $name);
    $fault->();
    sleep 1;
}

sleep 0.1 while time < $began + $seconds;
my $loaded = time - $began;
spew($enough, '');
waitpid $_->{pid}, 0 for @clients;


# --- the API

my (%count, %slow, @wrong, @acknowledged, $cut);

for my $client (@clients) {
    for my $line (split /\n/, slurp($client->{file})) {
        my ($from, $to, $what, $status, $id) = split / /, $line;

        $count{"$what $status"}++;
        my $took = $to - $from;
        $slow{$what} = $took if $took > ($slow{$what} // 0);
        push @acknowledged, $id if $status == 201;

        next if $status == ($what eq 'GET' ? 200 : 201);
        next if $status == 503
            && grep { $from <= $_->[1] && $to >= $_->[0] } @away;

        # a worker that dies takes the requests along that it had
        if ($status == 599 && grep { $from <= $_ + 1 && $to >= $_ } @cut) {
            $cut++;
            next;
        }

        push @wrong, $line;
    }
}

diag(join ', ', map { "$_: $count{$_}" } sort keys %count);
diag(sprintf 'longest: GET %.2f s, POST %.2f s', map { $slow{$_} // 0 }
    qw(GET POST));
diag(map { sprintf "%s back after %s s\n", $_, join ', ', map {
    sprintf '%.2f', $_ } @{ $recovery{$_} } } sort keys %recovery);

is(scalar(@wrong), 0, 'no request failed while all was there')
    or diag(join "\n", splice @wrong, 0, 10);
cmp_ok($cut // 0, '<=', @cut * (READERS + WRITERS),
    'a worker took no more than the requests that it had');
cmp_ok($slow{GET}, '<', 5, 'no answer took long');
cmp_ok($count{'GET 200'} // 0, '>', 20 * $loaded, 'it was busy');


# --- the data

cmp_ok(scalar(@acknowledged), '>', $loaded, 'monitors were made meanwhile');
my %there = map { $_->{id} => 1 } $t->sql('SELECT id FROM monitors');
is(scalar(grep { !$there{$_} } @acknowledged), 0,
    'every one that was acknowledged is there');

# and they are all checked: nothing that was made is forgotten
until_ok { $t->value("SELECT count(*) FROM monitor_state
    WHERE status = 'pending' AND monitor_id = ANY (?)", \@first) == 0 } 20,
    'every monitor has a state';

# the last retries and batches
my $end = time;
until_ok { $t->value('SELECT count(DISTINCT monitor_id) FROM check_history
    WHERE checked_at > to_timestamp(?) AND monitor_id = ANY (?)', $end,
    \@first) == $monitors } INTERVAL + 10, 'all are checked again';
ok($server->stop, 'stopped');

my %now = map { (join(' ', @$_) => 1) } @{ $t->dbh->selectall_arrayref(
    'SELECT monitor_id, slot, attempt FROM check_history') };
my $rows = $t->value('SELECT count(*) FROM check_history');
is(scalar(grep { !$now{$_} } keys %stored), 0, 'no row that was seen is lost');
is(scalar(keys %now), $rows, 'no slot and attempt is there twice');

is($t->value("SELECT count(*) FROM check_history WHERE outcome = 'down'"), 0,
    'nothing was called down');
is($t->value('SELECT count(*) FROM check_history WHERE attempt > 1'), 0,
    'nothing had to be tried again');
is($server->log_lines(qr/\[warn\].*uptime: monitor/), 0,
    'nothing on the console');

my $gap = $t->value('SELECT max(gap) FROM (SELECT extract(epoch FROM
    slot - lag(slot) OVER (PARTITION BY monitor_id ORDER BY slot)) AS gap
    FROM check_history WHERE monitor_id = ANY (?)) g', \@first);
cmp_ok($gap, '<=', INTERVAL + 20, 'no gap of more than the interval and 20 s');

diag(sprintf '%d checks, %d of them not up; longest gap %d s', $rows,
    $t->value("SELECT count(*) FROM check_history WHERE outcome <> 'up'"), $gap);

$cluster->stop;

done_testing;

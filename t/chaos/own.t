# Eight kinds of trouble of our own, one after the other, under monitors that
# would be called down by one failure: nobody is (R10).
#
#   make test TESTS=t/chaos/own.t
#   CHAOS_DWELL=30 make test TESTS=t/chaos/own.t    seconds of each (2)
#
# CHAOS_MONITORS  that run all the time, interval 10 s (40)
#
# What each fault makes of a check is in t/own_fault.t, t/dns.t and others; a
# full buffer of results in t/chaos/disk.t and t/spool.t.

use strict;
use warnings;

use Uptime::Netns;
use Time::HiRes qw(sleep);
use Uptime::Clock;
use Uptime::Dns;
use Uptime::Fault;
use Uptime::Test;

my $unable = Uptime::Fault::unable();
plan(skip_all => $unable) if $unable;

use constant PUBLIC => '93.184.215.14';

my $dwell = $ENV{CHAOS_DWELL} // 2;
my $many = $ENV{CHAOS_MONITORS} // 40;

my $cluster = Uptime::Cluster->create(dir => "$ENV{UPTIME_RUN}/pg_own")->start;
my $t = Uptime::Test->new(cluster => $cluster, checker => 1, empty => 1,
    allow => '', log_level => 'notice');
my $fault = Uptime::Fault->new(dir => "$t->{dir}/fault");
my $clock = Uptime::Clock->new($t->{dir});
my $dns = Uptime::Dns->start(dir => "$t->{dir}/dns");
my $target = $t->target(address => '0.0.0.0', host => PUBLIC);
my $server = $t->nginx($clock->server);
my $pub = Uptime::Dns::hex(PUBLIC);

until_ok { (eval { $t->value('SELECT count(*) FROM shards
    WHERE lease_until > now()') } // 0) == 64 } 30, 'a checker';
my $c = $t->user_client;


sub monitor {
    my ($url, %o) = @_;

    my $r = $c->post('/monitors', { url => $url, interval => 10, timeout => 3,
        failure_threshold => 1, %o });
    return $r->{json}{id} // die $r->{content};
}


# an address and a name, which nobody has asked for before
sub urls {
    my ($tag) = @_;

    my $path = $target->url('/ok');
    return ($path, $path =~ s/\Q${\PUBLIC}\E/v4-$pub-$tag.test/r);
}


# The verdicts on new monitors.
sub verdicts {
    my ($tag, @urls) = @_;

    my @ids = map { monitor($_, interval => 3600) } @urls;
    my @rows;
    until_ok { @rows = $t->sql("SELECT outcome, cause FROM check_history
        WHERE monitor_id = ANY (?) ORDER BY monitor_id", \@ids);
        @rows == @ids } 20, "$tag: judged";
    $t->execute('DELETE FROM monitors WHERE id = ANY (?)', \@ids);
    return map { join ' ', grep { defined } @$_{qw(outcome cause)} } @rows;
}


sub same {
    my ($tag, $want, @urls) = @_;

    my @got = verdicts($tag, @urls);
    return is_deeply(\@got, [($want) x @urls], "$tag: $want");
}


my @ids = map { monitor((urls("run$_"))[$_ % 2]) } 1 .. $many;
my $slow = monitor($target->url('/slow/1.5'));
until_ok { $t->value("SELECT count(*) FROM monitor_state
    WHERE status = 'up'") == $many + 1 } 30, "$many monitors are up";
my @before = $server->checkers;


# --- calls that fail

for (['no descriptors', 'own_resources', socket => 'm'],
    ['no memory', 'own_resources', socket => 'e', transfer => 'x'],
    ['full buffers', 'own_resources', socket => 'b', connect => 'b'])
{
    my ($name, $cause, %what) = @$_;

    $fault->set(%what);
    same($name, "unknown $cause", (urls($name =~ s/ //r))[0]);
    sleep $dwell;
    $fault->clear;
}


# --- the network

$dns->mode('mute');
same('dead DNS', 'unknown own_network', (urls('mute'))[1]);
sleep $dwell;
$dns->mode('');

Uptime::Netns::routes('del');
same('no route', 'unknown own_network', (urls('route'))[0]);
sleep $dwell;
Uptime::Netns::routes('add');


# --- the clock, forth and back

for my $ahead (3600, -3600, 0) {
    $clock->set($ahead);
    sleep $dwell;
}


# --- the loop, with a check in flight that could not be watched

my $stuck = monitor($target->url('/slow/4?stuck'), timeout => 2,
    interval => 3600);
until_ok { scalar $target->hits('/slow/4?stuck') } 10, 'slow loop: asked';
kill 'STOP', @before;
sleep 3 + $dwell / 2;
kill 'CONT', @before;
until_ok { ($t->value('SELECT cause FROM check_history
    WHERE monitor_id = ?', $stuck) // '') eq 'own_overload' } 15,
    'slow loop: unknown own_overload';
$t->execute('DELETE FROM monitors WHERE id = ?', $stuck);


# --- the database

$t->dbh->disconnect;
$cluster->stop('immediate');
sleep 3 + $dwell;
$cluster->start;


# --- what came of it

my $back;
until_ok { $back //= eval { $t->value('SELECT now()') };
    $back && (eval { $t->value('SELECT count(DISTINCT monitor_id)
        FROM check_history WHERE outcome = \'up\' AND monitor_id = ANY (?)
        AND slot > ?::timestamptz', \@ids, $back) } // 0) == $many } 60,
    'all are checked again, and up';

my ($n) = $t->sql("SELECT count(*) FILTER (WHERE outcome = 'up') AS up,
    count(*) FILTER (WHERE outcome = 'down') AS down,
    count(*) FILTER (WHERE outcome = 'unknown') AS unknown
    FROM check_history");
note("$n->{up} up, $n->{unknown} unknown, $n->{down} down");
is($n->{down}, 0, 'nothing was down');
is($t->value('SELECT count(*) FROM incidents'), 0, 'no incident');
is($server->log_lines(qr/uptime: monitor \d+ .* is (?:down|up)/), 0,
    'nobody was told anything');
is_deeply([$server->checkers], \@before, 'the checker is the same');

# it would have been told
$t->execute('UPDATE monitors SET url = ?, version = version + 1
    WHERE id = ?', $target->url('/reset'), $ids[0]);
until_ok { $server->log_lines(qr/monitor $ids[0] .* is down: reset/) } 25,
    'a failure of a target is told';

$server->expect_log('recv\(\) failed', 'send\(\) failed', 'Too many open',
    'could not be resolved', 'unexpected', 'clock', 'held up', 'accept4?\(\)');
ok($server->stop, 'stopped');
$cluster->stop;

done_testing;

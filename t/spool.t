# Results that wait on disk: the checker ends while the database is away, the
# next one stores them, in order, and a transition meanwhile is told once.

use strict;
use warnings;

use Time::HiRes qw(time);
use Uptime::Test;
use Uptime::Util qw(spew slurp);

my $cluster = Uptime::Cluster->create(dir => "$ENV{UPTIME_RUN}/pg_spool",
    fsync => 1)->start;
my $t = Uptime::Test->new(cluster => $cluster, empty => 1, checker => 1,
    directives => 'uptime_buffer_size 1k; uptime_spool_size 20m;');
my $target = $t->target;
my $server = $t->nginx;

until_ok { (eval { $t->value('SELECT count(*) FROM shards
    WHERE lease_until > now()') } // 0) == 64 } 20, 'a checker';
my $c = $t->user_client;
my @ids = map { $c->post('/monitors', { url => $target->url("/switch/m$_"),
    interval => 10, retry_interval => 5, failure_threshold => 2 })
    ->{json}{id} } 1 .. 30;
my $last = $ids[-1];
until_ok { $t->value("SELECT count(*) FROM monitor_state
    WHERE status = 'up'") == 30 } 20, 'all up';


sub spool { return grep { !/\.lock$/ } glob "$server->{dir}/spool/*" }


sub told {
    my ($what) = @_;

    return scalar(() = $server->log_lines(
        qr/uptime: monitor $last ".*" is $what/));
}


# --- more waits than memory may hold, and a target goes down

is(scalar(spool()), 0, 'nothing on disk');
$t->dbh->disconnect;
$cluster->stop('immediate');
$target->set('m30', 500);
until_ok { scalar(spool()) } 15, 'with memory full they go to disk';
my ($file) = spool();
is((stat $file)[2] & 07777, 0600, 'for nobody else');

my $down = time;
until_ok { 2 <= grep { $_ > $down } $target->hits('/switch/m30') } 30,
    'the target has failed twice';
my @hits = $target->hits;
is(told('down'), 0, 'nothing is told that is not stored');


# --- the checker ends, and one that has no database either; the next stores

ok($server->stop('TERM'), 'stopped with the database away');
ok($server->log_lines(qr/checker stops, results not stored: 0/),
    'nothing is lost');
spew("$server->{dir}/spool/1-1.10000000.spool", 'garbage');

# a change that only the replay can know of
$target->set('m30', 200);
$server->start;
ok($server->stop('TERM'), 'another one, without a database');
$cluster->start;
$server->start;

until_ok { !grep { !/\.bad$/ } spool() } 20, 'the spool is empty again';
is(scalar(glob "$server->{dir}/spool/*.bad"),
    "$server->{dir}/spool/1-1.10000000.spool.bad",
    'a file that cannot be read is set aside');
$server->expect_log('1-1\.10000000');

until_ok { told('down') == 1 } 10, 'the transition is told';
until_ok { told('up again') == 1 } 20, 'and its end';
is(told('down'), 1, 'once');

is($t->value('SELECT count(*) FROM (SELECT monitor_id, attempt, slot -
    lag(slot) OVER (PARTITION BY monitor_id ORDER BY slot) AS gap FROM checks
    WHERE attempt = 1 AND slot < to_timestamp(?)) x
    WHERE gap > interval \'10 s\'', $hits[-1]), 0,
    'no slot is missing while the first one ran');
is($t->value("SELECT count(*) FROM checks WHERE outcome = 'down'
    AND monitor_id <> ?", $last), 0, 'nothing else was called down');
is($t->value('SELECT told FROM monitor_state WHERE monitor_id = ?', $last),
    'up', 'the state is that of the newest result');
is(scalar(() = $server->log_lines(qr/\[crit\]/)), 1,
    'one thing was worth an alarm');



# --- a reload without a database: the old process leaves, the new one stores

$t->dbh->disconnect;
$cluster->stop('immediate');
my ($old) = $server->checkers;
my $from = time;
until_ok { 25 <= grep { $_ > $from } $target->hits } 20, 'checks go on';
my $until = time;
$server->signal('HUP');
until_ok { !kill 0, $old } 15, 'the old checker has ended';
until_ok { scalar(grep { !/\.bad$/ } spool()) } 1, 'its results are on disk';
$cluster->start;
until_ok { !grep { !/\.bad$/ } spool() } 30, 'the new one stores them';
my $asked = grep { $_ > $from && $_ < $until - 0.3 } $target->hits;
my $stored = $t->value('SELECT count(*) FROM checks WHERE checked_at
    BETWEEN to_timestamp(?) AND to_timestamp(?)', $from - 0.1, $until);
cmp_ok($stored, '>=', $asked, 'nothing is lost');
is(told('down'), 1, 'and nothing is told again');

ok($server->stop, 'stopped');
is(scalar(grep { !/\.bad$/ } glob "$server->{dir}/spool/*"), 0,
    'no file is left');

$cluster->stop;
done_testing;

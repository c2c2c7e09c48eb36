# nginx stops while its connections to the database are still being made: what
# is finished is stored all the same.

use strict;
use warnings;

use Time::HiRes qw(time sleep);
use Uptime::Many;
use Uptime::Test;
use Uptime::Util qw(alive);

my $cluster = Uptime::Cluster->create(dir => "$ENV{UPTIME_RUN}/pg_stop",
    fsync => 1);
$cluster->start;

my $t = Uptime::Test->new(cluster => $cluster, empty => 1, checker => 1);
my $server = $t->nginx;
until_ok { $t->client->get('/health/ready')->{status} == 200 } 20, 'ready';
my $many = Uptime::Many->new(test => $t, monitors => 200);
$many->add_monitors;
until_ok { $many->all_checked } 15, 'all are checked';

# The postmaster sleeps: connections are made as far as the kernel makes them,
# and nothing comes back.
my $from = $many->now;
my @backends = map { $_->{pid} } $t->sql('SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()');
my $postmaster = $cluster->pid;
kill 'STOP', $postmaster;
kill 'TERM', @backends;
until_ok { !grep { alive($_) } @backends } 5, 'its backends are gone';

my $hits = $many->hits;
until_ok { $many->hits >= $hits + 40 } 8, 'checks go on';
is($t->value('SELECT count(*) FROM check_history WHERE checked_at
    > to_timestamp(?) + interval \'1 s\'', $from), 0,
    'and are not stored');

my @pids = ($server->pid, $server->children);
my ($checker) = $server->checkers;
my $quit = $many->now;
kill 'QUIT', $server->pid;
sleep 0.3;
ok(alive($checker), 'the checker waits for its connection');
kill 'CONT', $postmaster;
my $end = time;
ok($server->stop, 'it stops');
cmp_ok(time - $end, '<', 3, 'soon');

# what the stop itself met under way is not finished, and done again later
my $rows = $t->value('SELECT count(*) FROM check_history');
cmp_ok($rows, '>=', $many->hits(undef, $quit - 0.5),
    'every check that was finished is stored');
cmp_ok($rows, '<=', $many->hits, '... once');
is($t->value('SELECT count(*) FROM checkers'), 0, 'and it left in order');
ok($server->log_lines(qr/results not stored: 0/), 'the log says so');
$cluster->stop;

done_testing;

# Very many monitors to read, and very few descriptors.

use strict;
use warnings;

use Uptime::Crowd;
use Uptime::Ontime qw(monitors lag);
use Uptime::Test;

my $t = Uptime::Test->new(checker => 1);
my $crowd = Uptime::Crowd->start(dir => "$t->{dir}/crowd", hold => 0.01);
my $hang = Uptime::Crowd->start(dir => "$t->{dir}/hang", hang => 1,
    address => '127.0.0.2');


# --- 20,000 at once: the first are checked while the rest is read

monitors($t, n => 20000, interval => 600, url => $crowd->url('/many'));
$t->execute('ANALYZE');
my $server = $t->nginx(log_level => 'notice');
ok($server->wait_log(qr/20000 monitors are scheduled, read in \d+ ms/, 20),
    '20,000 monitors are read');
my ($read) = $server->log_text =~ /20000 monitors are scheduled, read in (\d+)/;
cmp_ok($read // 99999, '<', 10000 * patience(), '... within seconds');
note("$read ms");
until_ok { $t->value('SELECT count(*) FROM check_history c JOIN monitors m
    ON m.id = c.monitor_id') > 50 } 20, '... and checked';
ok($server->stop, 'nginx stops');
my ($max) = lag($server);
cmp_ok($max // 9999, '<', 500 * patience(),
    '... and the loop was never held up for long');
note("loop: $max ms");

$t->execute('DELETE FROM monitors');


# --- as many checks at once as descriptors allow

my @slow = monitors($t, n => 200, interval => 10, timeout => 2,
    url => $hang->url('/slow'), pending => 1);
$server = $t->nginx(main => 'worker_rlimit_nofile 160;');
ok($server->wait_log(qr/\[warn\].*at most 48 checks at once, because only 160 /,
    5), 'few descriptors: a warning at the start');
until_ok { $t->value('SELECT count(DISTINCT monitor_id) FROM check_history
    WHERE monitor_id = ANY (?)', \@slow) == 200 } 25, 'all are checked';
cmp_ok(($hang->seen)[1], '<=', 48, 'not more at once than that');
is($t->value("SELECT count(*) FROM check_history WHERE cause = 'own_resources'"), 0,
    'no check failed for want of a descriptor');
is($t->value("SELECT count(*) FROM check_history WHERE outcome = 'down'
    AND cause <> 'timeout'"), 0, 'nothing but what is true is said');

done_testing();

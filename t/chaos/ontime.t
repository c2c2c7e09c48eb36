# 5,000 monitors a minute, a fifth of them hanging: how late do checks start?
#
#   make test TESTS=t/chaos/ontime.t
#   CHAOS_SECONDS=1800 make test TESTS=t/chaos/ontime.t
#
# CHAOS_SECONDS   how long (120)
# CHAOS_MONITORS  monitors with an interval of 60 s (5000)

use strict;
use warnings;

use Time::HiRes qw(sleep);
use Uptime::Crowd;
use Uptime::Ontime qw(monitors late missed cpu lag);
use Uptime::Test;

my $seconds = $ENV{CHAOS_SECONDS} // 120;
my $n = $ENV{CHAOS_MONITORS} // 5000;

my $t = Uptime::Test->new(checker => 1, log_level => 'notice');
my $crowd = Uptime::Crowd->start(dir => "$t->{dir}/crowd", hold => 0.01);
my $hang = Uptime::Crowd->start(dir => "$t->{dir}/hang", hang => 1,
    address => '127.0.0.2');

my @good = monitors($t, n => $n * 0.8, interval => 60, timeout => 10,
    url => $crowd->url('/g'));
my @bad = monitors($t, n => $n * 0.2, interval => 60, timeout => 10,
    url => $hang->url('/b'));
$t->execute('ANALYZE');

my $server = $t->nginx(main => 'worker_rlimit_nofile 8192;');
ok($server->wait_log(qr/\b$n monitors are scheduled/, 30), 'all are read');

my $from = $t->value('SELECT now() + interval \'1 second\'');
my ($pid) = $server->checkers;
my $used = cpu($pid);
sleep $seconds;
my $core = (cpu($pid) - $used) / $seconds;
sleep 1;

my $late = late($t, $from, @good, @bad);
note(sprintf '%d checks, start against slot: p50 %.0f ms, p99 %.0f ms, '
    . 'max %.0f ms, %.1f %% of a core', $late->{n}, @{$late}{qw(p50 p99 max)},
    100 * $core);
cmp_ok($late->{p99}, '<=', 1000, 'start error: p99 at most a second');
cmp_ok($late->{n}, '>=', $n * ($seconds / 60 - 0.5), 'as many as expected');
is(missed($t, 60, $from, @good), 0, 'no slot is missed');
is(missed($t, 60, $from, @bad), 0, '... of those that hang neither');
is($t->value("SELECT count(*) FROM check_history WHERE monitor_id = ANY (?)
    AND outcome <> 'up'", \@good), 0, 'nothing is said of those that are up');
is($t->value("SELECT count(*) FROM check_history WHERE monitor_id = ANY (?)
    AND (outcome <> 'down' OR cause <> 'timeout')", \@bad), 0,
    'those that hang are down');
is($t->value("SELECT count(*) FROM check_history WHERE outcome = 'unknown'"), 0,
    'nothing was our own fault');

ok($server->stop, 'nginx stops');
my ($max, $p99) = lag($server);
note("loop: max $max ms, p99 $p99 ms");
cmp_ok($max, '<', 500, 'the loop is never held up');

done_testing();

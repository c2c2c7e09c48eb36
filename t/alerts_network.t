# The network of this host fails, with many healthy targets on many hosts: a
# resolver that is silent, one that answers nothing but errors, no route. No
# user is told, the operator is, once; a target that really fails at the same
# time is told.
#
# CHAOS_MONITORS  healthy ones (60); t/chaos/alerts_network.t has 500
# CHAOS_INTERVAL  s between checks (2)
# CHAOS_DWELL     s that each fault lasts at least (0)

use strict;
use warnings;

use Uptime::Netns;
use Time::HiRes qw(time sleep);
use Uptime::Alerts;
use Uptime::Dns;
use Uptime::Inbox;
use Uptime::Test;
use Uptime::Util qw(spew);

my $n = $ENV{CHAOS_MONITORS} // 60;
my $interval = $ENV{CHAOS_INTERVAL} // 2;
my $dwell = $ENV{CHAOS_DWELL} // 0;
my $hosts = 25;

my $t = Uptime::Test->new(checker => 1, allow => '', per_host => 0);
my $dns = Uptime::Dns->start(dir => "$t->{dir}/dns");
my $target = Uptime::Inbox->start(dir => "$t->{dir}/target",
    address => '0.0.0.0');

# people and the target that fails are behind another route
system('ip route add local 93.184.216.0/24 dev lo') == 0 or die 'ip route';
my $sink = Uptime::Inbox->start(dir => "$t->{dir}/sink",
    address => '0.0.0.0', host => '93.184.216.1');
my $real = Uptime::Inbox->start(dir => "$t->{dir}/real",
    address => '0.0.0.0', host => '93.184.216.2');

# nginx's resolver would remember its name for a minute
my $canary = Uptime::Dns::hex('93.184.215.200');
my $server = $t->nginx(directives => 'uptime_canary http://93.184.215.201:'
    . $target->port . "/ok http://v4-$canary-canary.test:"
    . $target->port . '/ok;');
$server->expect_log('timed out', 'could not be resolved');
$t->execute('ALTER TABLE monitors DROP CONSTRAINT monitors_interval_check');
my ($admin) = $t->user(role => 'admin');
$t->execute("INSERT INTO channels (owner_id, name, kind, events, is_default,
    config) VALUES (?, 'ops', 'webhook', '{}', true, jsonb_build_object('url',
    ?::text))", $admin, $sink->url('/ok/operator'));
my ($uid) = $t->user;
my $alerts = Uptime::Alerts->new(test => $t, sink => $sink, uid => $uid);

for my $i (0 .. $hosts - 1) {
    my $address = '93.184.215.' . (10 + $i);
    my $hex = Uptime::Dns::hex($address);

    # a fifth needs no name
    my $host = $i % 5 ? "flip-$hex-$hex-h$i.test" : $address;
    my $count = int($n / $hosts) + ($i < $n % $hosts);
    $alerts->add(($i % 5 ? 'name' : 'number') . "_${i}_", $count,
        timeout => 2, interval => $interval,
        checked => "http://$host:" . $target->port . '/ok/') if $count;
}

$alerts->add('real', 1, timeout => 2, interval => $interval,
    checked => $real->url('/gate/'));


# one that is always down, so that somebody asks the canaries when all is well
$alerts->add('never', 1, timeout => 2, interval => $interval,
    checked => 'http://nx-never.test/');
until_ok { $t->value("SELECT count(*) FROM monitor_state
    WHERE status = 'up'") == $n + 1 } 60, ($n + 1) . ' are up';
until_ok { $sink->got('/ok/never1') } 20, 'one is down and told';

# the cause of lookups, which the next one asks again
my %fault = (
    'a silent resolver' => ['name%', sub { $dns->mode('mute') },
        sub { $dns->mode('') }],
    'a resolver that answers errors' => ['name%', sub { $dns->mode('fail') },
        sub { $dns->mode('') }],
    'no route' => ['n[au]%', sub { Uptime::Netns::routes('del') },
        sub { Uptime::Netns::routes('add') }],
);

for my $name ($ENV{CHAOS_FAULT} || sort keys %fault) {
    my ($who, $break, $mend) = @{ $fault{$name} };

    $t->execute("UPDATE alert_clock SET done_at = '-infinity'");
    my ($since) = $t->value('SELECT now()');
    my $told = grep { $_->{type} eq 'uptime.operator' } $sink->got;
    my $begin = time;
    $break->();
    spew("$t->{dir}/real/down", '');

    until_ok { $t->value("SELECT count(DISTINCT monitor_id) FROM check_history
        c JOIN monitors m ON m.id = c.monitor_id WHERE m.name SIMILAR TO ?
        AND c.checked_at > ?::timestamptz AND c.cause = 'own_network'", $who,
        $since) == $t->value('SELECT count(*) FROM monitors
        WHERE name SIMILAR TO ?', $who) } 60, "$name: all of them are unknown";
    until_ok { my @got = $sink->got('/ok/real1');
        @got && $got[-1]{type} eq 'monitor.down' && $got[-1]{at} > $begin }
        20, '... and what really fails is told';
    sleep $dwell + $begin - time if time < $begin + $dwell;
    until_ok { $told + 1 == grep { $_->{type} eq 'uptime.operator' }
        $sink->got } 20, '... and the operator';

    unlink "$t->{dir}/real/down";
    $mend->();
    until_ok { $t->value("SELECT count(*) FROM monitor_state
        WHERE status = 'up'") == $n + 1
        && $t->value("SELECT status FROM monitor_state s JOIN monitors m
            ON m.id = s.monitor_id WHERE m.name = 'never1'") eq 'down' } 60,
        '... and all is as before';
    is($t->value("SELECT count(*) FROM incidents i JOIN monitors m
        ON m.id = i.monitor_id WHERE m.name NOT IN ('real1', 'never1')"), 0,
        '... nothing healthy was down');
    is($t->value("SELECT count(*) FROM check_history c JOIN monitors m
        ON m.id = c.monitor_id WHERE m.name NOT IN ('real1', 'never1')
        AND c.outcome = 'down'"), 0, '... in no check');
    is($t->value("SELECT count(*) FROM outbox o JOIN monitors m
        ON m.id = o.monitor_id WHERE m.name NOT IN ('real1', 'never1')"), 0,
        '... and no user was told');
    is($told + 1, scalar(grep { $_->{type} eq 'uptime.operator' } $sink->got),
        '... the operator once');
}

ok($server->stop, 'stopped');
done_testing;

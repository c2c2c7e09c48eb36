# What needs a network of its own: monitors of the kind icmp, hosts that are
# unreachable, no route.  Runs in a network namespace with a router behind it.

use strict;
use warnings;

BEGIN {
    # -n: a network of its own, which root may make
    if (!$ENV{UPTIME_OWN_NET}
        && system('unshare -n true 2>/dev/null') == 0)
    {
        $ENV{UPTIME_OWN_NET} = $$;
        exec 'unshare', '-n', $^X, (map { "-I$_" } @INC), $0;
    }
}

use Time::HiRes qw(time sleep);
use Uptime::Probes qw(probe_start add_monitors checks_ok first_check
    checker_sockets sockets_return monitor_id);
use Uptime::Test;
use Uptime::Util qw(spew slurp);
use Uptime::Zone;

my $range = '/proc/sys/net/ipv4/ping_group_range';
my $router;

END { kill 'KILL', $router if $router }


sub run {
    my ($command) = @_;

    system("$command >/dev/null 2>&1") == 0 or die "$command\n";
    return;
}


# Two ends of a wire: 10.99.0.1 is here, 10.99.0.2 is a router.
sub network {
    run('ip link set lo up');

    $router = fork // die "fork: $!\n";
    exec qw(unshare -n sleep 100) if !$router;

    my $here = readlink '/proc/self/ns/net';
    wait_until { (readlink("/proc/$router/ns/net") // $here) ne $here } 5
        or die "no second namespace\n";

    my $in = "nsenter -t $router -n";
    run('ip link add v0 type veth peer name v1');
    run("ip link set v1 netns $router");
    run('ip addr add 10.99.0.1/24 dev v0');
    run('ip link set v0 up');
    run("$in ip link set lo up");
    run("$in ip addr add 10.99.0.2/24 dev v1");
    run("$in ip link set v1 up");
    run("$in sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'");
    run("$in sh -c 'echo 0 > /proc/sys/net/ipv4/icmp_ratelimit'");
    run("$in ip route add unreachable 198.51.100.1/32");
    run("$in ip route add blackhole 198.51.100.2/32");
    run("$in ip route add prohibit 198.51.100.3/32");
    run('ip route add 198.51.100.0/24 via 10.99.0.2');
    spew($range, "1 0\n");
    return;
}


if (!$ENV{UPTIME_OWN_NET} || !eval { network(); 1 }) {
    plan skip_all => 'cannot make a network: ' . ($@ || 'not root');
}

my $dns = Uptime::Zone->start(dir => "$ENV{UPTIME_RUN}/probes_net.$$",
    names => {
        'here.test A'      => [[A => '127.0.0.1']],
        'here.test AAAA'   => [],
        'no_six.test A'    => [[A => '127.0.0.1']],
        'no_six.test AAAA' => { rcode => 2 },
        'second.test A'    => [[A => '203.0.113.1'], [A => '198.51.100.1'],
                               [A => '127.0.0.1']],
        'second.test AAAA' => [],
        'silent.test'      => { silent => 1 },
    });

my ($t, $server) = probe_start(allow => '127.0.0.1 ::1 10.99.0.0/24 '
    . '198.51.100.0/24 203.0.113.0/24',
    http => 'resolver ' . $dns->address . ';');


# --- the kernel forbids it

add_monitors(icmp => forbidden => [{ url => 'icmp://127.0.0.1' }],
    forbidden_6 => [{ url => 'icmp://[::1]' }]);

for my $name (qw(forbidden forbidden_6)) {
    my $row = first_check($name);
    is($row->{outcome}, 'unknown', "$name: unknown");
    is($row->{cause}, 'own_resources', '... own_resources');
}

my @lines = $server->log_lines(qr/net\.ipv4\.ping_group_range/);
is(scalar @lines, 1, 'the log says once what to set') or diag(@lines);

spew($range, "0 2147483647\n");


# --- and now it does not

my %monitors = (
    here     => [{ url => 'icmp://127.0.0.1' }, 'up', undef],
    here_6   => [{ url => 'icmp://[::1]' }, 'up', undef],
    router   => [{ url => 'icmp://10.99.0.2' }, 'up', undef],
    named    => [{ url => 'icmp://here.test' }, 'up', undef],
    second   => [{ url => 'icmp://second.test' }, 'up', undef],
    no_host  => [{ url => 'icmp://198.51.100.1' }, 'down',
                 'connect_unreachable'],
    prohibited => [{ url => 'icmp://198.51.100.3' }, 'down',
                 'connect_unreachable'],
    nobody   => [{ url => 'icmp://10.99.0.77', timeout => 10 }, 'down',
                 'connect_unreachable'],
    silent   => [{ url => 'icmp://198.51.100.2', timeout => 3 }, 'down',
                 'timeout'],
    silent_1 => [{ url => 'icmp://198.51.100.2', timeout => 1 }, 'down',
                 'timeout'],
    no_route => [{ url => 'icmp://203.0.113.1' }, 'unknown', 'own_network'],
    blocked  => [{ url => 'icmp://127.0.0.2' }, 'down', 'blocked_address',
                 'sql'],
    not_found => [{ url => 'icmp://none.test' }, 'down', 'dns_not_found'],
    no_6     => [{ url => 'icmp://here.test', ip_version => '6' }, 'down',
                 'dns_not_found'],
);

add_monitors(icmp => warm => [{ url => 'icmp://here.test' }],
    warm_4 => [{ url => 'icmp://no_six.test', ip_version => '4' }]);
is(first_check('warm')->{outcome}, 'up', 'the first check');
is(first_check('warm_4')->{outcome}, 'up', '... with IPv4 only');
is(scalar(grep { / AAAA$/ } $dns->queries('no_six.test')), 0,
    '... nobody asks for AAAA');
my %before = checker_sockets($server);

add_monitors(icmp => %monitors);
my %row = checks_ok(%monitors);

ok($row{here}{total_us} > 0 && $row{here}{total_us} < 1e6,
    'the latency is a round trip');
ok($row{named}{dns_us} > 0, 'the time of the name is apart');
cmp_ok($row{silent}{total_us}, '>=', 2.9e6, 'the whole timeout is used');

sockets_return($server, 'no socket is left open', %before);


# --- several requests, of which the last is answered

my $added = time;
add_monitors(icmp => late => [{ url => 'icmp://10.99.0.3', timeout => 8 }]);
until_ok { slurp('/proc/net/arp') =~ /^10\.99\.0\.3 /m } 5, 'it is looked for';
run("nsenter -t $router -n ip addr add 10.99.0.3/24 dev v1");
my $late = first_check('late');
is($late->{outcome}, 'up', 'a host that comes back in time is up');
cmp_ok(time - $added, '<', 8, '... at once');


# --- other kinds

my %other = (
    tcp_no_host  => [{ url => 'tcp://198.51.100.1:80' }, 'down',
                     'connect_unreachable'],
    tcp_no_route => [{ url => 'tcp://203.0.113.1:80' }, 'unknown',
                     'own_network'],
    tcp_silent   => [{ url => 'tcp://198.51.100.2:80', timeout => 2 },
                     'down', 'connect_timeout'],
);
my %dns = (
    dns_no_host  => [{ url => 'dns://198.51.100.1/a.test' }, 'down',
                     'connect_unreachable'],
    dns_no_route => [{ url => 'dns://203.0.113.1/a.test' }, 'unknown',
                     'own_network'],
    dns_silent   => [{ url => 'dns://198.51.100.2/a.test', timeout => 2 },
                     'down', 'dns_timeout'],
);
my %tls = (
    tls_no_host  => [{ url => 'tls://198.51.100.1:443' }, 'down',
                     'connect_unreachable'],
    tls_no_route => [{ url => 'tls://203.0.113.1:443' }, 'unknown',
                     'own_network'],
);

add_monitors(tcp => %other);
add_monitors(dns => %dns);
add_monitors(tls => %tls);
checks_ok(%other, %dns, %tls);
sockets_return($server, 'no socket is left open', %before);


# --- cancelled in the middle

add_monitors(icmp => map { $_ => [{ url => 'icmp://198.51.100.2',
    timeout => 30 }] } qw(deleted paused));
add_monitors(icmp => in_dns => [{ url => 'icmp://silent.test',
    timeout => 30 }]);
until_ok { my %now = checker_sockets($server);
    grep { !$before{$_} } keys %now } 10, 'requests are on their way';
until_ok { $dns->queries('silent.test') } 10, 'a name is asked for';
$t->execute('DELETE FROM monitors WHERE id IN (?, ?)',
    map { monitor_id($_) } qw(deleted in_dns));
$t->execute('UPDATE monitors SET paused = true WHERE id = ?',
    monitor_id('paused'));
sockets_return($server, 'nothing is left open', %before);
is($t->value('SELECT count(*) FROM check_history WHERE monitor_id IN (?, ?, ?)',
    map { monitor_id($_) } qw(deleted paused in_dns)), 0,
    'there is no result');

ok($server->stop, 'nginx quits in time');

done_testing;

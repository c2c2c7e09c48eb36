# Monitors of the kind tcp: connect, send, expect; what can go wrong; checks
# that are cancelled; nothing is left open.

use strict;
use warnings;

use Time::HiRes qw(time sleep);
use Uptime::Zone;
use Uptime::Listener;
use Uptime::Probes qw(:DEFAULT probe_start add_monitors checks_ok first_check
    checker_sockets sockets_return limit_files next_file monitor_id);
use Uptime::Test;

my ($t, $server, $silent, $secret);

my $n = 0;

sub listener {
    my (%o) = @_;

    return Uptime::Listener->start(dir => "$ENV{UPTIME_RUN}/listener.$$."
        . $n++, %o);
}


sub plays {
    my ($play) = @_;

    return listener(play => $play);
}


my $dns = Uptime::Zone->start(dir => "$ENV{UPTIME_RUN}/dns.$$", names => {
    'two.test A'    => [[A => '127.0.0.3'], [A => '127.0.0.1']],
    'two.test AAAA' => [],
    'mixed.test'    => [[A => '127.0.0.1'], [A => '127.0.0.2']],
    'mixed.test AAAA' => [],
    'six.test A'    => [[A => '127.0.0.3']],
    'six.test AAAA' => [[AAAA => '::1']],
    'four.test A'   => [[A => '127.0.0.1']],
    'four.test AAAA' => [],
    'broken.test'   => { rcode => 2 },
    'silent.test'   => { silent => 1 },
});

($t, $server) = probe_start(allow => '127.0.0.1 127.0.0.3 ::1',
    http => 'resolver ' . $dns->address . ';');

my $up = plays(\&Uptime::Listener::wait_end);
$silent = plays(\&Uptime::Listener::wait_end);
$secret = listener(address => '127.0.0.2', play => sub { });
my $six = listener(address => '::1', play => sub { });
my $banner = plays(sub {
    my ($c) = @_;
    for my $part ('2', "20 mail.exam", 'ple', ".com ESMTP\r\n") {
        print $c $part;
        sleep 0.05;
    }
    Uptime::Listener::wait_end($c);
});
my $says_no = plays(sub { my ($c) = @_; print $c "500 go away\r\n" });
my $echo = plays(sub {
    my ($c) = @_;
    my $line = <$c> // return;
    print $c "you said $line";
});
my $closes = plays(sub { });
my $resets = plays(sub { my ($c) = @_; sleep 0.2;
    Uptime::Listener::reset($c) });
my $late = plays(sub { my ($c) = @_; sysread $c, my $x, 10;
    print $c 'x' x 65532, 'MARK'; Uptime::Listener::wait_end($c) });
my $too_late = plays(sub { my ($c) = @_; sysread $c, my $x, 10;
    print $c 'x' x 65533, 'MARK'; Uptime::Listener::wait_end($c) });
my $flood = plays(sub { my ($c) = @_; 1 while print $c 'y' x 8192 });
my $takes = plays(sub {
    my ($c) = @_;
    my $got = 0;
    while (my $len = sysread $c, my $buf, 65536) { $got += $len;
        last if $got >= 500_000 }
    print $c "got $got";
});
my $trickle = plays(sub { my ($c) = @_;
    while (print $c '.') { sleep 0.2 } });
my $closed = Uptime::Target->closed_port;
my $full = Uptime::Listener->full;

my %monitors = (
    up        => [{ url => 'tcp://' . $up->address }, 'up', undef],
    hosts     => [{ url => 'tcp://' . $up->address('localhost') }, 'up',
                  undef],
    ipv6      => [{ url => 'tcp://' . $six->address }, 'up', undef],
    refused   => [{ url => 'tcp://127.0.0.1:' . $closed->port }, 'down',
                  'connect_refused'],
    full      => [{ url => 'tcp://' . $full->{host} . ':' . $full->{port},
                  timeout => 2 }, 'down', 'connect_timeout'],
    banner    => [{ url => 'tcp://' . $banner->address,
                  keyword => '220 mail.example.com' }, 'up', undef],
    letter    => [{ url => 'tcp://' . $banner->address, keyword => 'E' },
                  'up', undef],
    no_banner => [{ url => 'tcp://' . $says_no->address, keyword => '220 ' },
                  'down', 'keyword'],
    absent    => [{ url => 'tcp://' . $says_no->address, keyword => '220 ',
                  keyword_mode => 'absent' }, 'up', undef],
    there     => [{ url => 'tcp://' . $says_no->address, keyword => '500 ',
                  keyword_mode => 'absent' }, 'down', 'keyword'],
    still     => [{ url => 'tcp://' . $banner->address, timeout => 2,
                  keyword => 'nonsense' }, 'down', 'keyword'],
    still_absent => [{ url => 'tcp://' . $banner->address, timeout => 2,
                  keyword => 'nonsense', keyword_mode => 'absent' }, 'up',
                  undef],
    echo      => [{ url => 'tcp://' . $echo->address, body => "PING\r\n",
                  keyword => 'you said PING' }, 'up', undef],
    sends     => [{ url => 'tcp://' . $up->address, body => 'hello' }, 'up',
                  undef],
    sends_much => [{ url => 'tcp://' . $takes->address,
                  body => 'z' x 500_000, keyword => 'got 500000' }, 'up',
                  undef, 'sql'],
    stuck     => [{ url => 'tcp://' . $full->{host} . ':' . $full->{port},
                  body => 'z' x 500_000, timeout => 2 }, 'down',
                  'connect_timeout', 'sql'],
    closes    => [{ url => 'tcp://' . $closes->address, keyword => 'x' },
                  'down', 'reset'],
    resets    => [{ url => 'tcp://' . $resets->address, keyword => 'x' },
                  'down', 'reset'],
    silent    => [{ url => 'tcp://' . $silent->address, keyword => 'x',
                  timeout => 2 }, 'down', 'timeout'],
    silent_absent => [{ url => 'tcp://' . $silent->address, keyword => 'x',
                  keyword_mode => 'absent', timeout => 1 }, 'down',
                  'timeout'],
    trickle   => [{ url => 'tcp://' . $trickle->address, keyword => 'x',
                  timeout => 2 }, 'down', 'keyword'],
    late      => [{ url => 'tcp://' . $late->address, body => 'go',
                  keyword => 'MARK' }, 'up', undef],
    too_late  => [{ url => 'tcp://' . $too_late->address, body => 'go',
                  keyword => 'MARK' }, 'down', 'keyword'],
    flood     => [{ url => 'tcp://' . $flood->address, keyword => 'x' },
                  'down', 'keyword'],
    blocked   => [{ url => 'tcp://' . $secret->address }, 'down',
                  'blocked_address', 'sql'],
    mixed     => [{ url => 'tcp://' . $up->address('mixed.test') }, 'down',
                  'blocked_address'],
    two       => [{ url => 'tcp://' . $up->address('two.test') }, 'up',
                  undef],
    family_6  => [{ url => 'tcp://' . $six->address('six.test'),
                  ip_version => '6' }, 'up', undef],
    family_4  => [{ url => 'tcp://' . $six->address('six.test'),
                  ip_version => '4' }, 'down', 'connect_refused'],
    no_6      => [{ url => 'tcp://' . $up->address('four.test'),
                  ip_version => '6' }, 'down', 'dns_not_found'],
    not_found => [{ url => 'tcp://' . $up->address('none.test') }, 'down',
                  'dns_not_found'],
    broken    => [{ url => 'tcp://' . $up->address('broken.test') }, 'down',
                  'dns_failure'],
    dns_silent => [{ url => 'tcp://' . $up->address('silent.test'),
                  timeout => 2 }, 'down', 'dns_timeout'],
    data_port => [{ url => 'tcp://127.0.0.1:5432' }, 'down',
                  'blocked_address', 'sql'],
    other_url => [{ url => 'http://127.0.0.1:8080/' }, 'down', 'protocol',
                  'sql'],
);

# each resolver opens its socket once
my $two = 'tcp://' . $up->address('two.test');
add_monitors(tcp => warm => [{ url => $two }],
    warm_4 => [{ url => $two, ip_version => '4' }]);
is(first_check('warm')->{outcome}, 'up', 'the first check');
is(first_check('warm_4')->{outcome}, 'up', '... with IPv4 only');
my %before = checker_sockets($server);

add_monitors(tcp => %monitors);
my %row = checks_ok(%monitors);

is($secret->opened, 0, 'the secret listener was never asked');

ok($row{up}{connect_us} > 0 && $row{up}{connect_us} < 1e6, 'connect time');
is($row{up}{ttfb_us}, undef, 'no first byte where nothing is expected');
ok($row{banner}{ttfb_us} >= 0, 'first byte');
ok($row{two}{dns_us} > 0, 'time of the name');
cmp_ok($row{still_absent}{total_us}, '<', 1.5e6,
    'the latency of what is absent ends with the last byte');
cmp_ok($row{silent}{total_us}, '>=', 1.9e6, 'the whole timeout is used');
is($row{silent}{ttfb_us}, undef, 'silent: no first byte');

sockets_return($server, 'no socket is left open', %before);


# --- our own trouble: no descriptor

my ($pid) = $server->checkers;

ok(limit_files($server, next_file($server)), 'no descriptor is left');
add_monitors(tcp => no_fd => [{ url => 'tcp://' . $up->address }]);
my $row = first_check('no_fd');
is($row->{outcome}, 'unknown', 'without descriptors: unknown');
is($row->{cause}, 'own_resources', '... own_resources');
ok(limit_files($server, 1024), 'descriptors again');
add_monitors(tcp => more_fd => [{ url => 'tcp://' . $up->address }]);
is(first_check('more_fd')->{outcome}, 'up', '... and up again');


# --- cancelled in the middle

%before = checker_sockets($server);
my ($opened, $ended) = ($silent->opened, $silent->closed);
my %waits = map { $_ => [{ url => 'tcp://' . $silent->address, timeout => 30,
    keyword => 'x' }] } qw(deleted paused edited);
$waits{deleted_dns} = [{ url => 'tcp://' . $up->address('silent.test'),
    timeout => 30 }];
$waits{deleted_connect} = [{ url => "tcp://$full->{host}:$full->{port}",
    timeout => 30 }];
add_monitors(tcp => %waits);

until_ok { $silent->opened == $opened + 3 } 10, 'three connections';
until_ok { $dns->queries('silent.test') > 2 } 5, 'a name is asked for';
$t->execute('DELETE FROM monitors WHERE id IN (?, ?, ?)',
    map { monitor_id($_) } qw(deleted deleted_dns deleted_connect));
$t->execute('UPDATE monitors SET paused = true WHERE id = ?',
    monitor_id('paused'));
$t->execute('UPDATE monitors SET url = ?, keyword = NULL
    WHERE id = ?',
    'tcp://' . $up->address, monitor_id('edited'));
until_ok { $silent->closed == $ended + 3 } 5, 'they are closed';

sockets_return($server, 'and nothing is left open', %before);
is($t->value('SELECT count(*) FROM check_history WHERE monitor_id = ANY(?)
    AND outcome <> ?', [map { monitor_id($_) } keys %waits], 'up'), 0,
    'what was cancelled has no failed result');


# --- reload in the middle

add_monitors(tcp => reloaded => [{ url => 'tcp://' . $silent->address,
    timeout => 30, keyword => 'x' }]);
until_ok { $silent->opened == $opened + 4 } 10, 'a connection';
$server->signal('HUP');
until_ok { $silent->closed == $ended + 4 } 10, 'is closed by a reload';
until_ok { my @c = $server->checkers; @c == 1 && $c[0] != $pid } 10,
    'there is another checker';

ok($server->stop, 'nginx quits in time');

done_testing;

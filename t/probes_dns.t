# Monitors of the kind dns: records and their values, from a server of the
# monitor's own and from the system's; what servers get wrong; loss, TCP,
# forged answers; own trouble.

use strict;
use warnings;

use Time::HiRes qw(time sleep);
use Uptime::Probes qw(probe_start add_monitors checks_ok first_check
    checker_sockets sockets_return monitor_id);
use Uptime::Test;
use Uptime::Zone;

my $long = [map { [TXT => "number $_ of many, with some more text"] } 1 .. 40];
my %names = (
    'a.test'        => [[A => '192.0.2.1'], [A => '192.0.2.2']],
    'a6.test AAAA'  => [[AAAA => '2001:db8::1']],
    'alias.test'    => [[CNAME => 'a.test'],
                        [{ name => 'a.test' }, A => '192.0.2.7']],
    'dangling.test' => [[CNAME => 'nowhere.test']],
    'mx.test MX'    => [[MX => 10, 'mail.test'], [MX => 20, 'spare.test']],
    'ns.test NS'    => [[NS => 'one.test']],
    'txt.test TXT'  => [[TXT => 'v=spf1 ', '-all']],
    'soa.test SOA'  => [[SOA => 'ns.test', 'root.test', 7, 1, 2, 3, 4]],
    '_sip._tcp.test SRV' => [[SRV => 1, 2, 5060, 'sip.test']],
    'caa.test CAA'  => [[CAA => 0, 'issue', 'ca.test']],
    '1.2.0.192.in-addr.arpa PTR' => [[PTR => 'host.test']],
    'empty.test'    => [],
    'servfail.test' => { rcode => 2 },
    'refused.test'  => { rcode => 5 },
    'silent.test'   => { silent => 1 },
    'lost.test'     => { drop => 1, answers => [[A => '192.0.2.1']] },
    'slow.test'     => { delay => 1.5, answers => [[A => '192.0.2.1']] },
    'long.test TXT' => { tc => 1, tcp => $long },
    'dribble.test TXT' => { tc => 1, tcp => $long, dribble => 1 },
    'hangs.test TXT' => sub { sleep 5 if $_[1]{proto} eq 'tcp';
                        return { tc => 1 } },
    'still_cut.test TXT' => { tc => 1, tcp => [], raw => undef },
    'other_id.test' => { id => 1, answers => [[A => '192.0.2.1']] },
    'other_question.test' => { question => Uptime::Zone::name('x.test')
                        . pack('n2', 1, 1), answers => [[A => '192.0.2.1']] },
    'broken.test'   => { answers => [[A => '192.0.2.1']], cut => 40 },
    'short.test'    => { raw => "\0\0" },
    'loop.test CNAME' => { answers =>
                        ["\xc0\x0c" . pack('n n N n', 5, 1, 1, 2)
                        . "\xc0\x27"] },
    'forged.test'   => { forged => [sub { my ($text) = @_;
                        substr($text, 0, 2) = pack 'n', 7;
                        substr($text, -4) = pack 'C4', 6, 6, 6, 6;
                        return $text }], answers => [[A => '192.0.2.1']] },
    'ns1.test A'    => [[A => '127.0.0.1']],
    'ns1.test AAAA' => [],
    'ns2.test A'    => [[A => '127.0.0.3'], [A => '127.0.0.1']],
    'ns2.test AAAA' => [],
    'inside.test A' => [[A => '127.0.0.2']],
    'inside.test AAAA' => [],
);

my $n = 0;
my $dir = "$ENV{UPTIME_RUN}/probes_dns.$$";

sub zone {
    my (%o) = @_;

    return Uptime::Zone->start(dir => $dir . '.' . $n++, names => \%names,
        %o);
}

my $system = zone();
my $zone = zone();
my $no_tcp = zone(no_tcp => 1);
my $secret = zone(address => '127.0.0.2');
my $closed = Uptime::Target->closed_port;

my ($t, $server) = probe_start(allow => '127.0.0.1 127.0.0.3',
    http => 'resolver ' . $system->address . ' ipv6=off;');

my ($at, $port) = ('dns://' . $zone->address, $zone->port);

sub asks {
    my ($name, $type, $value, @more) = @_;

    return { url => "$at/$name?type=$type",
        (defined $value ? (keyword => $value) : ()), @more };
}

my %monitors = (
    a        => [asks('a.test', 'A'), 'up', undef],
    a_value  => [asks('a.test', 'A', '192.0.2.2'), 'up', undef],
    a_other  => [asks('a.test', 'A', '192.0.2.3'), 'down', 'dns_value'],
    a_absent => [asks('a.test', 'A', '192.0.2.3', keyword_mode => 'absent'),
                 'up', undef],
    a_there  => [asks('a.test', 'A', '192.0.2.2', keyword_mode => 'absent'),
                 'down', 'dns_value'],
    case     => [asks('A.TEST.', 'a', '192.0.2.1'), 'up', undef],
    aaaa     => [asks('a6.test', 'AAAA', '2001:DB8:0::1'), 'up', undef],
    alias    => [asks('alias.test', 'A', '192.0.2.7'), 'up', undef],
    cname    => [asks('alias.test', 'CNAME', 'a.test.'), 'up', undef],
    dangling => [asks('dangling.test', 'A'), 'down', 'dns_not_found'],
    mx       => [asks('mx.test', 'MX', '10 mail.test'), 'up', undef],
    mx_host  => [asks('mx.test', 'MX', 'spare.test'), 'up', undef],
    ns       => [asks('ns.test', 'NS', 'one.test'), 'up', undef],
    txt      => [asks('txt.test', 'TXT', 'v=spf1 -all'), 'up', undef],
    soa      => [asks('soa.test', 'SOA', 'ns.test root.test 7 1 2 3 4'),
                 'up', undef],
    srv      => [asks('_sip._tcp.test', 'SRV', '1 2 5060 sip.test'), 'up',
                 undef],
    caa      => [asks('caa.test', 'CAA', '0 issue "ca.test"'), 'up', undef],
    ptr      => [asks('1.2.0.192.in-addr.arpa', 'PTR', 'host.test'), 'up',
                 undef],
    none     => [asks('none.test', 'A'), 'down', 'dns_not_found'],
    unlisted => [asks('none.test', 'A', '127.0.0.2',
                 keyword_mode => 'absent'), 'up', undef],
    empty    => [asks('empty.test', 'A'), 'down', 'dns_not_found'],
    wrong_type => [asks('a.test', 'MX'), 'down', 'dns_not_found'],
    servfail => [asks('servfail.test', 'A'), 'down', 'dns_failure'],
    refused  => [asks('refused.test', 'A'), 'down', 'dns_failure'],
    silent   => [asks('silent.test', 'A', undef, timeout => 2), 'down',
                 'dns_timeout'],
    lost     => [asks('lost.test', 'A'), 'up', undef],
    slow     => [asks('slow.test', 'A'), 'up', undef],
    slow_2   => [asks('slow.test', 'A', undef, timeout => 1), 'down',
                 'dns_timeout'],
    long     => [asks('long.test', 'TXT',
                 'number 40 of many, with some more text'), 'up', undef],
    dribble  => [asks('dribble.test', 'TXT'), 'up', undef],
    hangs    => [asks('hangs.test', 'TXT', undef, timeout => 2), 'down',
                 'dns_timeout'],
    still_cut => [asks('still_cut.test', 'TXT'), 'down', 'dns_not_found'],
    no_tcp   => [{ url => 'dns://' . $no_tcp->address
                 . '/long.test?type=TXT' }, 'down', 'connect_refused'],
    other_id => [asks('other_id.test', 'A', undef, timeout => 1), 'down',
                 'dns_timeout'],
    other_question => [asks('other_question.test', 'A', undef, timeout => 1),
                 'down', 'dns_timeout'],
    broken   => [asks('broken.test', 'A'), 'down', 'dns_failure'],
    short    => [asks('short.test', 'A', undef, timeout => 1), 'down',
                 'dns_timeout'],
    forged   => [asks('forged.test', 'A', '192.0.2.1'), 'up', undef],
    no_server => [{ url => 'dns://127.0.0.1:' . $closed->port
                 . '/a.test' }, 'down', 'connect_refused'],
    named    => [{ url => "dns://ns1.test:$port/a.test" }, 'up', undef],
    second   => [{ url => "dns://ns2.test:$port/a.test" }, 'up', undef],
    unnamed  => [{ url => "dns://none.test:$port/a.test" }, 'down',
                 'dns_not_found'],
    absent   => [{ url => "dns://absent.test:$port/a.test" }, 'down',
                 'dns_not_found'],
    no_6     => [{ url => "dns://ns1.test:$port/a.test", ip_version => '6' },
                 'down', 'dns_not_found'],
    blocked  => [{ url => 'dns://' . $secret->address . '/a.test' }, 'down',
                 'blocked_address', 'sql'],
    inside   => [{ url => 'dns://inside.test:' . $secret->port . '/a.test' },
                 'down', 'blocked_address'],

    own       => [{ url => 'dns:a.test', keyword => '192.0.2.1' }, 'up',
                  undef],
    own_mx    => [{ url => 'dns:mx.test?type=MX', keyword => '10 mail.test' },
                  'up', undef],
    own_none  => [{ url => 'dns:none.test' }, 'down', 'dns_not_found'],
    own_servfail => [{ url => 'dns:servfail.test' }, 'down', 'dns_failure'],
    own_silent => [{ url => 'dns:silent.test', timeout => 3 }, 'down',
                  'dns_timeout'],
    own_short => [{ url => 'dns:silent.test', timeout => 1 }, 'down',
                  'dns_timeout'],
    own_long  => [{ url => 'dns:long.test?type=TXT' }, 'up', undef],
    own_hangs => [{ url => 'dns:hangs.test?type=TXT', timeout => 2 },
                  'unknown', 'own_network'],
);

# the resolver opens its socket once
add_monitors(dns => warm => [{ url => "dns://ns1.test:$port/a.test" }]);
is(first_check('warm')->{outcome}, 'up', 'the first check');
my %before = checker_sockets($server);

add_monitors(dns => %monitors);
my %row = checks_ok(%monitors);

is(scalar(() = $secret->queries), 0, 'the secret server was never asked');

is(scalar(grep { / AAAA$/ } $system->queries), 0,
    'ipv6=off: nobody asks for AAAA');
is(scalar $system->queries('absent.test'), 1, '... nor twice for A');

ok($row{a}{ttfb_us} > 0, 'the time of the answer');
ok($row{named}{dns_us} > 0, 'the time of the server\'s name');
ok($row{lost}{total_us} >= 0.9e6, 'lost: asked again after a second');
is(scalar $zone->queries('lost.test'), 2, '... once');
is(scalar(grep { / tcp / } $zone->queries('long.test')), 1,
    'long: asked over TCP');

my %used;
$used{ join ' ', (split)[2, 3] }++
    for map { $zone->queries($_) } qw(a.test mx.test silent.test);
is(scalar(grep { $_ > 1 } values %used), 0, 'ports and ids change');

sockets_return($server, 'no socket is left open', %before);


# --- cancelled in the middle

my $asked = $zone->queries('silent.test');
add_monitors(dns => map { $_ => [asks('silent.test', 'A', undef,
    timeout => 30)] } qw(deleted paused));
until_ok { $zone->queries('silent.test') >= $asked + 2 } 10, 'two questions';
$t->execute('DELETE FROM monitors WHERE id = ?', monitor_id('deleted'));
$t->execute('UPDATE monitors SET paused = true WHERE id = ?',
    monitor_id('paused'));
sockets_return($server, 'nothing is left open', %before);
is($t->value('SELECT count(*) FROM check_history WHERE monitor_id IN (?, ?)',
    map { monitor_id($_) } qw(deleted paused)), 0, 'there is no result');


# --- our own servers are away

$system->stop;
add_monitors(dns =>
    away   => [{ url => 'dns:a.test', timeout => 2 }],
    not_away => [asks('silent.test', 'A', undef, timeout => 2)]);
my $row = first_check('away');
is($row->{outcome}, 'unknown', 'no server of ours answers: unknown');
is($row->{cause}, 'own_network', '... own_network');
is(first_check('not_away')->{outcome}, 'down',
    'a server of the monitor\'s own is its own');
sockets_return($server, 'nothing is left open', %before);

ok($server->stop, 'nginx quits in time');

done_testing;

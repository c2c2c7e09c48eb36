# No URL, name, answer or redirect makes us connect to an address that is not
# public.  Every address of the world is this host here (Uptime::Netns), so
# the policy of production runs as it is, and what listens everywhere counts
# who was asked for under which address.

use strict;
use warnings;

use Uptime::Netns;
use Uptime::Dns;
use Uptime::Hostile;
use Uptime::Test;

my $unable = Uptime::Hostile::unable();
plan(skip_all => $unable) if $unable;

use constant PUBLIC => '93.184.215.14';

# [first, last, before, after]; undef: that neighbour is refused as well
my @v4 = (
    ['0.0.0.0', '0.255.255.255', undef, '1.0.0.0'],
    ['10.0.0.0', '10.255.255.255', '9.255.255.255', '11.0.0.0'],
    ['100.64.0.0', '100.127.255.255', '100.63.255.255', '100.128.0.0'],
    ['100.100.100.200', '100.100.100.200', undef, undef],
    ['127.0.0.0', '127.255.255.255', '126.255.255.255', '128.0.0.0'],
    ['168.63.129.16', '168.63.129.16', '168.63.129.15', '168.63.129.17'],
    ['169.254.0.0', '169.254.255.255', '169.253.255.255', '169.255.0.0'],
    ['169.254.169.254', '169.254.170.2', undef, undef],
    ['172.16.0.0', '172.31.255.255', '172.15.255.255', '172.32.0.0'],
    ['192.0.0.0', '192.0.0.255', '191.255.255.255', '192.0.1.0'],
    ['192.0.2.0', '192.0.2.255', '192.0.1.255', '192.0.3.0'],
    ['192.31.196.0', '192.31.196.255', '192.31.195.255', '192.31.197.0'],
    ['192.52.193.0', '192.52.193.255', '192.52.192.255', '192.52.194.0'],
    ['192.88.99.0', '192.88.99.255', '192.88.98.255', '192.88.100.0'],
    ['192.168.0.0', '192.168.255.255', '192.167.255.255', '192.169.0.0'],
    ['192.175.48.0', '192.175.48.255', '192.175.47.255', '192.175.49.0'],
    ['198.18.0.0', '198.19.255.255', '198.17.255.255', '198.20.0.0'],
    ['198.51.100.0', '198.51.100.255', '198.51.99.255', '198.51.101.0'],
    ['203.0.113.0', '203.0.113.255', '203.0.112.255', '203.0.114.0'],
    ['224.0.0.0', '239.255.255.255', '223.255.255.255', undef],
    ['240.0.0.0', '255.255.255.255', undef, undef],
);

my $f = ':ffff:ffff:ffff:ffff:ffff:ffff';
my @v6 = (
    ['::', '1fff:ffff' . $f, undef, '2000::'],
    ['::1', '::1', undef, undef],
    ['::7f00:1', '::ffff:127.0.0.1', undef, undef],
    ['::ffff:0:0', '::ffff:8.8.8.8', undef, undef],
    ['::ffff:0:7f00:1', '::ffff:0:808:808', undef, undef],
    ['64:ff9b::7f00:1', '64:ff9b::808:808', undef, undef],
    ['64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff', undef, undef],
    ['100::', '100::ffff:ffff:ffff:ffff', undef, undef],
    ['2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff',
        '2000:ffff' . $f, '2001:200::'],
    ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
        '2001:db7:ffff:ffff:ffff:ffff:ffff:ffff', '2001:db9::'],
    ['2002::', '2002:ffff' . $f, '2001:ffff' . $f, '2003::'],
    ['2002:7f00:1::', '2002:a00:1::', undef, undef],
    ['2620:4f:8000::', '2620:4f:8000:ffff:ffff:ffff:ffff:ffff',
        '2620:4f:7fff:ffff:ffff:ffff:ffff:ffff', '2620:4f:8001::'],
    ['3ffe::', '3ffe:ffff' . $f, '3ffd:ffff' . $f, undef],
    ['3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff', undef,
        '3fff:1000::'],
    ['4000::', '5f00::1', '3fff:ffff' . $f, undef],
    ['fc00::', 'fdff:ffff' . $f, undef, undef],
    ['fd00:ec2::254', 'fd00::1', undef, undef],
    ['fe80::', 'febf:ffff' . $f, undef, undef],
    ['fec0::', 'feff:ffff' . $f, undef, undef],
    ['ff00::', 'ffff:ffff' . $f, undef, undef],
);

my $t = Uptime::Test->new(checker => 1, allow => '', per_host => 0);
my $dns = Uptime::Dns->start(dir => "$t->{dir}/dns");
my $hostile = Uptime::Hostile->start(dir => "$t->{dir}/hostile",
    address => '::', host => PUBLIC, extra => ['ok:80']);
$t->nginx(workers => 1);
my $c = $t->user_client;
my $port = $hostile->port('ok');
my $to = 'http://' . PUBLIC . ':' . $hostile->port('to');

until_ok { $c->get('/health/ready')->{status} == 200 } 10, 'ready';

my (%id, %want, %reached);
my $base = $hostile->stats;
my %before = map { $_ => { %{ $base->{$_}{to} // {} } } } keys %$base;


sub monitor {
    my ($name, $want, $url, %o) = @_;

    my $r = $c->post('/monitors', { name => substr($name, 0, 200),
        url => $url, interval => 3600, timeout => 5, failure_threshold => 1,
        %o });

    if ($want eq 'refused') {
        my ($error) = values %{ field_errors($r) };
        ok($r->{status} == 422 && defined $error
            || $r->{status} == 400 && $url =~ /\0/, "$name: refused at once")
            or diag("$r->{status}: $r->{content}");
        return $error;
    }

    $id{$name} = $r->{json}{id} or return fail("$name: $r->{content}");
    $want{$name} = $want;
    return;
}


sub bracket { return $_[0] =~ /:/ ? "[$_[0]]" : $_[0] }
sub dnshex { return Uptime::Dns::hex($_[0]) }


sub escape { return $_[0] =~ s{([^A-Za-z0-9.])}{sprintf '%%%02X', ord $1}ger }


# --- every range: first, last, and what is beside it

my @status = (301, 302, 303, 307, 308);
my $n = 0;

for my $range (@v4, $Uptime::Netns::V6 ? @v6 : ()) {
    my ($first, $last, @beside) = @$range;
    my %seen;

    for my $address (grep { !$seen{$_}++ } $first, $last) {
        my $host = bracket($address);
        my $hex = dnshex($address);
        my $kind = length $hex == 8 ? 'v4' : 'v6';
        my $status = $status[$n++ % @status];

        is(monitor("literal $address", 'refused', "http://$host:$port/"),
            'blocked_address', '... blocked_address');
        monitor("name $address", 'blocked', "http://$kind-$hex.test:$port/");
        monitor("cname $address", 'blocked', "http://cn-3-$hex.test:$port/");
        monitor("$status to $address", 'blocked',
            "$to/to/$status/" . escape("http://$host:$port/"));
        monitor("to name $address", 'blocked', "$to/to/302/"
            . escape("//$kind-$hex.test:$port/"));
    }

    for my $address (grep { defined } @beside) {
        my $hex = dnshex($address);
        my $kind = length $hex == 8 ? 'v4' : 'v6';

        monitor("beside $address", 'up', 'http://' . bracket($address)
            . ":$port/");
        monitor("name beside $address", 'up',
            "http://$kind-$hex.test:$port/");
        $reached{$address} = 1;
    }
}


# --- all statuses to each class, by address and by name

for my $address ('127.0.0.1', '10.1.2.3', '169.254.169.254', '192.168.1.1',
    '100.100.100.200', '::1', 'fd00:ec2::254', '::ffff:127.0.0.1',
    '64:ff9b::7f00:1')
{
    next if $address =~ /:/ && !$Uptime::Netns::V6;
    my $host = bracket($address);
    monitor("$_ to class $address", 'blocked', "$to/to/$_/"
        . escape("http://$host:$port/")) for @status;
    monitor("http to https $address", 'blocked', "$to/to/301/"
        . escape("https://$host:$port/"));
}


# --- answers

my %hex = map { $_ => dnshex($_) } PUBLIC, '127.0.0.1', '10.1.2.3',
    '2606:4700::1111', 'fd00::1', '::1';
my ($pub, $pub6) = @hex{ PUBLIC(), '2606:4700::1111' };
$reached{ PUBLIC() } = $reached{'2606:4700::1111'} = 1;

monitor('public and private', 'blocked',
    "http://all-$pub-$hex{'127.0.0.1'}.test:$port/");
monitor('private and public', 'blocked',
    "http://all-$hex{'10.1.2.3'}-$pub.test:$port/");
monitor('public A, private AAAA', 'blocked',
    "http://all-$pub-$hex{'fd00::1'}.test:$port/");
monitor('public A, loopback AAAA', 'blocked',
    "http://all-$pub-$hex{'::1'}.test:$port/");
monitor('private A, public AAAA', 'blocked',
    "http://all-$hex{'10.1.2.3'}-$pub6.test:$port/");
monitor('public A and AAAA', 'up', "http://all-$pub-$pub6.test:$port/");
monitor('many, the last is private', 'any',
    "http://many-30-$pub-$hex{'127.0.0.1'}.test:$port/");
monitor('five names to a private one', 'blocked',
    "http://cn-5-$hex{'127.0.0.1'}.test:$port/");
monitor('five names to a public one', 'up', "http://cn-5-$pub.test:$port/");
monitor('an answer to another question', 'any',
    "http://other.test:$port/", timeout => 1);
monitor('hosts, private', 'blocked', "http://internal.hosts:$port/");
monitor('hosts, public', 'up', "http://public.hosts:$port/");


# --- changes from answer to answer, and from hop to hop

for my $i (1 .. 10) {
    monitor("flip $i", 'any',
        "http://flip-$pub-$hex{'127.0.0.1'}-$i.test:$port/");
    monitor("flip back $i", 'any',
        "http://flip-$hex{'127.0.0.1'}-$pub-$i.test:$port/");
}

my $self = "http://once-$pub-$hex{'127.0.0.1'}-hop.test:"
    . $hostile->port('redirect_loop');
monitor('the next hop is another address', 'any', "$self/");


# --- forms of a URL; every name of a loopback or private address

my %form = map { $_ => 1 } map { $_, s/^http:/https:/r } (
    'http://127.0.0.1', 'http://127.1', 'http://127.0.1', 'http://2130706433',
    'http://0x7f000001', 'http://0x7f.0.0.1', 'http://0x7F.1',
    'http://0177.0.0.1', 'http://017700000001', 'http://0177.1', 'http://0',
    'http://0x0', 'http://00', 'http://0.0.0.0', 'http://10.1',
    'http://0xa000001', 'http://192.168.257', 'http://3232235777',
    'http://0xA9FEA9FE', 'http://2852039166', 'http://0251.0376.0251.0376',
    'http://169.254.43518', 'http://127.0.0.1.', 'http://127.0.0.1:80',
    'http://%31%32%37.0.0.1', 'http://127.0.0.1%2f', 'http://127.0.0.1%00',
    'http://127.0.0.1%0d%0aX:y', "http://127.0.0.1\t", "http://127.0.0.1\n",
    'http://localhost', 'http://LOCALHOST', 'http://localhost.',
    'http://a.localhost', 'http://[::1]', 'http://[0:0:0:0:0:0:0:1]',
    'http://[::]', 'http://[::ffff:127.0.0.1]', 'http://[::ffff:7f00:1]',
    'http://[::127.0.0.1]', 'http://[64:ff9b::7f00:1]',
    'http://[2002:7f00:1::]', 'http://[fe80::1%25lo]', 'http://[fd00::1]',
    'http://1.1.1.1\@127.0.0.1/', 'http://1.1.1.1@127.0.0.1/',
    'http://127.0.0.1\@1.1.1.1/', 'http://1.1.1.1#@127.0.0.1:80/x y',
    'http://user:pass@127.0.0.1/', 'http://@127.0.0.1/', 'http:/127.0.0.1',
    'http:127.0.0.1', 'http:///127.0.0.1', 'http:\\\\127.0.0.1',
    "http://\x{ff11}\x{ff12}\x{ff17}.0.0.1", "http://127\x{3002}0.0.1",
    "http://\x{2460}\x{2461}\x{2466}.0.0.1", 'http://127.0.0.1:25',
    'http://127.0.0.1:6379', 'http://127.0.0.1:5432', 'http://127.0.0.1:0',
    'http://127.0.0.1:65536',
), 'file:///etc/passwd', 'gopher://127.0.0.1/x', 'dict://127.0.0.1/',
    'ftp://127.0.0.1/', 'ldap://127.0.0.1/', 'smb://127.0.0.1/',
    'tftp://127.0.0.1/', 'telnet://127.0.0.1/', 'unix:///run/x',
    'javascript:alert(1)', 'data:text/html,x', 'ws://127.0.0.1/',
    '//127.0.0.1/', '127.0.0.1', 'localhost:80', "http://a.test/\r\nX: y",
    "http://a.test/\0", 'http://', 'http://.', 'http://a..b/';

my @forms = sort keys %form;
monitor("form $_" =~ s/[^ -~]/?/gr, 'refused', $_) for @forms;
cmp_ok(scalar @forms, '>=', 60, scalar(@forms) . ' forms of a URL');


# --- what users write for one origin is not told to another

my $echo = $hostile->port('echo');
my %secret = (headers => { Authorization => 'Bearer planted-secret',
    Cookie => 'session=planted-secret', 'X-Api-Key' => 'planted-secret' });

for my $status (@status) {
    my $where = escape("http://" . PUBLIC . ":$echo/elsewhere-$status");
    monitor("$status to another port, with secrets", 'up',
        "$to/to/$status/$where", %secret);
    $where = escape("http://v4-$pub.test:$echo/name-$status");
    monitor("$status to another name, with secrets", 'up',
        "$to/to/$status/$where", %secret);
}

monitor('secrets stay at home', 'up', 'http://' . PUBLIC . ":$echo/home",
    %secret);


# --- verdicts

until_ok { $t->value('SELECT count(DISTINCT monitor_id) FROM check_history')
    == keys %id } 30, 'all ' . scalar(keys %id) . ' are judged';

my %got = map { $_->{monitor_id} => $_ } $t->sql('SELECT DISTINCT ON
    (monitor_id) monitor_id, outcome, cause FROM check_history
    ORDER BY monitor_id, slot, attempt');

for my $name (sort keys %id) {
    my $check = $got{ $id{$name} };
    my $verdict = ($check->{cause} // '') eq 'blocked_address' ? 'blocked'
        : $check->{outcome};
    next if $want{$name} eq 'any';
    is($verdict, $want{$name}, "$name: $want{$name}")
        or diag($check->{cause} // 'no cause');
}

my $stats = $hostile->stats;
my @forbidden;

for my $name (sort keys %$stats) {
    next if $name eq 'stats';
    my $now = $stats->{$name}{to} // {};

    push @forbidden, map { "$name at $_" } grep { !$reached{$_}
        && $now->{$_} > ($before{$name}{$_} // 0) } sort keys %$now;
}

is_deeply(\@forbidden, [], 'nobody was asked under a forbidden address');

my @heads = @{ $stats->{echo}{heads} };
my @home = grep { m{^GET /home } } @heads;
like($home[0] // '', qr/planted-secret/, 'the origin gets what is for it');
my @away = grep { !m{^GET /home } } @heads;
is(scalar @away, 10, 'ten redirects to another origin arrived');
is(scalar(grep { /planted-secret|Authorization|Cookie|X-Api-Key/i } @away), 0,
    '... with no header of the user');

done_testing;

# Names: what each kind of answer means, and whose fault no answer is.  A name
# that nobody answers is the target's failure as long as the DNS server
# answers others; a server that answers nothing, or no route to anywhere, is
# ours: unknown, and nobody is told.

use strict;
use warnings;

use Uptime::Netns;
use Uptime::Dns;
use Uptime::Hostile;
use Uptime::Test;

my $unable = Uptime::Hostile::unable();
plan(skip_all => $unable) if $unable;

use constant {
    PUBLIC => '93.184.215.14',
    MANY   => $ENV{CHAOS_TARGETS} // 100,
};

my $t = Uptime::Test->new(checker => 1, allow => '', per_host => 0);
my $dns = Uptime::Dns->start(dir => "$t->{dir}/dns");
my $hostile = Uptime::Hostile->start(dir => "$t->{dir}/hostile",
    address => '::', host => PUBLIC);
my $server = $t->nginx;
my $c = $t->user_client;
my $port = $hostile->port('ok');
my $pub = Uptime::Dns::hex(PUBLIC);
my $pub6 = Uptime::Dns::hex('2606:4700::1111');

until_ok { $c->get('/health/ready')->{status} == 200 } 10, 'ready';


sub monitor {
    my ($url, %o) = @_;

    my $r = $c->post('/monitors', { url => $url, interval => 3600,
        timeout => 3, failure_threshold => 1, %o });
    return $r->{json}{id} // die $r->{content};
}


# verdict of the newest check of each
sub verdicts {
    my ($after, @ids) = @_;

    my @rows;
    until_ok {
        @rows = $t->sql('SELECT DISTINCT ON (monitor_id) monitor_id, outcome,
            cause, latency_us FROM check_history WHERE monitor_id = ANY (?)
            AND checked_at > ?::timestamptz
            ORDER BY monitor_id, checked_at DESC', \@ids, $after);
        @rows == @ids;
    } 25, scalar(@ids) . ' judged';

    return map { ($_->{monitor_id} => [join(' ', grep { defined }
        @$_{qw(outcome cause)}), $_->{latency_us}]) } @rows;
}


# --- every kind of answer

my %answers = (
    "v4-$pub"             => 'up',
    "v6-$pub6"            => 'up',
    "all-$pub-$pub6"      => 'up',
    "cn-1-$pub"           => 'up',
    "cn-8-$pub"           => 'up',
    "many-30-$pub-$pub"   => 'up',
    "slow-500-$pub"       => 'up',
    "slow-1500-$pub"      => 'up',
    "drop-1-$pub"         => 'up',
    # no AAAA, told wrongly: RFC 4074
    "aaaa-mute-$pub"      => 'up',
    "aaaa-fail-$pub"      => 'up',
    "aaaa-refused-$pub"   => 'up',
    "aaaa-nx-$pub"        => 'up',
    'aaaa-mute-none'      => 'down dns_timeout',
    'aaaa-fail-none'      => 'down dns_failure',
    'nx'                  => 'down dns_not_found',
    'none'                => 'down dns_not_found',
    'fail'                => 'down dns_failure',
    'refused'             => 'down dns_failure',
    'loop'                => 'down dns_failure|dns_timeout|dns_not_found',
    'mute'                => 'down dns_timeout',
    'noise'               => 'down dns_timeout',
    'other'               => 'down dns_timeout|dns_failure',
    "slow-4000-$pub"      => 'down dns_timeout',
);

# somebody who is answered all the time
my @answered = map { monitor("http://slow-${_}00-$pub-l.test:$port/") }
    1 .. 29;
my %id = map { $_ => monitor("http://$_-t.test:$port/") =~ s/^//r }
    sort keys %answers;
my $zero = '2000-01-01';
my %got = verdicts($zero, values %id);

for my $name (sort keys %answers) {
    my ($got, $us) = @{ $got{ $id{$name} } };
    my ($outcome, @cause) = split /[ |]/, $answers{$name};
    my @good = @cause ? map { "$outcome $_" } @cause : $outcome;
    ok(scalar(grep { $_ eq $got } @good), "$name: $answers{$name}")
        or diag("got $got");
    cmp_ok($us, '<', 4e6, '... within timeout and a second');
}

%got = verdicts($zero, @answered);
is(scalar(grep { $_->[0] eq 'up' } values %got), scalar @answered,
    'the others are up');


# a second question is for names that would fail
my %asked = (
    "v4-$pub-t.test 1"    => 1,
    "v4-$pub-t.test 28"   => 1,
    "v6-$pub6-t.test 1"   => 1,
    "v6-$pub6-t.test 28"  => 1,
    'nx-t.test 1'         => 2,
    'nx-t.test 28'        => 1,
    "aaaa-fail-$pub-t.test 1"  => 2,
    "aaaa-fail-$pub-t.test 28" => 1,
);
is($dns->questions(qr/^\Q$_\E$/), $asked{$_}, "$_: asked $asked{$_} times")
    for sort keys %asked;


# --- IPv4 is wanted: AAAA does not matter

my %four = map {
    my $kind = $_;
    map { ("$kind $_" => monitor("$_://aaaa-$kind-$pub-$_.test:$port"
        . ($_ eq 'http' ? '/' : ''), ip_version => '4')) } qw(http tcp)
} qw(mute fail nx);
my %six = (
    "all-$pub-$pub6" => 'up',
    "v4-$pub"        => 'down dns_not_found',
    "aaaa-fail-$pub" => 'down dns_failure',
);
my %six_id = map { $_ => monitor("http://$_-six.test:$port/",
    ip_version => '6') } keys %six;
%got = verdicts($zero, values %four, values %six_id);
is($got{ $four{$_} }[0], 'up', "$_, IPv4: up") for sort keys %four;
is($got{ $six_id{$_} }[0], $six{$_}, "$_, IPv6: $six{$_}")
    for sort keys %six;
is($dns->questions(qr/-(?:http|tcp)\.test 28$/), 0, 'nobody asks for AAAA');
is($dns->questions(qr/-(?:http|tcp)\.test 1$/), 6, '... and for A once');


# --- what is ours: on many targets with addresses of their own

my @targets = map {
    my $address = "93.184." . (1 + $_ % 25) . "." . (1 + $_ % 250);
    monitor($_ % 2 ? "http://v4-" . Uptime::Dns::hex($address)
        . "-many.test:$port/" : "http://$address:$port/", interval => 10,
        timeout => 2)
} 1 .. MANY;
%got = verdicts($zero, @targets);
is(scalar(grep { $_->[0] eq 'up' } values %got), MANY,
    MANY . ' targets are up');


sub names { return map { $targets[$_ - 1] } grep { $_ % 2 } 1 .. MANY }
sub literals { return map { $targets[$_ - 1] } grep { !($_ % 2) } 1 .. MANY }


sub counted {
    my ($name, $want, @ids) = @_;

    my %n;
    %got = verdicts($t->value('SELECT now()'), @ids);
    $n{ $_->[0] }++ for values %got;
    return is_deeply(\%n, { $want => scalar @ids }, "$name: $want");
}


my $from = $server->log_size;

# answers are remembered for 60 s, so these names are new ones
sub renamed {
    my ($tag) = @_;

    $t->execute('UPDATE monitors SET url = regexp_replace(url,
        \'-[a-z]+\.test\', \'-\' || ? || \'.test\'), version = version + 1
        WHERE id = ANY (?)', $tag, [names()]);
    return;
}


$dns->mode('mute');
renamed('muted');
counted('a silent DNS server', 'unknown own_network', names());

$dns->stop;

# asked when the route was there, and it is gone before they answer
# (icmp is not among them: the kernel itself answers for its own addresses)
my $silent = PUBLIC . ':' . $hostile->port('silent');
my $mute = Uptime::Dns->start(dir => "$t->{dir}/mute", address => PUBLIC,
    port => 0);
$mute->mode('mute');
my @streams = (monitor("http://$silent/"), monitor("tls://$silent"),
    monitor("tcp://$silent", keyword => 'hello'));
my @flying = (@streams,
    monitor('dns://' . PUBLIC . ":$mute->{port}/mute.test?type=A"));
until_ok { $hostile->stats->{silent}{open} == @streams && $mute->questions }
    10, 'in flight';

Uptime::Netns::routes('del');
%got = verdicts($zero, @flying);
is($got{$_}[0], 'unknown own_network', '... when the route goes')
    for @flying;

# of many addresses one is tried after another, as long as there is time
my $many = $id{"many-30-$pub-$pub"};
my $since = $t->value('SELECT now()');
$t->execute("UPDATE monitors SET url = url || '?again', version = version + 1
    WHERE id = ?", $many);
counted('no DNS server and no route', 'unknown own_network', @targets);
%got = verdicts($since, $many);
is($got{$many}[0], 'unknown own_network', '... nor of many addresses');

Uptime::Netns::routes('add');
$dns->mode('');
$dns->run;
renamed('back');
counted('all is back', 'up', @targets);

my @told = $server->log_lines(qr/monitor \d+ .* is (?:down|up)/, $from);
is_deeply(\@told, [], 'users were told nothing');
my @operator = $server->log_lines(qr/no DNS server answers/, $from);
is(scalar @operator, 1, 'the operator once');
@operator = $server->log_lines(qr/trouble of this host/, $from);
is(scalar @operator, 1, '... of each kind');

# the failure of one target in between would still be told
my $one = $targets[1];
$t->execute('UPDATE monitors SET url = ?, version = version + 1
    WHERE id = ?', 'http://' . PUBLIC . ':' . $hostile->port('rst_request')
    . '/', $one);
until_ok { $server->log_lines(qr/monitor $one .* is down: reset/, $from) } 25,
    'a real failure is told';

# nginx's own resolver says what it meets
$server->expect_log('recv\(\) failed', 'send\(\) failed',
    'could not be resolved', 'unexpected');

done_testing;

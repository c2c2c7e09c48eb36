# Canaries: when all of them fail, failures are unknown, nobody is alerted and
# the operator gets one message; when one answers, failures count.

use strict;
use warnings;

use Uptime::Inbox;
use Uptime::Test;

my $t = Uptime::Test->new(checker => 1);
my $sink = Uptime::Inbox->start(dir => "$t->{dir}/sink");
my $target = $t->target;
my ($dead, $canary) = map { $t->target } 1, 2;
my $port = $canary->port;
my $closed = Uptime::Target->closed_port;

my $wrong = $t->add_nginx(directives => 'uptime_canary ftp://x/;');
my ($status, $out) = $wrong->check;
$wrong->expect_log('invalid URL');
like($out, qr/invalid URL "ftp:\/\/x\/" in "uptime_canary"/, 'a URL of ours');

my $server = $t->nginx(directives => 'uptime_canary '
    . $closed->url . ' ' . $canary->url('/status/404') . ';');
my ($admin) = $t->user(role => 'admin');
my ($uid, $token) = $t->user;
my $c = $t->client($token, 1);

sub channel {
    my ($owner, $path) = @_;

    return $t->value("INSERT INTO channels (owner_id, name, kind, events,
        is_default, config) VALUES (?, ?, 'webhook', '{down,up}', true,
        jsonb_build_object('url', ?::text)) RETURNING id", $owner, $path,
        $sink->url($path));
}

channel($admin, '/ok/operator');
my $channel = channel($uid, '/ok/user');

sub monitor {
    my ($name, %o) = @_;

    # its first check is at once
    my $r = $c->post('/monitors', { name => $name, interval => 10,
        paused => true,
        retry_interval => 1, failure_threshold => 1, timeout => 2,
        url => $target->url('/ok'), %o });
    is($r->{status}, 201, "monitor $name") or diag($r->{content});
    $t->execute('INSERT INTO monitor_channels VALUES (?, ?)
        ON CONFLICT DO NOTHING', $r->{json}{id}, $channel);
    $c->post("/monitors/$r->{json}{id}/resume");
    return $r->{json}{id};
}

sub last_check {
    my ($id) = @_;

    my $l = $c->get("/monitors/$id")->{json}{last_check} // return '';
    return join ' ', $l->{outcome}, $l->{cause} // '-';
}

until_ok { $t->value('SELECT count(*) FROM shards WHERE lease_until > now()')
    == 64 } 15, 'a checker is there';

my $down = monitor('down', url => $closed->url('/x'));
my $http = monitor('http', url => $target->url('/status/500'));
my $well = monitor('well', url => $dead->url('/ok'));
until_ok { last_check($down) eq 'down connect_refused' } 15,
    'a canary answers: the failure counts';
until_ok { grep { $_->{data}{monitor}{name} eq 'down' }
    $sink->got('/ok/user') } 15, '... and is told';
until_ok { last_check($well) eq 'up -' } 15, 'another one is well';
my $hits = $canary->hits;
cmp_ok($hits, '>=', 1, 'the canary was asked');

my %day = (url => $closed->url('/x'), interval => 86400);
my $doubt = monitor('doubt', %day, retry_interval => 5,
    failure_threshold => 2);
until_ok { last_check($doubt) eq 'down connect_refused' } 5,
    'a failure is to be confirmed';

$_->stop for $canary, $dead;
until_ok { last_check($well) eq 'unknown own_network' } 20,
    'all canaries fail: a failure is unknown';
until_ok { $server->log_lines(qr/all canaries fail/) } 5, 'on the console';
until_ok { $sink->got('/ok/operator') } 10, 'the operator is told';
until_ok { last_check($down) eq 'unknown own_network' } 20,
    'one that was down is unknown';
is(last_check($http), 'down http_status', 'who answers is judged');
until_ok { last_check($doubt) eq 'unknown own_network' } 10,
    'what confirms a failure may be unknown';
my $fresh = monitor('fresh', %day);
until_ok { last_check($fresh) eq 'unknown own_network' } 10,
    '... and the first check';
is(scalar(grep { $_->{data}{monitor}{name} eq 'well' }
    $sink->got('/ok/user')), 0, 'no user is alerted');

my $again = $t->target(port => $port);
until_ok { last_check($well) eq 'down connect_refused' } 25,
    'a canary is back: failures count';
until_ok { grep { $_->{data}{monitor}{name} eq 'well' }
    $sink->got('/ok/user') } 15, '... and are told';
for (['doubt', $doubt], ['fresh', $fresh]) {
    my ($name, $id) = @$_;

    until_ok { last_check($id) eq 'down connect_refused' } 60,
        "$name: is checked again, not a day later";
    until_ok { grep { $_->{data}{monitor}{name} eq $name }
        $sink->got('/ok/user') } 15, "$name: is told";
}

is(scalar(my @told = $sink->got('/ok/operator')), 1,
    'the operator had one message');
is($told[0]{type}, 'uptime.operator', '... of its own type');
is(scalar(grep { $_->{data}{monitor}{name} eq 'down' }
    $sink->got('/ok/user')), 1, 'what was down before is not told again');

ok($server->stop, 'stopped');
done_testing;

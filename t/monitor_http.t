# What an http monitor sends and to whom: credentials, Host, address family,
# name for TLS; upside down; and the verdicts on all of that.

use strict;
use warnings;

use Encode ();
use MIME::Base64 qw(encode_base64);
use Uptime::Test;

my $t = Uptime::Test->new(checker => 1, allow => '127.0.0.1 ::1');
my $target = $t->target;
my $other = $t->target;
my $tls = $t->target(tls => 1);
my $closed = Uptime::Target->closed_port;

my $server = $t->nginx(directives => 'uptime_trusted_certificate '
    . $tls->ca_file . ';');
my $c = $t->user_client;

my $user = "j\x{fc}rgen";
my $secret = 'pa:ss w"rd' . ('x' x 60);
my $basic = encode_base64(Encode::encode('UTF-8', "$user:$secret"), '');
my $bearer = 'abc.DEF-123';
my $port = $target->port;
my $tls_port = $tls->port;


# A redirect to the other server, of which only the echo counts.
sub to {
    my ($from, $to) = @_;

    return $from->url('/to/' . $to =~ s/([:%])/sprintf '%%%02X', ord $1/egr);
}


# name => [what, outcome, cause]
my %monitors = (
    basic      => [{ url => $target->url('/echo/1'), auth => 'basic',
                   auth_user => $user, auth_secret => $secret,
                   keyword => "Authorization: Basic $basic" }, 'up'],
    no_secret  => [{ url => $target->url('/echo/2'), auth => 'basic',
                   auth_user => 'joe', keyword => 'Authorization: Basic '
                   . encode_base64('joe:', '') }, 'up'],
    bearer     => [{ url => $target->url('/echo/3'), auth => 'bearer',
                   auth_secret => $bearer, headers => { 'X-Other' => 'y' },
                   keyword => "Authorization: Bearer $bearer" }, 'up'],
    beside     => [{ url => $target->url('/echo/4'), auth => 'bearer',
                   auth_secret => $bearer, headers => { 'X-Other' => 'y' },
                   keyword => 'X-Other: y' }, 'up'],
    same       => [{ url => to($target, $target->url('/echo/5')),
                   auth => 'bearer', auth_secret => $bearer,
                   keyword => "Authorization: Bearer $bearer" }, 'up'],
    relative   => [{ url => $target->url('/to//echo/6'), auth => 'bearer',
                   auth_secret => $bearer,
                   keyword => "Authorization: Bearer $bearer" }, 'up'],
    foreign    => [{ url => to($target, $other->url('/echo/7')),
                   auth => 'bearer', auth_secret => $bearer,
                   headers => { 'X-Key' => 'z' },
                   keyword => 'uthorization', keyword_mode => 'absent' },
                   'up'],
    foreign_2  => [{ url => to($target, $other->url('/echo/8')),
                   auth => 'bearer', auth_secret => $bearer,
                   headers => { 'X-Key' => 'z' }, keyword => 'X-Key',
                   keyword_mode => 'absent' }, 'up'],
    back       => [{ url => to($target, to($other, $target->url('/echo/9'))),
                   auth => 'bearer', auth_secret => $bearer,
                   keyword => 'uthorization', keyword_mode => 'absent' },
                   'up'],
    plain      => [{ url => to($tls, $target->url('/echo/10')),
                   auth => 'basic', auth_user => 'joe',
                   auth_secret => $secret, keyword => 'uthorization',
                   keyword_mode => 'absent' }, 'up'],
    host       => [{ url => $target->url('/echo/11'),
                   headers => { Host => 'shop.example:81' },
                   keyword => 'Host: shop.example:81' }, 'up'],
    host_once  => [{ url => $target->url('/echo/12'),
                   headers => { Host => 'shop.example' },
                   keyword => "Host: 127", keyword_mode => 'absent' }, 'up'],
    ip_4       => [{ url => "http://localhost:$port/ok/ip4",
                   ip_version => '4' }, 'up'],
    ip_6       => [{ url => $target->url('/ok/ip6'), ip_version => '6' },
                   'down', 'dns_not_found'],
    sni        => [{ url => $tls->url('/sni/1'),
                   tls_server_name => 'localhost',
                   keyword => 'sni localhost.' }, 'up'],
    sni_none   => [{ url => $tls->url('/sni/2'), keyword => 'sni none.' },
                   'up'],
    sni_host   => [{ url => $tls->url('/echo/13'),
                   tls_server_name => 'localhost',
                   keyword => "Host: 127.0.0.1:$tls_port" }, 'up'],
    sni_own    => [{ url => $tls->url('/echo/14'),
                   tls_server_name => 'localhost',
                   headers => { Host => 'shop.example' },
                   keyword => 'Host: shop.example' }, 'up'],
    sni_wrong  => [{ url => $tls->url('/sni/3'),
                   tls_server_name => 'wrong.example' },
                   'down', 'tls_hostname'],
    sni_any    => [{ url => $tls->url('/sni/4'),
                   tls_server_name => 'wrong.example', verify_tls => false,
                   keyword => 'sni wrong.example.' }, 'up'],
    sni_name   => [{ url => "https://localhost:$tls_port/sni/5",
                   tls_server_name => 'wrong.example', ip_version => '4' },
                   'down', 'tls_hostname'],
    sni_next   => [{ url => $tls->url('/to//sni/6'),
                   tls_server_name => 'localhost',
                   keyword => 'sni localhost.' }, 'up'],
    sni_plain  => [{ url => $target->url('/echo/15'),
                   tls_server_name => 'localhost',
                   keyword => "Host: 127.0.0.1:$port" }, 'up'],
    sni_other  => [{ url => to($tls, "http://127.0.0.1:$port/echo/16"),
                   tls_server_name => 'localhost',
                   keyword => "Host: 127.0.0.1:$port" }, 'up'],
    blank      => [{ url => $tls->url('/to//echo/19%20x?y%20z'),
                   keyword => 'GET /echo/19%20x?y+z ' }, 'up'],
    sni_blank  => [{ url => $tls->url('/to//echo/20%20x?y%20z%20%20'),
                   tls_server_name => 'localhost',
                   keyword => 'GET /echo/20%20x?y+z HTTP' }, 'up'],
    sni_split  => [{ url => $tls->url("/to/https:%2F%2F127.0.0.1%20x:$tls_port"
                   . '/ok'), tls_server_name => 'localhost' },
                   'down', 'protocol'],
    far        => [{ url => $target->url('/far/60000') }, 'up'],
    sni_far    => [{ url => $tls->url('/far/20000'),
                   tls_server_name => 'localhost' }, 'up'],
    (map { ("moved_$_" => [{ url => $target->url("/moved/$_") }, 'up']) }
        300, 304, 305),
    (map { ("moved_$_" => [{ url => $target->url("/moved/$_") }, 'down',
        'http_status']) } 301, 302, 303, 307, 308),
    (map { ("empty_$_" => [{ url => $target->url("/echo/$_"), method => $_,
        keyword => 'Content-Length: 0' }, 'up']) } qw(POST PUT PATCH)),
    no_body    => [{ url => $target->url('/echo/21'), method => 'DELETE',
                   keyword => 'Content-Length', keyword_mode => 'absent' },
                   'up'],
    down_up    => [{ url => $closed->url, upside_down => true }, 'up'],
    down_500   => [{ url => $target->url('/status/500'),
                   upside_down => true }, 'up'],
    down_ok    => [{ url => $target->url('/ok/upside'), upside_down => true },
                   'down', 'upside_down'],
    down_block => [{ url => to($target, 'http://127.0.0.2/'),
                   upside_down => true }, 'down', 'blocked_address'],
    down_slow  => [{ url => $target->url('/slow/0.3'), upside_down => true,
                   degraded_after_ms => 100 }, 'down', 'upside_down'],
    down_flap  => [{ url => $target->url('/switch/upside'),
                   upside_down => true, failure_threshold => 3,
                   retry_interval => 1 }, 'up'],
    cert_few   => [{ url => $tls->url('/ok/cert'), cert_min_days => 91 },
                   'down', 'cert_days'],
    cert_many  => [{ url => $tls->url('/ok/cert'), cert_min_days => 80 },
                   'up'],
    cert_clear => [{ url => $target->url('/ok/cert'), cert_min_days => 80 },
                   'up'],
    leak_basic => [{ url => to($tls, $tls->url('/echo/17')), auth => 'basic',
                   auth_user => $user, auth_secret => $secret,
                   headers => { 'X-Key' => 'k3y k3yk3yk3y' },
                   keyword => 'is not there' }, 'down', 'keyword'],
    leak_token => [{ url => $target->url('/echo/18'), auth => 'bearer',
                   auth_secret => $bearer, keyword => 'is not there' },
                   'down', 'keyword'],
);

$target->set(upside => 500);

until_ok { $t->value('SELECT count(*) FROM shards WHERE lease_until > now()')
    == 64 } 10, 'one checker has all shards';

my %id;
for my $name (sort keys %monitors) {
    my $r = $c->post('/monitors', { interval => 10, timeout => 5,
        failure_threshold => 1, name => "m-$name",
        %{ $monitors{$name}[0] } });
    is($r->{status}, 201, "monitor $name") or diag($r->{content});
    $id{$name} = $r->{json}{id};
}


sub monitor { return $c->get("/monitors/$id{$_[0]}")->{json} }


until_ok { $t->value('SELECT count(DISTINCT monitor_id) FROM check_history')
    == keys %monitors } 9, 'every monitor is checked';

for my $name (sort keys %monitors) {
    my (undef, $outcome, $cause) = @{ $monitors{$name} };
    my ($first) = $t->sql('SELECT outcome, cause FROM check_history
        WHERE monitor_id = ? ORDER BY slot, attempt LIMIT 1', $id{$name});
    is_deeply([@$first{qw(outcome cause)}], [$outcome, $cause],
        "$name: $outcome " . ($cause // ''));
    until_ok { monitor($name)->{status} eq $outcome } 3, '... the monitor';
}

is(scalar $target->hits('/ok/ip6'), 0, 'ip_version 6: nobody was asked');


# --- what was seen, in the incident

sub evidence {
    my ($name) = @_;

    my ($i) = @{ $c->get("/monitors/$id{$name}/incidents")->{json}{items} };
    return $c->get("/incidents/$i->{id}")->{json}{evidence};
}

my $cert = { subject => 'CN=uptime test', issuer => 'CN=uptime test authority',
    names => ['127.0.0.1', 'localhost'] };
my $seen = evidence('sni_wrong');
is_deeply($seen->{certificate}, $cert, 'names of a certificate with others');
ok(!exists $seen->{body}, '... and nothing was asked for');
$seen = evidence('cert_few');
is_deeply([@$seen{qw(certificate body http_status)}],
    [$cert, "all is well\n", 200], 'a certificate that ends, and the answer');
$seen = evidence('leak_basic');
is_deeply($seen->{certificate}, $cert, 'after a redirect');
like($seen->{body}, qr{^GET /echo/17 HTTP/1\.1\nHost: 127}, '... an echo');
like($seen->{body}, qr{^Authorization: Basic \*+=*$}m, '... of no password');
like($seen->{body}, qr{^X-Key: \*+$}m, '... and no header');
like(evidence('leak_token')->{body}, qr{^Authorization: Bearer \*+$}m,
    '... and no token');
ok(!exists evidence('down_block')->{body}, 'nor what led to a blocked address');
is($t->value('SELECT count(*) FROM incidents WHERE strpos(evidence::text, ?) > 0
    OR strpos(evidence::text, ?) > 0 OR strpos(evidence::text, ?) > 0', $basic,
    $bearer, 'k3y'), 0, 'no secret is stored with an incident');


# --- upside down, and a threshold

$target->set(upside => 200);
until_ok { monitor('down_flap')->{status} eq 'down' } 15,
    'upside down: a success is confirmed before it is a failure';
my @tries = $t->sql("SELECT attempt, cause FROM check_history WHERE monitor_id = ?
    AND outcome = 'down' ORDER BY slot, attempt", $id{down_flap});
is_deeply([map { "$_->{attempt} $_->{cause}" } @tries[0 .. 2]],
    [map { "$_ upside_down" } 1 .. 3], '... with three tries');
$target->set(upside => 500);
until_ok { monitor('down_flap')->{status} eq 'up' } 15, '... and back';

is($t->value("SELECT count(*) FROM check_history WHERE outcome = 'unknown'"), 0,
    'nothing was our own fault');
is(scalar $server->log_lines(qr/\Q$secret\E|\Q$basic\E|\Q$bearer\E/), 0,
    'no secret in the log');

ok($server->stop, 'nginx quits in time');

done_testing;

# POST /monitors/test and /monitors/{id}/check: what they answer, what they
# leave behind (nothing), and who has to wait.

use strict;
use warnings;

use Socket qw(inet_aton);
use Uptime::Test;

my $t = Uptime::Test->new(allow => '127.0.0.1');
my $target = $t->target;
my $tls = $t->target(tls => 1);
my $closed = Uptime::Target->closed_port;
my $server = $t->nginx(directives => 'uptime_trusted_certificate '
    . $tls->ca_file . ';');

my ($user, $token) = $t->user;
my $c = $t->client($token);


# The limit of a minute is not what most of this is about.
sub unlimited {
    $t->execute("DELETE FROM throttles WHERE key LIKE 'c:%'");
    return;
}


sub try_it {
    my (%fields) = @_;

    unlimited();
    my $res = $c->post('/monitors/test', { timeout => 5, %fields });
    is($res->{status}, 200, "test $fields{url}") or diag($res->{content});
    return $res->{json};
}


sub verdict { return join ' ', grep { defined } @{ $_[0] }{qw(outcome cause)} }


# --- what is said

my $r = try_it(url => $target->url('/ok'), keyword => 'all is well');
is(verdict($r), 'up', 'up');
is($r->{http_status}, 200, '... with the status');
is($r->{keyword_found}, true, '... and the keyword');
is($r->{redirects}, 0, '... no redirect');
is($r->{cert_expires_at}, undef, '... no certificate');
is_deeply($r->{assertions}, [], '... no assertion');
like($r->{checked_at}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
    '... when');
cmp_ok($r->{latency_ms}, '>', 0, '... how long');
cmp_ok($r->{ttfb_ms} // -1, '>=', 0, '... and the phases');
is($r->{tls_ms}, undef, '... of which there was no TLS');

$r = try_it(url => $tls->url('/hops/2'));
is(verdict($r), 'up', 'https');
is($r->{redirects}, 2, '... with redirects');
like($r->{cert_expires_at} // '', qr/^\d{4}-.*Z$/, '... and a certificate');

my %verdicts = (
    $target->url('/status/503') => ['down http_status', qr/status 503/],
    $closed->url                => ['down connect_refused', qr/refused/],
    $target->url('/garbage')    => ['down protocol', qr/not valid/],
    'http://127.0.0.2/'         => undef,
    'tcp://127.0.0.1:' . $target->port => ['up', qr/as expected/],
);
delete $verdicts{'http://127.0.0.2/'};

for my $url (sort keys %verdicts) {
    $r = try_it(url => $url);
    is(verdict($r), $verdicts{$url}[0], "$url: $verdicts{$url}[0]");
    like($r->{explanation}, $verdicts{$url}[1], '... in words');
}

$r = try_it(url => $target->url('/slow/0.3'), degraded_after_ms => 100);
is(verdict($r), 'degraded slow', 'slow');
like($r->{explanation}, qr/\(100 ms\)/, '... and than what');

$r = try_it(url => $target->url('/slow/5'), timeout => 1);
is(verdict($r), 'down timeout', 'a timeout');
like($r->{explanation}, qr/timeout of 1s/, '... of one second');

$r = try_it(url => $target->url('/to/http:%2F%2F127.0.0.2%2F'));
is(verdict($r), 'down blocked_address', 'a redirect to a forbidden address');
unlike(JSON::PP::encode_json($r), qr/127\.0\.0/, '... no address is told');

my @assertions = map { { source => 'json', path => "\$.$_->[0]", op => 'eq',
    value => $_->[1] } } ['a', 1], ['b', 2], ['c', 3];
$r = try_it(url => $target->url('/json/{"a":1,"b":3,"c":3}'),
    assertions => \@assertions);
is(verdict($r), 'down json', 'an assertion does not hold');
is_deeply([map { $_->{passed} } @{ $r->{assertions} }],
    [true, false, undef], '... the second one; the third was not looked at');
is($r->{assertions}[1]{path}, '$.b', '... each as it was given');
$r = try_it(url => $target->url('/json/{"a":1,"b":2,"c":3}'),
    assertions => \@assertions);
is_deeply([map { $_->{passed} } @{ $r->{assertions} }], [true, true, true],
    'all of them hold');
$r = try_it(url => $closed->url, assertions => \@assertions);
is_deeply([map { $_->{passed} } @{ $r->{assertions} }], [undef, undef, undef],
    'no answer, nothing is known of them');


# --- validated as if it were created

fields_ok($c->post('/monitors/test', { url => 'http://127.0.0.3/',
    interval => 1, colour => 'red' }), { url => 'blocked_address',
    interval => 'out_of_range', colour => 'unknown_field' },
    'what the fields alone say');
fields_ok($c->post('/monitors/test', { url => 'tcp://127.0.0.1:81',
    method => 'POST' }), { method => 'not_for_type' },
    'what only the database says');
problem_ok($c->post('/monitors/test', { type => 'push' }), 409,
    'push_monitor', 'a push monitor cannot be tried');


# --- of a stored one

my $m = $c->post('/monitors', { url => $target->url('/echo/1'),
    auth => 'bearer', auth_secret => 'xyzzy-42', paused => true,
    keyword => 'Bearer xyzzy-42' })->{json};
$r = $c->post("/monitors/$m->{id}/check");
is($r->{status}, 200, 'a stored one, paused') or diag($r->{content});
is(verdict($r->{json}), 'up', '... with its credentials');
unlike($r->{content}, qr/xyzzy/, '... which are not told');

my $push = $c->post('/monitors', { type => 'push' })->{json};
problem_ok($c->post("/monitors/$push->{id}/check"), 409, 'push_monitor',
    'a stored push monitor');
problem_ok($t->user_client->post("/monitors/$m->{id}/check"), 404,
    'not_found', "somebody else's");

is($t->value('SELECT count(*) FROM monitors'), 2, 'nothing was stored');
is($t->value('SELECT count(*) FROM check_history'), 0, '... no check');
is($t->value('SELECT count(*) FROM monitor_state
    WHERE last_checked_at IS NOT NULL'), 0, '... no state');
is_deeply($c->get("/monitors/$m->{id}")->{json}, $m, '... the same monitor');


# --- at once, in a minute

# A check that hangs, as raw bytes; the connection it was asked on.
sub hanging {
    my ($who, $name) = @_;

    my $conn = $t->conn;
    my $body = JSON::PP::encode_json({ url => $target->url("/slow/20/$name"),
        timeout => 20 });
    $conn->send("POST /api/v1/monitors/test HTTP/1.1\r\nHost: x\r\n"
        . "Authorization: Bearer $who\r\nContent-Type: application/json\r\n"
        . 'Content-Length: ' . length($body) . "\r\n\r\n$body");
    until_ok { $target->hits("/slow/20/$name") } 10, "$name hangs";
    return $conn;
}


unlimited();
my @hanging = map { hanging($token, "h$_") } 1 .. 3;
problem_ok($c->post('/monitors/test', { url => $target->url }), 429,
    'too_many_requests', 'three at once');
is($t->user_client->post('/monitors/test', { url => $target->url })
    ->{json}{outcome}, 'up', '... of one user');

# whoever goes away makes room
$_->close for splice @hanging, 0, 2;
until_ok { unlimited(); $c->post('/monitors/test', { url => $target->url })
    ->{status} == 200 } 5, 'the client goes, the check ends';

unlimited();
$t->execute("INSERT INTO throttles (key, attempts) VALUES (?, 29)",
    "c:$user");
is($c->post("/monitors/$m->{id}/check")->{status}, 200,
    'the thirtieth of a minute');
my $res = $c->post("/monitors/$m->{id}/check");
problem_ok($res, 429, 'too_many_requests', 'the one after');
cmp_ok($res->{headers}{'retry-after'}, '>=', 50, '... comes back in a minute');
cmp_ok($res->{headers}{'retry-after'}, '<=', 60, '... not later');
$t->execute("UPDATE throttles SET since = since - interval '61 s'
    WHERE key = ?", "c:$user");
is($c->post("/monitors/$m->{id}/check")->{status}, 200, '... and may');

is(scalar $server->log_lines(qr/xyzzy/), 0, 'no secret in the log');


# --- a worker that is to go answers first

my $conn = $t->conn;
my $body = JSON::PP::encode_json({ url => $target->url('/slow/1/last') });
my $other = $t->mint(sub => ($t->user)[0]);
$conn->send("POST /api/v1/monitors/test HTTP/1.1\r\nHost: x\r\n"
    . "Authorization: Bearer $other\r\nContent-Type: application/json\r\n"
    . 'Content-Length: ' . length($body) . "\r\n\r\n$body");
until_ok { $target->hits('/slow/1/last') } 10, 'a check runs';
$server->signal('QUIT');
is(($conn->response(15) // {})->{status}, 200, '... and is answered');
$_->close for @hanging;
ok($server->stop, 'nginx quits in time');

done_testing;

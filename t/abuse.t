# What an operator or a client may do that is unusual but allowed: locations
# with conditions, requests that nginx refuses, preconditions, a reload while
# passwords are hashed, connections that are lost, tables that are altered.

use strict;
use warnings;

use JSON::PP ();
use Uptime::Test;
use Uptime::Util qw(alive);

my $t = Uptime::Test->new(directives => 'uptime_password_threads 1;',
    http => 'limit_req_zone $server_name zone=slow:1m rate=1r/m;',
    server => <<'END');
location /if/ {
    if ($arg_limit) { set $limited 1; }
    uptime_api;
}
location /only/ {
    limit_except GET { allow 127.0.0.1; deny all; }
    uptime_api;
}
location /denied/ { deny all; uptime_api; }
location /again/ { recursive_error_pages on; deny all; uptime_api; }
location /closed/ { recursive_error_pages on; return 503; uptime_api; }
location /api/v1/auth/ { uptime_api; uptime_login_attempts 0; }
location /slow/ { limit_req zone=slow; uptime_api; }
END
my $server = $t->nginx;
my $c = $t->user_client;


# --- locations

is($c->get('/api/v1/monitors?limit=3')->{status}, 200, 'as usual');

sub at {
    my ($method, $path, $body) = @_;

    return $c->request($method, 'http://127.0.0.1:' . $server->port . $path,
        $body);
}

is(at('GET', '/if/v1/me')->{status}, 200, '"if" that is false');
is(at('GET', '/if/v1/monitors?limit=3')->{status}, 200, '"if" that is true');
is(at('GET', '/only/v1/me')->{status}, 200, 'outside of "limit_except"');
is(at('POST', '/only/v1/monitors', { url => 'http://127.0.0.1/' })->{status},
    201, 'inside of "limit_except"');
problem_ok(at('GET', '/denied/v1/me'), 403, 'forbidden', '"deny"');
problem_ok(at('GET', '/again/v1/me'), 403, 'forbidden',
    '"deny" with recursive error pages');
problem_ok(at('GET', '/closed/v1/me'), 503, 'unavailable', '"return 503"');

my $user = { email => 'abuse@example.com', password => 'correct horse 42' };
is($c->post('/auth/signup', $user)->{status}, 201,
    'a location below the version');
problem_ok($c->get('/auth/nothing'), 404, 'not_found', '... and no path');


# --- bodies that are none, where none is wanted

for my $path ('PUT /api/v1/me', 'GET /api/v1/me', 'GET /api/v1/nothing') {
    my $conn = $t->conn;
    $conn->send("$path HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        . "Transfer-Encoding: chunked\r\n\r\nzz\r\n");
    my $res = $conn->response // { status => 'none', headers => {} };
    problem_ok($res, 400, undef, "bad chunk: $path");
}


# --- a body that nginx itself refuses is not the next request

my $from = $server->log_size;
my $post = "POST %s HTTP/1.1\r\nHost: x\r\n"
    . "Content-Type: application/json\r\nContent-Length: 39\r\n\r\n";
my $smuggled = "GET /plain HTTP/1.1\r\nHost: secret\r\n\r\n";
is(length($smuggled), 37, 'a request as a body');

for my $to (qw(/denied/v1/me /closed/v1/me /slow/v1/me /slow/v1/me)) {
    my $conn = $t->conn;
    $conn->send(sprintf($post, $to) . "$smuggled\r\n"
        . "GET /api/v1/health/live HTTP/1.1\r\nHost: x\r\n\r\n");
    my $first = $conn->response // {};
    my $second = $conn->response(5) // {};
    like($first->{status} // '', qr/^(?:403|405|503)$/, "$to: refused");
    is($second->{content} // '', '{"status":"ok"}',
        '... and then comes the next request');
}

is($server->log_lines(qr/secret|invalid method/, $from), 0,
    'no body in the log');


# --- preconditions

my $res = $c->post('/monitors', { url => 'http://127.0.0.1/' });
my $path = "/monitors/$res->{json}{id}";
my $old = { 'If-Unmodified-Since' => 'Sat, 29 Oct 1994 19:43:31 GMT' };

problem_ok($c->get($path, undef, headers => { 'If-Match' => '"7"' }), 412,
    'version_mismatch', 'If-Match with another version');
is($c->get($path, undef, headers => { 'If-Match' => '"1"' })->{status}, 200,
    'If-Match with this version');
is($c->get($path, undef, headers => { 'If-None-Match' => '"1"' })->{status},
    304, 'If-None-Match with this version');
is($c->get($_, undef, headers => $old)->{status}, 200,
    "dates do not count: $_") for $path, '/me';
is($c->get('/me', undef, headers => { 'If-None-Match' => '*' })->{status},
    200, 'no version, no 304');


# --- a reload while passwords are hashed

# of one account only some may try at once
$t->execute("INSERT INTO users (email, password_hash, role)
    SELECT 'many' || n || '\@example.com', password_hash, 'user'
    FROM users, generate_series(1, 24) AS n WHERE email = ?",
    $user->{email});

my @conns = map { $t->conn } 1 .. 24;
my @before = $server->children;

for my $n (1 .. @conns) {
    my $body = JSON::PP->new->encode({ %$user,
        email => "many$n\@example.com" });
    $conns[$n - 1]->send("POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\n"
        . "Content-Type: application/json\r\nContent-Length: "
        . length($body) . "\r\n\r\n$body");
}

my @status = ($conns[0]->response // {})->{status} // 'none';
$server->signal('HUP');
push @status, ($_->response // {})->{status} // 'none' for @conns[1 .. 23];
is(scalar(grep { $_ eq '200' } @status), 24, 'every log-in was answered')
    or diag("@status");
$_->close for @conns;
until_ok { !grep { alive($_) } @before } 10, 'the old worker is gone';


# --- connections that are lost are made again

sub backends {
    # in a transaction, what was seen once is seen again
    $t->execute('SELECT pg_stat_clear_snapshot()');

    return map { $_->{pid} } $t->sql("SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND application_name = 'nginx uptime' ORDER BY pid");
}


# Requests that wait for a lock until there are so many connections.
sub crowd {
    my ($wanted, $name) = @_;

    my @crowd = map { $t->conn } 1 .. 6;

    $t->dbh->begin_work;
    $t->execute('LOCK TABLE users');

    my $token = $c->{token};
    $_->send("GET /api/v1/me HTTP/1.1\r\nHost: x\r\n"
        . "Authorization: Bearer $token\r\n\r\n") for @crowd;

    until_ok { backends() >= $wanted } 5, $name;
    $t->dbh->commit;

    my @bad = grep { $_ != 200 && $_ != 503 }
        map { ($_->response // {})->{status} // 0 } @crowd;
    is("@bad", '', '... and everyone was answered');
    return;
}


crowd(4, 'four connections');
my ($keep, @lost) = backends();
$t->execute('SELECT pg_terminate_backend(?)', $_) for @lost;
until_ok { backends() == 1 } 5, 'three were lost';
crowd(2, 'more again, although one connection is enough for all');


# --- a table is altered under prepared statements

is($c->post('/auth/login', $user)->{status}, 200, 'a log-in');
$t->execute('ALTER TABLE users
    ALTER password_hash TYPE varchar(300)');

my @seen;
until_ok {
    push @seen, $c->post('/auth/login', $user)->{status};
    $seen[-1] == 200;
} 5, 'a log-in after the table was altered';
is(scalar(grep { $_ == 500 } @seen), 0, 'and no internal error');

is($server->log_lines(qr/\[alert\]|exited on signal/), 0,
    'no alert, no crash');
ok($server->stop, 'stopped');

done_testing;

# HTTP and JSON that is hostile, broken or cut off: the right error, and the
# server and (where HTTP allows it) the connection stay usable.

use strict;
use warnings;

use Time::HiRes qw(time);
use Uptime::Test;

my $t = Uptime::Test->new;
my $server = $t->nginx(
    server => 'add_header X-Logged $request_id always;');
my ($uid, $token) = $t->user;
my $c = $t->client($token);
my ($worker) = $server->workers;
my $conn = $t->conn;


sub head {
    my ($line, %headers) = @_;

    return "$line HTTP/1.1\r\n" . join('', map { "$_: $headers{$_}\r\n" }
        sort keys %headers) . "\r\n";
}


sub request {
    my ($method, $path, $body, %headers) = @_;

    return head("$method /api/v1$path", Host => 'x',
        Authorization => "Bearer $token", 'Content-Type' => 'application/json',
        'Content-Length' => length $body, %headers) . $body;
}


# Asks on the connection that all share, and then whether it is still good.
sub ask {
    my ($bytes) = @_;

    $conn->send($bytes);
    my $res = $conn->response // { status => 0, headers => {},
        content => 'no answer' };

    if (lc($res->{headers}{connection} // '') eq 'close'
        || $res->{status} == 0)
    {
        $conn = $t->conn;
        $res->{closed} = 1;
    }

    $conn->send(request('GET', '/me', ''));
    my $after = $conn->response;
    $res->{after} = $after ? $after->{status} : 0;
    return $res;
}


sub ask_ok {
    my ($bytes, $status, $code, $name, %o) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $res = ask($bytes);
    problem_ok($res, $status, $code, $name);
    is($res->{after}, 200, '... the next request');
    ok(!$res->{closed}, '... on the same connection') if !$o{may_close};
    return $res;
}


# --- JSON

my %malformed = (
    'nothing'              => '',
    'white space'          => " \n",
    'not JSON'             => 'url=x',
    'cut off'              => '{"url":"https://example.com"',
    'two values'           => '{"url":"https://example.com"}{}',
    'something after it'   => '{"url":"https://example.com"} x',
    'single quotes'        => "{'url':'https://example.com'}",
    'trailing comma'       => '{"url":"https://example.com",}',
    'a comment'            => '{"url":"https://example.com" /* x */}',
    'NaN'                  => '{"interval":NaN}',
    'leading zero'         => '{"interval":012}',
    'plus sign'            => '{"interval":+12}',
    'key twice'            => '{"url":"https://example.com",'
                              . '"url":"https://example.org"}',
    'key twice, escaped'   => '{"url":"https://example.com",'
                              . '"\u0075rl":"https://example.org"}',
    'key twice, deeper'    => '{"url":"https://example.com",'
                              . '"headers":{"a":"1","a":"2"}}',
    'raw NUL'              => "{\"url\":\"https://example.com\0\"}",
    'escaped NUL'          => '{"url":"https://example.com\u0000"}',
    'escaped NUL in a key' => '{"url\u0000":"https://example.com"}',
    'NUL after it'         => "{\"url\":\"https://example.com\"}\0",
    'bad UTF-8'            => "{\"name\":\"\xff\xfe\"}",
    'overlong UTF-8'       => "{\"name\":\"\xc0\xaf\"}",
    'surrogate in UTF-8'   => "{\"name\":\"\xed\xa0\x80\"}",
    'lone surrogate'       => '{"name":"\ud800"}',
    'cut-off UTF-8'        => "{\"name\":\"\xe2\x98",
    'raw control'          => "{\"name\":\"a\nb\"}",
    'bad escape'           => '{"name":"\x41"}',
    'UTF-16'               => "\xff\xfe{\0}\0",
    'depth 33'             => '[' x 33 . ']' x 33,
    'depth 30000'          => '[' x 30000 . ']' x 30000,
    'depth, open'          => '{"a":' x 10000,
);

ask_ok(request('POST', '/monitors', $malformed{$_}), 400, 'malformed_json',
    "malformed: $_") for sort keys %malformed;

for my $body ('[]', '"x"', '1', 'null', 'true', '[{"url":"x"}]') {
    my $res = ask(request('POST', '/monitors', $body));
    ok($res->{status} == 400 || $res->{status} == 422,
        "not an object: $body") or diag($res->{content});
    is($res->{after}, 200, '... the next request');
}

my $many = '{' . join(',', map { qq("f$_":1) } 1 .. 3000) . '}';
my $all = ask_ok(request('POST', '/monitors', $many), 422, 'invalid_fields',
    '3,000 unknown fields');
cmp_ok(length $all->{content}, '<', 1000000, '... the answer has a limit');

$all = ask_ok(request('POST', '/monitors', '{"' . 'k' x 60000 . '":1}'), 422,
    'invalid_fields', 'a key of 60,000 bytes');
ask_ok(request('POST', '/monitors', '{"interval":1' . '0' x 60000 . '}'), 400,
    'malformed_json', 'a number of 60,000 digits');
ask_ok(request('POST', '/monitors', '{"interval":1e999999}'), 400,
    'malformed_json', 'a number that no machine holds');
ask_ok(request('POST', '/monitors', '{"<script>\u0001\"":1}'), 422,
    'invalid_fields', 'a strange key comes back as valid JSON');


# --- media type

for my $type ('text/plain', 'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x', 'application/jsonx',
    'application/xml', 'application', '')
{
    ask_ok(request('POST', '/monitors', '{"url":"https://example.com"}',
        'Content-Type' => $type), 415, 'unsupported_media_type',
        "Content-Type: $type");
}

my $none = request('POST', '/monitors', '{"url":"https://example.com"}')
    =~ s/Content-Type: [^\r]+\r\n//r;
ask_ok($none, 415, 'unsupported_media_type', 'no Content-Type');

for my $type ('application/json; charset=utf-8', 'Application/JSON',
    'application/json;charset=UTF-8')
{
    is(ask(request('POST', '/monitors', '{"url":"https://example.com"}',
        'Content-Type' => $type))->{status}, 201, "Content-Type: $type");
}


# --- size: 64 KiB

sub padded {
    my ($size) = @_;

    my $text = '{"url":"https://example.com"}';
    return $text . ' ' x ($size - length $text);
}


sub chunked {
    my ($body, $size) = @_;

    my $text = '';
    while (length $body) {
        my $part = substr $body, 0, $size, '';
        $text .= sprintf "%x\r\n%s\r\n", length $part, $part;
    }

    return head('POST /api/v1/monitors', Host => 'x',
        Authorization => "Bearer $token",
        'Content-Type' => 'application/json',
        'Transfer-Encoding' => 'chunked') . "${text}0\r\n\r\n";
}


is(ask(request('POST', '/monitors', padded(65536)))->{status}, 201,
    '65,536 bytes');
ask_ok(request('POST', '/monitors', padded(65537)), 413, 'body_too_large',
    '65,537 bytes', may_close => 1);
ask_ok(request('POST', '/monitors', padded(3000000)), 413,
    'body_too_large', '3 MB', may_close => 1);

is(ask(chunked(padded(65536), 1000))->{status}, 201,
    '65,536 bytes in chunks');
is(ask(chunked(padded(65536), 65536))->{status}, 201, '... in one');
is(ask(chunked(padded(3000), 1))->{status}, 201, '... in chunks of a byte');
ask_ok(chunked(padded(65537), 1000), 413, 'body_too_large',
    '65,537 bytes in chunks', may_close => 1);
ask_ok(chunked(padded(2000000), 30000), 413, 'body_too_large',
    '2 MB in chunks', may_close => 1);

my $bad = chunked(padded(100), 50) =~ s/\r\n32\r\n/\r\nzz\r\n/r;
my $res = ask($bad);
is($res->{status}, 400, 'a bad chunk') or diag($res->{content});
is($res->{after}, 200, '... others are served');

# the body arrives late and in pieces
my $slow = request('POST', '/monitors', padded(2000));
my $pieces = $t->conn;
for my $part (unpack '(a300)*', $slow) {
    $pieces->send($part);
    select undef, undef, undef, 0.01;
}
is($pieces->response->{status}, 201, 'a body in pieces');

# Expect
my $expect = $t->conn;
my $text = padded(500);
$expect->send(request('POST', '/monitors', '', 'Content-Length' => 500,
    Expect => '100-continue'));
is(($expect->response // {})->{status}, 100, '100 Continue');
$expect->send($text);
is(($expect->response // {})->{status}, 201, '... then the answer');


# --- paths and methods

for my $path ('/', '', '/nothing', '/monitors/', '/monitors/1/', '/Monitors',
    '/monitors/1/checks/', '/monitors/x/checks', '/me/', '/auth', '//me',
    '/monitors/1/nothing')
{
    my $r = ask(request('GET', $path, ''));
    # nginx merges double slashes before anybody sees them
    is($r->{status}, $path eq '//me' ? 200 : 404, "no such path: $path");
}

for my $path ('/api', '/api/', '/api/v2/me', '/api/v1', '/api/v10/me') {
    $conn->send(head("GET $path", Host => 'x'));
    my $r = $conn->response;
    ok($r && ($r->{status} == 404 || $r->{status} == 301),
        "outside of the version: $path") or diag($r && $r->{content});
}

my %allow = (
    '/health/ready' => 'GET, HEAD', '/monitors' => 'GET, HEAD, POST, PATCH, DELETE',
    '/monitors/1' => 'GET, HEAD, PATCH, DELETE',
    '/monitors/1/pause' => 'POST', '/monitors/1/checks' => 'GET, HEAD',
    '/health/live' => 'GET, HEAD', '/auth/login' => 'POST',
);

for my $path (sort keys %allow) {
    for my $method (qw(PUT OPTIONS PROPFIND BREW)) {
        my $r = ask_ok(request($method, $path, ''), 405,
            'method_not_allowed', "$method $path");
        is_deeply([sort split /, /, $r->{headers}{allow} // ''],
            [sort split /, /, $allow{$path}], '... Allow');
    }
}

$conn->send(request('HEAD', '/me', ''));
my $line = $conn->response(0.5);
ok(!$line, 'HEAD has no body');
$conn = $t->conn;
my $r = $c->request('HEAD', '/me');
is($r->{status}, 200, 'HEAD');
is($r->{content}, '', '... empty');

# a body where none belongs
is(ask(request('GET', '/me', '{"a":1}'))->{status}, 200, 'GET with a body');
is(ask(request('GET', '/me', 'x' x 70000))->{after}, 200,
    'GET with a large body');


# --- headers of every answer

for my $path ('/me', '/nothing', '/monitors?x=1', '/health/live') {
    my $a = $c->get($path);
    my $b = $c->get($path);
    like($a->{headers}{'x-request-id'} // '', qr/^[\w-]{16,}$/,
        "$path: X-Request-Id");
    isnt($a->{headers}{'x-request-id'}, $b->{headers}{'x-request-id'},
        '... another one each time');
    is($a->{headers}{'x-content-type-options'}, 'nosniff', '... nosniff');
    like($a->{headers}{'cache-control'} // '', qr/no-store/, '... no-store');
    is($a->{headers}{'access-control-allow-origin'}, undef, '... no CORS');
}

my $id = $c->get('/me', undef, headers => { 'X-Request-Id' =>
    "bad\"}{" })->{headers}{'x-request-id'};
like($id, qr/^[\w-]{16,}$/, 'the client does not choose the request id');

# they are made 64 at a time
my (%seen, $other);
for (1 .. 130) {
    my $headers = $c->get('/health/live')->{headers};
    $seen{$headers->{'x-request-id'}}++;
    $other++ if $headers->{'x-request-id'} ne $headers->{'x-logged'};
}
is(scalar keys %seen, 130, 'no request has the id of another');
is($other, undef, '... and it is the one that nginx logs');


# --- pipelining: answers in order

my $p = $t->conn;
$p->send(request('GET', '/me', '') . request('GET', '/nothing', '')
    . request('POST', '/monitors', '{') . request('GET', '/monitors', '')
    . request('GET', '/me', ''));
is(join(' ', map { my $x = $p->response; $x ? $x->{status} : 0 } 1 .. 5),
    '200 404 400 200 200', 'pipelined requests');


# --- the client leaves

my $before = $t->value('SELECT count(*) FROM monitors');

for my $how (qw(close reset)) {
    my $half = request('POST', '/monitors', padded(4000));

    for my $cut (20, 150, 400, 1500, length($half) - 1) {
        my $gone = $t->conn;
        $gone->send(substr $half, 0, $cut);
        $gone->$how;
    }
}

# the same worker answers later ones, so it has seen those
is($c->get('/me')->{status}, 200, 'clients left in the middle of a request');
is($t->value('SELECT count(*) FROM monitors'), $before, 'nothing was stored');

my $lock = $t->{cluster}->connect($t->{db});
my $mid = $c->post('/monitors', { url => 'https://example.com' })->{json}{id};
my @ids = map { $c->post('/monitors', { url => "https://e$_.example/" })
    ->{json}{id} } 1 .. 10;


sub waiting {
    return $t->value("SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'");
}


sub with_lock {
    my ($code) = @_;

    $lock->begin_work;
    $lock->do('LOCK TABLE monitors IN ACCESS EXCLUSIVE MODE');
    my @result = $code->();
    $lock->rollback;
    return @result;
}


for my $how (qw(close reset)) {
    for my $what (['POST', '/monitors', '{"url":"https://example.com"}'],
        ['GET', '/monitors', ''], ['DELETE', '/monitors/1', ''])
    {
        with_lock(sub {
            my $gone = $t->conn;
            $gone->send(request(@$what));
            until_ok { waiting() > 0 } 5, "$what->[0] waits for the database";
            $gone->$how;
            is($server->answers, 1, '... others are served meanwhile');
        });

        until_ok { waiting() == 0 } 5, "$how: the query ends";
        is($c->get("/monitors/$mid")->{status}, 200, '... and all goes on');
    }
}

# many on the same connections, half of them leave: nobody gets the answer
# of another
my %wait = map { $_ => $t->conn } @ids;
with_lock(sub {
    $wait{$_}->send(request('GET', "/monitors/$_", '')) for @ids;
    until_ok { waiting() > 0 } 5, 'ten requests wait';
    $wait{$_}->reset for @ids[0 .. 4];
});

for my $n (@ids[5 .. 9]) {
    my $a = $wait{$n}->response;
    my $got = $a && $a->{json} ? $a->{json}{id} // $a->{status} : 'nothing';
    is($got, $n, 'its own answer');
}

# too long: 503, soon
my $start = time;
my ($late) = with_lock(sub { return $c->get("/monitors/$mid") });
problem_ok($late, 503, undef, 'a lock that is held too long');
cmp_ok(time - $start, '<', 3, '... said within 3 s');
is($c->get("/monitors/$mid")->{status}, 200, '... and it is over');

# the password thread
my $login = '{"email":"nobody@example.com","password":"correct horse 42"}';
for (1 .. 5) {
    my $gone = $t->conn;
    $gone->send(request('POST', '/auth/login', $login));
    $gone->reset;
}
is($c->post('/auth/login', $login)->{status}, 401,
    'clients left while passwords were checked');


# --- our own fault

$t->execute('ALTER TABLE users RENAME COLUMN email TO elsewhere');
my $fault = $c->get('/me');
problem_ok($fault, 500, 'internal_error', 'a statement that fails');
ok($server->wait_log(qr/\[error\].*\Q$fault->{json}{request_id}\E/, 2),
    'the operator finds its request id');
unlike($fault->{content}, qr/elsewhere|column|users/, 'the client no detail');
$t->execute('ALTER TABLE users RENAME COLUMN elsewhere TO email');
is($c->get('/me')->{status}, 200, 'and it works again');


is_deeply([$server->workers], [$worker], 'the worker lived through it all');
until_ok { $t->value("SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND state = 'active'") == 0 } 5, 'no query was left running';

done_testing;

# GET /monitors/export and POST /monitors/import: a round trip, what happens
# to each row, secrets, limits.

use strict;
use warnings;
use utf8;

use Digest::SHA qw(sha256_hex);
use Uptime::Test;

my $t = Uptime::Test->new;
# two thousand at once may take longer on a busy machine
my $server = $t->nginx(directives => 'uptime_monitors_per_user 2200;
    uptime_database_timeout 20s;');
my ($user, $token) = $t->user;
my $c = $t->client($token);


sub imported {
    my ($who, $monitors, $query) = @_;

    my $r = $who->post('/monitors/import' . ($query // ''),
        { monitors => $monitors });
    is($r->{status}, 200, 'imported') or diag($r->{content});
    return $r->{json};
}


sub results { return join ' ', map { $_->{result} } @{ $_[0]{items} } }


sub secrets {
    my ($who) = @_;

    my $file = $who->get('/monitors/export?secrets=true')->{json};
    return [grep { defined } map { $_->{auth_secret} } @{ $file->{monitors} }];
}


# What two accounts have, without what differs.
sub all_of {
    my ($who) = @_;

    my @items = @{ $who->get('/monitors?limit=1000&sort=name')->{json}{items} };
    delete @$_{qw(id created_at updated_at version status_since push_token
        push_url)} for @items;
    return \@items;
}


# --- round trip

my @made = (
    { url => 'http://127.0.0.1:81/a', name => 'Ä b', tags => ['x', 'y'],
      headers => { 'X-A' => 'b' }, interval => 30, paused => true,
      assertions => [{ source => 'json', path => '$.a', op => 'exists' }] },
    { url => 'http://127.0.0.1:81/', auth => 'bearer',
      auth_secret => 'xyzzy-42', expected_status => '200', body => '' },
    { url => 'tcp://127.0.0.1:81', keyword => "a\"b\\c" },
    { type => 'push', name => 'job', interval => 3600, grace => 0 },
);
is($c->post('/monitors', $_)->{status}, 201, 'a monitor') for @made;

my $file = $c->get('/monitors/export');
is($file->{status}, 200, 'export') or diag($file->{content});
unlike($file->{content}, qr/xyzzy|push_token|push_url/, '... no secret');
is_deeply([sort keys %{ $file->{json}{monitors}[2] }],
    [qw(keyword name type url)], '... nothing that is default');

my $again = $c->post('/monitors/import', $file->{json});
is($again->{status}, 200, 'the file as it is') or diag($again->{content});
is(results($again->{json}), 'unchanged ' x 3 . 'unchanged',
    '... changes nothing');
is($c->get('/monitors?q=127.0.0.1:81/a')->{json}{items}[0]{version}, 1,
    '... no version');

my $full = $c->get('/monitors/export?secrets=true');
is($full->{status}, 200, 'export with secrets') or diag($full->{content});
like($full->{content}, qr/xyzzy-42/, '... has them');
unlike($full->{content}, qr/push_token|push_url/, '... no push token');

my ($other_id, $other_token) = $t->user;
my $other = $t->client($other_token);
my $dry = $other->post('/monitors/import?dry_run=true', $full->{json});
is(results($dry->{json}), 'created ' x 3 . 'created', 'dry run: would create');
is($dry->{json}{dry_run}, true, '... says that it is one');
is($other->get('/monitors')->{json}{items}[0], undef, '... and does nothing');

my $r = $other->post('/monitors/import', $full->{json})->{json};
is(results($r), 'created ' x 3 . 'created', 'into another account');
is_deeply([@$r{qw(created updated unchanged failed)}], [4, 0, 0, 0],
    '... counted');
is_deeply(all_of($other), all_of($c), '... is the same there');
is_deeply(secrets($other), ['xyzzy-42'], '... with secrets');
is(results($c->post('/monitors/import', $full->{json})->{json}),
    'unchanged ' x 3 . 'unchanged', 'a secret that is the same is no change');
isnt($t->value("SELECT count(DISTINCT push_token) FROM monitors"), 1,
    '... but not the push token');
is($r->{items}[0]{id}, $t->value('SELECT min(id) FROM monitors
    WHERE owner_id = ?', $other_id), '... with the ids');


# --- row by row

my @rows = map { { %$_ } } @{ $file->{json}{monitors} };
$rows[0]{interval} = 90;
delete $rows[0]{tags};
$rows[2]{interval} = 5;
push @rows, { url => 'http://127.0.0.1:81/new' }, { name => 'x' }, 7,
    { url => 'http://127.0.0.1:81/new' },
    { url => 'tcp://127.0.0.1:82', method => 'GET' , tls_resume => true },
    { url => 'http://127.0.0.1:81/s', name => 'new', auth => 'bearer' };
my $was = $t->value('SELECT jsonb_agg(m ORDER BY id) FROM monitors m
    WHERE owner_id = ?', $other_id);
$r = imported($c, \@rows, '?dry_run=true');
my $what = 'updated unchanged failed unchanged created failed failed failed '
    . 'failed failed';
is(results($r), $what, 'dry run');
$r = imported($c, \@rows);
is(results($r), $what, 'a bit of everything');
is_deeply([@$r{qw(created updated unchanged failed)}], [1, 1, 2, 6],
    '... counted');
is(join(' ', map { join ',', map { "$_->{field}:$_->{code}" }
    @{ $_->{errors} // [] } } @{ $r->{items} }), join(' ', '', '',
    'interval:out_of_range', '', '', 'url:required', ':wrong_type',
    ':duplicate', 'tls_resume:not_for_type', 'auth_secret:required'),
    '... with the errors');
my ($a) = grep { $_->{name} eq 'Ä b' }
    @{ $c->get('/monitors')->{json}{items} };
is($a->{interval}, 90, 'updated');
is_deeply($a->{tags}, [], '... what is left out is default');
is_deeply(secrets($c), ['xyzzy-42'], '... but for secrets');
is($t->value('SELECT jsonb_agg(m ORDER BY id) FROM monitors m
    WHERE owner_id = ?', $other_id), $was, 'the other tenant has what he had');

fields_ok($c->post('/monitors/import', {}), { monitors => 'required' },
    'no monitors');
fields_ok($c->post('/monitors/import', { monitors => [], format => 'x',
    version => 2, colour => 1 }), { monitors => 'too_short',
    format => 'not_allowed', version => 'out_of_range',
    colour => 'unknown_field' }, 'not such a file');
fields_ok($c->post('/monitors/import?dry_run=x&y=1', { monitors => [{}] }),
    { dry_run => 'wrong_type', y => 'unknown_field' }, 'bad arguments');


# --- parents

my ($p1, $p2, $p3) = map { $c->post('/monitors',
    { url => "http://127.0.0.1:81/p$_", name => "p$_" })->{json}{id} } 1 .. 3;
sub behind {
    my ($n, $parent) = @_;

    return { url => "http://127.0.0.1:81/p$n", name => "p$n",
        parent_id => $parent };
}

for my $how ('?dry_run=true', '') {
    $r = imported($c, [behind(1, $p2), behind(2, $p1), behind(3, $p1)], $how);
    is(results($r), 'updated failed updated', "$how two behind each other");
    is($r->{items}[1]{errors}[0]{code}, 'cycle', '... why');
}
is(results(imported($c, [behind(2, $p3)])), 'failed', '... by what was there');
is(results(imported($c, [behind(1, $p2), behind(3, $p1)])),
    'unchanged unchanged', '... the rest is as it was');
$c->delete("/monitors/$_") for $p1, $p2, $p3;


# --- a file that is sent twice at once

{
    my $lock = $t->{cluster}->connect($t->{db});
    $lock->begin_work;
    $lock->do('SELECT account_lock(?)', undef, $user);

    my @conns = map {
        my $body = JSON::PP::encode_json({ monitors => [map {
            { url => "http://127.0.0.1:81/twice/$_", name => "twice $_",
              interval => 3600 } } 1 .. 20] });
        my $conn = $t->conn;
        $conn->send("POST /api/v1/monitors/import HTTP/1.1\r\nHost: x\r\n"
            . "Authorization: Bearer $token\r\n"
            . "Content-Type: application/json\r\nContent-Length: "
            . length($body) . "\r\n\r\n$body");
        $conn;
    } 1, 2;
    until_ok { $t->value("SELECT count(*) FROM pg_locks
        WHERE locktype = 'advisory' AND NOT granted
          AND database = (SELECT oid FROM pg_database
                          WHERE datname = current_database())") == 2 } 10,
        'two wait';
    $lock->commit;

    my @all = map { JSON::PP::decode_json($_->response(10)->{content}) }
        @conns;
    is(join(' ', sort map { $_->{created} } @all), '0 20',
        '... one creates');
    is(join(' ', sort map { $_->{unchanged} } @all), '0 20',
        '... for the other they are there');
    is($t->value("SELECT count(*) FROM monitors WHERE name LIKE 'twice %'"),
        20, '... each once');
}


# --- keys

my $secret = 's' x 43;
my $key = $t->value("INSERT INTO api_keys (owner_id, name, scope, hash)
    VALUES (?, 'x', 'write', decode(?, 'hex')) RETURNING id", $user,
    sha256_hex($secret));
my $k = $t->client("upk_${key}_$secret");
problem_ok($k->get('/monitors/export?secrets=true'), 403, 'key_not_allowed',
    'no secrets for a key');
is($k->get('/monitors/export?secrets=false')->{status}, 200,
    '... an export all the same');


# --- large ones

my @many = map { { url => "http://127.0.0.1:81/many/$_", name => "n$_",
    tags => ['some', 'tags', 'x' x 40] } } 1 .. 2000;
$r = imported($other, \@many);
is($r->{created}, 2000, 'two thousand, more than 64 KiB');
# planned for what there is now, not for the empty tables of the first one
is(imported($other, \@many)->{unchanged}, 2000, '... and again');
is($t->value('SELECT count(*) FROM monitor_state WHERE owner_id = ?',
    $other_id), 2004, '... all with their state');

$r = imported($other, [map { { url => "http://127.0.0.1:81/$_" } } 1 .. 200]);
is_deeply([@$r{qw(created failed)}], [196, 4], 'as far as the quota goes');
is($r->{items}[199]{errors}[0]{code}, 'quota_exceeded', '... says so');

fields_ok($other->post('/monitors/import', { monitors => [({}) x 2001] }),
    { monitors => 'too_many' }, 'too many rows');
my $body = '{"monitors":[{"url":"http://127.0.0.1:81/","body":"'
    . 'x' x 1_100_000 . '"}]}';
problem_ok($other->post('/monitors/import', $body), 413, 'body_too_large',
    'too many bytes');
problem_ok($other->post('/monitors', { url => 'http://127.0.0.1:81/',
    body => 'x' x 70_000 }), 413, 'body_too_large', '... elsewhere sooner');
is($other->get('/me')->{status}, 200, 'the connection is good');

# of a length that is not said
my $conn = $t->conn;
my $piece = 'x' x 10_000;
$conn->send("POST /api/v1/monitors HTTP/1.1\r\nHost: x\r\n"
    . "Authorization: Bearer $token\r\nContent-Type: application/json\r\n"
    . "Transfer-Encoding: chunked\r\n\r\n"
    . (sprintf("%x\r\n%s\r\n", 10_000, $piece) x 10) . "0\r\n\r\n");
is(($conn->response // {})->{status}, 413, 'in chunks, too');

done_testing;

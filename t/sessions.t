# Sessions: the refresh cookie, its rotation, theft, the end of sessions on
# every node.

use strict;
use warnings;

use MIME::Base64 qw(encode_base64);
use Time::HiRes qw(time);
use Uptime::Test;
use Uptime::Token qw(claims);
use Uptime::Util qw(slurp spew);

my $t = Uptime::Test->new(workers => 2);
$t->nginx;
$t->nginx;
my $secure = $t->nginx(cookie => 'secure', workers => 1);
my $c = $t->client;
my $other_node = $t->client(undef, 1);


# on both nodes, by whichever worker
sub dead_everywhere {
    my ($token, $name) = @_;

    my $in_a_row = 0;

    until_ok {
        my $dead = !grep { $t->client($token, $_)->get('/me')->{status}
            != 401 } 0, 1;
        return ($in_a_row = $dead ? $in_a_row + 1 : 0) == 6;
    } 2, $name;
    return;
}


sub events {
    my ($s) = @_;

    return map { $_->{event} } $t->sql('SELECT event FROM audit
        WHERE user_id = ? ORDER BY id', $s->{id});
}


sub tokens_of {
    my ($s) = @_;

    return $t->value('SELECT count(*) FROM refresh_tokens
        WHERE session_id = ?', $s->{session});
}


# --- the cookie

my $one = Uptime::Session->sign_up($t->client(undef, 2));
my $res = $t->client(undef, 2)->post('/auth/login',
    { email => $one->{email}, password => $one->{password} });
my ($name, $value, @flags) = Uptime::Session::cookie($res);
is($name, '__Host-uptime_refresh', 'name');
like($value, qr/^[A-Za-z0-9_-]{43}$/, '256 bits');
is_deeply([sort @flags], ['HttpOnly', 'Max-Age=2592000', 'Path=/',
    'SameSite=Strict', 'Secure'], 'exactly these attributes');
unlike($res->{content}, qr/\Q$value\E/, 'the body does not have it');
is($res->{headers}{'cache-control'}, 'no-store', 'not to be stored');

my $s = Uptime::Session->sign_up($c);
is($s->{name}, 'uptime_refresh', 'over plain HTTP: name');
$res = $s->refresh;
is($res->{status}, 200, 'refresh') or diag($res->{content});
($name, $value, @flags) = Uptime::Session::cookie($res);
is_deeply([sort @flags], ['HttpOnly', 'Max-Age=2592000', 'Path=/',
    'SameSite=Strict'], 'over plain HTTP: all but Secure');

problem_ok($s->send('/auth/refresh', client => $t->client(undef, 2)), 401,
    'invalid_session', 'the insecure name is nothing where it is not on');


# --- rotation

my $first = $s->{cookie};
$res = $s->refresh;
is($res->{status}, 200, 'refresh again');
isnt($s->{cookie}, $first, 'another token');
is_deeply([sort keys %{ $res->{json} }],
    [qw(access_token expires_in token_type user)], 'same body as log-in');
is($res->{json}{user}{email}, $s->{email}, 'same user');
is($s->{client}->get('/me')->{status}, 200, 'its access token is good');
is((claims($s->{token}))[1]{sid}, $s->{session}, 'same session');
is($t->value('SELECT count(*) FROM sessions WHERE user_id = ?', $s->{id}), 1,
    'no session besides');

my $child = $s->{cookie};
$res = $s->refresh(cookie => $first);
is($res->{status}, 200, 'the old one again: the answer was lost');
is($s->{cookie}, $child, 'the same child');
is(tokens_of($s), 3, 'no token besides');

is($s->refresh(client => $other_node)->{status}, 200, 'on another node');

my $dump = join ' ', map { join ' ', map { $_ // '' } values %$_ }
    map { $t->sql("SELECT t::text AS t FROM $_ t") }
    qw(refresh_tokens sessions audit);
unlike($dump, qr/\Q$_\E/, 'stored as a hash only')
    for $first, $child, $s->{cookie};
like($dump, qr/\\x[0-9a-f]{64}/, 'of 256 bits');


# --- 100 at once: one chain

$s = Uptime::Session->sign_up($c);
my @conns = map { $t->conn($_ % 2) } 1 .. 100;
$_->send("POST /api/v1/auth/refresh HTTP/1.1\r\nHost: x\r\n"
    . "Sec-Fetch-Site: same-origin\r\nContent-Length: 0\r\n"
    . "Cookie: a=b; $s->{name}=$s->{cookie}; c=d\r\n\r\n") for @conns;
my @all = map { $_->response } @conns;
is(scalar(grep { $_->{status} == 200 } @all), 100, 'all are answered')
    or diag(join ' ', map { $_->{status} } @all);
my %children = map { (Uptime::Session::cookie($_))[1] => 1 } @all;
is(scalar(keys %children), 1, 'all with the same child');
is(tokens_of($s), 2, 'which is one in the database');
$s->{cookie} = (keys %children)[0];
is($s->refresh->{status}, 200, 'and it goes on');
$_->close for @conns;


# --- theft: a token whose child was used, at once

$first = $s->{cookie};
$s->refresh;
$s->refresh;
my $thief = bless { %$s }, ref $s;
problem_ok($res = $thief->send('/auth/refresh', cookie => $first), 401,
    'invalid_session', 'a grandparent is refused');
like($res->{headers}{'set-cookie'}, qr/^uptime_refresh=; .*Max-Age=0/,
    'the cookie is taken away');
problem_ok($s->send('/auth/refresh'), 401, 'invalid_session',
    'the family is dead at once');
dead_everywhere($s->{token}, 'its access token within 2 s');
is_deeply([events($s)], ['signed_in', 'refresh_token_reused'],
    'the owner can read it, once');
is($t->value("SELECT host(address) FROM audit
    WHERE event = 'refresh_token_reused'"), '127.0.0.1', 'with the address');

# ... and a used one after the grace
$s = Uptime::Session->sign_up($c);
my $again = $s->log_in;
$first = $s->{cookie};
$s->refresh;
$t->execute("UPDATE refresh_tokens SET used_at = used_at - interval '11 s'
    WHERE session_id = ?", $s->{session});
my $start = time;
problem_ok($s->send('/auth/refresh', cookie => $first), 401,
    'invalid_session', 'a parent after the grace is refused');
problem_ok($s->send('/auth/refresh', client => $other_node), 401,
    'invalid_session', 'the family is dead, on the other node');
cmp_ok(time - $start, '<', 1, '... within a second');
dead_everywhere($s->{token}, 'its access token within 2 s');
is((events($s))[-1], 'refresh_token_reused', 'the owner can read it');
is($again->{client}->get('/me')->{status}, 200, 'another session is not');
is($again->refresh->{status}, 200, '... nor its cookie');


# --- a session that ends while its refresh waits stays ended

$s = Uptime::Session->sign_up($c);
my $dbh = $t->dbh;
$dbh->begin_work;
$dbh->do('UPDATE sessions SET ended_at = now() WHERE id = ?', undef,
    $s->{session});
my $conn = $t->conn;
$conn->send("POST /api/v1/auth/refresh HTTP/1.1\r\nHost: x\r\n"
    . "Sec-Fetch-Site: same-origin\r\nContent-Length: 0\r\n"
    . "Cookie: $s->{name}=$s->{cookie}\r\n\r\n");
until_ok { $t->{cluster}->connect('postgres')->selectrow_array(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = ?
     AND wait_event_type = 'Lock'", undef, $t->{db}) } 5, 'it waits';
$dbh->commit;
is($conn->response->{status}, 401, 'and is refused');
ok($t->value('SELECT ended_at IS NOT NULL FROM sessions WHERE id = ?',
    $s->{session}), 'ended as before');


# --- time limits

for (['last_used_at', '6 days 23 hours', 200, 'not yet idle for 7 days'],
    ['last_used_at', '7 days', 401, 'idle for 7 days'],
    ['created_at', '29 days 23 hours', 200, 'not yet 30 days old'],
    ['created_at', '30 days', 401, '30 days old'])
{
    my ($column, $age, $status, $what) = @$_;

    my $old = Uptime::Session->sign_up($c);
    $t->execute("UPDATE sessions SET $column = $column - interval '$age'
        WHERE id = ?", $old->{session});
    is($old->send('/auth/refresh')->{status}, $status, $what);
    is((scalar grep { $_ eq 'refresh_token_reused' } events($old)), 0,
        '... which is no theft');
}


# --- other sites

$s = Uptime::Session->sign_up($c);
my $host = $c->{base} =~ s{^http://}{}r;
my $port = $t->server->port;

my @refused = (
    ['nothing'                   => {}],
    ['cross-site'                => { 'Sec-Fetch-Site' => 'cross-site' }],
    ['same-site'                 => { 'Sec-Fetch-Site' => 'same-site' }],
    ['none'                      => { 'Sec-Fetch-Site' => 'none' }],
    ['empty'                     => { 'Sec-Fetch-Site' => '' }],
    ['same-originx'              => { 'Sec-Fetch-Site' => 'same-originx' }],
    ['cross-site, right Origin'  => { 'Sec-Fetch-Site' => 'cross-site',
                                      Origin => "http://$host" }],
    ['Origin null'               => { Origin => 'null' }],
    ['Origin empty'              => { Origin => '' }],
    ['Origin of another'         => { Origin => 'http://evil.example' }],
    ['Origin with another port'  => { Origin => 'http://127.0.0.1:1' }],
    ['Origin without the port'   => { Origin => 'http://127.0.0.1' }],
    ['Origin below another'      => { Origin => "http://$host.evil.example" }],
    ['Origin in front'           => { Origin => "http://evil.$host" }],
    ['Origin without a scheme'   => { Origin => $host }],
    ['Origin with a user'        => { Origin => "http://x\@$host" }],
    ['Origin with a path'        => { Origin => "http://$host/" }],
    ['Origin of another scheme'  => { Origin => "file://$host" }],
);

for (@refused) {
    my ($what, $headers) = @$_;

    for my $path ('/auth/refresh', '/auth/logout') {
        problem_ok($s->send($path, headers => $headers), 403, 'cross_site',
            "$path: $what");
    }
}

is($s->{client}->get('/me')->{status}, 200, 'the session is still there');
is($s->refresh(headers => { Origin => "http://$host" })->{status}, 200,
    'the right Origin');
is($s->refresh(headers => { Origin => "https://$host" })->{status}, 200,
    '... behind a proxy that speaks TLS');
is($s->refresh(headers => { 'Sec-Fetch-Site' => 'same-origin',
    Origin => "http://$host" })->{status}, 200, 'both');

for my $path ('/auth/refresh', '/auth/logout') {
    problem_ok($c->request('GET', $path, undef, headers => {
        Cookie => "$s->{name}=$s->{cookie}",
        'Sec-Fetch-Site' => 'same-origin' }), 405, 'method_not_allowed',
        "GET $path");
}


# --- what is no token

my %garbage = (
    'none'         => undef,
    'empty'        => '',
    'garbage'      => 'garbage',
    'another'      => 'A' x 43,
    'too short'    => 'A' x 42,
    'too long'     => 'A' x 44,
    'very long'    => 'A' x 3000,
    'quoted'       => qq("$s->{cookie}"),
    'padded'       => "$s->{cookie}=",
    'other case'   => $s->{cookie} =~ tr/a-zA-Z/A-Za-z/r,
    'other bytes'  => '~' x 43,
    'SQL'          => "' OR 1=1 --" . 'A' x 32,
    'access token' => $s->{token},
);

for my $what (sort keys %garbage) {
    problem_ok($s->send('/auth/refresh', cookie => $garbage{$what}), 401,
        'invalid_session', "refresh with a cookie: $what");
    $res = $s->send('/auth/logout', cookie => $garbage{$what});
    is($res->{status}, 204, "logout with it");
    like($res->{headers}{'set-cookie'}, qr/^uptime_refresh=; .*Max-Age=0/,
        '... clears it');
}

for my $field ("UPTIME_REFRESH=$s->{cookie}",
    "xuptime_refresh=$s->{cookie}", "uptime_refresh =$s->{cookie}",
    "uptime_refresh=x; uptime_refresh=$s->{cookie}",
    "a=uptime_refresh=$s->{cookie}")
{
    problem_ok($c->request('POST', '/auth/refresh', undef, headers => {
        Cookie => $field, 'Sec-Fetch-Site' => 'same-origin' }), 401,
        'invalid_session', 'another name, or not the first: '
        . $field =~ s/\Q$s->{cookie}\E/.../r);
}

is($s->refresh->{status}, 200, 'the good one is still good');


# --- logout

$again = $s->log_in;
$res = $s->log_out;
is($res->{status}, 204, 'logout');
is($res->{content}, '', 'no body');
($name, $value, @flags) = Uptime::Session::cookie($res);
is($value, '', 'the cookie is emptied ...');
is_deeply([sort @flags], ['HttpOnly', 'Max-Age=0', 'Path=/',
    'SameSite=Strict'], '... with the same attributes');
problem_ok($s->send('/auth/refresh'), 401, 'invalid_session', 'it is over');
dead_everywhere($s->{token}, 'its access token within 2 s');
is((events($s))[-1], 'signed_out', 'in the audit trail');
is($s->log_out->{status}, 204, 'logout again');
is($again->refresh->{status}, 200, 'the other session goes on');

my $third = $again->log_in;
is($again->{client}->post('/auth/logout-all')->{status}, 204, 'logout-all');
dead_everywhere($_->{token}, 'dead within 2 s') for $again, $third;
problem_ok($_->send('/auth/refresh'), 401, 'invalid_session',
    'and cannot go on') for $again, $third;
is((events($s))[-1], 'signed_out_all', 'in the audit trail');
is($third->log_in->{client}->get('/me')->{status}, 200,
    'a new one can begin');


# --- the list

$s = Uptime::Session->sign_up($c);
my $agent = "Browser \xc3\xa9\xe2\x98\x83 " . 'x' x 300;
my $body = qq({"email":"$s->{email}","password":"$s->{password}"});
$conn = $t->conn;
$conn->send("POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\n"
    . "User-Agent: $agent\r\nContent-Type: application/json\r\n"
    . 'Content-Length: ' . length($body) . "\r\n\r\n$body");
my $client = $t->client($conn->response->{json}{access_token});
my @items = @{ $client->get('/auth/sessions')->{json}{items} };
is(scalar @items, 2, 'two sessions');
is_deeply([map { $_->{current} ? 1 : 0 } @items], [1, 0],
    'the newest first, which is this one');
is_deeply([sort keys %{ $items[0] }], [qw(address created_at current id
    last_used_at user_agent)], 'what a session shows');
is($items[0]{address}, '127.0.0.1', 'address');
is(length $items[0]{user_agent}, 197, 'user agent, cut');
like($items[0]{user_agent}, qr/^Browser \x{e9}\x{2603} x+$/, 'as it was');
like($items[0]{created_at}, qr/^\d{4}-\d\d-\d\dT[\d:.]+Z$/, 'RFC 3339');
is($items[1]{id}, $s->{session}, 'the id is that of the token');

my $stranger = Uptime::Session->sign_up($c);
for my $id ($s->{session}, 0, 999_999_999, '9223372036854775807',
    '9223372036854775808', 'x', '-1')
{
    problem_ok($stranger->{client}->delete("/auth/sessions/$id"), 404,
        'not_found', "not one's own: $id");
}
is($s->{client}->get('/me')->{status}, 200, 'it lives');
unlike($stranger->{client}->get('/auth/sessions')->{content},
    qr/"id":$s->{session}\b/, 'nor is it listed');

is($client->delete("/auth/sessions/$s->{session}")->{status}, 204,
    'end another one');
dead_everywhere($s->{token}, 'dead within 2 s');
problem_ok($s->send('/auth/refresh'), 401, 'invalid_session',
    'and cannot go on');
problem_ok($client->delete("/auth/sessions/$s->{session}"), 404, 'not_found',
    'once');
is(scalar @{ $client->get('/auth/sessions')->{json}{items} }, 1,
    'not in the list');
is((events($s))[-1], 'session_ended', 'in the audit trail');


# --- at most 20

$s = Uptime::Session->sign_up($c);
my @many = map { $s->log_in } 1 .. 19;
is(scalar @{ $s->{client}->get('/auth/sessions')->{json}{items} }, 20,
    '20 sessions');
is($s->refresh->{status}, 200, 'the first one is used');
push @many, $s->log_in;
is($t->value('SELECT count(*) FROM sessions WHERE user_id = ?
    AND ended_at IS NULL', $s->{id}), 20, 'one more ends one');
dead_everywhere($many[0]{token}, 'that was not used for longest');
is($_->{client}->get('/me')->{status}, 200, 'not another one')
    for $s, $many[1], $many[-1];


# --- a new password

my $new = 'another horse 43';
my ($here, $there) = ($many[1], $many[2]);
problem_ok($here->{client}->post('/me/password', { current_password => 'x',
    new_password => $new }), 403, 'wrong_password', 'the wrong one');
fields_ok($here->{client}->post('/me/password', { current_password => 'x',
    new_password => 'short' }), { new_password => 'too_short' }, 'too short');
fields_ok($here->{client}->post('/me/password', {}), {
    current_password => 'required', new_password => 'required' }, 'none');
is($there->{client}->get('/me')->{status}, 200, 'nothing has changed');
$res = $here->{client}->post('/me/password', { new_password => $new,
    current_password => $here->{password} });
is($res->{status}, 204, 'changed') or diag($res->{content});
is($res->{content}, '', 'no body');
dead_everywhere($there->{token}, 'other sessions end within 2 s');
problem_ok($there->send('/auth/refresh'), 401, 'invalid_session',
    'and cannot go on');
is($here->{client}->get('/me')->{status}, 200, 'this one stays');
is($here->refresh->{status}, 200, '... and its cookie');
is($t->value('SELECT count(*) FROM sessions WHERE user_id = ?
    AND ended_at IS NULL', $s->{id}), 1, 'alone');
problem_ok($c->post('/auth/login', { email => $s->{email},
    password => $s->{password} }), 401, 'invalid_credentials',
    'the old password is none');
is($here->log_in(password => $new)->{client}->get('/me')->{status}, 200,
    'the new one is');
my %seen = map { $_ => 1 } events($s);
ok($seen{password_changed}, 'in the audit trail');


# --- the account goes

$s = Uptime::Session->sign_up($c);
$again = $s->log_in;
my $monitor = $s->{client}->post('/monitors',
    { url => 'http://example.com/' })->{json}{id};
my $key = $s->{client}->post('/keys', { name => 'k' })->{json}{key};
is($t->client($key)->get('/me')->{status}, 200, 'it has a key');
problem_ok($s->{client}->delete('/me', { password => 'wrong' }), 403,
    'wrong_password', 'not with a wrong password');
problem_ok($s->{client}->delete('/me', {}), 422, undef, 'nor without one');
is($s->{client}->get("/monitors/$monitor")->{status}, 200, 'all is there');
is($s->{client}->delete('/me', { password => $s->{password} })->{status},
    204, 'deleted');
dead_everywhere($_->{token}, 'tokens are dead within 2 s') for $s, $again;
problem_ok($t->client($key)->get('/me'), 401, 'invalid_token', 'the key too');
problem_ok($s->send('/auth/refresh'), 401, 'invalid_session',
    'and the cookie');
problem_ok($c->post('/auth/login', { email => $s->{email},
    password => $s->{password} }), 401, 'invalid_credentials', 'and login');

# every table that has a tenant's rows, the ones of tomorrow too
my @columns = $t->sql("SELECT c.table_name AS t, c.column_name AS c
    FROM information_schema.columns c
    JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'
    AND column_name IN ('user_id', 'owner_id', 'created_by')
    AND c.table_name <> 'monitor_tombstones'");   # for a day
cmp_ok(scalar @columns, '>=', 5, 'tables with a tenant');
for (@columns) {
    is($t->value("SELECT count(*) FROM $_->{t} WHERE $_->{c} = ?",
        $s->{id}), 0, "nothing is left in $_->{t}");
}
is($t->value('SELECT count(*) FROM users WHERE id = ?', $s->{id}), 0,
    'nor in users');
is($t->value('SELECT count(*) FROM monitors WHERE id = ?', $monitor), 0,
    'nor the monitor');
is(Uptime::Session->sign_up($c, email => $s->{email})->{client}
    ->get('/monitors')->{json}{counts}{pending} // 0, 0,
    'the address can sign up again and has nothing');


# --- a new key on top signs; nobody is logged out

$s = Uptime::Session->sign_up($c);
my $before = $s->{token};
spew($t->{key_file}, 'fresh ' . encode_base64('f' x 32, '') . "\n"
    . slurp($t->{key_file}));
my %old = map { $_ => 1 } $t->server->workers;
$t->server->signal('HUP');
until_ok { my @w = $t->server->workers; @w == 2 && !grep { $old{$_} } @w } 10,
    'reloaded';
is($t->client($before)->get('/me')->{status}, 200,
    'the access token is still good');
is($s->refresh(client => $t->client)->{status}, 200, 'refresh works');
is((claims($s->{token}))[0]{kid}, 'fresh', 'the new key signs');
is($t->client($s->{token})->get('/me')->{status}, 200, 'and verifies');
is($s->refresh(client => $t->client)->{status}, 200, 'and again');


# --- a lost answer while the key changes: the same child, from every key

my @lines = ("k1 " . encode_base64('1' x 32, '') . "\n",
    "k2 " . encode_base64('2' x 32, '') . "\n");

# the second nginx has the keys in the other order, as in the middle of a
# rotation
sub keys_of {
    my ($n, @order) = @_;

    my $file = "$t->{dir}/node$n.key";
    spew($file, join '', @lines[@order]);
    chmod 0600, $file;
    $t->server($n)->{key_file} = $file;
    $t->server($n)->write_config;
    my %was = map { $_ => 1 } $t->server($n)->workers;
    $t->server($n)->signal('HUP');
    until_ok { my @w = $t->server($n)->workers;
        @w == 2 && !grep { $was{$_} } @w } 10, "reloaded: node $n";
    return;
}

sub twice {
    my ($s, $from, $to) = @_;

    my $parent = $s->{cookie};
    my @children = map {
        my $r = $s->send('/auth/refresh', cookie => $parent,
            client => $t->client(undef, $_));
        $r->{status} . ' ' . ((Uptime::Session::cookie($r))[1] // '');
    } $from, $to, $to, $from;
    return ($parent, @children);
}

keys_of(0, 0, 1);
keys_of(1, 1, 0);

for my $direction ([0, 1], [1, 0]) {
    $s = Uptime::Session->sign_up($t->client);
    my ($parent, @children) = twice($s, @$direction);
    like($children[0], qr/^200 .{43}$/, 'a child');
    is_deeply([@children[1 .. 3]], [($children[0]) x 3],
        '... which is the same under another first key');
    is(tokens_of($s), 2, 'and no other is in the database');
    $s->{cookie} = $children[0] =~ s/^200 //r;
    is($s->refresh(client => $t->client(undef, $direction->[1]))->{status},
        200, 'it goes on');
    problem_ok($s->send('/auth/refresh', cookie => $parent), 401,
        'invalid_session', 'and its parent is a theft again');
    is((events($s))[-1], 'refresh_token_reused', '... that is noted');
}

# 40 at once on both: one chain
$s = Uptime::Session->sign_up($t->client);
@conns = map { $t->conn($_ % 2) } 1 .. 40;
$_->send("POST /api/v1/auth/refresh HTTP/1.1\r\nHost: x\r\n"
    . "Sec-Fetch-Site: same-origin\r\nContent-Length: 0\r\n"
    . "Cookie: $s->{name}=$s->{cookie}\r\n\r\n") for @conns;
%children = map { $_->{status} . ' '
    . ((Uptime::Session::cookie($_))[1] // '') => 1 }
    map { $_->response } @conns;
is(scalar(keys %children), 1, '40 at once under both orders: one child')
    or diag(join "\n", sort keys %children);
like((keys %children)[0], qr/^200 /, '... for all of them');
is(tokens_of($s), 2, '... in the database as well');
$_->close for @conns;

# the key that the child was made with is gone within the 10 s
$s = Uptime::Session->sign_up($t->client);
my $lost = $s->{cookie};
$s->refresh(client => $t->client);
my $unseen = $s->{cookie};
@lines = ("k2 " . encode_base64('2' x 32, '') . "\n");
keys_of(1, 0);
is($s->refresh(cookie => $lost, client => $t->client(undef, 1))->{status},
    200, 'the key of the child is gone: another one takes its place');
isnt($s->{cookie}, $unseen, '... which is another one');
is(tokens_of($s), 2, '... and the only one');
problem_ok($s->send('/auth/refresh', cookie => $unseen), 401,
    'invalid_session', 'the first one is none any more');
is($s->refresh(client => $t->client(undef, 1))->{status}, 200,
    'the session goes on');

done_testing;

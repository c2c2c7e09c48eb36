# API keys: shown once, scopes, expiry, what they may not do, how they end.

use strict;
use warnings;

use Uptime::Test;

my $t = Uptime::Test->new(workers => 2);
$t->nginx;
my $s = Uptime::Session->sign_up($t->client);
my $c = $s->{client};


sub made {
    my %o = (name => 'key', @_);

    my $r = $c->post('/keys', \%o);
    is($r->{status}, 201, "made: $o{name}") or diag($r->{content});
    return $r->{json};
}


# --- one is made

is_deeply($c->get('/keys')->{json}, { items => [], next_cursor => undef },
    'none at first');

my $res = $c->post('/keys', { name => ' CI ', scope => 'write' });
is($res->{status}, 201, 'made') or diag($res->{content});
my $write = $res->{json};
is_deeply([sort keys %$write], [qw(created_at expires_at id key last_used_at
    name scope)], 'what it shows');
is($write->{name}, 'CI', 'name');
is($write->{scope}, 'write', 'scope');
is($write->{last_used_at}, undef, 'not used yet');
is($write->{expires_at}, undef, 'for ever');
like($write->{created_at}, qr/^\d{4}-\d\d-\d\dT[\d:.]+Z$/, 'RFC 3339');
like($write->{key}, qr/^upk_$write->{id}_[A-Za-z0-9_-]{43}$/, 'the secret');
is($res->{headers}{location}, "/api/v1/keys/$write->{id}", 'Location');
is($res->{headers}{'cache-control'}, 'no-store', 'not to be stored');

my $read = made(name => 'reader');
is($read->{scope}, 'read', 'read is the default');

$res = $c->get('/keys');
is_deeply([map { $_->{id} } @{ $res->{json}{items} }],
    [$write->{id}, $read->{id}], 'both are listed');
ok(!grep({ exists $_->{key} } @{ $res->{json}{items} }), 'without secrets');

my ($secret) = $write->{key} =~ /_\d+_(.*)/;
unlike($res->{content}, qr/\Q$secret\E/, 'not in the list');
my $dump = join ' ', map { $_->{t} } map { $t->sql("SELECT t::text AS t
    FROM $_ t") } qw(api_keys audit sessions refresh_tokens);
unlike($dump, qr/\Q$secret\E|upk_/, 'nor in the database');
like($dump, qr/\\x[0-9a-f]{64}/, 'which has a hash');


# --- fields

fields_ok($c->post('/keys', {}), { name => 'required' }, 'no name');
fields_ok($c->post('/keys', { name => '', scope => 'admin',
    expires_at => 'tomorrow', owner_id => 1, _digest => 'x' }), {
    name => 'too_short', scope => 'not_allowed', expires_at => 'bad_time',
    owner_id => 'unknown_field', _digest => 'unknown_field' },
    'all wrong ones at once');
fields_ok($c->post('/keys', { name => 'x' x 201 }), { name => 'too_long' },
    'a long name');


# --- scopes

my $r = $t->client($read->{key});
my $w = $t->client($write->{key});
is($r->get('/me')->{json}{id}, $s->{id}, 'whose it is');
is($r->get('/monitors')->{status}, 200, 'read reads');
is($r->request('HEAD', '/monitors')->{status}, 200, 'HEAD too');
problem_ok($r->post('/monitors', { url => 'http://example.com/' }), 403,
    'read_only_key', 'read does not write');

$res = $w->post('/monitors', { url => 'http://example.com/' });
is($res->{status}, 201, 'write writes') or diag($res->{content});
my $monitor = $res->{json}{id};
is($r->get("/monitors/$monitor")->{status}, 200, 'read sees it');
problem_ok($r->request($_->[0], "/monitors/$monitor$_->[1]", $_->[2]), 403,
    'read_only_key', "read does not $_->[0] $_->[1]")
    for ['PATCH', '', { name => 'x' }], ['DELETE', ''], ['POST', '/pause'],
    ['POST', '/resume'];
is($w->patch("/monitors/$monitor", { name => 'x' })->{status}, 200,
    'write changes');

my $other = Uptime::Session->sign_up($t->client);
my $theirs = $other->{client}->post('/monitors',
    { url => 'http://example.com/' })->{json}{id};
problem_ok($w->request($_, "/monitors/$theirs", $_ eq 'PATCH' ? { name =>
    'x' } : undef), 404, 'not_found', "$_ of another tenant's")
    for qw(GET PATCH DELETE);


# --- never for accounts, sessions and keys

for (['GET', '/keys'], ['POST', '/keys', { name => 'x' }],
    ['DELETE', "/keys/$read->{id}"], ['GET', '/auth/sessions'],
    ['DELETE', "/auth/sessions/$s->{session}"], ['POST', '/auth/logout-all'],
    ['POST', '/me/password', { current_password => $s->{password},
        new_password => 'another horse 43' }],
    ['DELETE', '/me', { password => $s->{password} }])
{
    problem_ok($w->request(@$_), 403, 'key_not_allowed',
        "not with a key: $_->[0] $_->[1]");
}

# an admin's key is no admin: the first account is one
is($s->{client}->get('/me')->{json}{role}, 'admin', 'the owner is admin');
is($c->get('/me')->{status}, 200, 'and still signed in');
is(scalar @{ $c->get('/keys')->{json}{items} }, 2, 'no key came or went');


# --- mangled

my $key = $write->{key};
my $id = $write->{id};
my %mangled = (
    'prefix only'       => 'upk_',
    'no secret'         => "upk_$id",
    'empty secret'      => "upk_${id}_",
    'short secret'      => substr($key, 0, -1),
    'long secret'       => $key . 'A',
    'another secret'    => "upk_${id}_" . 'A' x 43,
    'other case'        => "upk_${id}_" . $secret =~ tr/a-zA-Z/A-Za-z/r,
    'id of another key' => "upk_$read->{id}_$secret",
    'id of none'        => "upk_999999_$secret",
    'id zero'           => "upk_0_$secret",
    'id negative'       => "upk_-${id}_$secret",
    'id empty'          => "upk__$secret",
    'id a letter'       => "upk_x_$secret",
    'id in hex'         => "upk_0x${id}_$secret",
    'id with a zero'    => "upk_0${id}_$secret",
    'id with a plus'    => "upk_+${id}_$secret",
    'id with a blank'   => "upk_ ${id}_$secret",
    'id too big'        => "upk_99999999999999999999_$secret",
    'id at the limit'   => "upk_9223372036854775807_$secret",
    'SQL as id'         => "upk_${id} OR 1=1_$secret",
    'SQL as secret'     => "upk_${id}_' OR 1=1 --" . 'A' x 32,
    'prefix in capitals' => 'UPK' . substr($key, 3),
    'no prefix'         => substr($key, 4),
    'twice'             => "$key$key",
    'with a comma'      => "$key,",
    'with a blank'      => "$key $key",
    'very long'         => "upk_${id}_" . 'A' x 3000,
    'zero byte escaped' => "$key%00",
    'the hash'          => "upk_${id}_" . substr($t->value("SELECT
                           encode(hash, 'hex') FROM api_keys WHERE id = ?",
                           $id), 0, 43),
);

for my $what (sort keys %mangled) {
    problem_ok($t->client($mangled{$what})->get('/me'), 401, 'invalid_token',
        "mangled: $what");
}

problem_ok($t->client->get("/me?key=$key"), 401, 'missing_token',
    'not as a query parameter');
$t->server->expect_log('key=upk_');
is($w->get('/me')->{status}, 200, 'the good one is still good');
problem_ok($t->client->post('/auth/refresh', undef, headers => {
    Cookie => "uptime_refresh=$secret", 'Sec-Fetch-Site' => 'same-origin' }),
    401, 'invalid_session', 'and is no refresh token');


# --- last used, to the minute

my $seen = sub { $t->value('SELECT last_used_at FROM api_keys WHERE id = ?',
    $_[0]) };
ok($seen->($id), 'the time of use is kept');
like($c->get('/keys')->{json}{items}[0]{last_used_at}, qr/^20/, 'and shown');
my $then = $seen->($id);
$w->get('/me');
is($seen->($id), $then, 'not written again at once');
$t->execute("UPDATE api_keys SET last_used_at = last_used_at
    - interval '61 s' WHERE id = ?", $id);
$then = $seen->($id);
$w->get('/me');
isnt($seen->($id), $then, 'but after a minute');

my $unused = made(name => 'unused');
$t->client("upk_$unused->{id}_" . 'A' x 43)->get('/me');
is($seen->($unused->{id}), undef, 'a wrong secret is no use');


# --- expiry

my $soon = made(name => 'soon', expires_at => '2999-01-01T00:00:00Z');
is($soon->{expires_at}, '2999-01-01T00:00:00.000Z', 'when it expires');
is($t->client($soon->{key})->get('/me')->{status}, 200, 'good until then');
$t->execute("UPDATE api_keys SET expires_at = now() - interval '1 ms'
    WHERE id = ?", $soon->{id});
problem_ok($t->client($soon->{key})->get('/me'), 401, 'invalid_token',
    'expired');

my $past = made(name => 'past', expires_at => '2001-01-01T00:00:00Z');
problem_ok($t->client($past->{key})->get('/me'), 401, 'invalid_token',
    'made too late');


# --- revoked

problem_ok($other->{client}->delete("/keys/$read->{id}"), 404, 'not_found',
    'not by another');
is($r->get('/me')->{status}, 200, 'it works');
is($c->delete("/keys/$read->{id}")->{status}, 204, 'revoked');
problem_ok($t->client($read->{key})->get('/me'), 401, 'invalid_token',
    'dead at once') for 1 .. 4;
problem_ok($c->delete("/keys/$read->{id}"), 404, 'not_found', 'once');

is_deeply([map { "$_->{event} $_->{name}" } $t->sql("SELECT event, name
    FROM audit WHERE user_id = ? AND object_id = ? AND event LIKE 'key%'
    ORDER BY id", $s->{id}, $read->{id})],
    ['key_created reader', 'key_deleted reader'], 'in the audit trail');


# --- it ends with its session's user, not with the session

is($c->post('/auth/logout-all')->{status}, 204, 'logout-all');
is($w->get('/me')->{status}, 200, 'a key goes on');
$t->execute('UPDATE users SET disabled_at = now() WHERE id = ?', $s->{id});
problem_ok($w->get('/me'), 401, 'invalid_token', 'not of a disabled user');
$t->execute('UPDATE users SET disabled_at = NULL WHERE id = ?', $s->{id});
is($w->get('/me')->{status}, 200, 'enabled again');

# at most 100
my $hundred = Uptime::Session->sign_up($t->client);
$t->execute("INSERT INTO api_keys (owner_id, name, scope, hash)
    SELECT ?, 'x', 'read', '\\x00' FROM generate_series(1, 99)",
    $hundred->{id});
$res = $hundred->{client}->post('/keys', { name => 'last' });
is($res->{status}, 201, 'the 100th');
problem_ok($hundred->{client}->post('/keys', { name => 'more' }), 409,
    'too_many_keys', 'the 101st');
my $last = $t->client($res->{json}{key});
is($last->get('/me')->{status}, 200, 'the 100th works');
$t->execute('DELETE FROM users WHERE id = ?', $hundred->{id});
problem_ok($last->get('/me'), 401, 'invalid_token', 'not of a deleted user');

done_testing;

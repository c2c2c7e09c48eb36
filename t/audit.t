# The audit trail as its owner reads it, PATCH /me, and what is cleaned up.

use strict;
use warnings;

use Uptime::Test;

my $t = Uptime::Test->new();
$t->nginx;
my $c = $t->client;
my $password = 'correct horse 42';

my $me = $c->post('/auth/signup', { email => 'me@example.com',
    password => $password })->{json};
my $m = $t->client($me->{access_token});
my ($other_id, $other_token) = $t->user;
my $other = $t->client($other_token);

sub events {
    my ($client) = @_;
    my $res = $client->get('/me/audit?limit=1000');
    return map { $_->{event} } @{ $res->{json}{items} // [] };
}

# Notes of what was refused are written after the answer.
sub told {
    my ($event, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return until_ok { (events($m))[0] eq $event } 3, $name;
}


# --- what is in it

my $res = $m->get('/me/audit');
is($res->{status}, 200, 'read') or diag($res->{content});
is_deeply([map { $_->{event} } @{ $res->{json}{items} }], ['signed_in'],
    'sign-up starts a session');
my $first = $res->{json}{items}[0];
is_deeply([sort keys %$first], [qw(address at event id name object_id)],
    'fields');
is($first->{address}, '127.0.0.1', 'from where');
like($first->{at}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'when');

my $monitor = $m->post('/monitors', { url => 'http://127.0.0.1:9999/',
    name => 'mine' });
is($monitor->{status}, 201, 'made') or diag($monitor->{content});
$monitor = $monitor->{json};
told('monitor_created', 'a monitor');
my $entry = $m->get('/me/audit?limit=1')->{json}{items}[0];
is("$entry->{object_id} $entry->{name}", "$monitor->{id} mine",
    'which one, by id and name');
$m->patch("/monitors/$monitor->{id}", { interval => 30 });
told('monitor_changed', 'changed');
$m->delete("/monitors/$monitor->{id}");
told('monitor_deleted', 'deleted');

my $key = $m->post('/keys', { name => 'my key' })->{json};
told('key_created', 'a key');
my $k = $t->client($key->{key});

problem_ok($k->post('/monitors', { url => 'http://127.0.0.1:9999/' }), 403,
    'read_only_key', 'a key that may only read');
told('access_denied', 'is told');
is($m->get('/me/audit?limit=1')->{json}{items}[0]{name}, 'read_only_key',
    'with the reason');

problem_ok($k->get('/keys'), 403, 'key_not_allowed',
    'a key where none may');
until_ok { ($m->get('/me/audit?limit=1')->{json}{items}[0]{name} // '')
    eq 'key_not_allowed' } 3, 'is told with the reason';
problem_ok($m->post('/keys', 'x', type => 'text/plain'), 415,
    'unsupported_media_type', 'a body that is no JSON');

my ($plain_id, $plain_token) = $t->user;
problem_ok($t->client($plain_token)->get('/users'), 403, 'forbidden',
    'a user as administrator');
until_ok { ((events($t->client($plain_token)))[0] // '') eq 'access_denied' } 3,
    'is told to that user';

# the token says administrator, the database does not: a statement refuses
my ($was_id) = $t->user;
my $was = $t->client($t->mint(sub => $was_id, role => 'admin'));
for (['GET', '/users'], ['PATCH', "/users/$plain_id", { role => 'admin' }],
    ['GET', '/settings'], ['PATCH', '/settings', { signup => 'closed' }],
    ['GET', '/invitations'], ['POST', '/invitations', {}],
    ['DELETE', '/invitations/1'])
{
    $t->execute('DELETE FROM audit WHERE user_id = ?', $was_id);
    problem_ok($was->request(@$_), 403, 'forbidden', "$_->[0] $_->[1]");
    until_ok { $t->value("SELECT count(*) FROM audit WHERE user_id = ?
        AND event = 'access_denied' AND name = 'forbidden'
        AND address = '127.0.0.1'", $was_id) == 1 } 3, '... is told';
}

is($t->value("SELECT count(*) FROM audit WHERE event = 'access_denied'
    AND name NOT IN ('forbidden', 'key_not_allowed', 'read_only_key')"), 0,
    'a bad body is no denied access');

$m->delete("/keys/$key->{id}");
told('key_deleted', 'the key is deleted');

unlike($m->get('/me/audit?limit=1000')->{content},
    qr/\Q$password\E|upk_|\Q$me->{access_token}\E/, 'no secret in it');


# --- who may read it

problem_ok($c->get('/me/audit'), 401, 'missing_token', 'nobody');
my $write = $m->post('/keys', { name => 'w', scope => 'write' })->{json};
problem_ok($t->client($write->{key})->get('/me/audit'), 403,
    'key_not_allowed', 'not with a key');
is_deeply([events($other)], [], 'another one has another trail');
problem_ok($m->post('/me/audit', {}), 405, undef, 'nobody writes it');
problem_ok($m->delete('/me/audit'), 405, undef, 'or deletes it');


# --- pages

my @all = map { $_->{id} } @{
    $m->get('/me/audit?limit=1000')->{json}{items} };
is_deeply(\@all, [sort { $b <=> $a } @all], 'newest first');
my ($cursor, @paged) = ('');
for (1 .. @all + 1) {
    my $page = $m->get('/me/audit?limit=3'
        . ($cursor ? "&cursor=$cursor" : ''))->{json};
    push @paged, map { $_->{id} } @{ $page->{items} };
    $cursor = $page->{next_cursor} or last;
}
is_deeply(\@paged, \@all, 'the pages are the whole');
my ($newest) = @{ $m->get('/me/audit?limit=1')->{json}{items} };
$other->get('/users');
until_ok { ((events($other))[0] // '') eq 'access_denied' } 3, 'another entry';
is_deeply($other->get('/me/audit?cursor=' . ($newest->{id} + 1))
    ->{json}{items}, [], 'a cursor shows nothing of somebody else');
fields_ok($m->get('/me/audit?limit=0'), { limit => 'out_of_range' }, 'limit');
fields_ok($m->get('/me/audit?limit=1001'), { limit => 'out_of_range' },
    'limit too large');
fields_ok($m->get('/me/audit?cursor=x'), { cursor => 'bad_cursor' },
    'cursor');
fields_ok($m->get('/me/audit?event=x'), { event => 'unknown_field' },
    'unknown argument');


# --- PATCH /me

my $login = $c->post('/auth/login', { email => 'me@example.com',
    password => $password })->{json};
my $elsewhere = $t->client($login->{access_token});
is($elsewhere->get('/me')->{status}, 200, 'a second session');

problem_ok($m->patch('/me', { email => 'new@example.com',
    password => 'not this one' }), 403, 'wrong_password', 'wrong password');
told('access_denied', 'is told');
fields_ok($m->patch('/me', { email => 'new@example.com' }),
    { password => 'required' }, 'the password is wanted');
fields_ok($m->patch('/me', { password => $password }),
    { email => 'required' }, 'so is the mail');
fields_ok($m->patch('/me', { email => 'no mail', password => $password,
    role => 'admin' }), { email => 'bad_email', role => 'unknown_field' },
    'wrong fields');
my $taken = $t->value('SELECT email FROM users WHERE id = ?', $other_id);
problem_ok($m->patch('/me', { email => uc $taken, password => $password }),
    409, 'email_taken', 'a mail that is taken');
problem_ok($t->client($write->{key})->patch('/me', {
    email => 'new@example.com', password => $password }), 403,
    'key_not_allowed', 'with a key');
is($t->value('SELECT email FROM users WHERE id = ?', $me->{user}{id}),
    'me@example.com', 'nothing has changed');

my $count = $t->value('SELECT max(id) FROM audit');
$res = $m->patch('/me', { email => 'ME@example.com', password => $password });
is($res->{status}, 200, 'the same mail') or diag($res->{content});
is($t->value("SELECT count(*) FROM audit WHERE event = 'email_changed'"), 0,
    'is no change');
is($elsewhere->get('/me')->{status}, 200, 'and ends nothing');

$res = $m->patch('/me', { email => ' New@Example.com ',
    password => $password });
is($res->{status}, 200, 'another mail') or diag($res->{content});
is($res->{json}{email}, 'new@example.com', 'in the answer');
told('email_changed', 'is told');
$entry = $m->get('/me/audit?limit=1')->{json}{items}[0];
is($entry->{name}, 'me@example.com -> new@example.com', 'old and new');
is($entry->{address}, '127.0.0.1', 'from where');
until_ok { $elsewhere->get('/me')->{status} == 401 } 2,
    'the other session is over';
is($m->get('/me')->{status}, 200, 'this one is not');
problem_ok($c->post('/auth/login', { email => 'me@example.com',
    password => $password }), 401, 'invalid_credentials', 'the old mail');
is($c->post('/auth/login', { email => 'new@example.com',
    password => $password })->{status}, 200, 'the new mail');


# --- the end of sessions, and from where

my $gone = Uptime::Session->sign_up($c);
my @ends = map { $gone->log_in } 1 .. 3;
$gone->{client}->delete("/auth/sessions/$ends[0]{session}");
$ends[1]->log_out;
$ends[2]{client}->post('/auth/logout-all');
is_deeply([map { join ' ', $_->{event}, $_->{address} // 'nowhere' }
    $t->sql("SELECT event, host(address) AS address FROM audit
    WHERE user_id = ? AND event IN ('session_ended', 'signed_out',
    'signed_out_all') ORDER BY id", $gone->{id})],
    ['session_ended 127.0.0.1', 'signed_out 127.0.0.1',
    'signed_out_all 127.0.0.1'], 'the end of sessions has its address');


# --- cleaning

my $sql = join '', grep { !/^--/ } do {
    open my $fh, '<', 'sql/janitor/leftovers.sql' or die $!;
    <$fh>;
};

sub session {
    my ($ended, $used) = @_;
    my $id = $t->value('INSERT INTO sessions (user_id, created_at,
        last_used_at) VALUES (?, now() - ?::interval, now() - ?::interval)
        RETURNING id', $other_id, $used, $used);
    $t->execute('UPDATE sessions SET ended_at = now() - ?::interval
        WHERE id = ?', $ended, $id) if defined $ended;
    $t->execute('INSERT INTO refresh_tokens (hash, session_id)
        VALUES (sha256(?::text::bytea), ?)', "t$id", $id);
    return $id;
}

my %session = (live => session(undef, '1 day'),
    ended => session('20 hours', '1 day'),
    ended2 => session('2 days', '3 days'),
    ended_long => session('31 days', '31 days'),
    idle => session(undef, '36 days'), idle_long => session(undef, '38 days'));

$t->execute("UPDATE session_ends SET ended_at = now() - interval '2 hours'
    WHERE session_id IN (?, ?)", @session{qw(ended2 ended_long)});
$t->execute("INSERT INTO throttles (key, attempts, last_at) VALUES
    ('a:old', 1, now() - interval '25 hours'),
    ('a:new', 1, now() - interval '23 hours')");
$t->execute("INSERT INTO invitations (hash, created_by, expires_at, used_at)
    VALUES ('used', $me->{user}{id}, now() + interval '1 day',
            now() - interval '31 days'),
           ('late', $me->{user}{id}, now() - interval '31 days', NULL),
           ('used2', $me->{user}{id}, now() - interval '1 day',
            now() - interval '29 days'),
           ('open', $me->{user}{id}, now() + interval '1 day', NULL)");
my $oldest = $t->value('SELECT min(id) FROM audit');
$t->execute("UPDATE audit SET at = now() - interval '366 days'
    WHERE id = $oldest");

$t->execute($sql);

sub left {
    my ($query) = @_;
    return [map { $_->[0] } @{ $t->dbh->selectall_arrayref($query) }];
}

my $mine = "user_id = $other_id";
is_deeply(left("SELECT id FROM sessions WHERE $mine ORDER BY id"),
    [@session{qw(live ended ended2 idle)}], 'sessions');
is_deeply(left("SELECT session_id FROM refresh_tokens JOIN sessions s
    ON s.id = session_id WHERE $mine ORDER BY 1"),
    [@session{qw(live ended idle)}], 'their refresh tokens');
is($t->value("SELECT count(*) FROM session_ends WHERE ended_at
    < now() - interval '1 hour'"), 0, 'what workers know by now');
is_deeply(left("SELECT session_id FROM session_ends WHERE session_id
    IN ($session{ended}, $session{idle_long})"), [$session{ended}],
    'an idle session needs no end');
is_deeply(left("SELECT key FROM throttles WHERE key IN ('a:old', 'a:new')"),
    ['a:new'], 'throttles');
is_deeply(left("SELECT convert_from(hash, 'UTF8') FROM invitations
    ORDER BY id"), [qw(used2 open)], 'invitations');
is($t->value('SELECT min(id) FROM audit') > $oldest, 1, 'the oldest entry');

done_testing;

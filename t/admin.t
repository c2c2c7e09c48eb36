# What an administrator may: accounts, settings.  What a disabled account may
# not, on every node.

use strict;
use warnings;

use JSON::PP ();
use Uptime::Test;

my $t = Uptime::Test->new(checker => 1);
my $target = $t->target;
$t->nginx(workers => 2);
$t->nginx(checker => 0);

my $password = 'correct horse 42';
my $c = $t->client;


# A session that is in the database, for a token that ends with it.
sub session {
    my (%o) = @_;

    my ($id) = $t->user(%o);
    my $sid = $t->value('INSERT INTO sessions (user_id) VALUES (?)
        RETURNING id', $id);
    my $token = $t->mint(sub => $id, sid => "$sid", role => $o{role} // 'user');
    return ($id, $token, map { $t->client($token, $_) } 0, 1);
}

sub trail {
    my ($id) = @_;
    return [map { "$_->{event}: $_->{name}" } $t->sql('SELECT event, name
        FROM audit WHERE user_id = ? AND event ~ \'^account|^role\'
        ORDER BY id', $id)];
}


my ($admin_id, $admin_token, $a) = session(role => 'admin',
    email => 'admin@example.com');
my ($id, $token, $u, $u2) = session(email => 'user@example.com');
my ($other_id, $other_token, $other) = session(email => 'other@example.com');


# --- the list

$u->post('/monitors', { url => $target->url('/ok/user'), interval => 10 });
my $res = $a->get('/users');
is($res->{status}, 200, 'list') or diag($res->{content});
my %by = map { $_->{email} => $_ } @{ $res->{json}{items} };
is_deeply([sort keys %by],
    [qw(admin@example.com other@example.com user@example.com)], 'everybody');
is_deeply([sort keys %{ $by{'user@example.com'} }],
    [qw(created_at disabled email id last_seen_at monitors role)], 'fields');
is("$by{'user@example.com'}{monitors} $by{'other@example.com'}{monitors}",
    '1 0', 'monitors');
ok(!$by{'user@example.com'}{disabled}, 'not disabled');
like($by{'user@example.com'}{last_seen_at}, qr/^\d{4}-.*Z$/, 'last seen');
is($by{'admin@example.com'}{role}, 'admin', 'role');

$res = $a->get('/users?q=USER@');
is_deeply([map { $_->{id} } @{ $res->{json}{items} }], [$id], 'found by mail');
$res = $a->get('/users?q=%25');
is_deeply($res->{json}{items}, [], 'a pattern is no pattern');

my ($cursor, @ids) = (0);
for (1 .. 4) {
    $res = $a->get("/users?limit=1&cursor=$cursor");
    push @ids, map { $_->{id} } @{ $res->{json}{items} };
    $cursor = $res->{json}{next_cursor} or last;
}
is_deeply(\@ids, [$admin_id, $id, $other_id], 'pages');
fields_ok($a->get('/users?limit=0&x=1'), { limit => 'out_of_range',
    x => 'unknown_field' }, 'wrong arguments');


# --- who may

my $key = $a->post('/keys', { name => 'k', scope => 'write' })->{json}{key};
for ([get => '/users'], [patch => "/users/$other_id", { disabled => true }],
    [get => '/settings'], [patch => '/settings', { signup => 'closed' }])
{
    my ($method, $path, @body) = @$_;
    problem_ok($u->$method($path, @body), 403, 'forbidden',
        "$method $path by a user");
    problem_ok($c->$method($path, @body), 401, 'missing_token',
        "$method $path by nobody");
    problem_ok($t->client($key)->$method($path, @body), 403,
        'key_not_allowed', "$method $path with an administrator's key");
}
is($t->value('SELECT count(*) FROM users WHERE disabled_at IS NOT NULL'), 0,
    'nobody is disabled');
until_ok { $t->value("SELECT count(*) FROM audit WHERE user_id = ?
    AND event = 'access_denied' AND name = 'forbidden'", $id) } 3,
    'the user sees that';

# the role in the token is older than the one in the database
my $forged = $t->client($t->mint(sub => $id, role => 'admin'));
for ([get => '/users'], [patch => "/users/$other_id", { role => 'admin' }],
    [patch => "/users/$id", { role => 'admin' }],
    [get => '/settings'], [patch => '/settings', { signup => 'closed' }],
    [get => '/invitations'], [post => '/invitations', {}],
    [delete => '/invitations/1'])
{
    my ($method, $path, @body) = @$_;
    problem_ok($forged->$method($path, @body), 403, 'forbidden',
        "$method $path by who was an administrator");
}
is($t->value("SELECT count(*) FROM users WHERE role = 'admin'"), 1,
    'is none any more');


# --- fields

fields_ok($a->patch("/users/$id", {}), { '' => 'empty_patch' }, 'nothing');
fields_ok($a->patch("/users/$id", { disabled => 'yes', role => 'root',
    email => 'x@example.com' }), { disabled => 'wrong_type',
    role => 'not_allowed', email => 'unknown_field' }, 'wrong fields');
problem_ok($a->patch('/users/999999', { disabled => true }), 404,
    'not_found', 'nobody');
for (['last_admin', 'the last administrator'],
    ['own_account', 'one of two administrators'])
{
    my ($code, $who) = @$_;
    problem_ok($a->patch("/users/$admin_id", { disabled => true }), 409,
        $code, "$who disables himself");
    problem_ok($a->patch("/users/$admin_id", { role => 'user' }), 409,
        $code, "$who demotes himself");
    $t->execute("UPDATE users SET role = 'admin' WHERE id = ?", $other_id);
}
$t->execute("UPDATE users SET role = 'user' WHERE id = ?", $other_id);
until_ok { $other->get('/me')->{status} == 401 } 2, 'the second one is a user';
$other_token = $t->mint(sub => $other_id,
    sid => '' . $t->value('INSERT INTO sessions (user_id) VALUES (?)
        RETURNING id', $other_id));
$other = $t->client($other_token);
is($a->patch("/users/$admin_id", { role => 'admin', disabled => false })
    ->{status}, 200, 'what is so already, is no change');
is_deeply(trail($admin_id), [], 'and is not told');


# --- disabled

my $user_key = $u->post('/keys', { name => 'k', scope => 'write' })
    ->{json}{key};
until_ok { $target->hits('/ok/user') } 15, 'the monitor is checked';
is($_->get('/me')->{status}, 200, 'the token is good') for $u, $u2;
is($t->client($user_key, 1)->get('/monitors')->{status}, 200,
    'so is the key');

# of very many monitors none is written
my $rows = sub { join "\n", map { $_->{x} } $t->sql("SELECT m.xmin || ' '
    || s.status || ' ' || coalesce(s.told, '') AS x FROM monitors m
    JOIN monitor_state s ON s.monitor_id = m.id WHERE m.owner_id = $id") };
until_ok { $t->value("SELECT told FROM monitor_state s JOIN monitors m
    ON m.id = monitor_id WHERE m.owner_id = $id") } 5, 'it is up';
my $before = $rows->();
$res = $a->patch("/users/$id", { disabled => true });
is($rows->(), $before, 'to disable writes no monitor');
is($res->{status}, 200, 'disabled') or diag($res->{content});
ok($res->{json}{disabled}, 'in the answer');
problem_ok($t->client($user_key, $_)->get('/monitors'), 401, 'invalid_token',
    "the key is refused at once by node $_") for 0, 1;
my $in_a_row = 0;
until_ok {
    my @status = map { $t->client($token, $_)->get('/me')->{status} } 0, 1;
    $in_a_row = "@status" eq '401 401' ? $in_a_row + 1 : 0;
    return $in_a_row == 10;
} 2, 'the token is refused by both nodes within 2 s, by every worker';
is_deeply(trail($id), ['account_disabled: by admin@example.com'],
    'the owner can see it later');

my $again = $a->patch("/users/$id", { disabled => true });
is($again->{status}, 200, 'disabled twice');
is(scalar @{ trail($id) }, 1, 'is told once');

# its slots pass without a check, while those of others are checked
my ($control) = $other->post('/monitors', { url => $target->url('/ok/other'),
    interval => 10 })->{json}{id};
my $hits = $target->hits('/ok/user');
until_ok { $target->hits('/ok/other') >= 2 } 25, 'others are checked';
is($target->hits('/ok/user'), $hits, 'the monitor is not checked');

# a node that gains the shards now must not check it either
$t->execute("INSERT INTO monitors (owner_id, name, type, url, interval,
    timeout, method, headers, expected_status, keyword_mode, follow_redirects,
    max_redirects, verify_tls, failure_threshold, retry_interval,
    cert_warn_days, tags, paused) SELECT owner_id, 'new', type, url || '2',
    interval, timeout, method, headers, expected_status, keyword_mode,
    follow_redirects, max_redirects, verify_tls, failure_threshold,
    retry_interval, cert_warn_days, tags, paused FROM monitors
    WHERE owner_id = $id");
$t->server(0)->signal('HUP');
my $seen = $target->hits('/ok/other');
until_ok { $target->hits('/ok/other') >= $seen + 2 } 40,
    'the next checker checks others';
is($target->hits('/ok/user') + $target->hits('/ok/user2'), $hits,
    'and not those of a disabled account');

# what it told long ago does not count: the first result is news
$t->execute("UPDATE monitor_state SET told = 'down', status = 'down',
    fails = 9 WHERE monitor_id IN (SELECT id FROM monitors
    WHERE owner_id = $id AND name <> 'new')");
my $from = $t->server->log_size;
$res = $a->patch("/users/$id", { disabled => false });
ok($res->{status} == 200 && !$res->{json}{disabled}, 'enabled')
    or diag($res->{content});
until_ok { $target->hits('/ok/user') > $hits && $target->hits('/ok/user2') }
    3, 'the monitors are checked again at once';
until_ok { $t->value("SELECT count(*) FROM monitors m JOIN monitor_state s
    ON s.monitor_id = m.id WHERE m.owner_id = $id AND s.told = 'up'") == 2 } 5,
    'they are up';
is_deeply([$t->server->log_lines(qr/uptime: monitor .* is up again/, $from)],
    [], '... which is not told as a change: they started as new');
is(trail($id)->[-1], 'account_enabled: by admin@example.com', 'is told');
is($t->client($user_key)->get('/monitors')->{status}, 200,
    'the key works again');
is($u->get('/me')->{status}, 401, 'the ended session does not');


# --- roles

$res = $a->patch("/users/$other_id", { role => 'admin' });
is($res->{json}{role}, 'admin', 'an administrator');
is(trail($other_id)->[-1], 'role_changed: admin, by admin@example.com',
    'is told');
is($other->get('/me')->{status}, 200, 'the session goes on');
my $sid = $t->value('INSERT INTO sessions (user_id) VALUES (?) RETURNING id',
    $other_id);
my $b = $t->client($t->mint(sub => $other_id, sid => "$sid",
    role => 'admin'));
is($b->get('/users')->{status}, 200, 'may what administrators may');

$res = $a->patch("/users/$other_id", { role => 'user' });
is($res->{json}{role}, 'user', 'demoted');
is($b->patch("/users/$admin_id", { disabled => true })->{status} =~ /^40[13]$/,
    1, 'may not any more, at once');
until_ok { $b->get('/me')->{status} == 401 } 2, 'the session is over';

# --- settings

is_deeply($a->get('/settings')->{json}, { signup => undef }, 'as configured');
$res = $a->patch('/settings', { signup => 'closed' });
is_deeply($res->{json}, { signup => 'closed' }, 'closed')
    or diag($res->{content});
$t->execute('UPDATE instance SET founded = true');
problem_ok($t->client(undef, $_)->post('/auth/signup', {
    email => 'late@example.com', password => $password }), 403,
    'signup_closed', "closed on node $_") for 0, 1;
is($t->value("SELECT name FROM audit WHERE event = 'settings_changed'"),
    'signup: closed', 'is told');
for my $signup ('open', undef) {
    $res = $a->patch('/settings', { signup => $signup });
    is_deeply($res->{json}, { signup => $signup }, 'open again');
    is($c->post('/auth/signup', { email => ($signup // 'null')
        . '@example.com', password => $password })->{status}, 201,
        'sign-up works');
}

my $login = { email => 'open@example.com', password => $password };
$res = $c->post('/auth/login', $login);
is($res->{status}, 200, 'log-in');
my $open = $res->{json}{user}{id};
$a->patch("/users/$open", { disabled => true });
problem_ok($c->post('/auth/login', $login), 401, 'invalid_credentials',
    'not while the account is disabled');
$a->patch("/users/$open", { disabled => false });
is($c->post('/auth/login', $login)->{status}, 200, 'and again afterwards');

# disabled after the password was found right: the log-in waits, and fails
my $dbh = $t->{cluster}->connect($t->{db});
$dbh->begin_work;
$dbh->do('UPDATE users SET disabled_at = now() WHERE id = ?', undef, $open);
my $conn = $t->conn;
my $text = JSON::PP->new->encode($login);
$conn->send("POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: "
    . "application/json\r\nContent-Length: " . length($text)
    . "\r\n\r\n$text");
until_ok { $t->value("SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'") } 5,
    'a log-in waits for who disables the account';
$dbh->commit;
is($conn->response->{status}, 401, 'and is refused');
is($t->value('SELECT count(*) FROM sessions WHERE user_id = ?
    AND ended_at IS NULL', $open), 0, 'no session is left');

fields_ok($a->patch('/settings', { signup => 'maybe' }),
    { signup => 'not_allowed' }, 'neither open nor closed');

my $closed = $t->nginx(checker => 0,
    directives => 'uptime_signup closed;');
$a->patch('/settings', { signup => 'open' });
problem_ok($t->client(undef, 2)->post('/auth/signup', {
    email => 'late@example.com', password => $password }), 403,
    'signup_closed', 'what is closed in nginx.conf stays closed');

done_testing;

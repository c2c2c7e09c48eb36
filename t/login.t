# Log-in: attempts are counted for all workers and nodes, common passwords,
# hashes with old parameters, disabled users, what the audit trail says.

use strict;
use warnings;

use Uptime::Test;
use Uptime::Session;

my $password = Uptime::Session::PASSWORD;


sub login {
    my ($c, $email, $with) = @_;

    return $c->post('/auth/login', { email => $email,
        password => $with // $password });
}


# As if so many seconds had passed.
sub later {
    my ($t, $seconds) = @_;

    return $t->execute('UPDATE throttles SET '
        . "last_at = last_at - interval '1 s' * ?, "
        . "since = since - interval '1 s' * ?", $seconds, $seconds);
}


sub events {
    my ($t, $event) = @_;

    return $t->value('SELECT count(*) FROM audit WHERE event = ?', $event);
}


# What a client can tell two answers apart by.
sub strip {
    my ($r) = @_;

    my %h = %{ $r->{headers} };
    delete @h{qw(date x-request-id)};
    my $b = $r->{content} =~ s/[0-9a-f]{32}//gr;
    return join "\n", $r->{status}, (map { "$_: $h{$_}" } sort keys %h), $b;
}


# --- per account, over two nodes of two workers

my $t = Uptime::Test->new(workers => 2);
$t->nginx;
$t->nginx;
my @c = ($t->client(undef, 0), $t->client(undef, 1));
my $user = Uptime::Session->sign_up($c[0], email => 'owner@example.com');

my @known = map { login($c[$_ % 2], 'owner@example.com', "wrong $_") }
    1 .. 12;
my $right = login($c[0], 'owner@example.com');      # within the second
my @unknown = map { login($c[$_ % 2], 'nobody@example.com', "wrong $_") }
    1 .. 12;

is_deeply([map { $_->{status} } @known], [(401) x 10, 429, 429],
    'ten attempts are free');
problem_ok($known[11], 429, 'too_many_requests', 'the next is too early');
is($known[11]{headers}{'retry-after'}, 1, 'by a second');
is_deeply([map { strip($_) } @unknown], [map { strip($_) } @known],
    'an unknown mail gets the same answers, byte by byte');
problem_ok($right, 429, 'too_many_requests', 'also with the right password');
is($t->value("SELECT attempts FROM throttles "
    . "WHERE key = 'a:owner\@example.com'"), 10, 'none of these counts');

my $other = Uptime::Session->sign_up($c[1]);
is(login($c[1], $other->{email})->{status}, 200, 'another account is free');

# the delay doubles
my $expected = 1;
for my $n (1 .. 12) {
    # inside the window: only the delay passes
    $t->execute("UPDATE throttles SET last_at = last_at - interval '1 s' * ?",
        $expected);
    my $res = login($c[$n % 2], 'owner@example.com', 'still wrong');
    is($res->{status}, 401, "after $expected s it is tried");
    $expected = $expected >= 512 ? 900 : $expected * 2;
    $res = login($c[$n % 2], 'owner@example.com');
    is($res->{status}, 429, '... and the next one not');
    is($res->{headers}{'retry-after'}, $expected, "for $expected s");
}

later($t, 890);
is(login($c[0], 'owner@example.com')->{status}, 429, 'too early by 10 s');
later($t, 11);
is(login($c[0], 'owner@example.com')->{status}, 200,
    'the right password gets in after the stated delay');
is(login($c[1], 'owner@example.com', 'x')->{status}, 401,
    'and has cleared the account');
is($t->value("SELECT attempts FROM throttles "
    . "WHERE key = 'a:owner\@example.com'"), 1, 'one attempt since');

until_ok { events($t, 'sign_in_failed') == 23 } 5,
    'each failure is in the audit trail, refused ones are not';
is($t->value("SELECT count(*) FROM audit WHERE event = 'sign_in_failed' "
    . "AND (address IS DISTINCT FROM '127.0.0.1' OR name IS NOT NULL "
    . 'OR user_id <> ?)', $user->{id}), 0, 'with the address and no more');

# the window passes
$t->execute('UPDATE throttles SET attempts = 10');
is(login($c[0], 'owner@example.com', 'x')->{status}, 429, 'used up');
later($t, 901);
is_deeply([map { login($c[0], 'owner@example.com', 'x')->{status} } 1 .. 11],
    [(401) x 10, 429], 'after 15 minutes there are ten again');


# --- many at once

$t->execute('DELETE FROM throttles');
my $text = JSON::PP->new->encode({ email => 'owner@example.com',
    password => 'a wrong guess' });
my @conns = map { $t->conn($_ % 2) } 1 .. 60;
$_->send("POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\n"
    . "Content-Type: application/json\r\nContent-Length: "
    . length($text) . "\r\n\r\n$text") for @conns;
my %seen;
$seen{ ($_->response // { status => 'none' })->{status} }++ for @conns;
cmp_ok($seen{401} // 0, '<=', 12, 'of 60 parallel guesses few are tried');
cmp_ok($seen{401} // 0, '>=', 10, 'but all that are free');
is(($seen{401} // 0) + ($seen{429} // 0), 60, 'and all are answered')
    or diag(explain(\%seen));


# --- confirmations count as well

$t->execute('DELETE FROM throttles');
my $me = $user->{client};
my @status = map { $me->post('/me/password', { current_password => "no $_",
    new_password => 'another good one' })->{status} } 1 .. 11;
is_deeply(\@status, [(403) x 10, 429], 'the current password, guessed');
problem_ok($me->delete('/me', { password => $password }), 429,
    'too_many_requests', 'wherever it is asked for');
problem_ok(login($c[0], 'owner@example.com'), 429, 'too_many_requests',
    'and at log-in');
later($t, 1);
is($me->post('/me/password', { current_password => $password,
    new_password => 'another good one' })->{status}, 204,
    'the right one after the delay');
until_ok { $t->value("SELECT attempts FROM throttles "
    . "WHERE key = 'a:owner\@example.com'") == 0 } 5, 'clears the account';
is(login($c[0], 'owner@example.com', 'another good one')->{status}, 200,
    'the new password');


# --- common passwords

my @bad = ('Password1234', '4321DrowssaP', 'qwertyuiop123', '123456789012',
    'monitoring123', 'summer2025!!', 'a' x 12);
for my $bad (@bad) {
    fields_ok($c[0]->post('/auth/signup', { email => 'new@example.com',
        password => $bad }), { password => 'common_password' },
        "sign-up: $bad");
    fields_ok($me->post('/me/password', { new_password => $bad,
        current_password => 'another good one' }),
        { new_password => 'common_password' }, "change: $bad");
}

fields_ok($c[0]->post('/auth/signup', { email => 'A.Longer.Name@example.com',
    password => 'a.longer.name' }), { password => 'common_password' },
    'the local part of the mail address');
fields_ok($c[0]->post('/auth/signup', {
    password => 'moc.elpmaxe@eman.regnol.a',
    email => 'a.longer.name@example.com' }),
    { password => 'common_password' }, 'the address backwards');
fields_ok($me->post('/me/password', { new_password => 'Owner@Example.com',
    current_password => 'another good one' }),
    { new_password => 'common_password' }, 'a change to the address');
is(login($c[0], 'owner@example.com', 'another good one')->{status}, 200,
    'nothing has changed');
is(login($c[0], 'owner@example.com', 'password1234')->{status}, 401,
    'log-in does not tell a common password from a wrong one');


# --- a hash with parameters of another day

my $old = '$argon2id$v=19$m=16,t=1,p=1$GnPgn3bjp6UQ'
    . '5VKKQQMmbQ$wdsOwYXvab4jUnMGhNmWJpCvCpqO6hxcrtfarR0YI8g';
$t->execute('UPDATE users SET password_hash = ? WHERE email = ?', $old,
    $other->{email});
is(login($c[0], $other->{email}, 'wrong')->{status}, 401, 'wrong password');
is($t->value('SELECT password_hash FROM users WHERE email = ?',
    $other->{email}), $old, 'leaves the old hash');
is(login($c[0], $other->{email})->{status}, 200, 'the right one');
my $new = $t->value('SELECT password_hash FROM users WHERE email = ?',
    $other->{email});
like($new, qr/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/, 'brings the new one');
is(login($c[1], $other->{email})->{status}, 200, 'which is good');
is($t->value('SELECT password_hash FROM users WHERE email = ?',
    $other->{email}), $new, 'and stays');


# --- disabled

$t->execute('DELETE FROM throttles');
my $before = login($c[0], $other->{email}, 'wrong');
$t->execute('UPDATE users SET disabled_at = now() WHERE email = ?',
    $other->{email});
my $after = login($c[0], $other->{email});
problem_ok($after, 401, 'invalid_credentials', 'a disabled user');
is(strip($after), strip($before), 'is told what a wrong password is told');


# --- per address

my $n = Uptime::Test->new(login_attempts => 5);
$n->nginx(workers => 2);
my $c = $n->client;
my $one = Uptime::Session->sign_up($c);
is($n->value("SELECT attempts FROM throttles WHERE key = 'n:127.0.0.1'"), 1,
    'a sign-up counts');
is(login($c, $one->{email})->{status}, 200, 'log-in') for 1 .. 6;
is($n->value("SELECT attempts FROM throttles WHERE key = 'n:127.0.0.1'"), 1,
    'a success does not');
is_deeply([map { login($c, "u$_\@example.com", 'x')->{status} } 1 .. 5],
    [(401) x 4, 429], 'failures with any mail do');
problem_ok(login($c, $one->{email}), 429, 'too_many_requests',
    'then everybody there waits');
my $res = $c->post('/auth/signup', { email => 'late@example.com',
    password => $password });
problem_ok($res, 429, 'too_many_requests', 'also to sign up');
is($res->{headers}{'retry-after'}, 1, 'for a second');
is($n->value('SELECT count(*) FROM users'), 1, 'nobody is stored');
is($n->value("SELECT count(*) FROM throttles WHERE key LIKE 'a:u5%' "
    . 'AND attempts > 0'), 0, 'and no account pays for it');
later($n, 1);
is(login($c, $one->{email})->{status}, 200, 'and gets in afterwards');

is_deeply([map { $n->value('SELECT throttle_network(?::inet)', $_) }
    qw(192.0.2.7 2001:db8:1:2:3:4:5:6 2001:db8:1:2::9 2001:db8:1:3::
       ::ffff:192.0.2.7)],
    [qw(n:192.0.2.7 n:2001:db8:1:2::/64 n:2001:db8:1:2::/64
        n:2001:db8:1:3::/64 n:192.0.2.7)],
    'IPv6 by its network, IPv4 by address, also when mapped');

# --- no thread to spare: what was not tried does not count

my $busy = Uptime::Test->new(directives => 'uptime_password_threads 1; '
    . 'uptime_password_queue 1;');
$busy->nginx->expect_log('queue overflow');
Uptime::Session->sign_up($busy->client, email => 'owner@example.com');
@conns = map { $busy->conn } 1 .. 10;
$_->send("POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\n"
    . "Content-Type: application/json\r\nContent-Length: "
    . length($text) . "\r\n\r\n$text") for @conns;
%seen = ();
$seen{ ($_->response // { status => 'none' })->{status} }++ for @conns;
is(($seen{401} // 0) + ($seen{503} // 0), 10, 'wrong or busy');
cmp_ok($seen{503} // 0, '>', 0, 'some were not tried');
until_ok { $busy->value("SELECT attempts FROM throttles "
    . "WHERE key = 'a:owner\@example.com'") == ($seen{401} // 0) } 5,
    'the others count';


# --- the directive

for my $value (qw(-1 x 1000001)) {
    my $bad = Uptime::Test->new(login_attempts => $value);
    my $server = $bad->add_nginx;
    $server->expect_log('uptime_login_attempts');
    my ($status, $out) = $server->check;
    isnt($status, 0, "uptime_login_attempts $value;");
    like($out, qr/invalid value "$value" in "uptime_login_attempts"/,
        '... is named');
}

done_testing;

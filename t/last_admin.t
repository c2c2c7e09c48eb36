# There is always an administrator: the last one does not go, and of two who
# act at the same moment one stays.

use strict;
use warnings;

use Uptime::Test;

my $t = Uptime::Test->new;
$t->nginx;
my $c = $t->client;
my $password = Uptime::Session::PASSWORD;


# --- alone

my $first = Uptime::Session->sign_up($c);
my $me = $first->{client};
is($me->get('/me')->{json}{role}, 'admin', 'the first account');
my $hash = $t->value('SELECT password_hash FROM users WHERE id = ?',
    $first->{id});
my $second = Uptime::Session->sign_up($c);

for (['DELETE', '/me', { password => $password }],
    ['PATCH', "/users/$first->{id}", { role => 'user' }],
    ['PATCH', "/users/$first->{id}", { disabled => true }])
{
    problem_ok($me->request(@$_), 409, 'last_admin',
        "the last administrator: $_->[0] $_->[1]");
}
problem_ok($me->delete('/me', { password => 'wrong' }), 403,
    'wrong_password', 'the password comes first');
is($me->get('/users')->{status}, 200, 'still there');

# one who is disabled does not count
$t->execute("UPDATE users SET role = 'admin', disabled_at = now()
    WHERE id = ?", $second->{id});
problem_ok($me->delete('/me', { password => $password }), 409, 'last_admin',
    'the other one is disabled');
$t->execute("UPDATE users SET disabled_at = NULL WHERE id = ?",
    $second->{id});
problem_ok($me->patch("/users/$first->{id}", { role => 'user' }), 409,
    'own_account', 'one of two does not demote himself either');
is($me->delete('/me', { password => $password })->{status}, 204,
    'but may go');
is(Uptime::Session->sign_up($c)->{client}->delete('/me',
    { password => $password })->{status}, 204, 'a user may always go');


# --- at the same moment

sub wait_for_locks {
    my ($n) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return until_ok { $t->value("SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'")
        >= $n } 5, "$n wait";
}

# Two administrators, and requests that they make at once: the first waits
# for a row, and so does the second, before either goes on.  Returns their
# statuses.
sub at_once {
    my @requests = @_;

    my $holder = $t->{cluster}->connect($t->{db});
    $holder->begin_work;
    $holder->do("SELECT FROM users WHERE role = 'admin' ORDER BY id
        FOR UPDATE");

    my @conns = map {
        my ($method, $path, $who, $json) = @$_;
        my $conn = $t->conn;
        my $token = $t->mint(sub => $who, role => 'admin');
        $conn->send("$method /api/v1$path HTTP/1.1\r\nHost: x\r\n"
            . "Authorization: Bearer $token\r\nContent-Type: "
            . "application/json\r\nContent-Length: " . length($json)
            . "\r\n\r\n$json");
        $conn;
    } @requests;
    wait_for_locks(2);
    $holder->commit;

    return map { ($_->response // { status => 'none' })->{status} } @conns;
}

sub two_admins {
    $t->execute("DELETE FROM users WHERE role = 'admin'");
    return map { my ($new) = $t->user(role => 'admin');
        $t->execute('UPDATE users SET password_hash = ? WHERE id = ?', $hash,
            $new);
        $new } 1 .. 2;
}

my $confirm = qq({"password": "$password"});
for my $order (0, 1) {
    for (
        ['delete themselves', sub { ['DELETE', '/me', $_[0], $confirm],
            ['DELETE', '/me', $_[1], $confirm] }, qr/^204 409$/],
        ['demote each other', sub {
            ['PATCH', "/users/$_[1]", $_[0], '{"role": "user"}'],
            ['PATCH', "/users/$_[0]", $_[1], '{"role": "user"}'] },
            qr/^200 403$/],
        ['disable each other', sub {
            ['PATCH', "/users/$_[1]", $_[0], '{"disabled": true}'],
            ['PATCH', "/users/$_[0]", $_[1], '{"disabled": true}'] },
            qr/^200 403$/],
        ['go and demote the other', sub { ['DELETE', '/me', $_[0], $confirm],
            ['PATCH', "/users/$_[1]", $_[0], '{"role": "user"}'] },
            qr/^200 409$|^204 403$/],
        ['go and are demoted', sub { ['DELETE', '/me', $_[0], $confirm],
            ['PATCH', "/users/$_[0]", $_[1], '{"role": "user"}'] },
            qr/^20[04] 20[04]$|^204 404$/])
    {
        my ($what, $requests, $want) = @$_;
        my @two = two_admins();
        my @ask = $requests->(@two);
        @ask = reverse @ask if $order;
        like(join(' ', sort(at_once(@ask))), $want,
            "two $what" . ($order ? ', the other way round' : ''));
        is($t->value("SELECT count(*) FROM users WHERE role = 'admin'
            AND disabled_at IS NULL"), 1, '... and one administrator stays');
    }
}

done_testing;

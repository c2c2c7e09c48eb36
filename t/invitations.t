# Invitations: sign-up while it is closed, once for each of them.

use strict;
use warnings;

use JSON::PP ();
use Time::Local qw(timegm);
use Uptime::Test;

my $t = Uptime::Test->new(workers => 2,
    directives => 'uptime_signup closed;');
$t->nginx;
my $c = $t->client;
my $password = 'correct horse 42';

my $n = 0;
sub signup {
    my ($invitation, %o) = @_;
    return $c->post('/auth/signup', { email => 'u' . ++$n . '@example.com',
        password => $password, invitation => $invitation, %o });
}

sub epoch {
    my ($y, $m, $d, $h, $i, $s) = $_[0] =~
        /^(\d+)-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.\d{3}Z$/ or return 0;
    return timegm($s, $i, $h, $d, $m - 1, $y);
}

sub unused {
    my ($token, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return is(signup($token)->{status}, 201, $name);
}


problem_ok(signup('x' x 43), 403, 'invalid_invitation',
    'no invitation before there is anybody');
is($t->value('SELECT founded FROM instance')
    + $t->value('SELECT count(*) FROM users'), 0, 'and nobody is the first');

my $admin = $c->post('/auth/signup', { email => 'admin@example.com',
    password => $password })->{json};
is($admin->{user}{role}, 'admin', 'the first needs none');
my $a = $t->client($admin->{access_token});


# --- made

my $res = $a->post('/invitations', {});
is($res->{status}, 201, 'made') or diag($res->{content});
my $i = $res->{json};
like($i->{token}, qr/^[A-Za-z0-9_-]{43}$/, 'a secret of 256 bits');
is($i->{path}, "/signup#invitation=$i->{token}", 'the rest of a link');
is($i->{created_by}, 'admin@example.com', 'its maker');
cmp_ok(abs(epoch($i->{expires_at}) - time - 604800), '<', 30, 'good for 7 days');
is($res->{headers}{location}, "/api/v1/invitations/$i->{id}", 'Location');

is($t->value("SELECT encode(hash, 'hex') = encode(sha256(convert_to(?,
    'UTF8')), 'hex') FROM invitations", $i->{token}), 1,
    'only its SHA-256 is stored');

$res = $a->post('/invitations', { expires_in => 3600 });
cmp_ok(abs(epoch($res->{json}{expires_at}) - time - 3600), '<', 30,
    'good for as long as asked');
my $short = $res->{json};

for my $bad (3599, 2592001, 0, -1) {
    fields_ok($a->post('/invitations', { expires_in => $bad }),
        { expires_in => 'out_of_range' }, "expires_in $bad");
}
fields_ok($a->post('/invitations', { expires_in => '3600', to => 'x' }),
    { expires_in => 'wrong_type', to => 'unknown_field' }, 'wrong fields');


# --- used

problem_ok(signup(undef), 422, undef, 'null is no invitation');
problem_ok($c->post('/auth/signup', { email => 'x@example.com',
    password => $password }), 403, 'signup_closed', 'closed without one');
problem_ok(signup(substr($i->{token}, 0, 42)), 403, 'invalid_invitation',
    'cut');
problem_ok(signup('x' x 43), 403, 'invalid_invitation', 'unknown');
problem_ok(signup("$i->{token}' OR '1'='1"), 403, 'invalid_invitation',
    'not a secret at all');
problem_ok(signup($i->{token}, email => 'ADMIN@example.com'), 409,
    'email_taken', 'for a mail that is taken');
fields_ok(signup($i->{token}, password => 'short'),
    { password => 'too_short' }, 'for a password that is none');

$res = signup($i->{token});
is($res->{status}, 201, 'neither has used it up') or diag($res->{content});
is($res->{json}{user}{role}, 'user', 'nobody becomes admin by it');
my $guest = $res->{json};
problem_ok(signup($i->{token}), 403, 'invalid_invitation', 'used');

$res = $a->get('/invitations');
is_deeply([map { $_->{id} } @{ $res->{json}{items} }],
    [$short->{id}, $i->{id}], 'the list, newest first');
is($res->{json}{items}[1]{used_by}, $guest->{user}{email}, 'who used it');
ok($res->{json}{items}[1]{used_at}, 'and when');
is($res->{json}{items}[0]{used_at}, undef, 'the other one is not used');
unlike($res->{content}, qr/\Q$i->{token}\E|\Q$short->{token}\E/,
    'no secret is shown again');
$res = $a->get('/invitations?limit=1');
is($res->{json}{items}[0]{id}, $short->{id}, 'a page');
$res = $a->get("/invitations?limit=1&cursor=$res->{json}{next_cursor}");
is($res->{json}{items}[0]{id}, $i->{id}, 'the next page');
is($res->{json}{next_cursor}, undef, 'is the last');

$t->execute("UPDATE invitations SET expires_at = now() - interval '1 s'
    WHERE id = ?", $short->{id});
problem_ok(signup($short->{token}), 403, 'invalid_invitation', 'expired');


# --- taken back

my $gone = $a->post('/invitations', {})->{json};
is($a->delete("/invitations/$gone->{id}")->{status}, 204, 'deleted');
problem_ok(signup($gone->{token}), 403, 'invalid_invitation',
    'a deleted one is unknown');
problem_ok($a->delete("/invitations/$gone->{id}"), 404, 'not_found',
    'deleted twice');


# --- one account, however many ask at once

my $one = $a->post('/invitations', {})->{json}{token};
my @conns = map { $t->conn } 1 .. 20;
for my $k (0 .. $#conns) {
    my $text = JSON::PP->new->encode({ email => "p$k\@example.com",
        password => $password, invitation => $one });
    $conns[$k]->send("POST /api/v1/auth/signup HTTP/1.1\r\nHost: x\r\n"
        . "Content-Type: application/json\r\nContent-Length: "
        . length($text) . "\r\n\r\n$text");
}
my @status = map { my $r = $_->response; $r ? $r->{status} : 0 } @conns;
is_deeply([sort @status], [201, (403) x 19], '20 at once: one account')
    or diag("@status");
is($t->value("SELECT count(*) FROM users WHERE email LIKE 'p%'"), 1,
    'is stored');

my $two = $a->post('/invitations', {})->{json}{token};
@conns = map { $t->conn } 1 .. 4;
for my $k (0 .. $#conns) {
    my $text = JSON::PP->new->encode({ email => $k ? 'admin@example.com'
        : 'late@example.com', password => $password, invitation => $two });
    $conns[$k]->send("POST /api/v1/auth/signup HTTP/1.1\r\nHost: x\r\n"
        . "Content-Type: application/json\r\nContent-Length: "
        . length($text) . "\r\n\r\n$text");
}
is($conns[0]->response->{status}, 201,
    'those whose mail is taken do not use it up meanwhile');


# --- who may

my $user = $t->client($guest->{access_token});
my $id = $a->post('/invitations', {})->{json}{id};
for ([get => '/invitations'], [post => '/invitations', {}],
    [delete => "/invitations/$id"])
{
    my ($method, $path, @body) = @$_;
    problem_ok($user->$method($path, @body), 403, 'forbidden',
        "$method by a user");
    problem_ok($c->$method($path, @body), 401, 'missing_token',
        "$method by nobody");
}
is($t->value('SELECT count(*) FROM invitations WHERE id = ?', $id), 1,
    'it is still there');

my $key = $a->post('/keys', { name => 'k', scope => 'write' })->{json}{key};
problem_ok($t->client($key)->post('/invitations', {}), 403,
    'key_not_allowed', 'an administrator\'s key');


# --- an invitation is worth as much as who made it

my ($other, $token) = $t->user(role => 'admin');
my $theirs = $t->client($token)->post('/invitations', {})->{json}{token};
ok($theirs, 'made by another administrator');
$t->execute('UPDATE users SET disabled_at = now() WHERE id = ?', $other);
problem_ok(signup($theirs), 403, 'invalid_invitation',
    'not while the maker is disabled');
$t->execute("UPDATE users SET disabled_at = NULL, role = 'user'
    WHERE id = ?", $other);
problem_ok(signup($theirs), 403, 'invalid_invitation',
    'nor when the maker is no administrator');
$t->execute("UPDATE users SET role = 'admin' WHERE id = ?", $other);
unused($theirs, 'but afterwards');


# --- refused before it costs

my $busy = Uptime::Test->new(directives => 'uptime_signup closed;
    uptime_password_threads 1; uptime_password_queue 1;');
$busy->nginx;
$c = $busy->client;
$c->post('/auth/signup', { email => 'first@example.com',
    password => $password });
@conns = map { $busy->conn } 1 .. 20;
my $text = JSON::PP->new->encode({ email => 'second@example.com',
    password => $password });
$_->send("POST /api/v1/auth/signup HTTP/1.1\r\nHost: x\r\nContent-Type: "
    . "application/json\r\nContent-Length: " . length($text)
    . "\r\n\r\n$text") for @conns;
@status = map { my $r = $_->response; $r ? $r->{status} : 0 } @conns;
is_deeply(\@status, [(403) x 20],
    'closed: no password is hashed, so none waits in line')
    or diag("@status");

done_testing;

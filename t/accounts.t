# Sign-up, login and me, over several steps with one database.

use strict;
use warnings;
use utf8;

use Uptime::Test;

my $t = Uptime::Test->new;
$t->nginx;
my $c = $t->client;
my $password = 'correct horse 42';


# --- before there is anybody

problem_ok($c->post('/auth/login', { email => 'a@example.com',
    password => $password }), 401, 'invalid_credentials',
    'login without any account');

my $res = $c->post('/auth/signup', {});
problem_ok($res, 422, undef, 'empty body');
fields_ok($res, { email => 'required', password => 'required' },
    'all missing fields are named at once');

$res = $c->post('/auth/signup', { email => 'no mail', password => 'short',
    admin => true });
fields_ok($res, { email => 'bad_email', password => 'too_short',
    admin => 'unknown_field' }, 'all wrong fields are named at once');

for my $bad ('a', '@b.example', 'a@', 'a@b@c.example', 'a b@example.com',
    'a@exa mple.com', "a\@example.com\r\nBcc: x\@example.com", '',
    ('x' x 250) . '@example.com')
{
    $res = $c->post('/auth/signup', { email => $bad,
        password => $password });
    is($res->{status}, 422, 'refused mail address: '
        . substr($bad =~ s/[\r\n]+/./gr, 0, 30));
    is_deeply([keys %{ field_errors($res) }], ['email'], '... that field');
}

for my $wrong (1, [], {}, true) {
    fields_ok($c->post('/auth/signup', { email => $wrong,
        password => $wrong }), { email => 'wrong_type',
        password => 'wrong_type' }, 'wrong type');
}

fields_ok($c->post('/auth/signup', { email => undef, password => undef }),
    { email => 'null_not_allowed', password => 'null_not_allowed' }, 'null');

fields_ok($c->post('/auth/signup', { email => 'a@example.com',
    password => 'x' x 11 }), { password => 'too_short' }, '11 characters');
fields_ok($c->post('/auth/signup', { email => 'a@example.com',
    password => 'x' x 129 }), { password => 'too_long' }, '129 characters');

is($t->value('SELECT count(*) FROM users'), 0, 'nobody was stored');


# --- the first account

$res = $c->post('/auth/signup', { email => 'Admin@Example.com',
    password => $password });
is($res->{status}, 201, 'sign-up') or diag($res->{content});
my $body = $res->{json};

is($body->{token_type}, 'Bearer', 'token type');
cmp_ok($body->{expires_in}, '>', 0, 'it expires ...');
cmp_ok($body->{expires_in}, '<=', 600, '... within ten minutes');
is($body->{user}{role}, 'admin', 'the first account is the admin');
is($body->{user}{email}, 'admin@example.com', 'mail in lower case');
is_deeply([sort keys %{ $body->{user} }], [qw(created_at email id role totp_enabled)],
    'what a user shows');
like($body->{user}{created_at},
    qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'RFC 3339 in UTC');
unlike($res->{content}, qr/argon2|\Q$password\E/, 'no password comes back');
is($res->{headers}{'cache-control'}, 'no-store', 'not to be stored');

my ($header, $claims) = Uptime::Token::claims($body->{access_token});
is_deeply($header, { alg => 'HS256', typ => 'JWT', kid => $t->{kid} },
    'header of the token');
is($claims->{iss} . $claims->{aud}, 'uptimeuptime', 'issuer and audience');
is($claims->{sub}, "$body->{user}{id}", 'subject');
is($claims->{role}, 'admin', 'role');
is($claims->{exp} - $claims->{iat}, $body->{expires_in}, 'life time');
ok(!ref $claims->{sub} && JSON::PP->new->encode([$claims->{sub}]) =~ /"/,
    'the subject is a string');

like($t->value('SELECT password_hash FROM users'),
    qr/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/, 'Argon2id as documented');


# --- the second one

$res = $c->post('/auth/signup', { email => 'user@example.com',
    password => 'pässwörd ☃ ok' });
is($res->{status}, 201, 'second sign-up') or diag($res->{content});
is($res->{json}{user}{role}, 'user', 'is not the admin');
my $user = $res->{json};

problem_ok($c->post('/auth/signup', { email => 'USER@example.com',
    password => $password }), 409, 'email_taken', 'mail in use');

$res = $c->post('/auth/signup', { email => 'twelve@example.com',
    password => 'ä' x 12 });
is($res->{status}, 201, '12 characters, not bytes') or diag($res->{content});
$res = $c->post('/auth/signup', { email => 'long@example.com',
    password => '☃' x 128 });
is($res->{status}, 201, '128 characters of 3 bytes') or diag($res->{content});


# --- login

$res = $c->post('/auth/login', { email => 'ADMIN@example.com',
    password => $password });
is($res->{status}, 200, 'login') or diag($res->{content});
is_deeply([sort keys %{ $res->{json} }],
    [qw(access_token expires_in token_type user)], 'same body as sign-up');
is($res->{json}{user}{id}, $body->{user}{id}, 'same user');
is($res->{json}{user}{role}, 'admin', 'same role');

$res = $c->post('/auth/login', { email => 'user@example.com',
    password => 'pässwörd ☃ ok' });
is($res->{status}, 200, 'login with characters beyond ASCII');

my $wrong = $c->post('/auth/login', { email => 'admin@example.com',
    password => "$password " });
my $unknown = $c->post('/auth/login', { email => 'nobody@example.com',
    password => $password });
problem_ok($wrong, 401, 'invalid_credentials', 'wrong password');
problem_ok($unknown, 401, 'invalid_credentials', 'unknown mail');
is(strip($wrong), strip($unknown), 'the same bytes for both');

my $short = $c->post('/auth/login', { email => 'admin@example.com',
    password => 'x' });
is(strip($short), strip($unknown),
    'a password that could not have been set is just wrong');

fields_ok($c->post('/auth/login', {}), { email => 'required',
    password => 'required' }, 'login needs both');
fields_ok($c->post('/auth/login', { email => 'a@example.com',
    password => $password, otp => '1' }), { otp => 'unknown_field' },
    'unknown field');


sub strip {
    my ($r) = @_;

    my %h = %{ $r->{headers} };
    delete @h{qw(date x-request-id)};
    my $b = $r->{content} =~ s/[0-9a-f]{32}//gr;
    return join "\n", $r->{status}, (map { "$_: $h{$_}" } sort keys %h), $b;
}


# --- me

my $me = $t->client($user->{access_token});
$res = $me->get('/me');
is($res->{status}, 200, 'me') or diag($res->{content});
is_deeply($res->{json}, $user->{user}, 'is who signed up');
problem_ok($c->get('/me'), 401, undef, 'me without a token');

$t->execute('DELETE FROM users WHERE id = ?', $user->{user}{id});
problem_ok($me->get('/me'), 401, undef, 'a user who is gone');


# --- methods

for my $path (qw(/auth/signup /auth/login)) {
    $res = $c->get($path);
    problem_ok($res, 405, undef, "GET $path");
    is($res->{headers}{allow}, 'POST', '... Allow');
}


# --- closed sign-up still allows the first account

my $closed = Uptime::Test->new(directives => 'uptime_signup closed;');
$closed->nginx;
$c = $closed->client;
$res = $c->post('/auth/signup', { email => 'first@example.com',
    password => $password });
is($res->{status}, 201, 'closed sign-up: the first') or diag($res->{content});
is($res->{json}{user}{role}, 'admin', 'is the admin');
problem_ok($c->post('/auth/signup', { email => 'second@example.com',
    password => $password }), 403, 'signup_closed', 'the second is refused');
is($closed->value('SELECT count(*) FROM users'), 1, 'and not stored');


# --- many at once: one founder, and a mail is taken once

my $race = Uptime::Test->new;
$race->nginx(workers => 2);
my @conns = map { $race->conn } 1 .. 8;
for my $n (0 .. $#conns) {
    my $text = JSON::PP->new->encode({ email => 'r' . int($n / 2)
        . '@example.com', password => $password });
    $conns[$n]->send("POST /api/v1/auth/signup HTTP/1.1\r\nHost: x\r\n"
        . "Content-Type: application/json\r\nContent-Length: "
        . length($text) . "\r\n\r\n$text");
}
my @status = map { my $r = $_->response; $r ? $r->{status} : 0 } @conns;
is_deeply([sort @status], [(201) x 4, (409) x 4], 'each mail once')
    or diag("@status");
is($race->value("SELECT count(*) FROM users WHERE role = 'admin'"), 1,
    'one admin');

done_testing;

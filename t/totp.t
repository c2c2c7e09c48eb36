# Two-factor: enrol, confirm, log in by a second step, recovery codes,
# disable.

use strict;
use warnings;

use Digest::SHA qw(sha256_hex);
use MIME::Base64 qw(encode_base64);
use Uptime::Test;
use Uptime::Session;
use Uptime::Token qw(claims);
use Uptime::Totp qw(code unbase32);
use Uptime::Util qw(slurp spew);

my $password = Uptime::Session::PASSWORD;

my $t = Uptime::Test->new(workers => 2);
$t->nginx;
$t->nginx;
my $c = $t->client;
my $node = $t->client(undef, 1);


# A code that is none of those that are good now or soon.
sub wrong {
    my ($secret) = @_;

    my %good = map { code($secret, $_) => 1 } -2 .. 3;
    return (grep { !$good{$_} } '000000' .. '000009')[0];
}


# The last step may be a while ago.
sub forget_steps {
    return $t->execute('UPDATE users SET totp_last_step = 0');
}


sub challenge {
    my ($s, %o) = @_;

    my $res = ($o{client} // $c)->post('/auth/login',
        { email => $s->{email}, password => $s->{password} });
    return $res->{json}{challenge} // die "no challenge: $res->{content}";
}


sub second {
    my ($client, $challenge, $code) = @_;

    return $client->post('/auth/login/totp',
        { challenge => $challenge, code => $code });
}


sub events {
    my ($s, $event) = @_;

    return $t->value('SELECT count(*) FROM audit WHERE user_id = ? '
        . 'AND event = ?', $s->{id}, $event);
}


# --- enrol

my $one = Uptime::Session->sign_up($c, email => 'a+b/c@example.com');
my $me = $one->{client};
my $other = Uptime::Session->sign_up($c);

is($me->get('/me')->{json}{totp_enabled}, false, 'off at first');
problem_ok($me->post('/me/totp/confirm', { code => '123456' }), 409,
    'totp_not_enrolled', 'nothing to confirm');
problem_ok($me->delete('/me/totp', { password => $password }), 404,
    'not_found', 'nothing to disable');
problem_ok($me->post('/me/totp', { password => 'wrong' }), 403,
    'wrong_password', 'enrolling needs the password');
is($t->value('SELECT count(*) FROM users WHERE totp_secret IS NOT NULL'), 0,
    'nothing is stored');

my $res = $me->post('/me/totp', { password => $password });
is($res->{status}, 200, 'enrol') or diag($res->{content});
is_deeply([sort keys %{ $res->{json} }], [qw(otpauth_uri secret)],
    'what it gives');
my $first = unbase32($res->{json}{secret});
is(length $first, 20, '160 bits');
is($res->{json}{otpauth_uri}, 'otpauth://totp/uptime:a%2Bb%2Fc%40example.com'
    . "?secret=$res->{json}{secret}&issuer=uptime&algorithm=SHA1&digits=6"
    . '&period=30', 'URI for the authenticator');

$res = $me->post('/me/totp', { password => $password });
my $secret = unbase32($res->{json}{secret});
isnt($secret, $first, 'again: another secret');
is($me->get('/me')->{json}{totp_enabled}, false, 'still off');
is($c->post('/auth/login', { email => $one->{email},
    password => $password })->{json}{totp_required}, undef,
    'and not asked for');

for my $code (wrong($secret), code($first), code($secret, -2),
    code($secret, 3), 'abcdef', '12345', '1234567')
{
    fields_ok($me->post('/me/totp/confirm', { code => $code }),
        { code => 'invalid_code' }, 'a wrong code to confirm');
}


# --- confirm

$res = $me->post('/me/totp/confirm', { code => code($secret) });
is($res->{status}, 200, 'confirm') or diag($res->{content});
my @recovery = @{ $res->{json}{recovery_codes} };
is(scalar @recovery, 10, 'ten recovery codes');
is(scalar(grep { !/^(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}$/ } @recovery), 0,
    'of 80 bits');
is(scalar keys %{ { map { $_ => 1 } @recovery } }, 10, 'all different');
is($t->value("SELECT string_agg(encode(hash, 'hex'), ' ' ORDER BY "
    . "encode(hash, 'hex') COLLATE \"C\") FROM recovery_codes"),
    join(' ', sort map { sha256_hex(s/-//gr) } @recovery),
    'stored as hashes');
is($me->get('/me')->{json}{totp_enabled}, true, 'on');
is(events($one, 'totp_enabled'), 1, 'in the audit trail');
problem_ok($me->post('/me/totp', { password => $password }), 409,
    'totp_enabled', 'not enrolled again');
problem_ok($me->post('/me/totp/confirm', { code => code($secret, 1) }), 409,
    'totp_enabled', 'nor confirmed');


# --- log-in

forget_steps();
$res = $c->post('/auth/login', { email => $one->{email},
    password => $password });
is($res->{status}, 200, 'the first step');
is_deeply([sort keys %{ $res->{json} }], [qw(challenge totp_required)],
    'gives no token');
is($res->{json}{totp_required}, true, 'but says so');
is($res->{headers}{'set-cookie'}, undef, 'and no cookie');
my $challenge = $res->{json}{challenge};
my (undef, $claims) = claims($challenge);
is($claims->{token_use}, 'totp', 'the use of the challenge');
is($claims->{exp} - $claims->{iat}, 300, 'for five minutes');

problem_ok($c->post('/auth/login', { email => $one->{email},
    password => 'wrong' }), 401, 'invalid_credentials',
    'a wrong password tells nothing of it');
problem_ok($c->get('/me', undef, token => $challenge), 401, 'invalid_token',
    'a challenge is no access token');
problem_ok(second($c, $other->{token}, code($secret)), 401,
    'invalid_challenge', 'an access token is no challenge');
problem_ok(second($c, $one->{token}, code($secret)), 401,
    'invalid_challenge', "not even one's own");
problem_ok(second($c, 'x' . $challenge, code($secret)), 401,
    'invalid_challenge', 'nor is a mangled one');
problem_ok(second($c, $t->mint(sub => $one->{id}, sid => $claims->{sid},
    claims => { token_use => 'totp', exp => time - 1, iat => time - 301 }),
    code($secret)), 401, 'invalid_challenge', 'nor an old one');

for my $bad (wrong($secret), code($secret, -2), 'ABCD-EFGH-IJKL-MNOP', 'x') {
    problem_ok(second($c, $challenge, $bad), 401, 'invalid_code',
        'a wrong code');
}

my $used = code($secret);
$res = second($node, $challenge, $used);
is($res->{status}, 200, 'the second step, on another node')
    or diag($res->{content});
is_deeply([sort keys %{ $res->{json} }],
    [qw(access_token expires_in token_type user)], 'a log-in');
is($res->{json}{user}{id}, $one->{id}, 'of that user');
like($res->{headers}{'set-cookie'} // '', qr/^uptime_refresh=.{43};/,
    'with its cookie');
is($c->get('/me', undef, token => $res->{json}{access_token})->{status}, 200,
    'which works');
is($t->value("SELECT attempts FROM throttles WHERE key = ?",
    "a:$one->{email}"), 0, 'a success clears the account');

problem_ok(second($c, challenge($one), $used), 401, 'invalid_code',
    'a code is good once');

# many with one code, at once
forget_steps();
$t->execute('DELETE FROM throttles');
my $body = JSON::PP->new->encode({ challenge => challenge($one),
    code => code($secret) });
my @conns = map { $t->conn($_ % 2) } 1 .. 8;
$_->send("POST /api/v1/auth/login/totp HTTP/1.1\r\nHost: x\r\n"
    . "Content-Type: application/json\r\nContent-Length: "
    . length($body) . "\r\n\r\n$body") for @conns;
is_deeply([sort map { ($_->response // {})->{status} } @conns],
    [200, (401) x 7], 'also for eight at once');


# --- recovery codes

$t->execute('DELETE FROM throttles');
is(second($c, challenge($one), $recovery[0])->{status}, 200,
    'a recovery code');
problem_ok(second($c, challenge($one), $recovery[0]), 401, 'invalid_code',
    'is good once');
is(second($c, challenge($one), lc($recovery[1] =~ s/-/ /gr))->{status}, 200,
    'however it is typed');
is(events($one, 'recovery_code_used'), 2, 'in the audit trail');
my $two = $other->{client};
my $theirs = unbase32($two->post('/me/totp', { password => $password })
    ->{json}{secret});
$two->post('/me/totp/confirm', { code => code($theirs) });
problem_ok(second($c, challenge($other), $recovery[2]), 401, 'invalid_code',
    "another's recovery code");


# --- guessing

$t->execute('DELETE FROM throttles');
$challenge = challenge($one);
my @status = map {
    # the password does not give new attempts
    challenge($one) if $_ == 5;
    second($_ % 2 ? $c : $node, $challenge, wrong($secret))->{status};
} 1 .. 11;
is_deeply(\@status, [(401) x 10, 429], 'codes count like passwords');
problem_ok($c->post('/auth/login', { email => $one->{email},
    password => $password }), 429, 'too_many_requests', 'for both steps');
forget_steps();
problem_ok(second($c, $challenge, code($secret)), 429, 'too_many_requests',
    'the right code as well');
$t->execute("UPDATE throttles SET last_at = last_at - interval '1 s'");
is(second($c, $challenge, code($secret))->{status}, 200,
    'until the delay is over');


# --- what ends a challenge

forget_steps();
$challenge = challenge($other);
$t->execute('UPDATE users SET disabled_at = now() WHERE id = ?',
    $other->{id});
problem_ok(second($c, $challenge, code($theirs)), 401, 'invalid_challenge',
    'a disabled user');
$challenge = challenge($one);
$t->execute('UPDATE users SET password_changed_at = now() WHERE id = ?',
    $one->{id});
problem_ok(second($c, $challenge, code($secret)), 401, 'invalid_challenge',
    'another password');


# --- disable

problem_ok($me->delete('/me/totp', { password => 'wrong' }), 403,
    'wrong_password', 'not without the password');
$challenge = challenge($one);
is($me->delete('/me/totp', { password => $password })->{status}, 204,
    'disable');
is($me->get('/me')->{json}{totp_enabled}, false, 'off');
is(events($one, 'totp_disabled'), 1, 'in the audit trail');
is($t->value('SELECT count(*) FROM recovery_codes WHERE user_id = ?',
    $one->{id}), 0, 'its recovery codes are gone');
problem_ok(second($c, $challenge, code($secret)), 401, 'invalid_challenge',
    'its challenges as well');
ok(defined $c->post('/auth/login', { email => $one->{email},
    password => $password })->{json}{access_token},
    'the password is enough again');

# --- sealed, with which key, and when the keys change

$t->execute('DELETE FROM throttles');
my $keep = Uptime::Session->sign_up($c);
my $secret3 = unbase32($keep->{client}->post('/me/totp',
    { password => $password })->{json}{secret});
my @codes = @{ $keep->{client}->post('/me/totp/confirm',
    { code => code($secret3) })->{json}{recovery_codes} };

sub stored {
    my ($row) = $t->sql("SELECT encode(totp_secret, 'hex') AS hex,
        totp_key AS key FROM users WHERE id = ?", $keep->{id});
    return @$row{qw(hex key)};
}

sub step_in {
    forget_steps();
    return second($c, challenge($keep), code($secret3));
}

# The keys of nginx 0, first to last.
sub keys_are {
    my @keys = @_;

    spew($t->{key_file}, join '', map { "$_->[0] "
        . encode_base64($_->[1], '') . "\n" } @keys);
    my %old = map { $_ => 1 } $t->server->workers;
    $t->server->signal('HUP');
    until_ok { my @w = $t->server->workers;
        @w == 2 && !grep { $old{$_} } @w } 10, 'reloaded';
    $c = $t->client;
    return;
}

my ($hex, $key) = stored();
is($key, $t->{kid}, 'with which key it is sealed');
is(length $hex, 120, 'nonce, secret and tag');
is(index($hex, unpack 'H*', $secret3), -1, 'the secret cannot be seen');
is(step_in()->{status}, 200, 'and works');
is_deeply([stored()], [$hex, $key], 'it stays as it is');

my @old = [$t->{kid}, $t->{key}];
my @new = ['next', 'n' x 32];
keys_are(@new, @old);
is(step_in()->{status}, 200, 'behind a new key it works on');
my ($hex2, $key2) = stored();
is($key2, 'next', '... and is sealed with that');
isnt($hex2, $hex, '... again');
keys_are(@new);
is(step_in()->{status}, 200, 'the old key may go');
is_deeply([stored()], [$hex2, $key2], 'nothing more to do');

# the key it is sealed with is gone
keys_are(['third', '3' x 32]);
problem_ok(step_in(), 401, 'invalid_code', 'without its key: no code is right');
ok($t->server->wait_log(qr/\[error\].*two-factor secret of user $keep->{id} /
    . 'cannot be read with key "next"', 5), 'the operator is told');
$t->server->expect_log('two-factor secret of user');
is(second($c, challenge($keep), $codes[0])->{status}, 200,
    'a recovery code still is');
is_deeply([stored()], [$hex2, $key2], 'nothing is lost');
keys_are(['third', '3' x 32], @new);
is(step_in()->{status}, 200, 'the key is back: so is the secret');
is((stored())[1], 'third', 'sealed with the first key');

# moved to another account by who can write to the database
my ($copy) = stored();
$t->execute("UPDATE users SET totp_secret = decode(?, 'hex'),
    totp_key = 'third', totp_confirmed_at = now() WHERE id = ?", $copy,
    $other->{id});
$t->execute('UPDATE users SET disabled_at = NULL WHERE id = ?', $other->{id});
forget_steps();
problem_ok(second($c, challenge($other), code($secret3)), 401,
    'invalid_code', "another account's box does not open");

# one from before it was sealed
$t->execute("UPDATE users SET totp_secret = ?::bytea, totp_key = NULL
    WHERE id = ?", '\x' . unpack('H*', $secret3), $keep->{id});
is(step_in()->{status}, 200, 'a secret from before works');
($hex, $key) = stored();
is("$key " . length $hex, 'third 120', 'and is sealed with its next use');
is(step_in()->{status}, 200, 'for good');

# a secret that waits to be confirmed while the key changes
my $waits = Uptime::Session->sign_up($c);
my $w = $waits->{client}->post('/me/totp', { password => $password })
    ->{json}{secret};
keys_are(['fourth', '4' x 32], ['third', '3' x 32]);
is($c->post('/me/totp/confirm', { code => code(unbase32($w)) },
    token => $waits->{token})->{status}, 200, 'is confirmed all the same');
is($t->value('SELECT count(*) FROM users WHERE totp_secret IS NOT NULL
    AND totp_key IS NULL'), 0, 'no secret is stored as it is');


for my $path ('/me/totp', '/me/totp/confirm') {
    problem_ok($c->post($path, {}), 401, 'missing_token', "$path for anyone");
}
fields_ok($c->post('/auth/login/totp', {}), { challenge => 'required',
    code => 'required' }, 'both are needed');

done_testing;

# Forged and mangled access tokens: none is accepted, none disturbs anything.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256 hmac_sha384 hmac_sha512);
use MIME::Base64 qw(encode_base64);
use Uptime::Test;
use Uptime::Token qw(mint sign claims b64);
use Uptime::Util qw(spew);

my $t = Uptime::Test->new;
$t->nginx;

my ($id, $good) = $t->user(role => 'admin');
my ($other) = $t->user;
my $c = $t->client;
my $key = $t->{key};
my $kid = $t->{kid};
my ($h, $p, $s) = split /\./, $good;
my $now = time;
my $session = Uptime::Session->sign_up($c);

is($c->get('/me', undef, token => $good)->{status}, 200, 'a good one');
is($c->get('/me', undef, token => $good)->{status}, 200, 'again, remembered');

# one that is remembered ends all the same
my $short = $t->mint(sub => $id, claims => { exp => time + 10 });
is($c->get('/me', undef, token => $short)->{status}, 200, 'a short one')
    for 1 .. 2;


sub made {
    return $t->mint(sub => $id, role => 'admin', @_);
}


my $header = { alg => 'HS256', typ => 'JWT', kid => $kid };
my $claims = { token_use => 'access', iss => 'uptime', aud => 'uptime',
    sub => "$id", sid => '1', role => 'admin', iat => $now,
    exp => $now + 600 };

my %forged = (
    'alg none, no signature'  => made(header => { alg => 'none' })
                                 =~ s/[^.]+$//r,
    'alg none, signed'        => made(header => { alg => 'none' }),
    'alg None'                => made(header => { alg => 'None' }),
    'alg empty'               => made(header => { alg => '' }),
    'alg missing'             => made(header => { alg => undef }),
    'alg a number'            => made(header => { alg => 256 }),
    'alg hs256'               => made(header => { alg => 'hs256' }),
    'alg RS256'               => made(header => { alg => 'RS256' }),
    'alg ES256'               => made(header => { alg => 'ES256' }),
    'alg HS384'               => hs('HS384', \&hmac_sha384),
    'alg HS512'               => hs('HS512', \&hmac_sha512),
    'empty signature'         => "$h.$p.",
    'no signature'            => "$h.$p",
    'half a signature'        => "$h.$p." . substr($s, 0, 20),
    'another signature'       => "$h.$p." . b64(hmac_sha256('x', $key)),
    'signature of zeros'      => "$h.$p." . b64("\0" x 32),
    'wrong key'               => mint(key => 'x' x 32, kid => $kid,
                                      sub => $id),
    'empty key'               => mint(key => '', kid => $kid, sub => $id),
    'key id as key'           => mint(key => $kid, kid => $kid, sub => $id),
    'unknown kid'             => made(header => { kid => 'other' }),
    'no kid'                  => made(header => { kid => undef }),
    'kid a number'            => made(header => { kid => 1 }),
    'kid null'                => sign($key, qq({"alg":"HS256",)
                                 . qq("typ":"JWT","kid":null}), $claims),
    'kid with a path'         => made(header => { kid => '../../dev/null' }),
    'kid with SQL'            => made(header => { kid => "' OR '1'='1" }),
    'typ at+jwt'              => made(header => { typ => 'at+jwt' }),
    'no token_use'            => made(claims => { token_use => undef }),
    'token_use refresh'       => made(claims => { token_use => 'refresh' }),
    'no typ'                  => made(header => { typ => undef }),
    'crit'                    => made(header => { crit => ['x'] }),
    'jwk'                     => mint(key => 'x' x 32, kid => $kid,
                                 sub => $id, header => { jwk => { kty =>
                                 'oct', k => b64('x' x 32) } }),
    'jku'                     => made(header => { jku => 'http://x/' }),
    'expired'                 => made(claims => { exp => $now - 60 }),
    'expired long ago'        => made(claims => { exp => 1 }),
    'exp negative'            => made(claims => { exp => -1 }),
    'no exp'                  => made(claims => { exp => undef }),
    'exp a string'            => made(claims => { exp => 'never' }),
    'exp null'                => sign($key, $header, '{"iss":"uptime",'
                                 . '"token_use":"access",'
                                 . qq("aud":"uptime","sub":"$id","iat":$now,)
                                 . qq("role":"admin","exp":null})),
    'iat in the future'       => made(claims => { iat => $now + 3600,
                                 exp => $now + 4200 }),
    'wrong aud'               => made(claims => { aud => 'other' }),
    'no aud'                  => made(claims => { aud => undef }),
    'wrong iss'               => made(claims => { iss => 'Uptime' }),
    'no iss'                  => made(claims => { iss => undef }),
    'no sub'                  => made(claims => { sub => undef }),
    'sub a number'            => made(claims => { sub => $id + 0 }),
    'sub empty'               => made(claims => { sub => '' }),
    'sub negative'            => made(claims => { sub => '-1' }),
    'sub zero'                => made(claims => { sub => '0' }),
    'sub with SQL'            => made(claims => { sub => "$id OR 1=1" }),
    'sub too big'             => made(claims => {
                                 sub => '99999999999999999999' }),
    'no sid'                  => made(claims => { sid => undef }),
    'sid a number'            => made(claims => { sid => 1 }),
    'sid empty'               => made(claims => { sid => '' }),
    'sid zero'                => made(claims => { sid => '0' }),
    'sid negative'            => made(claims => { sid => '-1' }),
    'sid too big'             => made(claims => {
                                 sid => '99999999999999999999' }),
    'sid beyond bigint'       => made(claims => {
                                 sid => '9223372036854775808' }),
    'sid with SQL'            => made(claims => { sid => '1 OR 1=1' }),
    'sid an array'            => made(claims => { sid => ['1'] }),
    'sid null'                => sign($key, $header, '{"iss":"uptime",'
                                 . '"token_use":"access","sid":null,'
                                 . qq("aud":"uptime","sub":"$id","iat":$now,)
                                 . qq("role":"admin","exp":@{[$now + 600]}})),
    'no role'                 => made(claims => { role => undef }),
    'token_use totp'          => made(claims => { token_use => 'totp' }),
    'token_use Access'        => made(claims => { token_use => 'Access' }),
    'token_use an array'      => made(claims => { token_use => ['access'] }),
    'exp in the far past'     => made(claims => { exp => -2**53 }),
    'refresh token'           => $session->{cookie},
    'cookie'                  => "$session->{name}=$session->{cookie}",
    'claims an array'         => sign($key, $header, '[]'),
    'claims not JSON'         => sign($key, $header, 'x'),
    'claims empty'            => sign($key, $header, ''),
    'claims of another'       => join('.', $h, b64(JSON::PP->new->encode(
                                 { %$claims, sub => "$other" })), $s),
    'header not JSON'         => sign($key, 'x', $claims),
    'header an array'         => sign($key, '[]', $claims),
    'header deep'             => sign($key, '[' x 1500, $claims),
    'claims deep'             => sign($key, $header, '[' x 1500),
    'sub twice'               => sign($key, $header, '{"iss":"uptime",'
                                 . '"token_use":"access",'
                                 . qq("aud":"uptime","sub":"$other",)
                                 . qq("sub":"$id","role":"admin",)
                                 . qq("iat":$now,"exp":@{[$now + 600]}})),
    'four segments'           => "$good.x",
    'five segments'           => "$h.x.x.$p.$s",
    'one segment'             => $h,
    'only dots'               => '..',
    'many dots'               => '.' x 200,
    'empty header'            => ".$p.$s",
    'empty claims'            => "$h..$s",
    'garbage'                 => 'garbage',
    'not base64'              => "$h.%%%.$s",
    'padded'                  => "$h=.$p=.$s=",
    'with a plus and slash'   => "$h.$p+/.$s",
    'over 4 KiB'              => made(claims => { pad => 'x' x 3000 }),
    'API key that is none'    => 'upk_1_' . 'x' x 43,
    'API key without an id'   => 'upk_' . 'x' x 43,
    'prefix of API keys'      => 'upk_',
    'API key around a token'  => "upk_1_$good",
    'API key before a token'  => "upk_$good",
    'zero byte escaped'       => "$h.$p.$s%00",
);


sub hs {
    my ($alg, $function) = @_;

    my $json = JSON::PP->new->canonical;
    my $text = join '.', b64($json->encode({ %$header, alg => $alg })),
        b64($json->encode($claims));
    return $text . '.' . b64($function->($text, $key));
}


cmp_ok(scalar keys %forged, '>=', 40, 'forged tokens');

for my $name (sort keys %forged) {
    my $res = $c->get('/me', undef, token => $forged{$name});
    problem_ok($res, 401, undef, $name);
}

# one changed bit anywhere in the signature
my $flipped = 0;
for my $i (0 .. 31) {
    my $bytes = Uptime::Token::unb64($s);
    substr($bytes, $i, 1) ^= "\x01";
    my $res = $c->get('/me', undef, token => "$h.$p." . b64($bytes));
    $flipped++ if $res->{status} != 401;
}
is($flipped, 0, 'a changed bit in each byte of the signature');


# --- the header field

my %fields = (
    'empty'             => '',
    'scheme only'       => 'Bearer',
    'scheme and blank'  => 'Bearer ',
    'Basic'             => 'Basic dTpw',
    'no scheme'         => $good,
    'two tokens'        => "Bearer $good $good",
    'list'              => "Bearer $good, Bearer $good",
    'trailing comma'    => "Bearer $good,",
    'Bearerx'           => "Bearerx $good",
);

for my $name (sort keys %fields) {
    my $res = $c->get('/me', undef,
        headers => { Authorization => $fields{$name} });
    problem_ok($res, 401, undef, "Authorization: $name");
}

is($c->get('/me', undef, headers => { Authorization => "bearer $good" })
    ->{status}, 200, 'the scheme has no case');
problem_ok($c->get("/me?access_token=$good"), 401, undef,
    'not as a query parameter');

# nginx logs what a client puts there; these two are this test's doing
$t->server->expect_log('access_token=', 'client sent duplicate header line');

# more than nginx's buffers for a header is nginx's own affair
my $huge = $c->get('/me', undef,
    token => made(claims => { pad => 'x' x 9000 }));
ok($huge->{status} == 400 || $huge->{status} == 401, '12 KiB')
    or diag($huge->{status});

my $conn = $t->conn;
$conn->send("GET /api/v1/me HTTP/1.1\r\nHost: x\r\n"
    . "Authorization: Bearer $good\r\nAuthorization: Bearer $good\r\n\r\n");
my $twice = $conn->response;
ok($twice && ($twice->{status} == 400 || $twice->{status} == 401),
    'the field twice') or diag($twice->{status});


# --- accepted nevertheless

is($c->get('/me', undef, token => made(claims => { iat => $now + 10 }))
    ->{status}, 200, 'a clock that differs by seconds');
is($c->get('/me', undef, token => $good)->{status}, 200,
    'and the good one is still good');


# --- the role of the token is not more than that of the user

my ($uid) = $t->user(role => 'user');
my $res = $c->get('/me', undef, token => $t->mint(sub => $uid,
    role => 'admin'));
is($res->{json}{role}, 'user', 'me tells the role of the database');

until_ok { $c->get('/me', undef, token => $short)->{status} == 401 } 30,
    'the short one has ended';


# --- rotation: the first key signs, all verify

my $new = 'n' x 32;
spew($t->{key_file}, "# new\n\nnew1 " . encode_base64($new, '') . "\n"
    . "$kid " . encode_base64($key, '') . "\n");
my $from = $t->server->log_size;
my ($old) = $t->server->workers;
$t->server->signal('HUP');
until_ok { my @w = $t->server->workers; @w == 1 && $w[0] != $old } 10,
    'reloaded';
$c = $t->client;
is($c->get('/me', undef, token => $good)->{status}, 200, 'the old key');
is($c->get('/me', undef, token => mint(key => $new, kid => 'new1',
    sub => $id))->{status}, 200, 'the new key');
problem_ok($c->get('/me', undef, token => mint(key => $new, kid => $kid,
    sub => $id)), 401, undef, 'the new key under the old name');

$res = $c->post('/auth/signup', { email => 'k@example.com',
    password => 'correct horse 42' });
is((claims($res->{json}{access_token}))[0]{kid}, 'new1',
    'the first key signs');

done_testing;

# Secrets that are planted everywhere are found nowhere: not in a log, not on
# an error page, not in the database, and in no answer but the one that is
# there to show them.

use strict;
use warnings;

use MIME::Base64 qw(encode_base64 encode_base64url);
use Uptime::Test;
use Uptime::Token ();
use Uptime::Totp qw(code unbase32);
use Uptime::Util qw(slurp spew random_hex);

my $t = Uptime::Test->new(workers => 1);
$t->nginx;
my $debug = $t->nginx(log_level => 'debug');

# at this level nginx itself writes down whatever a client sends
$debug->expect_log('\[debug\]');

# a secret's name => its text; an answer's name => the secrets it may show
my (%secrets, %shows, @answers);

my $password = 'planted horse ' . random_hex(4);
my $new = 'planted donkey ' . random_hex(4);
my $wrong = 'planted mule ' . random_hex(4);
my $stray = 'planted pony ' . random_hex(4);
@secrets{'password', 'new password', 'wrong password', 'stray password'}
    = ($password, $new, $wrong, $stray);
$secrets{'connection password'} = $t->{cluster}{password};
$secrets{'signing key'} = encode_base64($t->{key}, '');
$secrets{'signing key, url'} = encode_base64url($t->{key});
$secrets{'signing key, hex'} = unpack 'H*', $t->{key};


sub ask {
    my ($name, $c, $method, $path, $body, %o) = @_;

    my $res = $c->request($method, $path, $body, %o);
    push @answers, { name => $name, text => join "\n", $res->{content},
        map { my $v = $res->{headers}{$_}; "$_: " . (ref $v ? "@$v" : $v) }
        sort keys %{ $res->{headers} } };
    return $res;
}


# A secret that this answer, the last one, is there to show.
sub shown {
    my ($name, $text) = @_;

    ok($text, "there is a secret: $name");
    $secrets{$name} = $text;
    $shows{ $answers[-1]{name} }{$name} = 1;
    return $text;
}


sub session {
    my ($name, $res) = @_;

    shown("access token of $name", $res->{json}{access_token});
    return shown("refresh token of $name",
        (Uptime::Session::cookie($res))[1]);
}


# Everything that handles a secret, on one nginx.
sub everything {
    my ($n) = @_;

    my $c = $t->client(undef, $n);
    my $email = "planted$n\@example.com";
    my $same = { 'Sec-Fetch-Site' => 'same-origin' };
    my $name = "$n: sign-up";

    my $res = ask($name, $c, 'POST', '/auth/signup', { email => $email,
        password => $password });
    is($res->{status}, 201, 'sign-up') or diag($res->{content});
    my $cookie = session($name, $res);
    my $me = $t->client($res->{json}{access_token}, $n);

    # bad input around it
    ask("$n: taken", $c, 'POST', '/auth/signup', { email => $email,
        password => $password });
    ask("$n: wrong", $c, 'POST', '/auth/login', { email => $email,
        password => $wrong });
    ask("$n: unknown", $c, 'POST', '/auth/login', { email =>
        'nobody@example.com', password => $wrong });
    ask("$n: unknown field", $c, 'POST', '/auth/login', { email => $email,
        password => $password, hint => $stray });
    ask("$n: wrong type", $c, 'POST', '/auth/login', { email => $email,
        password => [$stray] });
    ask("$n: as the address", $c, 'POST', '/auth/login', { email => $stray,
        password => $stray });
    ask("$n: too long", $c, 'POST', '/auth/signup', { email => 'x@y.z',
        password => $stray x 20 });
    ask("$n: malformed", $c, 'POST', '/auth/login',
        qq({"email":"$email","password":"$stray));
    ask("$n: not JSON", $c, 'POST', '/auth/login', "password=$stray",
        type => 'application/x-www-form-urlencoded');
    ask("$n: too large", $c, 'POST', '/auth/login',
        { password => $stray, pad => 'x' x 70_000 });
    ask("$n: no route", $c, 'POST', '/auth/nothing', { password => $stray });
    ask("$n: no method", $c, 'PUT', '/auth/login', { password => $stray });
    ask("$n: bad scheme", $c, 'GET', '/me', undef, headers => {
        Authorization => "Basic $stray" });
    ask("$n: bad token", $c, 'GET', '/me', undef, token => "eyJ.$stray.x");
    ask("$n: bad key", $c, 'GET', '/me', undef, token => "upk_1_$stray");
    ask("$n: bad cookie", $c, 'POST', '/auth/refresh', undef, headers => {
        %$same, Cookie => "uptime_refresh=$stray" });
    ask("$n: NUL", $c, 'POST', '/auth/login',
        qq({"email":"$email","password":"$stray\\u0000"}));

    # log-in, refresh, replay
    $name = "$n: log-in";
    $res = ask($name, $c, 'POST', '/auth/login', { email => $email,
        password => $password });
    my $second = session($name, $res);
    my $headers = { %$same, Cookie => "uptime_refresh=$second" };
    $name = "$n: refresh";
    $res = ask($name, $c, 'POST', '/auth/refresh', undef,
        headers => $headers);
    is($res->{status}, 200, 'refresh');
    my $third = session($name, $res);
    $name = "$n: refresh, child";
    session($name, ask($name, $c, 'POST', '/auth/refresh', undef, headers =>
        { %$same, Cookie => "uptime_refresh=$third" }));
    $res = ask("$n: replay", $c, 'POST', '/auth/refresh', undef,
        headers => $headers);
    is($res->{status}, 401, 'replay');
    ask("$n: cross-site", $c, 'POST', '/auth/refresh', undef, headers => {
        Cookie => "uptime_refresh=$cookie" });

    # keys
    $name = "$n: key";
    $res = ask($name, $me, 'POST', '/keys', { name => 'k' });
    my $key = shown("API key $n", $res->{json}{key});
    $secrets{"API key's secret $n"} = $key =~ s/^upk_\d+_//r;
    $shows{$name}{"API key's secret $n"} = 1;
    my $k = $t->client($key, $n);
    ask("$n: with key", $k, 'GET', '/me');
    ask("$n: denied", $k, 'POST', '/monitors', { url => 'http://a.b/' });
    ask("$n: not allowed", $k, 'GET', '/keys');
    ask("$n: keys", $me, 'GET', '/keys');
    ask("$n: key in a name", $me, 'POST', '/monitors', { url => $key });

    # two-factor
    $name = "$n: enrol";
    $res = ask($name, $me, 'POST', '/me/totp', { password => $password });
    my $totp = shown("TOTP secret $n", $res->{json}{secret});
    $secrets{"TOTP secret $n in hex"} = unpack 'H*', unbase32($totp);
    ask("$n: bad code", $me, 'POST', '/me/totp/confirm', { code => 'x' });
    $name = "$n: confirm";
    $res = ask($name, $me, 'POST', '/me/totp/confirm',
        { code => code(unbase32($totp)) });
    is($res->{status}, 200, 'confirmed') or diag($res->{content});
    my @codes = @{ $res->{json}{recovery_codes} // [] };
    shown("recovery code $n.$_", $codes[$_]) for 0 .. 2;
    $name = "$n: first step";
    $res = ask($name, $c, 'POST', '/auth/login', { email => $email,
        password => $password });
    my $challenge = shown("challenge $n", $res->{json}{challenge});
    ask("$n: bad second step", $c, 'POST', '/auth/login/totp',
        { challenge => $challenge, code => $codes[1] . 'x' });
    ask("$n: bad challenge", $c, 'POST', '/auth/login/totp',
        { challenge => $stray, code => $codes[1] });
    ask("$n: challenge as a token", $c, 'GET', '/me', undef,
        token => $challenge);
    $name = "$n: second step";
    $res = ask($name, $c, 'POST', '/auth/login/totp',
        { challenge => $challenge, code => $codes[0] });
    is($res->{status}, 200, 'second step') or diag($res->{content});
    session($name, $res);

    # the password, what the owner can read, the end
    ask("$n: wrong current", $me, 'POST', '/me/password', {
        current_password => $wrong, new_password => $new });
    $res = ask("$n: password", $me, 'POST', '/me/password', {
        current_password => $password, new_password => $new });
    is($res->{status}, 204, 'password changed') or diag($res->{content});
    ask("$n: $_", $me, 'GET', $_) for '/me', '/auth/sessions', '/me/audit',
        '/monitors', '/users', '/settings';
    ask("$n: wrong end", $me, 'DELETE', '/me', { password => $wrong });
    return;
}


everything(0);
everything(1);

# an error of nginx itself
my $conn = $t->conn;
$conn->send("GET /api/v1/me HTTP/1.1\r\nHost: x\r\n"
    . "Authorization: Bearer $stray\r\nBad Header\x01: $stray\r\n\r\n");
push @answers, { name => 'bad header',
    text => ($conn->response // {})->{content} // '' };

# a database that does not take us: what libpq says about it is logged
my $refused = 'planted-' . random_hex(8);
$secrets{'refused connection password'} = $refused;
my $bad = $t->nginx(database => $t->{cluster}->conninfo($t->{db})
    =~ s/password=\S+/password=$refused/r);
ok($bad->wait_log(qr/uptime: .*authentication|uptime: .*connect/i, 10),
    'it is logged') or diag($bad->log_text);
my $res = ask('no database', $t->client(undef, 2), 'POST', '/auth/login',
    { email => 'x@example.com', password => $password });
is($res->{status}, 503, 'no database');
ask('not ready', $t->client(undef, 2), 'GET', '/health/ready');

# a key file and a connection string that nginx refuses
my $broken = 'planted' . random_hex(8);
$secrets{'broken key'} = $broken;
spew("$t->{dir}/broken.key", "k1 $broken\n");
my $check = $t->add_nginx(key_file => "$t->{dir}/broken.key");
my ($status, $said) = $check->check;
isnt($status, 0, 'a key that is too short');
like($said, qr/line 1/, 'it says where');
$check->expect_log('invalid key in');
push @answers, { name => 'nginx -t, key', text => $said };
$secrets{'password in a bad connection string'} = "x$broken";
$check = $t->add_nginx(
    database => "host=/nowhere password=x$broken nonsense=1 port=x");
($status, $said) = $check->check;
isnt($status, 0, 'a connection string with an unknown option');
$check->expect_log('uptime_database', 'connection string');
push @answers, { name => 'nginx -t, connection string', text => $said };


# --- answers

cmp_ok(scalar keys %secrets, '>', 30, 'secrets were planted');
cmp_ok(scalar @answers, '>', 80, 'and there are answers');

for my $secret (sort keys %secrets) {
    my $text = $secrets{$secret};

    # two access tokens of one session and second are the same
    my @where = grep { my $may = $shows{$_};
        !grep { $secrets{$_} eq $text } keys %{ $may // {} } }
        map { $_->{name} } grep { index($_->{text}, $text) >= 0 } @answers;
    is_deeply(\@where, [], "in no answer but its own: $secret");
}


# --- logs

for my $file (glob "$t->{dir}/nginx*/*.log") {
    my $short = $file =~ s/^\Q$t->{dir}\E\///r;
    my @lines = split /\n/, slurp($file);

    # of nginx's own debug messages some have several lines
    @lines = grep { m{^\d{4}/} && (!/\[debug\]/ || /\buptime: /) } @lines
        if $short =~ m{^nginx1/error};

    my %found = map { $_ => 1 } grep { my $secret = $secrets{$_};
        grep { index($_, $secret) >= 0 } @lines } keys %secrets;
    is_deeply([sort keys %found], [], "no secret in $short");
}

cmp_ok(scalar($debug->log_lines(qr/\[debug\]/)), '>', 100,
    'there was a log at debug level');


# --- database: only hashes, and what has to be kept as it is

my @tables = map { $_->{t} } $t->sql("SELECT table_name AS t
    FROM information_schema.tables WHERE table_type = 'BASE TABLE'
    AND table_schema = current_schema()");
my $dump = join "\n", map { $_->{x} } map { $t->sql("SELECT x::text AS x
    FROM $_ x") } @tables;
like($dump, qr/planted0\@example\.com/, 'there is a dump');
is_deeply([grep { index($dump, $secrets{$_}) >= 0 } sort keys %secrets], [],
    'no secret in the database');
is_deeply([grep { index($dump, unpack 'H*', $secrets{$_}) >= 0 }
    sort keys %secrets], [], 'nor as bytes');

done_testing;

# Every route with every kind of caller.  The routes come from the table in
# the source; what is expected of each is below.  A route that is missing
# here fails, and so does a row without a route.

use strict;
use warnings;

use Digest::SHA qw(sha256_hex);
use File::Basename qw(dirname);
use Uptime::Test;
use Uptime::Util qw(slurp random_hex);

my $t = Uptime::Test->new(directives => 'uptime_event_streams 0;');

# level, status of success, body; ANYONE: the status that every caller gets
my %expected = (
    'GET /health/live'          => ['ANYONE', 200],
    'GET /health/ready'         => ['ANYONE', 503],    # no checker here
    'POST /auth/signup'         => ['ANYONE', 422, {}],
    'POST /auth/login'          => ['ANYONE', 422, {}],
    'POST /auth/login/totp'     => ['ANYONE', 422, {}],
    'POST /auth/password/forgot' => ['ANYONE', 422, {}],
    'POST /auth/password/reset' => ['ANYONE', 422, {}],
    'POST /auth/refresh'        => ['ANYONE', 403],    # cross_site
    'POST /auth/logout'         => ['ANYONE', 403],    # cross_site
    'POST /auth/logout-all'     => ['SESSION', 204],
    'GET /auth/sessions'        => ['SESSION', 200],
    'DELETE /auth/sessions/:id' => ['SESSION', 204],
    'GET /me'                   => ['USER', 200],
    'DELETE /me'                => ['SESSION', 204,
        { password => Uptime::Session::PASSWORD }],
    'POST /me/password'         => ['SESSION', 204,
        { current_password => Uptime::Session::PASSWORD,
          new_password => 'another horse 43' }],
    'PATCH /me'                 => ['SESSION', 200, sub {
        return { email => 'new' . random_hex(4) . '@example.com',
            password => Uptime::Session::PASSWORD } }],
    'GET /me/audit'             => ['SESSION', 200],
    'POST /me/totp'             => ['SESSION', 200,
        { password => Uptime::Session::PASSWORD }],
    'POST /me/totp/confirm'     => ['SESSION', 409, { code => '000000' }],
    'DELETE /me/totp'           => ['SESSION', 404,
        { password => Uptime::Session::PASSWORD }],
    'GET /users'                => ['ADMIN', 200],
    'PATCH /users/:id'          => ['ADMIN', 200, { disabled => true }],
    'GET /settings'             => ['ADMIN', 200],
    'PATCH /settings'           => ['ADMIN', 200, { signup => 'open' }],
    'GET /invitations'          => ['ADMIN', 200],
    'POST /invitations'         => ['ADMIN', 201, {}],
    'DELETE /invitations/:id'   => ['ADMIN', 204],
    'GET /keys'                 => ['SESSION', 200],
    'POST /keys'                => ['SESSION', 201, { name => 'x' }],
    'DELETE /keys/:id'          => ['SESSION', 204],
    'GET /monitors'             => ['USER', 200],
    'POST /monitors'            => ['USER', 201,
        { url => 'http://example.com/' }],
    'PATCH /monitors'           => ['USER', 200,
        { ids => [1], patch => { paused => true } }],
    'DELETE /monitors'          => ['USER', 200, { ids => [1] }],
    'GET /monitors/export'      => ['USER', 200],
    'POST /monitors/import'     => ['USER', 200,
        { monitors => [{ url => 'http://127.0.0.1:81/' }] }],
    'POST /monitors/test'       => ['USER', 200,
        { url => 'http://127.0.0.1:81/', timeout => 2 }],
    'POST /monitors/:id/check'  => ['USER', 200],
    'GET /monitors/:id'         => ['USER', 200],
    'PATCH /monitors/:id'       => ['USER', 200, { name => 'x' }],
    'DELETE /monitors/:id'      => ['USER', 204],
    'POST /monitors/:id/pause'  => ['USER', 200],
    'POST /monitors/:id/resume' => ['USER', 200],
    'GET /monitors/:id/checks'  => ['USER', 200],
    'GET /checks'               => ['USER', 200],
    'GET /monitors/:id/series'  => ['USER', 200],
    'GET /monitors/:id/uptime'  => ['USER', 200],
    'GET /monitors/:id/incidents' => ['USER', 200],
    'GET /maintenances'         => ['USER', 200],
    'POST /maintenances'        => ['USER', 201, { name => 'x',
        kind => 'cron', cron => '0 2 * * *', duration => 60,
        tags => ['x'] }],
    'GET /maintenances/:id'     => ['USER', 200],
    'PATCH /maintenances/:id'   => ['USER', 200, { enabled => false }],
    'DELETE /maintenances/:id'  => ['USER', 204],
    'GET /incidents'            => ['USER', 200],
    'GET /incidents/:id'        => ['USER', 200],
    'POST /incidents/:id/acknowledge' => ['USER', 200],
    'GET /changes'              => ['USER', 200],
    'GET /system'               => ['ADMIN', 200],
    'GET /events'               => ['USER', 503],      # none allowed here
    'GET /channels'             => ['USER', 200],
    'POST /channels'            => ['USER', 201, { kind => 'webhook',
        config => { url => 'http://example.com/' } }],
    'POST /channels/test'       => ['USER', 200, { kind => 'webhook',
        config => { url => 'http://nowhere.invalid/' } }],
    'POST /channels/preview'    => ['USER', 200, { kind => 'webhook',
        config => { url => 'http://example.com/' } }],
    'GET /channels/:id'         => ['USER', 200],
    'PATCH /channels/:id'       => ['USER', 200, { name => 'x' }],
    'DELETE /channels/:id'      => ['USER', 204],
    'POST /channels/:id/test'   => ['USER', 200],
    'GET /channels/:id/deliveries' => ['USER', 200],
    'GET /openapi.json'         => ['ANYONE', 200],
    'GET /push/:token'          => ['ANYONE', 404],
    'POST /push/:token'         => ['ANYONE', 404],
);

# what an id in the path is: [table, makes one of a user's; returns its id]
my %objects = (
    monitors => ['monitors', sub {
        $_[0]{client}->post('/monitors', { url => 'http://127.0.0.1:81/' })
            ->{json}{id} }],
    maintenances => ['maintenances', sub { $_[0]{client}->post(
        '/maintenances', { name => 'x', kind => 'cron', cron => '0 2 * * *',
        duration => 60, tags => ['x'] })->{json}{id} }],
    incidents => ['incidents', sub { $t->value("INSERT INTO incidents
        (owner_id, monitor_id, started_at, confirmed_at, cause, attempts)
        VALUES (?, ?, now(), now(), 'timeout', 2) RETURNING id", $_[0]{id},
        $_[0]{client}->post('/monitors', { url => 'http://example.com/' })
            ->{json}{id}) }],
    channels => ['channels', sub {
        $_[0]{client}->post('/channels', { kind => 'webhook',
            config => { url => 'http://nowhere.invalid/' } })->{json}{id} }],
    keys     => ['api_keys', sub { key($_[0], 'read'); $_[0]{key_id} }],
    sessions => ['sessions', sub { session($_[0]) }],
    users    => ['users', sub { ($t->user)[0] }],
    invitations => ['invitations', sub { $t->value("INSERT INTO invitations
        (hash, created_by, expires_at) VALUES (sha256(?), ?, now()
        + interval '1 day') RETURNING id", random_hex(8), $_[0]{id}) }],
);

my $source = slurp(dirname($0) . '/../src/api/ngx_http_uptime_routes.c');
my @routes = map { { method => $_->[0], path => $_->[1], level => $_->[2],
    name => "$_->[0] $_->[1]" } } grep { defined $_->[1] } map {
    [ m{^\s*NGX_HTTP_(\w+),\s*"([^"]+)",\s*NGX_HTTP_UPTIME_([A-Z]+),} ] }
    split /\{/, $source =~ s{^.*?ngx_http_uptime_routes\[\] = \{}{}sr;

$t->nginx;
my $anybody = $t->client;


# --- both tables have the same rows

my @rows = $source =~ /^    \{ NGX_HTTP_[A-Z]+,/mg;
is(scalar @routes, scalar @rows, 'every row of the source was understood');
cmp_ok(scalar @routes, '>', 20, 'there are routes');
my %routes = map { $_->{name} => $_ } @routes;
is_deeply([grep { !$expected{$_} } map { $_->{name} } @routes], [],
    'every route has its row in this test');
is_deeply([grep { !$routes{$_} } sort keys %expected], [],
    'every row in this test has its route');


# --- callers

my $hash;

{
    my $s = Uptime::Session->sign_up($anybody);
    $hash = $t->value('SELECT password_hash FROM users WHERE id = ?',
        $s->{id});
}


sub session {
    my ($user) = @_;

    return $t->value('INSERT INTO sessions (user_id) VALUES (?)
        RETURNING id', $user->{id});
}


sub key {
    my ($user, $scope) = @_;

    my $secret = random_hex(21) . 'x';
    $user->{key_id} = $t->value("INSERT INTO api_keys (owner_id, name, scope,
        hash) VALUES (?, 'x', ?, decode(?, 'hex')) RETURNING id", $user->{id},
        $scope, sha256_hex($secret));
    return "upk_$user->{key_id}_$secret";
}


# A fresh one for every request that may succeed: some end with it.
sub caller_of {
    my ($role) = @_;

    my ($id) = $t->user(role => $role);
    $t->execute('UPDATE users SET password_hash = ? WHERE id = ?', $hash,
        $id);
    my $user = { id => $id };
    $user->{token} = $t->mint(sub => $id, role => $role,
        sid => '' . session($user));
    $user->{client} = $t->client($user->{token});
    return $user;
}


my $victim = caller_of('admin');
my %refused = (
    'an expired token' => $t->mint(sub => $victim->{id}, role => 'admin',
        claims => { exp => time - 1 }),
    'a forged token' => Uptime::Token::mint(key => 'x' x 32,
        kid => $t->{kid}, sub => $victim->{id}, role => 'admin'),
    'an unsigned token' => $t->mint(sub => $victim->{id}, role => 'admin',
        header => { alg => 'none' }) =~ s/[^.]+$//r,
    'an unknown key' => 'upk_999999_' . 'x' x 43,
);

my $ended = caller_of('admin');
$t->execute('UPDATE sessions SET ended_at = now() WHERE user_id = ?',
    $ended->{id});
until_ok { $ended->{client}->get('/me')->{status} == 401 } 2,
    'the ended session is known';
$refused{'an ended session'} = $ended->{token};


# --- one route

# what every answer has, errors too
my %guards = ('cache-control' => 'no-store',
    'x-content-type-options' => 'nosniff', 'referrer-policy' => 'no-referrer',
    'content-security-policy' =>
        "default-src 'none'; frame-ancestors 'none'");
my ($answers, @unguarded) = (0);

sub object {
    my ($route) = @_;

    my ($kind) = $route->{path} =~ m{(\w+)/:id} or return;
    return @{ $objects{$kind} // die "no object for $route->{path}\n" };
}


sub ask {
    my ($route, $token, $id) = @_;

    my $path = $route->{path} =~ s/:id/$id/r;
    my $body = $expected{ $route->{name} }[2];
    $body = $body->() if ref $body eq 'CODE';
    my $res = $anybody->request($route->{method}, $path, $body,
        token => $token);
    my $h = $res->{headers};
    push @unguarded, map { "$route->{name} ($res->{status}): $_" } grep {
        ($h->{$_} // '') ne $guards{$_} } sort keys %guards;
    $answers++;
    return $res;
}


# Refused in the way that fits its level, before anything happens.
sub bad_ones {
    my ($route, $id) = @_;

    my $name = $route->{name};
    problem_ok(ask($route, undef, $id), 401, 'missing_token',
        "$name without credentials");

    for my $what (sort keys %refused) {
        problem_ok(ask($route, $refused{$what}, $id), 401, 'invalid_token',
            "$name with $what");
    }

    return;
}


# With a caller of its own and an object of its own.
sub mine {
    my ($route, $role, $scope) = @_;

    my $user = caller_of($role);
    my (undef, $make) = object($route);
    my $id = $make ? $make->($user) : undef;
    return ask($route, $scope ? key($user, $scope) : $user->{token}, $id);
}


sub works {
    my ($res, $route, $what) = @_;

    is($res->{status}, $expected{ $route->{name} }[1],
        "$route->{name} with $what") or diag($res->{content});
    return;
}


sub with_key {
    my ($route, $scope) = @_;

    my $res = mine($route, 'user', $scope);
    my $name = "$route->{name} with a $scope key";

    return problem_ok($res, 403, 'key_not_allowed', $name)
        if $route->{level} ne 'USER';
    return problem_ok($res, 403, 'read_only_key', $name)
        if $scope eq 'read' && $route->{method} ne 'GET';
    return works($res, $route, "a $scope key");
}


sub of_another {
    my ($route) = @_;

    my ($table, $make) = object($route);
    my $other = caller_of('user');
    my $id = $make->($other);
    my $row = sub { $t->value("SELECT x::text FROM $table x WHERE id = ?",
        $id) };
    my $before = $row->();

    for my $role (qw(user admin)) {
        problem_ok(ask($route, caller_of($role)->{token}, $id), 404,
            'not_found', "$route->{name} of another tenant as $role");
    }

    problem_ok(ask($route, key(caller_of('user'), 'write'), $id), 404,
        'not_found', "... with a write key") if $route->{level} eq 'USER';
    is($row->(), $before, '... and nothing happened to it');
    return;
}


sub anyone {
    my ($route) = @_;

    my %callers = (%refused, 'a user' => caller_of('user')->{token},
        'an admin' => caller_of('admin')->{token},
        'a read key' => key(caller_of('user'), 'read'),
        'a write key' => key(caller_of('user'), 'write'),
        'no credentials' => undef);
    my %status = map { $_ => ask($route, $callers{$_}, 1)->{status} }
        keys %callers;
    my $want = $expected{ $route->{name} }[1];
    is_deeply(\%status, { map { $_ => $want } keys %callers },
        "$route->{name}: the same for everybody");
    return;
}


for my $route (grep { $expected{ $_->{name} } } @routes) {
    my $name = $route->{name};

    is($route->{level}, $expected{$name}[0], "$name: level");

    if ($route->{level} eq 'ANYONE') {
        anyone($route);
        next;
    }

    my ($table, $make) = object($route);
    bad_ones($route, $make ? $make->($victim) : undef);

    if ($route->{level} eq 'ADMIN') {
        problem_ok(mine($route, 'user'), 403, 'forbidden',
            "$name as a user");
    } else {
        works(mine($route, 'user'), $route, 'a token');
    }

    works(mine($route, 'admin'), $route, "an admin's token");
    with_key($route, $_) for qw(read write);
    of_another($route) if $make && $route->{level} ne 'ADMIN';
}

cmp_ok($answers, '>', 300, 'there were answers');
is_deeply(\@unguarded, [], 'all with the headers that guard them');

is($t->value('SELECT count(*) FROM users WHERE id = ?', $victim->{id}), 1,
    'the one whose credentials were bad is still there');
is($t->value('SELECT password_hash FROM users WHERE id = ?', $victim->{id}),
    $hash, '... with the same password');

done_testing;

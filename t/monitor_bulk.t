# Many monitors at once, versions, what a read-only key sees, the quota.

use strict;
use warnings;

use Digest::SHA qw(sha256_hex);
use Uptime::Test;

my $t = Uptime::Test->new;
my $server = $t->nginx(directives => 'uptime_monitors_per_user 12;');
my ($user, $token) = $t->user;
my $c = $t->client($token);
my $other = $t->user_client;

sub made {
    my ($who, %fields) = @_;

    return $who->post('/monitors', { url => 'http://127.0.0.1:81/',
        %fields })->{json}{id};
}


# id => result of a bulk answer
sub results {
    my ($res) = @_;

    is($res->{status}, 200, 'answered') or diag($res->{content});
    return { map { $_->{id} => $_->{result} } @{ $res->{json}{items} } };
}


my ($a, $b, $tcp) = (made($c, tags => ['x', 'y']), made($c),
    made($c, url => 'tcp://127.0.0.1:81'));
my $foreign = made($other);
my $before = $t->value('SELECT m::text FROM monitors m WHERE id = ?',
    $foreign);
$t->execute("UPDATE monitor_state SET status = 'up'");


# --- patch

my $r = $c->patch('/monitors', { ids => [$a, $b, $tcp, $foreign, 999999, $a],
    patch => { interval => 300, method => 'HEAD' } });
is_deeply(results($r), { $a => 'updated', $b => 'updated',
    $tcp => 'invalid', $foreign => 'not_found', 999999 => 'not_found' },
    'what happened to each');
is(scalar @{ $r->{json}{items} }, 5, '... each once');
my ($bad) = grep { $_->{id} == $tcp } @{ $r->{json}{items} };
is_deeply([map { "$_->{field} $_->{code}" } @{ $bad->{errors} }],
    ['method not_for_type'], '... with its errors');
is($c->get("/monitors/$a")->{json}{interval}, 300, 'changed');
is($c->get("/monitors/$a")->{json}{version}, 2, '... a new version');
is($c->get("/monitors/$tcp")->{json}{interval}, 60, 'the invalid one is not');
is($t->value('SELECT m::text FROM monitors m WHERE id = ?', $foreign),
    $before, "somebody else's is as it was");
is($c->get("/monitors/$a")->{json}{status}, 'up', 'the status stays');

is_deeply(results($c->patch('/monitors', { ids => [$a, $b],
    patch => { interval => 300 } })), { $a => 'unchanged',
    $b => 'unchanged' }, 'the same again');
is($c->get("/monitors/$a")->{json}{version}, 2, '... no new version');

results($c->patch('/monitors', { ids => [$a, $b], add_tags => ['z', 'x'],
    remove_tags => ['y'] }));
is_deeply($c->get("/monitors/$a")->{json}{tags}, ['x', 'z'],
    'tags: added once, removed, in their order');
is_deeply($c->get("/monitors/$b")->{json}{tags}, ['z', 'x'], '... of both');
is_deeply(results($c->patch('/monitors', { ids => [$a, $b],
    patch => { tags => [map { "t$_" } 1 .. 20] }, add_tags => ['x'] })),
    { $a => 'invalid', $b => 'invalid' }, 'too many tags');

is_deeply(results($c->patch('/monitors', { ids => [$a, $b],
    patch => { paused => true } })), { $a => 'updated', $b => 'updated' },
    'pause');
is($c->get("/monitors/$b")->{json}{status}, 'paused', '... is paused');
is($c->get('/monitors')->{json}{counts}{paused}, 2, '... and counted');
results($c->patch('/monitors', { ids => [$b], patch => { paused => false } }));
is($c->get("/monitors/$b")->{json}{status}, 'pending', 'resume');

fields_ok($c->patch('/monitors', { ids => [$a] }), { '' => 'empty_patch' },
    'nothing to do');
fields_ok($c->patch('/monitors', { patch => { interval => 60 } }),
    { ids => 'required' }, 'for nobody');
fields_ok($c->patch('/monitors', { ids => [$a], patch => {} }),
    { patch => 'empty_patch' }, 'an empty patch');
fields_ok($c->patch('/monitors', { ids => [$a], patch => { interval => 1,
    colour => 1 }, add_tags => [''] }), { 'patch.interval' => 'out_of_range',
    'patch.colour' => 'unknown_field', 'add_tags[0]' => 'too_short' },
    'bad fields');
fields_ok($c->patch('/monitors', { ids => $_, patch => { interval => 60 } }),
    { ids => $_->[0] && @$_ == 1 ? 'wrong_type' : @$_ ? 'too_many'
        : 'too_short' }, 'bad ids')
    for [], [-1], ['x'], [1.5], [1 .. 1001];


# --- delete

is_deeply(results($c->delete('/monitors', { ids => [$tcp, $foreign, 7777] })),
    { $tcp => 'deleted', $foreign => 'not_found', 7777 => 'not_found' },
    'delete');
is($c->get("/monitors/$tcp")->{status}, 404, '... is gone');
is($other->get("/monitors/$foreign")->{status}, 200,
    "... somebody else's is not");
fields_ok($c->delete('/monitors', {}), { ids => 'required' }, 'delete what');


# --- versions

my $version = $c->get("/monitors/$a")->{json}{version};

for my $what (['POST', "/monitors/$a/resume"], ['POST', "/monitors/$a/pause"],
    ['PATCH', "/monitors/$a", { interval => 60 }], ['DELETE', "/monitors/$a"])
{
    my $res = $c->request(@$what[0, 1], $what->[2],
        headers => { 'If-Match' => '"1"' });
    problem_ok($res, 412, 'version_mismatch', "$what->[0] $what->[1]");
    is($res->{json}{version}, $version, '... says which it is');
}

is($c->get("/monitors/$a")->{json}{version}, $version, 'nothing happened');
is($c->post("/monitors/$a/resume", undef,
    headers => { 'If-Match' => "\"$version\"" })->{status}, 200,
    'the right version');

# a check changes the ETag, not the version
my $etag = $c->get("/monitors/$b")->{headers}{etag};
is($c->get("/monitors/$b", undef, headers => { 'If-None-Match' => $etag })
    ->{status}, 304, 'not modified');
$t->execute("UPDATE monitor_state SET last_checked_at = now(),
    last_outcome = 'up' WHERE monitor_id = ?", $b);
my $res = $c->get("/monitors/$b", undef,
    headers => { 'If-None-Match' => $etag });
is($res->{status}, 200, 'checked meanwhile');
is($c->get("/monitors/$b", undef, headers => { 'If-None-Match' =>
    $res->{headers}{etag} })->{status}, 304, '... once');
is($c->patch("/monitors/$b", { interval => 90 }, headers => { 'If-Match' =>
    $res->{headers}{etag} })->{status}, 200, '... and changes all the same');


# --- what a read-only key sees

my $push = made($c, type => 'push', url => 'push:', name => 'job');
my $url = $c->get("/monitors/$push")->{json}{push_url};
my %key;

for my $scope (qw(read write)) {
    my $secret = 's' x 42 . substr $scope, 0, 1;
    my $id = $t->value("INSERT INTO api_keys (owner_id, name, scope, hash)
        VALUES (?, 'x', ?, decode(?, 'hex')) RETURNING id", $user, $scope,
        sha256_hex($secret));
    $key{$scope} = $t->client("upk_${id}_$secret");
}

for my $path ("/monitors/$push", '/monitors?q=job', '/monitors?sort=status') {
    my $seen = $key{read}->get($path);
    is($seen->{status}, 200, "$path with a read key");
    unlike($seen->{content}, qr/\Q$url\E/, '... without the way to push');
    like($seen->{content}, qr{"push_url":"/api/v1/push/\*+"}, '... masked');
    like($key{write}->get($path)->{content}, qr/\Q$url\E/,
        '... with a write key it is there');
}

problem_ok($key{read}->patch('/monitors', { ids => [$b],
    patch => { paused => true } }), 403, 'read_only_key', 'and changes nothing');


# --- the quota

my $left = 12 - $t->value('SELECT count(*) FROM monitors WHERE owner_id = ?',
    $user);
is($c->post('/monitors', { url => 'http://127.0.0.1:81/' })->{status}, 201,
    "monitor of $left that are left") for 1 .. $left;
problem_ok($c->post('/monitors', { url => 'http://127.0.0.1:81/' }), 403,
    'quota_exceeded', 'one more');
fields_ok($c->post('/monitors', { url => 'tcp://127.0.0.1:81',
    method => 'GET', keyword_mode => 'absent', tls_resume => true }),
    { tls_resume => 'not_for_type' }, 'what is wrong comes first');
is($other->post('/monitors', { url => 'http://127.0.0.1:81/' })->{status},
    201, 'somebody else may');
$c->delete("/monitors/$b");
is($c->post('/monitors', { url => 'http://127.0.0.1:81/' })->{status}, 201,
    'one that is deleted makes room');


# --- parents: two at once, each behind the other

for my $case (['/monitors/Y', '{"parent_id":X}'],
    ['/monitors', '{"ids":[Y],"patch":{"parent_id":X}}'])
{
    my ($path, $body) = @$case;
    my $who = $t->user_client;
    my ($x, $y) = (made($who), made($who));

    my $dbh = $t->{cluster}->connect($t->{db});
    $dbh->begin_work;
    $dbh->do('SELECT account_lock((SELECT owner_id FROM monitors
        WHERE id = ?))', undef, $x);
    $dbh->do('UPDATE monitors SET parent_id = ? WHERE id = ?', undef, $y, $x);

    s/Y/$y/, s/X/$x/ for $path, $body;
    my $conn = $t->conn;
    $conn->send("PATCH /api/v1$path HTTP/1.1\r\nHost: x\r\n"
        . "Authorization: Bearer $who->{token}\r\n"
        . "Content-Type: application/json\r\nContent-Length: "
        . length($body) . "\r\n\r\n$body");
    until_ok { $t->value("SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'")
        == 1 } 10, "PATCH $path waits for the other";
    $dbh->commit;

    like($conn->response(10)->{content}, qr/"code":"cycle"/,
        '... and sees it') or diag($body);
    is($who->get("/monitors/$y")->{json}{parent_id}, undef, '... no circle');
}

done_testing;

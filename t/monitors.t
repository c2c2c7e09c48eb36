# Monitors through the API: create, read, patch, pause, delete.

use strict;
use warnings;
use utf8;

use Uptime::Test;

# the public policy, as in production: literal addresses need no network
my $t = Uptime::Test->new(allow => '');
$t->nginx;
my $c = $t->user_client;


# --- create

my $res = $c->post('/monitors', { url => 'https://Example.COM' });
is($res->{status}, 201, 'only the url is needed') or diag($res->{content});
my $m = $res->{json};
my $first = $m->{id};

like($res->{headers}{location} // '', qr{/api/v1/monitors/$first$},
    'Location');

my %times;
for my $field (qw(created_at updated_at status_since)) {
    $times{$field} = delete $m->{$field};
    like($times{$field}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
        "$field is RFC 3339");
}
is($times{created_at}, $times{updated_at}, 'not changed yet');
delete $m->{id};

is_deeply($m, {
    name              => 'example.com',
    type              => 'http',
    url               => 'https://example.com/',
    interval          => 60,
    timeout           => 10,
    method            => 'GET',
    headers           => {},
    body              => undef,
    expected_status   => '200-399',
    keyword           => undef,
    keyword_mode      => 'present',
    follow_redirects  => true,
    max_redirects     => 5,
    verify_tls        => true,
    degraded_after_ms => undef,
    failure_threshold => 2,
    retry_interval    => 10,
    cert_warn_days    => 14,
    cert_min_days     => undef,
    tags              => [],
    paused            => false,
    auth              => 'none',
    auth_user         => undef,
    auth_secret       => undef,
    ip_version        => 'any',
    tls_server_name   => undef,
    tls_resume        => false,
    assertions        => [],
    upside_down       => false,
    grace             => 60,
    parent_id         => undef,
    channel_ids       => [],
    push_token        => undef,
    push_url          => undef,
    status            => 'pending',
    last_check        => undef,
    cert_expires_at   => undef,
    version           => 1,
}, 'all defaults');

my %full = (
    name              => '  Shop ☃ "front"  ',
    type              => 'http',
    url               => 'http://shop.example.com:8080/a?b=c#d',
    interval          => 300,
    timeout           => 30,
    method            => 'POST',
    headers           => { 'X-Api-Key' => 'k1', Accept => '*/*' },
    body              => "a=1\nb=2",
    expected_status   => '200-299,304,401',
    keyword           => 'in stock',
    keyword_mode      => 'absent',
    follow_redirects  => false,
    max_redirects     => 3,
    verify_tls        => false,
    degraded_after_ms => 1500,
    failure_threshold => 5,
    retry_interval    => 15,
    cert_warn_days    => 7,
    cert_min_days     => 3,
    tags              => ['shop', 'front ☃'],
    paused            => true,
    auth              => 'basic',
    auth_user         => 'jürgen',
    auth_secret       => 'p:w ☃',
    ip_version        => '4',
    tls_server_name   => 'front.example.com',
    tls_resume        => true,
    upside_down       => true,
);

$res = $c->post('/monitors', \%full);
is($res->{status}, 201, 'every field given') or diag($res->{content});
my $given = $res->{json};
my %stored = (%full, auth_secret => '********', name => 'Shop ☃ "front"',
    url => 'http://shop.example.com:8080/a?b=c');
is_deeply({ map { $_ => $given->{$_} } keys %full }, \%stored,
    'every field comes back');
is($given->{status}, 'paused', 'created paused');

$res = $c->get("/monitors/$given->{id}");
is_deeply($res->{json}, $given, 'and is read back the same');


# --- refused

fields_ok($c->post('/monitors', {}), { url => 'required' }, 'no url');
fields_ok($c->post('/monitors', { url => 'ftp://example.com',
    interval => 9, colour => 'red', name => '', tags => 'x',
    method => 'BREW' }),
    { url => 'bad_scheme', interval => 'out_of_range',
    colour => 'unknown_field', name => 'too_short', tags => 'wrong_type',
    method => 'not_allowed' }, 'all errors at once');

for my $readonly (qw(id status version created_at updated_at last_check
    status_since cert_expires_at owner_id shard))
{
    fields_ok($c->post('/monitors', { url => 'https://example.com',
        $readonly => 1 }), { $readonly => 'unknown_field' },
        "$readonly cannot be set");
}


# field, lowest, highest
my @ranges = (
    [interval => 10, 86400], [timeout => 1, 60],
    [max_redirects => 0, 5], [failure_threshold => 1, 10],
    [retry_interval => 1, 3600], [cert_warn_days => 0, 365],
    [degraded_after_ms => 1, 60000], [cert_min_days => 1, 365],
);

for (@ranges) {
    my ($field, $min, $max) = @$_;

    for my $good ($min, $max) {
        my $r = $c->post('/monitors', { url => 'https://example.com',
            interval => 86400, timeout => 60, $field => $good });
        is($r->{status}, 201, "$field $good") or diag($r->{content});
    }

    for my $bad ($min - 1, $max + 1, 1e18, -1e18) {
        fields_ok($c->post('/monitors', { url => 'https://example.com',
            $field => 0 + $bad }), { $field => 'out_of_range' },
            "$field $bad");
    }

    for my $bad ('60', 60.5, [], {}, true) {
        my $r = $c->post('/monitors', { url => 'https://example.com',
            $field => $bad });
        fields_ok($r, { $field => 'wrong_type' }, "$field of a wrong type");
    }
}

for my $field (qw(follow_redirects verify_tls paused)) {
    for my $bad (1, 'true', undef) {
        my $r = $c->post('/monitors', { url => 'https://example.com',
            $field => $bad });
        is($r->{status}, 422, "$field must be a boolean");
    }
}

my @texts = (
    [name => 'x' x 201, 'too_long'], [name => "a\nb", 'control_character'],
    [name => '   ', 'too_short'], [name => 7, 'wrong_type'],
    [name => undef, 'null_not_allowed'],
    [url => undef, 'null_not_allowed'],
    [type => 'ping', 'not_allowed'], [keyword_mode => 'maybe', 'not_allowed'],
    [method => 'get', 'not_allowed'], [method => 'CONNECT', 'not_allowed'],
    [expected_status => '', undef], [expected_status => '99', undef],
    [expected_status => '600', undef], [expected_status => '300-200', undef],
    [expected_status => '200,', undef], [expected_status => 'abc', undef],
    [expected_status => '200-', undef], [expected_status => 200, undef],
    [expected_status => join(',', 200 .. 216), undef],
    [keyword => '', undef], [keyword => 'x' x 501, undef],
    [tags => [''], undef], [tags => ['x' x 1000], undef], [tags => [1], undef],
    [tags => [('a' .. 'z') x 8], undef], [tags => ["a\x07"], undef],
    [headers => [], 'wrong_type'], [headers => { 'a b' => 'c' }, undef],
    [headers => { a => "b\r\nHost: x" }, undef],
    [headers => { '' => 'x' }, undef], [headers => { a => 1 }, undef],
    [headers => { 'Host' => "x\0y" }, undef],
    [headers => { 'a:' => 'b' }, undef],
    [headers => { map { ("X-$_" => 'x') } 1 .. 100 }, undef],
);

for (@texts) {
    my ($field, $value, $code) = @$_;
    my $r = $c->post('/monitors', { url => 'https://example.com',
        $field => $value });
    my $shown = JSON::PP->new->canonical->allow_nonref->encode($value);
    my @fields = keys %{ field_errors($r) };

    # a NUL byte makes the text itself malformed
    if ($shown =~ /\\u0000/) {
        problem_ok($r, 400, 'malformed_json', "$field with a NUL");
        next;
    }

    is($r->{status}, 422, "$field " . substr $shown, 0, 40)
        or diag($r->{content});
    is(scalar(grep { !/^\Q$field\E(?:$|[\[.])/ } @fields), 0,
        '... that field');
    is(field_errors($r)->{$field}, $code, "... $code") if defined $code;
}


# --- targets

my %urls = (
    bad_url          => ['', 'example.com', 'http:', 'http://', '//x.com',
                         'https', 'http:/x', 'http:///x', 'x://'],
    bad_scheme       => ['ftp://example.com', 'file:///etc/passwd',
                         'gopher://example.com', 'dict://example.com:80/',
                         'javascript://x', 'ws://example.com',
                         'ldap://example.com', 'unix:///run/x'],
    url_credentials  => ['http://user@example.com/',
                         'http://user:pw@example.com/',
                         'http://:@example.com/',
                         'http://1.1.1.1@127.0.0.1/'],
    control_character => ["http://example.com/\r\nX: y", "http://exa mple.com",
                          "http://example.com/a b", "http://example.com/\tx",
                          "http://example.com/\x7f"],
    blocked_port     => ['http://example.com:25/', 'http://example.com:22',
                         'http://example.com:6379/', 'http://example.com:5432',
                         'https://example.com:11211/',
                         'http://example.com:6000/', 'http://example.com:0/'],
    blocked_address  => ['http://localhost/', 'http://a.localhost./',
                         'http://127.0.0.1/', 'http://127.1/',
                         'http://2130706433/', 'http://0x7f000001/',
                         'http://0177.0.0.1/', 'http://0/', 'http://10.1/',
                         'http://10.0.0.1/', 'http://192.168.1.1/',
                         'http://172.16.0.1/', 'http://172.31.255.255/',
                         'http://169.254.169.254/latest/',
                         'http://100.100.100.200/', 'http://168.63.129.16/',
                         'http://[::1]/', 'http://[::]/',
                         'http://[fe80::1]/', 'http://[fd00:ec2::254]/',
                         'http://[::ffff:127.0.0.1]/',
                         'http://[::ffff:8.8.8.8]/',
                         'http://[64:ff9b::7f00:1]/',
                         'http://[2002:7f00:1::]/', 'http://[2001::1]/',
                         'http://224.0.0.1/', 'http://255.255.255.255/',
                         'http://127.0.0.1./', 'http://%31%32%37.0.0.1/'],
);

for my $code (sort keys %urls) {
    for my $url (@{ $urls{$code} }) {
        my $r = $c->post('/monitors', { url => $url });
        my $got = field_errors($r)->{url} // 'none';
        is($r->{status}, 422, 'refused: ' . ($url =~ s/[\r\n\t]/./gr));
        ok($got ne 'none', "... a code: $got");
        is($got, $code, "... $code") if $code =~ /^blocked|cred|scheme/;
    }
}

# more forms that others read as something internal: never accepted
for my $url ('http://127.0.0.1:80\@example.com/', 'http://1.1.1.1\@127.0.0.1/',
    'http://①②⑦.0.0.1/', 'http://127。0。0。1/', 'http://[::1%25lo]/',
    'http://[fe80::1%25eth0]/', 'http://exa_mple..com/',
    'http://' . 'a' x 64 . '.com/', 'http://' . 'a.' x 130 . 'com/',
    'http://example.com:65536/', 'http://example.com:-1/',
    'http://example.com:8o/', 'http://[::1/', 'http://ex%00ample.com/',
    'http://ex%0d%0aample.com/', 'http://.../', 'http://./',
    'http://example.com/' . 'x' x 2048)
{
    my $r = $c->post('/monitors', { url => $url });
    is($r->{status}, 422, 'refused: ' . substr $url, 0, 50)
        or diag($r->{content});
}

my %accepted = (
    'https://example.com'            => 'https://example.com/',
    'HTTP://EXAMPLE.com:80/A'        => 'http://example.com/A',
    'https://example.com:443/'       => 'https://example.com/',
    'http://example.com:8080/x?y#z'  => 'http://example.com:8080/x?y',
    'http://8.8.8.8/'                => 'http://8.8.8.8/',
    'http://[2606:4700::1111]/'      => 'http://[2606:4700::1111]/',
    'http://134744072/'              => 'http://8.8.8.8/',
    'http://example.com/a/../b'      => 'http://example.com/b',
    'http://xn--nxasmq6b.example/'   => 'http://xn--nxasmq6b.example/',
);

for my $url (sort keys %accepted) {
    my $r = $c->post('/monitors', { url => $url });
    is($r->{status}, 201, "accepted: $url") or diag($r->{content});
    is($r->{json}{url}, $accepted{$url}, '... normalised');
}


# --- patch: a merge

$res = $c->patch("/monitors/$first", { interval => 30,
    tags => ['a'], keyword => 'ok', degraded_after_ms => 500 });
is($res->{status}, 200, 'patch') or diag($res->{content});
is($res->{json}{interval}, 30, 'changed');
is($res->{json}{url}, 'https://example.com/', 'the rest stays');
is($res->{json}{version}, 2, 'the version counts');
cmp_ok($res->{json}{updated_at}, 'ge', $times{created_at}, 'updated_at');
is($res->{json}{created_at}, $times{created_at}, 'created_at stays');

$res = $c->patch("/monitors/$first", { keyword => undef,
    degraded_after_ms => undef, tags => [] });
is($res->{json}{keyword}, undef, 'null takes the keyword away');
is($res->{json}{degraded_after_ms}, undef, 'and the limit');
is_deeply($res->{json}{tags}, [], 'and no tag is left');
is($res->{json}{version}, 3, 'version again');

fields_ok($c->patch("/monitors/$first", {}), { '' => 'empty_patch' },
    'an empty patch');
fields_ok($c->patch("/monitors/$first", { interval => 1, id => 5 }),
    { interval => 'out_of_range', id => 'unknown_field' },
    'patches are validated');
fields_ok($c->patch("/monitors/$first", { url => 'http://127.0.0.1/' }),
    { url => 'blocked_address' }, 'the address guard works here too');
is($c->get("/monitors/$first")->{json}{version}, 3,
    'a refused patch changes nothing');


# --- If-Match

$res = $c->get("/monitors/$first");
like($res->{headers}{etag} // '', qr/^(?:W\/)?"3"$/, 'ETag is the version');

for my $stale ('"2"', '"4"', 'W/"2"', '"x"', '"1", "2"', '3', '"3', '""', 'W/') {
    problem_ok($c->patch("/monitors/$first", { interval => 40 },
        headers => { 'If-Match' => $stale }), 412, 'version_mismatch',
        "If-Match: $stale");
}

is($c->get("/monitors/$first")->{json}{interval}, 30, 'unchanged');
$res = $c->patch("/monitors/$first", { interval => 40 },
    headers => { 'If-Match' => $res->{headers}{etag} });
is($res->{status}, 200, 'the current version') or diag($res->{content});
is($res->{json}{version}, 4, '... becomes old with it');
$res = $c->patch("/monitors/$first", { interval => 41 },
    headers => { 'If-Match' => '*' });
is($res->{status}, 200, 'If-Match: *') or diag($res->{content});

# nginx makes the ETag of an answer that it compresses a weak one
for my $tags ('W/"%d"', '"1", "%d"', '"x",W/"%d.7"') {
    my $good = sprintf $tags, $res->{json}{version};
    $res = $c->patch("/monitors/$first", { interval => 41 },
        headers => { 'If-Match' => $good });
    is($res->{status}, 200, "If-Match: $good");
}

problem_ok($c->delete("/monitors/$first", undef,
    headers => { 'If-Match' => '"1"' }), 412, 'version_mismatch',
    'a stale delete');
is($c->get("/monitors/$first")->{status}, 200, '... deletes nothing');


# --- pause, resume

$res = $c->post("/monitors/$first/pause");
is($res->{status}, 200, 'pause') or diag($res->{content});
is($res->{json}{paused}, true, 'paused');
is($res->{json}{status}, 'paused', 'status too');
my $version = $res->{json}{version};
$res = $c->post("/monitors/$first/pause");
is($res->{status}, 200, 'pausing twice is no error');
$res = $c->post("/monitors/$first/resume");
is($res->{json}{paused}, false, 'resumed');
isnt($res->{json}{status}, 'paused', 'status too');
cmp_ok($res->{json}{version}, '>', $version, 'each is a change');
is($c->patch("/monitors/$first", { paused => true })->{json}{status},
    'paused', 'pause by patch');


# --- the certificate is that of a URL

my $cert = $c->post('/monitors', { url => 'https://cert.example/' })
    ->{json}{id};
my %one = (ids => [$cert]);

for my $case (
    [1, 'another name', sub { $c->patch("/monitors/$cert", { name => 'x' }) }],
    [1, 'a pause', sub { $c->post("/monitors/$cert/pause") }],
    [1, 'its end', sub { $c->post("/monitors/$cert/resume") }],
    [0, 'another URL', sub { $c->patch("/monitors/$cert",
        { url => 'https://other.example/' }) }],
    [1, 'interval of many', sub { $c->patch('/monitors', { %one,
        patch => { interval => 90 } }) }],
    [0, 'type of many', sub { $c->patch('/monitors', { %one,
        patch => { type => 'tls', url => 'tls://other.example:443' } }) }],
    [0, 'another type', sub { $c->patch("/monitors/$cert",
        { type => 'push' }) }],
) {
    my ($stays, $name, $change) = @$case;
    $t->execute("UPDATE monitor_state SET cert_expires_at = now()
        + interval '5 days' WHERE monitor_id = ?", $cert);
    my $r = $change->();
    is($r->{status}, 200, $name) or diag($r->{content});
    my $got = $c->get("/monitors/$cert")->{json};
    is(defined $got->{cert_expires_at} ? 1 : 0, $stays,
        $stays ? '... leaves it' : '... has shown none yet')
        or diag($r->{content});
}

$c->delete("/monitors/$cert");


# --- delete

$res = $c->delete("/monitors/$first");
is($res->{status}, 204, 'delete');
is($res->{content}, '', 'no body');
problem_ok($c->get("/monitors/$first"), 404, 'not_found', 'gone');
problem_ok($c->delete("/monitors/$first"), 404, 'not_found', 'gone twice');
is($t->value('SELECT count(*) FROM monitor_state WHERE monitor_id = ?',
    $first), 0, 'and its state');


# --- ids that are none

for my $id (qw(0 -1 01 1x x 99999999999999999999 9223372036854775808 %31x
    1.0 1e3), '%20', '1%00')
{
    my $r = $c->get("/monitors/$id");
    ok($r->{status} == 404 || $r->{status} == 400, "id $id")
        or diag($r->{content});
}
problem_ok($c->get('/monitors/9223372036854775807'), 404, 'not_found',
    'the greatest id');


# --- another tenant

my $alien = $t->user_client;
my $admin = $t->user_client(role => 'admin');
my $mine = $c->post('/monitors', { url => 'https://mine.example/' })
    ->{json}{id};

for my $who ($alien, $admin) {
    for (['GET', ''], ['PATCH', '', { interval => 99 }], ['DELETE', ''],
        ['POST', '/pause'], ['POST', '/resume'], ['GET', '/checks'])
    {
        my ($method, $suffix, $body) = @$_;
        problem_ok($who->request($method, "/monitors/$mine$suffix", $body),
            404, 'not_found', "somebody else: $method /monitors/id$suffix");
    }

    is_deeply($who->get('/monitors')->{json}{items}, [],
        'somebody else: an empty list');
}

my $still = $c->get("/monitors/$mine")->{json};
is($still->{version}, 1, 'nothing of that changed it');
is($still->{paused}, false, 'nor paused it');

ok($c->kept, 'all of this on one connection');

done_testing;

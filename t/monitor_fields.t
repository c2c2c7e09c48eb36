# The kinds of monitors and the fields that go with them, through the API.

use strict;
use warnings;
use utf8;

use Uptime::Test;

# the public policy, as in production: literal addresses need no network
my $t = Uptime::Test->new(allow => '');
my $server = $t->nginx;
my $c = $t->user_client;


sub created {
    my ($fields, $name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $r = $c->post('/monitors', $fields);
    is($r->{status}, 201, $name) or diag($r->{content});
    return $r->{json};
}


sub patched {
    my ($m, $fields, $name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $r = $c->patch("/monitors/$m->{id}", $fields);
    is($r->{status}, 200, $name) or diag($r->{content});
    return $r->{json};
}


sub refused {
    my ($fields, $errors, $name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return fields_ok($c->post('/monitors', $fields), $errors, $name);
}


sub unpatched {
    my ($m, $fields, $errors, $name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    fields_ok($c->patch("/monitors/$m->{id}", $fields), $errors, $name);
    return is_deeply($c->get("/monitors/$m->{id}")->{json}, $m,
        '... and nothing has changed');
}


# --- the type follows the URL

# url => [normal form, type, name]
my %kinds = (
    'https://Example.com'        => ['https://example.com/', 'http',
                                     'example.com'],
    'http://example.com:8080/x'  => ['http://example.com:8080/x', 'http',
                                     'example.com'],
    'tcp://Mail.example.com:25/' => ['tcp://mail.example.com:25', 'tcp',
                                     'mail.example.com'],
    'tcp://[2606:4700::1111]:22' => ['tcp://[2606:4700::1111]:22', 'tcp',
                                     '[2606:4700::1111]'],
    'tls://example.com:993'      => ['tls://example.com:993', 'tls',
                                     'example.com'],
    'dns:Example.com'            => ['dns:example.com?type=A', 'dns',
                                     'example.com'],
    'dns://8.8.8.8/example.com?type=mx' => [
        'dns://8.8.8.8/example.com?type=MX', 'dns', 'example.com'],
    'icmp://example.com'         => ['icmp://example.com', 'icmp',
                                     'example.com'],
    'push:'                      => ['push:', 'push', 'Push'],
);

my %monitor;

for my $url (sort keys %kinds) {
    my ($normal, $type, $name) = @{ $kinds{$url} };
    my $m = created({ url => $url }, "create $url");
    is_deeply([@$m{qw(url type name)}], [$normal, $type, $name],
        '... type, name and normal form');
    is($c->get("/monitors/$m->{id}")->{json}{type}, $type, '... stored');
    $monitor{$type} = $m;

    $m = created({ url => $url, type => $type, name => 'x' },
        '... with its type');
    is($m->{name}, 'x', '... a name of its own');

    for my $other (grep { $_ ne $type } sort keys %monitor) {
        refused({ url => $url, type => $other },
            { type => 'type_mismatch' }, "... is not $other");
    }
}

refused({ type => 'tcp' }, { url => 'required' }, 'a type without a URL');
refused({}, { url => 'required' }, 'nothing at all');
refused({ url => 'https://example.com', type => 'ping' },
    { type => 'not_allowed' }, 'a type that there is not');

my %bad = (
    port_required   => ['tcp://example.com', 'tls://example.com:'],
    blocked_port    => ['tcp://example.com:5432', 'tcp://example.com:6379',
                        'tls://example.com:11211',
                        'dns://example.com:6379/a.example',
                        'http://example.com:25/'],
    bad_url         => ['tcp://', 'tcp://example.com:25/x', 'icmp://',
                        'icmp://example.com:1', 'dns:', 'dns://example.com',
                        'dns:a.example?x=y', 'example.com:25'],
    bad_record_type => ['dns:a.example?type=AXFR', 'dns:a.example?type='],
    bad_scheme      => ['udp://example.com:53', 'push:x', 'tcp:x:25',
                        'ssh://example.com:22'],
    url_credentials => ['tcp://u@example.com:25', 'icmp://u:p@example.com'],
    bad_host        => ['tcp://1.2.3.4.5:25', 'icmp://a..b', 'dns:127.0.0.1',
                        'tcp://[::1%25lo]:25'],
    blocked_address => ['tcp://127.0.0.1:25', 'tcp://127.1:25',
                        'tls://[::1]:443', 'tls://localhost:443',
                        'icmp://169.254.169.254', 'icmp://10.0.0.1',
                        'icmp://[::ffff:127.0.0.1]',
                        'dns://192.168.1.1/example.com',
                        'dns://[fd00::1]:5353/example.com'],
);

for my $code (sort keys %bad) {
    refused({ url => $_ }, { url => $code }, "$code: $_")
        for @{ $bad{$code} };
}


# --- fields that the type has no use for

# field => [a value that is not the default, types that have it]
my %fields = (
    method            => ['POST', 'http'],
    headers           => [{ A => 'b' }, 'http'],
    body              => ['x', qw(http tcp)],
    expected_status   => ['200', 'http'],
    keyword           => ['x', qw(http tcp dns)],
    keyword_mode      => ['absent', qw(http tcp dns)],
    follow_redirects  => [false, 'http'],
    max_redirects     => [1, 'http'],
    verify_tls        => [false, qw(http tls)],
    degraded_after_ms => [5, qw(http tcp tls dns icmp push)],
    cert_warn_days    => [1, qw(http tls)],
    cert_min_days     => [1, qw(http tls)],
    ip_version        => ['6', qw(http tcp tls dns icmp)],
    tls_server_name   => ['a.example', qw(http tls)],
    tls_resume        => [true, 'http'],
    grace             => [1, 'push'],
    upside_down       => [true, qw(http tcp tls dns icmp push)],
    interval          => [11, qw(http tcp tls dns icmp push)],
    timeout           => [11, qw(http tcp tls dns icmp push)],
    failure_threshold => [1, qw(http tcp tls dns icmp push)],
    retry_interval    => [11, qw(http tcp tls dns icmp push)],
    tags              => [['x'], qw(http tcp tls dns icmp push)],
);

for my $field (sort keys %fields) {
    my ($value, @types) = @{ $fields{$field} };

    for my $type (sort keys %monitor) {
        my $m = $monitor{$type};
        my $default = $m->{$field};

        if (grep { $_ eq $type } @types) {
            my $new = created({ url => $m->{url}, $field => $value },
                "$type has $field");
            is_deeply($new->{$field}, $value, '... as given');
            next;
        }

        refused({ url => $m->{url}, $field => $value },
            { $field => 'not_for_type' }, "$type has no $field");
        unpatched($m, { $field => $value }, { $field => 'not_for_type' },
            '... by patch');
        is(created({ url => $m->{url}, $field => $default },
            '... its default is no fault')->{type}, $type, '... type');
    }
}

refused({ url => 'icmp://example.com', method => 'POST', grace => 1,
    keyword => 'x' }, { method => 'not_for_type', grace => 'not_for_type',
    keyword => 'not_for_type' }, 'all of them at once');

refused({ url => "tcp://example.com:$_", body => "EHLO x\r\n" },
    { body => 'not_for_port' }, "nothing is sent to port $_")
    for 25, 465, 587, 2525;
unpatched(created({ url => 'tcp://example.com:25', keyword => '220' },
    'but a mail server may be asked for its greeting'),
    { body => 'x' }, { body => 'not_for_port' }, 'also by patch');
created({ url => 'tcp://example.com:2', body => 'x' }, 'another port');


# --- another type

my $m = created({ url => 'https://example.com', method => 'POST',
    body => 'hello', keyword => 'x', auth => 'bearer',
    auth_secret => 'token-1', interval => 30, degraded_after_ms => 7,
    headers => { A => 'b' } }, 'an http monitor');

unpatched($m, { url => 'tcp://example.com:25' }, { type => 'type_mismatch' },
    'a URL of another type');
unpatched($m, { type => 'tcp' }, { type => 'type_mismatch' },
    'another type for the URL');
unpatched($m, { type => 'icmp', url => 'icmp://example.com', method => 'PUT' },
    { method => 'not_for_type' }, 'a field that the new type has not');

$m = patched($m, { type => 'tcp', url => 'tcp://example.com:7' },
    'type and URL');
is_deeply({ map { $_ => $m->{$_} } qw(type url method body keyword auth
    auth_secret interval degraded_after_ms headers status) },
    { type => 'tcp', url => 'tcp://example.com:7', method => 'GET',
    body => 'hello', keyword => 'x', auth => 'none', auth_secret => undef,
    interval => 30, degraded_after_ms => 7, headers => {},
    status => 'pending' },
    '... what the type has not is the default again, the rest stays');
is($t->value('SELECT auth_secret FROM monitors WHERE id = ?', $m->{id}),
    undef, '... and the secret is gone');

$m = patched($m, { type => 'push' }, 'to push, without a URL');
is($m->{url}, 'push:', '... has none');
unpatched($m, { type => 'http' }, { type => 'type_mismatch' },
    'back needs a URL');
$m = patched($m, { type => 'http', url => 'https://example.com/x' }, 'back');
is($m->{push_token}, undef, '... the token is gone');


# --- push

my %token;

for (1 .. 5) {
    my $push = created({ type => 'push' }, 'a push monitor without a URL');
    is($push->{url}, 'push:', '... its URL');
    like($push->{push_token}, qr/^[0-9a-f]{64}$/, '... a token');
    is($push->{push_url}, "/api/v1/push/$push->{push_token}", '... a path');
    $token{ $push->{push_token} }++;
    $m = $push;
}

is(scalar keys %token, 5, 'every token is another one');
is(patched($m, { name => 'y', grace => 0 }, 'patch')->{push_token},
    $m->{push_token}, 'a patch keeps it');
is($c->get($m->{push_url} =~ s{^/api/v1}{}r)->{status}, 200,
    'the path works');

for my $readonly (qw(push_token push_url)) {
    refused({ type => 'push', $readonly => 'x' },
        { $readonly => 'unknown_field' }, "$readonly cannot be chosen");
}

for my $bad (-1, 30 * 86400 + 1) {
    refused({ type => 'push', grace => $bad }, { grace => 'out_of_range' },
        "grace $bad");
}

for my $good (0, 30 * 86400) {
    is(created({ type => 'push', grace => $good }, "grace $good")->{grace},
        $good, '... stored');
}


# --- credentials

my $secret = 'tOp-Secret-4711';
my $url = 'https://creds.example.com/';

$m = created({ url => $url, auth => 'basic', auth_user => 'joe',
    auth_secret => $secret }, 'basic');
is_deeply([@$m{qw(auth auth_user auth_secret)}],
    ['basic', 'joe', '********'], '... the secret is masked');
unlike($_->{content}, qr/$secret/, '... everywhere')
    for $c->get("/monitors/$m->{id}"), $c->get('/monitors');


# the database has it only sealed: t/sealed.t
sub stored {
    my ($found) = grep { $_->{url} eq $url }
        @{ $c->get('/monitors/export?secrets=true')->{json}{monitors} };
    return $found->{auth_secret};
}


is(stored(), $secret, '... and stored');
$m = patched($m, { auth_secret => '********', name => 'x' }, 'the mask');
is(stored(), $secret, '... keeps it');
$m = patched($m, { auth_user => 'jim' }, 'another user');
is(stored(), $secret, '... keeps it, too');
$m = patched($m, { auth_secret => 'another' }, 'another secret');
is(stored(), 'another', '... is stored');
$m = patched($m, { auth_secret => undef }, 'no password');
is(stored(), undef, '... is one, too');
unpatched($m, { auth => 'bearer' }, { auth_secret => 'required' },
    'bearer needs a token');
$m = patched($m, { auth => 'bearer', auth_secret => $secret }, 'bearer');
is($m->{auth_user}, undef, '... has no user');
unpatched($m, { auth => 'basic' }, { auth_user => 'required' },
    'basic needs a user');
unpatched($m, { auth_secret => undef }, { auth_secret => 'required' },
    'bearer cannot be without');
unpatched($m, { headers => { authorization => 'x' } },
    { 'headers.Authorization' => 'duplicate_header' }, 'two credentials');
$m = patched($m, { auth => 'none' }, 'none');
is(stored(), undef, '... forgets the secret');
unpatched($m, { auth_secret => 'x' }, { auth_secret => 'not_for_auth' },
    'a secret for nothing');
unpatched($m, { auth_user => 'x' }, { auth_user => 'not_for_auth' },
    'a user for nothing');
$m = patched($m, { headers => { Authorization => 'x y' } },
    'a header of its own');

refused({ url => $url, auth => 'basic' }, { auth_user => 'required' },
    'basic without a user');
refused({ url => $url, auth => 'bearer' }, { auth_secret => 'required' },
    'bearer without a token');
refused({ url => $url, auth => 'bearer', auth_secret => '********' },
    { auth_secret => 'required' }, 'a mask is no token');
refused({ url => $url, auth => 'basic', auth_user => 'a:b' },
    { auth_user => 'bad_auth_user' }, 'a colon');
refused({ url => $url, auth => 'basic', auth_user => "a\nb",
    auth_secret => "x\r\nHost: y" }, { auth_user => 'control_character',
    auth_secret => 'control_character' }, 'line ends');
refused({ url => $url, auth => 'digest' }, { auth => 'not_allowed' },
    'another kind of auth');


# --- names of hosts

$m = created({ url => $url, tls_server_name => ' WWW.Example.com. ' },
    'a name for TLS');
like($m->{tls_server_name}, qr/^www\.example\.com$/, '... normal form');
refused({ url => $url, tls_server_name => $_ },
    { tls_server_name => 'bad_host' }, "tls_server_name $_")
    for '127.0.0.1', '[::1]', 'a b', 'a..b', 'a:443', "b\x{fc}cher.example";

$m = created({ url => $url, headers => { Host => 'Other.example:8443' } },
    'a Host of its own');
is_deeply($m->{headers}, { Host => 'Other.example:8443' }, '... stored');
refused({ url => $url, headers => { host => $_ } },
    { 'headers.host' => 'bad_host' }, "Host $_")
    for '', 'a b', 'a/b', 'a@b', "b\x{fc}cher.example";


# --- If-Match goes first

problem_ok($c->patch("/monitors/$m->{id}", { type => 'icmp' },
    headers => { 'If-Match' => '"99"' }), 412, 'version_mismatch',
    'an old version, whatever else is wrong');


# --- secrets are not logged

is(scalar $server->log_lines(qr/$secret/), 0, 'no secret in the log');

done_testing;

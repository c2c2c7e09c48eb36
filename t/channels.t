# Channels: their fields, secrets that nobody reads again, tests of every kind
# with real parts, the guard.  Telegram's API is a fake.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_base64);
use JSON::PP qw(decode_json);
use MIME::Base64 qw(encode_base64);
use Uptime::Sink;
use Uptime::Test;

plan skip_all => Uptime::Sink::unable() if Uptime::Sink::unable();

my $t = Uptime::Test->new;
my $sink = Uptime::Sink->start(dir => "$t->{dir}/sink");
$t->nginx(directives => join "\n",
    'uptime_telegram_url ' . $sink->url('', 'telegram') . ';',
    'uptime_dashboard_url https://uptime.example.com/;',
    'uptime_smtp 127.0.0.1:' . $sink->port('plain')
        . ' tls=off from=uptime@example.com;',
    'uptime_alert_timeout 3s;');
my ($uid, $token) = $t->user;
my $c = $t->client($token);
my $admin = $t->user_client(role => 'admin');

my $secret = 'whsec_' . encode_base64('0123456789abcdef0123456789', '');
my $hook = { kind => 'webhook', name => 'Hook', config => {
    url => $sink->url('/hook'), secret => $secret,
    headers => { 'X-Key' => 'planted-header' } } };


sub tried {
    my ($kind, $config, %o) = @_;

    $t->execute("DELETE FROM throttles");
    my $r = ($o{client} // $c)->post('/channels/test',
        { kind => $kind, config => $config });
    is($r->{status}, 200, 'tried') or diag($r->{content});
    return $r->{json};
}


# --- made, read, changed, deleted

my $r = $c->get('/channels');
is_deeply($r->{json}, { items => [], next_cursor => undef,
    monitors_without => 0 }, 'none at first');

$r = $c->post('/channels', $hook);
is($r->{status}, 201, 'made') or diag($r->{content});
my $ch = $r->{json};
my $path = "/channels/$ch->{id}";
is($ch->{config}{secret}, '********', 'the secret comes back masked');
is_deeply($ch->{config}{headers}, { 'X-Key' => '********' },
    'values of headers, too');
is($ch->{config}{url}, $sink->url('/hook'), 'the URL can be read');
is_deeply($ch->{events}, [qw(down up degraded cert)], 'all events');
ok($ch->{enabled} && !$ch->{is_default}, 'on, and no default');

my $dump = join ' ', map { $_->{t} } map { $t->sql("SELECT t::text AS t
    FROM $_ t") } qw(channels audit);
unlike($dump, qr/planted-header|whsec_/, 'the database has no secret');

$r = $c->patch($path, { name => 'Other', config => { method => 'PUT',
    headers => { 'X-Key' => '********', 'X-New' => 'n' } } });
is($r->{status}, 200, 'changed') or diag($r->{content});
is($r->{json}{version}, 2, 'version');
$r = $c->post("$path/test");
is_deeply([@{ $r->{json} }{qw(delivered permanent)}], [true, false],
    'a test of the stored one') or diag($r->{content});
my ($hit) = reverse $sink->hits;
is($hit->{method}, 'PUT', 'with the new method');
is($hit->{headers}{'x-key'}, 'planted-header', 'what was masked stays');
is($hit->{headers}{'x-new'}, 'n', 'what is new is there');

$r = $c->patch($path, { config => { secret => undef } });
ok(!exists $r->{json}{config}{secret}, 'null takes a member away');
$r = $c->patch($path, { config => { url => undef, nonsense => 1 } });
fields_ok($r, { 'config.url' => 'required',
    'config.nonsense' => 'unknown_field' }, 'but not one that is needed');
problem_ok($c->patch($path, { name => 'x' },
    headers => { 'If-Match' => '"1"' }), 412, 'version_mismatch', 'stale');
fields_ok($c->patch($path, { kind => 'slack' }), { kind => 'unknown_field' },
    'the kind stays');
is($t->value("SELECT string_agg(event, ' ' ORDER BY id) FROM audit
    WHERE user_id = ?", $uid), 'channel_created channel_changed'
    . ' channel_changed', 'the audit trail knows');
is($c->delete($path)->{status}, 204, 'deleted');
problem_ok($c->get($path), 404, 'not_found', 'and gone');


# --- everything wrong at once

fields_ok($c->post('/channels', { kind => 'carrier', name => '',
    events => ['up', 'sideways'], resend_after => 0, enabled => 1,
    surprise => 1 }), { kind => 'not_allowed', name => 'too_short',
    events => 'not_allowed', resend_after => 'out_of_range',
    enabled => 'wrong_type', surprise => 'unknown_field' }, 'the object');

for my $case (
    [webhook => { url => 'ftp://x/', secret => 'short', method => 'GET',
        headers => { 'Webhook-Id' => 'x' }, body => '{{monitor.nmae}}' },
        { url => 'bad_scheme', secret => 'bad_secret',
        method => 'not_allowed', headers => 'refused_header',
        body => 'unknown_placeholder' }],
    [webhook => { url => 'http://example.com/', headers => { map {
        ("X-$_" => '"' x 500) } 1 .. 10 } }, { headers => 'too_long' }],
    [webhook => { url => 'http://10.0.0.1/', body => '{"a": {{text}}}' },
        { url => 'blocked_address', body => 'bad_json' }],
    [webhook => { url => 'http://example.com:25/' }, { url => 'blocked_port' }],
    [slack => {}, { url => 'required' }],
    [discord => { url => 'http://[::1]/' }, { url => 'blocked_address' }],
    [telegram => { bot_token => '1:2/../secret', chat_id => "1\r\n" . 'x y' },
        { bot_token => 'bad_characters', chat_id => 'control_character' }],
    [email => { to => [] }, { to => 'too_short' }],
    [email => { to => ["a\@example.com>\r\nBcc: x\@example.com", 'nobody'] },
        { 'to[0]' => 'control_character' }],
    [email => { to => ['a@example.com', 'a b@example.com', 'x'] },
        { 'to[1]' => 'bad_email', 'to[2]' => 'bad_email' }],
    [ntfy => { topic => 'a/b', priority => 9 },
        { topic => 'bad_characters', priority => 'out_of_range' }],
) {
    my ($kind, $config, $errors) = @$case;
    my %expected = map { ("config.$_" => $errors->{$_}) } keys %$errors;
    fields_ok($c->post('/channels', { kind => $kind, config => $config }),
        \%expected, "$kind: " . join ', ', sort keys %$errors);
}

fields_ok($c->post('/channels', { %$hook, templates => {
    down => { subject => '{{monitor.name}} {{evil}}', text => '{{' },
    sideways => {}, up => { more => 1 } } }), {
    'templates.down.subject' => 'unknown_placeholder',
    'templates.down.text' => 'bad_template',
    'templates.sideways' => 'unknown_field',
    'templates.up.more' => 'unknown_field' }, 'templates');
like($c->post('/channels', { %$hook, templates => {
    down => { text => '{{evil}}' } } })->{content}, qr/\{\{evil\}\}/,
    'the placeholder is named');
fields_ok($c->post('/channels', { kind => 'console' }),
    { kind => 'not_allowed' }, 'the console is for administrators');


# --- webhook: the standard's headers and signature

ok(tried(webhook => $hook->{config})->{delivered}, 'delivered');
($hit) = reverse $sink->hits;
my $h = $hit->{headers};
like($h->{'webhook-id'}, qr/^test-\w+$/, 'webhook-id');
cmp_ok(abs($h->{'webhook-timestamp'} - time), '<', 60, 'webhook-timestamp');
my $mac = hmac_sha256_base64("$h->{'webhook-id'}.$h->{'webhook-timestamp'}."
    . $hit->{body}, '0123456789abcdef0123456789');
is($h->{'webhook-signature'}, "v1,$mac=", 'webhook-signature');
my $body = decode_json($hit->{body});
is($body->{type}, 'uptime.test', 'type');
like($body->{data}{text}, qr/This is a test/, 'text');
is($body->{data}{link}, 'https://uptime.example.com/', 'link');

my ($d, $p);
$d = tried(webhook => { url => $sink->url('/status/410') });
is_deeply([@$d{qw(delivered permanent)}], [false, true], '410 is for good');
like($d->{detail}, qr/^410.*what the provider says$/, '... with its answer');
$d = tried(webhook => { %{ $hook->{config} }, url => $sink->url('/echo') });
like($d->{detail}, qr/^403.*x-key: \*{14}/i, 'an answer that repeats a secret');
$d = tried(slack => { url => $sink->url('/echo/T1/planted-url') });
like($d->{detail}, qr{^403.*: /echo/T1/\*{11} }, '... in a URL');
$d = tried(webhook => { url => $sink->url('/status/500') });
is_deeply([@$d{qw(delivered permanent)}], [false, false], '500 is not');
$d = tried(webhook => { url => $sink->url('/text/9000') });
cmp_ok(length $d->{detail}, '<=', 500, 'a long answer is cut');
like($d->{detail}, qr/\?\[31m  A\?xxx|\[31m  A\?xxx/, '... and made harmless');
$d = tried(webhook => { url => $sink->url('/hang') });
like($d->{detail}, qr/in time/, 'one that hangs');
$d = tried(webhook => { url => 'http://127.0.0.1:'
    . Uptime::Util::free_port() . '/' });
ok(!$d->{delivered}, 'nobody listens: ' . $d->{detail});

my $n = () = $sink->hits;
$d = tried(webhook => { url => $sink->url('/to/http%3A%2F%2F127.0.0.1%3A'
    . $sink->port('http') . '%2Fsecret') });
like($d->{detail}, qr/redirects are not followed/, 'a redirect');
is(scalar(() = $sink->hits), $n + 1, '... is not followed');

$r = tried(webhook => { url => $sink->url('/own'), content_type =>
    'application/json', body => '{"t": "{{text}}", "s": "{{subject}}"}' });
($hit) = reverse $sink->hits;
is(decode_json($hit->{body})->{s}, 'Test message', 'a body of one\'s own');

$p = $c->post('/channels/preview', { kind => 'webhook', config => {
    url => $sink->url('/own'), content_type => 'Application/JSON',
    body => '{"s": "{{subject}}"}' }, templates => { down => {
    subject => 'a "b"', text => 'x' } } })->{json};
is(eval { decode_json($p->{body})->{s} }, 'a "b"', 'JSON in capitals, too');


# --- Telegram (a fake)

my $bot = { bot_token => '123456:fake-token', chat_id => '42' };
ok(tried(telegram => $bot)->{delivered}, 'Telegram');
($hit) = reverse $sink->hits;
$body = decode_json($hit->{body});
is($body->{chat_id}, '42', '... to the chat');
like($body->{text}, qr{^<b>Test message</b>\n}, '... as HTML');
$d = tried(telegram => { %$bot, chat_id => 'blocked' });
ok($d->{permanent}, 'blocked by the user');
like($d->{detail}, qr/bot was blocked/, '... says why');
ok(tried(telegram => { %$bot, chat_id => 'nowhere' })->{permanent},
    'no such chat');
ok(tried(telegram => { %$bot, bot_token => '999999:wrong-token' })->{permanent},
    'a wrong token');
$d = tried(telegram => { %$bot, chat_id => 'slow' });
ok(!$d->{permanent} && !$d->{delivered}, '429 is not for good');
$d = tried(telegram => { %$bot, chat_id => 'broken' });
ok(!$d->{permanent} && !$d->{delivered}, 'nor is 502');


# --- Slack, Discord, ntfy, console

for my $kind (qw(slack discord)) {
    ok(tried($kind => { url => $sink->url("/$kind") })->{delivered}, $kind);
    ok(tried($kind => { url => $sink->url('/status/404') })->{permanent},
        '... which is gone');
    $r = $c->post('/channels', { kind => $kind,
        config => { url => $sink->url('/planted-url') } });
    unlike($r->{content}, qr/planted-url/, '... its URL is the secret');
}

ok(tried(ntfy => { server => $sink->url('/'), topic => 'alerts',
    token => 'tk_planted' })->{delivered}, 'ntfy');
($hit) = reverse $sink->hits;
is($hit->{headers}{authorization}, 'Bearer tk_planted', '... with its token');
is(decode_json($hit->{body})->{topic}, 'alerts', '... and topic');
ok(tried(console => {}, client => $admin)->{delivered}, 'console');


# --- previews: nothing is sent, markup is text

$n = () = $sink->hits;

sub preview {
    my ($kind, %o) = @_;

    my $p = $c->post('/channels/preview', { kind => $kind, %o });
    is($p->{status}, 200, "preview of $kind") or diag($p->{content});
    return $p->{json};
}

my $evil = '<b>&*x* @everyone {{monitor.name}}';
my %evil = (templates => { down => { subject => $evil,
    text => "$evil\n{{note}}\nend" } });
$p = preview('webhook', config => { url => 'http://example.com/' }, %evil);
is($p->{subject}, '<b>&*x* @everyone Example', 'filled in');
is($p->{text}, "$p->{subject}\nend", 'a line without values is left out');
$p = preview('telegram', config => $bot, %evil);
like($p->{body}, qr/<b>&lt;b&gt;&amp;\*x\*/, 'Telegram: escaped');
unlike($p->{body}, qr/fake-token/, '... and no token');
$p = preview('slack', config => { url => 'http://example.com/' }, %evil);
like(decode_json($p->{body})->{text}, qr/^&lt;b&gt;&amp;/, 'Slack: escaped');
$p = preview('discord', config => { url => 'http://example.com/' }, %evil);
like(decode_json($p->{body})->{embeds}[0]{title}, qr/^<b\\>&\\\*x\\\*/,
    'Discord: escaped');
$p = preview('discord', config => { url => 'http://example.com/' },
    templates => { down => { text => "_a_ https://x.example/_b_~c#d_ _e_" } });
is(decode_json($p->{body})->{embeds}[0]{description},
    '\\_a\\_ https://x.example/_b_~c#d_ \\_e\\_', '... but no link');
is_deeply(decode_json($p->{body})->{allowed_mentions}, { parse => [] },
    '... and calls nobody');
$p = preview('email', config => { to => ['a@example.com'] }, event => 'up');
like($p->{text}, qr/was down for 3 min 7 s, from \d{4}-/, 'up: for how long');
like($p->{text}, qr{https://uptime\.example\.com/monitors/1$}, '... a link');
is(preview('email', config => { to => ['a@example.com'] }, event => 'cert')
    ->{subject}, 'Certificate: Example', 'cert');
is(scalar(() = $sink->hits), $n, 'nothing was sent');


# --- which monitors use them

my %url = (url => 'http://example.com/');
my ($default, $other) = map { $c->post('/channels', { %$hook, is_default =>
    $_ })->{json}{id} } true, false;
my $foreign = $admin->post('/channels', $hook)->{json}{id};
my $m = $c->post('/monitors', \%url)->{json};
is_deeply($m->{channel_ids}, [$default], 'a new monitor takes the default');
is_deeply($c->post('/monitors', { %url, channel_ids => [] })->{json}
    {channel_ids}, [], '... unless it wants none');
$r = $c->patch("/monitors/$m->{id}", { channel_ids => [$other, $other] });
is_deeply($r->{json}{channel_ids}, [$other], 'another one');
is($t->value('SELECT string_agg(channel_id::text, \',\') FROM
    monitor_channels WHERE monitor_id = ?', $m->{id}), $other, '... stored');
fields_ok($c->patch("/monitors/$m->{id}", { channel_ids => [$foreign] }),
    { channel_ids => 'unknown_channel' }, 'not somebody else\'s');
fields_ok($c->post('/monitors', { %url, channel_ids => [$foreign, 10 ** 9] }),
    { channel_ids => 'unknown_channel' }, '... nor for a new one');
fields_ok($c->post('/monitors', { %url, channel_ids => ['x'] }),
    { channel_ids => 'wrong_type' }, '... nor what is no id');
is($c->get("/channels/$other")->{json}{monitors}, 1, 'the channel counts it');
$c->delete("/channels/$other");
is_deeply($c->get("/monitors/$m->{id}")->{json}{channel_ids}, [],
    'a channel that is deleted is gone from its monitors');

my ($later, $also) = map { $c->post('/channels', $hook)->{json}{id} } 1, 2;
my @ids = sort { $a <=> $b } map { $_->{id} } @{ $c->get('/monitors')
    ->{json}{items} };
my $without = $c->get('/channels')->{json}{monitors_without};
is($without, scalar(grep { !@{ $c->get("/monitors/$_")->{json}{channel_ids} } }
    @ids), 'how many tell nobody');
cmp_ok($without, '>', 1, '... that is some');

sub bulk_results {
    my $res = $c->patch('/monitors', { ids => \@ids, @_ });

    is($res->{status}, 200, 'answered') or diag($res->{content});
    return [map { $_->{result} } @{ $res->{json}{items} }];
}

bulk_results(patch => { channel_ids => [] });
$c->patch("/monitors/$ids[0]", { channel_ids => [$later] });
is_deeply(bulk_results(add_channels => [$later]),
    ['unchanged', ('updated') x $#ids], 'for those that do not have it');
is($c->get('/channels')->{json}{monitors_without}, 0, '... all tell somebody');
is_deeply(bulk_results(add_channels => [$also], remove_channels => [$later]),
    [('updated') x @ids], 'another instead');
is_deeply($c->get("/monitors/$ids[0]")->{json}{channel_ids}, [$also],
    '... and no other');
is_deeply(bulk_results(add_channels => [$foreign]), [('invalid') x @ids],
    'not somebody else\'s');
$c->delete("/channels/$also");
is_deeply(bulk_results(remove_channels => [$also]), [('unchanged') x @ids],
    'nothing to take away');


# --- the log of deliveries

$t->execute("INSERT INTO deliveries (owner_id, channel_id, message_id, event,
    attempt, status, code, detail) SELECT ?, ?, 'm' || i, 'down', i,
    'temporary', 500, '500: refused' FROM generate_series(1, 3) i", $uid,
    $default);
$r = $c->get("/channels/$default/deliveries?limit=2");
is_deeply([map { $_->{attempt} } @{ $r->{json}{items} }], [3, 2],
    'newest first');
$r = $c->get("/channels/$default/deliveries?limit=2&cursor="
    . $r->{json}{next_cursor});
is_deeply([map { $_->{attempt} } @{ $r->{json}{items} }], [1], 'and the rest');
problem_ok($c->get("/channels/$foreign/deliveries"), 404, 'not_found',
    'of one\'s own channels');


# --- limits

$t->execute('DELETE FROM throttles');
my @status = map { $c->post('/channels/test', { kind => 'webhook',
    config => { url => $sink->url } })->{status} } 1 .. 11;
is_deeply(\@status, [(200) x 10, 429], '10 tests in a minute');
$t->execute("INSERT INTO channels (owner_id, name, kind, events)
    SELECT ?, 'x', 'console', '{up}' FROM generate_series(1, 100)", $uid);
problem_ok($c->post('/channels', $hook), 409, 'too_many_channels',
    '100 channels');


# --- logs

my $log = join '', map { Uptime::Util::slurp($_) } $t->server->error_log,
    "$t->{dir}/nginx0/access.log";
unlike($log, qr/planted|whsec_|fake-token/, 'no secret in a log');

done_testing;

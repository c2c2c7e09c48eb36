# Mail through a real server: STARTTLS, TLS, authentication, refusals, what
# is in a message, servers that stop in the middle or never say goodbye.

use strict;
use warnings;
use utf8;

use Encode qw(decode_utf8 encode_utf8);
use MIME::Base64 qw(decode_base64);
use Time::HiRes qw(time);
use Uptime::Sink;
use Uptime::Test;
use Uptime::Util qw(slurp spew);

plan skip_all => Uptime::Sink::unable() if Uptime::Sink::unable();

my $t = Uptime::Test->new;
my $sink = Uptime::Sink->start(dir => "$t->{dir}/sink");
my ($uid, $token) = $t->user;

spew("$t->{dir}/good", "correct horse\n");
spew("$t->{dir}/bad", "planted-password\n");


sub nginx {
    my ($server, $rest, %o) = @_;

    return $t->nginx(%o, directives => "uptime_smtp $server $rest"
        . ' from=uptime@example.com "name=' . encode_utf8('Überwachung, <x>')
        . '";'
        . ' uptime_trusted_certificate ' . $sink->ca_file . ';'
        . ' uptime_alert_timeout 4s;');
}

my $n = 0;

sub tried {
    my ($to, %o) = @_;

    $t->execute('DELETE FROM throttles');
    my $r = $t->client($token, $n)->post('/channels/test', { kind => 'email',
        config => { to => [$to] }, %o });
    is($r->{status}, 200, "tried: $to") or diag($r->{content});
    return $r->{json};
}


# --- STARTTLS and authentication

nginx('localhost:' . $sink->port('starttls'),
    "user=uptime password_file=$t->{dir}/good", checker => 1);
my $evil = "Ünïcödé =?UTF-8?B?eA==?= {{monitor.name}} " . 'x' x 80;
my $d = tried('me@example.org', templates => { test => {
    subject => $evil, text => "first line\n.\n..\n<b>&\nFrom here" } });
is_deeply([@$d{qw(delivered permanent)}], [true, false], 'delivered')
    or diag($d->{detail});
like($d->{detail}, qr/^250: accepted: 250 OK queued as 42$/,
    'with the server\'s answer');
my ($mail) = $sink->mails;
like($mail->{data}, qr/^Subject: Test message\r?$/m,
    'a test has nothing that a user has written');
like($mail->{data}, qr/^Message-ID: <test-\w+\@example\.com>\r?$/m,
    '... and an id of its own');
is($mail->{user}, 'uptime', 'logged in');
ok($mail->{tls}, 'encrypted');
is($mail->{from}, 'uptime@example.com', 'from');
is_deeply($mail->{to}, ['me@example.org'], 'to');


# --- the message

my $c = $t->client($token);
my $channel = $c->post('/channels', { kind => 'email', config =>
    { to => ['you@example.org'] }, templates => { down => { subject => $evil,
    text => "first line\n.\n..\n<b>&\nFrom here" } } })->{json}{id};
my $monitor = $c->post('/monitors', { name => 'Example', paused => true,
    url => 'http://127.0.0.1:81/', channel_ids => [$channel] })->{json}{id};
$t->value("SELECT alert_transition(?, 'down', now(), 1::smallint, now(),
    'timeout', NULL, NULL, NULL)", $monitor);
until_ok { ($mail) = grep { $_->{to}[0] eq 'you@example.org' } $sink->mails }
    20, 'an alert';
my ($head, $body) = split /\r?\n\r?\n/, $mail->{data}, 2;
my @lines = split /\r?\n/, $head;
cmp_ok((sort { $b <=> $a } map { length } @lines)[0], '<=', 78,
    'no long line in the header');
unlike($head, qr/[^\x20-\x7e\r\n]/, 'ASCII');
my %head = map { /^([\w-]+): (.*)/s ? (lc $1 => $2) : () }
    split /\r?\n(?! )/, $head;


sub words {
    my ($text) = @_;

    $text =~ s/\?=\s+=\?/?==?/g;
    $text =~ s/=\?UTF-8\?B\?([^?]*)\?=/decode_base64($1)/ge;
    return decode_utf8($text);
}

is(words($head{subject}), 'Ünïcödé =?UTF-8?B?eA==?= Example ' . 'x' x 80,
    'subject');
is(words($head{from}), 'Überwachung, <x> <uptime@example.com>',
    'from');
like($head{'message-id'}, qr/^<msg_\w+\@example\.com>$/, 'Message-ID');
like($head{date}, qr/^\w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000$/, 'Date');
is($head{'auto-submitted'}, 'auto-generated', 'Auto-Submitted');
like($head{'content-type'}, qr{^multipart/alternative;}, 'multipart');
my @parts = map { decode_base64($_) } $body =~ m{base64\r?\n\r?\n(.*?)--=_}sg;
is($parts[0], "first line\n.\n..\n<b>&\nFrom here", 'the text');
like($parts[1], qr/first line<br>\n\.<br>.*&lt;b&gt;&amp;/s, 'HTML, escaped');

is($t->execute("UPDATE monitor_state SET cert_expires_at
    = now() - interval '1 day' WHERE monitor_id = ?", $monitor), 1, 'over');
$t->execute("INSERT INTO outbox (owner_id, channel_id, monitor_id, seq, topic,
    event, state, at) VALUES (?, ?, ?, 99, 'cert', 'cert', 'pending', now())",
    $uid, $channel, $monitor);
until_ok { ($mail) = grep { $_->{data} =~ /^Subject: .*Certificate|^Subject: =/m
    && $_->{data} !~ /References/ } $sink->mails } 20, 'a certificate';
like(decode_base64(($mail->{data} =~ m{base64\r?\n\r?\n(.*?)--=_}s)[0]),
    qr/^The certificate of Example has expired\.\n/, '... that is over');


# --- refusals

$d = tried('bounce@example.org');
is_deeply([@$d{qw(delivered permanent)}], [false, true], 'no such user');
like($d->{detail}, qr/^550.*no such user/, '... says the server');
$d = tried('later@example.org');
is_deeply([@$d{qw(delivered permanent)}], [false, false], 'try again later');
like($d->{detail}, qr/^451.*try again later/, '... says the server');

sub some {
    my (@to) = @_;

    my $id = $c->post('/channels', { kind => 'email',
        config => { to => \@to } })->{json}{id};
    $t->execute("INSERT INTO outbox (owner_id, channel_id, seq, topic, event,
        state, at, subject, body) VALUES (?, ?, 0, 'operator', 'operator',
        'pending', now(), 'some', 'some')", $uid, $id);
    until_ok { @{ $c->get("/channels/$id/deliveries")->{json}{items} } } 20,
        "sent to @to";
    return $id;
}

sub mails_to { return scalar grep { "@{ $_->{to} }" eq $_[0] } $sink->mails }

my $some = some('one@example.org', 'bounce@example.org');
is($c->get("/channels/$some/deliveries")->{json}{items}[0]{status},
    'delivered', 'one of two has it');
like($c->get("/channels/$some")->{json}{failure},
    qr/^250: accepted, but not for: bounce\@example\.org: 550 5\.1\.1 no such/,
    '... and the channel says who has not');

$some = some('two@example.org', 'later@example.org', 'bounce2@example.org');
my ($try) = @{ $c->get("/channels/$some/deliveries")->{json}{items} };
is($try->{status}, 'temporary', 'one has it, one may get it later');
like($try->{detail}, qr/not yet for: later\@.*,bounce2\@.*: 451 4\.2\.1 try/,
    '... says the log');
spew("$t->{dir}/sink/later", '');
until_ok { mails_to('later@example.org') } 20, '... who gets it alone';
is(mails_to('two@example.org'), 1, '... and nobody gets it twice');
until_ok { $t->value("SELECT state = 'sent' FROM outbox WHERE channel_id = ?",
    $some) } 20, '... and that is all';
unlink "$t->{dir}/sink/later";


# --- TLS from the start; what is not right

$n++;
nginx('localhost:' . $sink->port('tls'), 'tls=on');
$d = tried('tls@example.org');
ok($d->{delivered}, 'TLS') or diag($d->{detail});

$n++;
nginx('127.0.0.1:' . $sink->port('tls'), 'tls=on');
$d = tried('tls@example.org');
ok(!$d->{delivered} && !$d->{permanent}, 'a certificate for another name');
like($d->{detail}, qr/certificate/, '... says why');

$n++;
nginx('127.0.0.1:' . $sink->port('tls'), 'tls=on verify=off');
ok(tried('tls@example.org')->{delivered}, '... unless nobody verifies');

$n++;
nginx('localhost:' . $sink->port('plain'), '');
$d = tried('plain@example.org');
ok(!$d->{delivered}, 'no STARTTLS, no mail');

$n++;
nginx('localhost:' . $sink->port('starttls'),
    "user=uptime password_file=$t->{dir}/bad");
$d = tried('wrong@example.org');
is_deeply([@$d{qw(delivered permanent)}], [false, false],
    'a wrong password is no fault of the channel');
like($d->{detail}, qr/^535/, '... says the server');
unlike(slurp($t->server($n)->error_log), qr/planted-password/,
    'the password is in no log');

$n++;
nginx('127.0.0.1:1', 'tls=off');
$d = tried('nobody@example.org');
ok(!$d->{delivered} && !$d->{permanent}, 'nobody listens');


# --- a server that never answers QUIT: the loop goes on

$n++;
nginx('127.0.0.1:' . $sink->port('quit'), 'tls=off');
my $start = time;
ok(tried('quit@example.org')->{delivered}, 'delivered');
is($t->client($token, $n)->get('/me')->{status}, 200, 'the worker answers');
cmp_ok(time - $start, '<', 30, '... and waits for no QUIT');


# --- cut after k bytes of what it says

$n++;
nginx('127.0.0.1:' . $sink->port('cut'), 'tls=off');
my @cut = $ENV{UPTIME_LONG} ? (0 .. 87)
    : (0, 3, 9, 10, 30, 52, 60, 68, 75, 80, 87);
my %came;

for my $k (@cut) {
    $sink->cut_after($k);
    $came{tried('cut@example.org')->{delivered} ? 'all' : 'cut'}++;
}

is($came{cut}, scalar @cut, 'cut short: never delivered');
$sink->cut_after(1000);
ok(tried('cut@example.org')->{delivered}, 'not cut: delivered');


# --- configuration

for my $case (
    ['example.com tls=off', 'needs "from="'],
    ['example.com from=nobody', 'invalid parameter "from=nobody"'],
    ['example.com from=a@b.org user=x', 'needs both or none'],
    ["example.com from=a\@b.org user=x tls=off password_file=$t->{dir}/good",
        'in the clear'],
    ['example.com from=a@b.org password_file=/nowhere', 'cannot be read'],
    ['a/b from=a@b.org', 'invalid server'],
) {
    my ($text, $message) = @$case;
    my $server = $t->add_nginx(directives => "uptime_smtp $text;");
    $server->expect_log('\[emerg\]');
    my ($status, $output) = $server->check;
    isnt($status, 0, "refused: $text");
    like($output, qr/\Q$message\E/, "... $message");
}

done_testing;

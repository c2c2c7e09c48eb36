# A forgotten password: the link in a mail from a real server, once, for ten
# minutes, with the host of the configuration; what it ends; who is told what.

use strict;
use warnings;
use utf8;

use Encode qw(decode_utf8);
use List::Util qw(shuffle);
use MIME::Base64 qw(decode_base64);
use Time::HiRes qw(time);
use Uptime::Session;
use Uptime::Sink;
use Uptime::Test;
use POSIX ();
use Uptime::Util qw(random_hex slurp);

plan skip_all => Uptime::Sink::unable() if Uptime::Sink::unable();

my $t = Uptime::Test->new(workers => 2, checker => 1);
my $sink = Uptime::Sink->start(dir => "$t->{dir}/sink");
my $server = $t->nginx(directives => 'uptime_smtp 127.0.0.1:'
    . $sink->port('plain') . ' tls=off from=uptime@example.com;'
    . ' uptime_dashboard_url https://status.example.com/up/;'
    . ' uptime_alert_timeout 4s;');
my $c = $t->client;
my $new = 'another horse 43';


# what a client can tell two answers apart by
sub strip {
    my ($r) = @_;

    my %h = %{ $r->{headers} };
    delete @h{qw(date x-request-id)};
    my $b = $r->{content} =~ s/[0-9a-f]{32}//gr;
    return join "\n", $r->{status}, (map { "$_: $h{$_}" } sort keys %h), $b;
}


sub fresh { return $t->execute('DELETE FROM throttles') }

sub forgot {
    my ($email, %o) = @_;

    return $c->post('/auth/password/forgot', { email => $email }, %o);
}


sub reset_with {
    my ($token, $password) = @_;

    return $c->post('/auth/password/reset', { token => $token,
        new_password => $password // $new });
}


sub mails {
    my ($to) = @_;

    return grep { $_->{to}[0] eq $to } $sink->mails;
}


# the texts of a mail, plain and HTML
sub parts {
    my ($mail) = @_;

    return map { decode_utf8(decode_base64($_)) }
        $mail->{data} =~ m{base64\r?\n\r?\n(.*?)--=_}sg;
}


# the token in the n-th mail
sub token {
    my ($to, $n) = @_;

    until_ok { mails($to) >= $n } 20, "mail $n arrives";
    my ($text) = parts((mails($to))[$n - 1]);
    my ($token) = $text =~ m{^https://status\.example\.com/up/reset\#token=
        ([\w-]{43})$}xm;
    ok($token, '... with a link to the host of the configuration')
        or diag($text);
    return $token;
}


sub works { return $c->post('/auth/login',
    { email => $_[0]{email}, password => $_[1] })->{status} }


# --- asked for

my $user = Uptime::Session->sign_up($c, email => 'owner@example.com');
my $phone = $user->log_in;
my $known = forgot('owner@example.com', headers => {
    'X-Forwarded-Host' => 'evil.example', Origin => 'https://evil.example' });
is($known->{status}, 202, 'asked for') or diag($known->{content});
is($known->{json}{expires_in}, 600, '... for ten minutes');
is(strip(forgot('nobody@example.com')), strip($known),
    'an unknown address gets the same bytes');
is(strip(forgot('OWNER@example.com ')), strip($known), 'in any case');

my $evil = $t->conn;
my $body = '{"email":"owner@example.com"}';
$evil->send("POST /api/v1/auth/password/forgot HTTP/1.1\r\nHost: evil.example"
    . "\r\nContent-Type: application/json\r\nContent-Length: "
    . length($body) . "\r\n\r\n$body");
$evil = $evil->response;
is($evil->{status}, 202, 'with another Host');
my @tokens = map { token('owner@example.com', $_) } 1 .. 3;
unlike((mails('owner@example.com'))[$_]{data}, qr/evil/, '... no trace of it')
    for 0 .. 2;
my ($text, $html) = parts((mails('owner@example.com'))[0]);
like($text, qr/asked for from 127\.0\.0\.1/, 'the mail says from where');
like($html, qr{href="https://status\.example\.com/up/reset\#token=[\w-]{43}"},
    '... and has a link to click');
is(forgot('owner@example.com')->{status}, 202, 'a fourth time');
is($t->value('SELECT count(*) FROM password_resets'), 3,
    '... is enough: a mailbox is not flooded');
is(scalar(mails('nobody@example.com')), 0, 'nobody else gets mail');

is($t->value("SELECT count(*) FROM account_mails a, password_resets p
    WHERE a::text LIKE '%' || ? || '%' OR p::text LIKE '%' || ? || '%'",
    $tokens[0], $tokens[0]), 0, 'no token is in the database');
is($t->value("SELECT count(*) FROM password_resets WHERE hash
    = sha256(convert_to(?, 'UTF8'))", $tokens[0]), 1, '... but its SHA-256');
unlike(slurp($server->error_log), qr/$tokens[0]/,
    '... nor in a log');
until_ok { $t->value('SELECT count(*) FROM account_mails
    WHERE secrets IS NOT NULL') == 0 } 10,
    'what was sealed goes when it is sent';


# --- not good

fresh();
fields_ok(reset_with($tokens[0], 'short'), { new_password => 'too_short' },
    'a short password');
fields_ok(reset_with($tokens[0], 'password1234'), { new_password =>
    'common_password' }, 'a common one');
fields_ok(reset_with($tokens[0], 'owner@example.com'), { new_password =>
    'common_password' }, 'the mail address');
fields_ok($c->post('/auth/password/reset', {}), { token => 'required',
    new_password => 'required' }, 'nothing');
fields_ok(forgot('no address'), { email => 'bad_email' }, 'no address');
for my $bad ('x' x 43, substr($tokens[0], 1), "$tokens[0]x", '../../x') {
    problem_ok(reset_with($bad), 403, 'invalid_reset_link', 'not a link');
}
is(works($user, $user->{password}), 200, 'nothing has changed');


# --- used: once, whoever comes at the same time

fresh();
my @kids = map {
    my $n = $_;
    pipe my $r, my $w or die $!;
    my $pid = fork // die $!;
    if (!$pid) {
        my $res = $t->client->post('/auth/password/reset', {
            token => $tokens[$n % 2], new_password => "$new $n" });
        print {$w} "$res->{status} $n";
        close $w;
        POSIX::_exit(0);
    }
    close $w;
    [$pid, $r];
} 1 .. 8;
my @said = map { my ($pid, $r) = @$_; my $s = <$r>; waitpid $pid, 0; $s }
    @kids;
my ($won) = map { /^204 (\d)/ ? $1 : () } @said;
is(scalar(grep { /^204/ } @said), 1, 'of eight, with two links, one succeeds')
    or diag("@said");
is(scalar(grep { /^403/ } @said), 7, '... and the others are told');
is(works($user, "$new $won"), 200, 'its password counts');
is(works($user, $user->{password}), 401, '... and the old one not');
problem_ok(reset_with($_), 403, 'invalid_reset_link', 'used, or older')
    for @tokens;
until_ok { $c->as($phone->{token})->get('/me')->{status} == 401 } 10,
    'all sessions end';
is($user->refresh->{status}, 401, '... their refresh tokens, too');
until_ok { mails('owner@example.com') == 4 } 20, 'its owner is told';
like((parts((mails('owner@example.com'))[3]))[0],
    qr/password of your account was changed/, '... what happened');
is_deeply([map { $_->{event} } $t->sql("SELECT DISTINCT event FROM audit
    WHERE user_id = ? AND event LIKE 'password%' ORDER BY 1", $user->{id})],
    [qw(password_reset password_reset_requested)], 'in the audit trail');


# --- a lost mail server; expired; changed since

my $second = Uptime::Session->sign_up($c, email => 'second@example.com');
$sink->away(1);
forgot('second@example.com');
until_ok { $t->value("SELECT count(*) FROM account_mails WHERE attempts > 0
    AND detail IS NOT NULL AND state = 'pending'
    AND email = 'second\@example.com'") } 20, 'the mail server is away';
is(scalar(mails('second@example.com')), 0, 'no mail');
$sink->away(0);
until_ok { mails('second@example.com') } 30, 'it is back: so is the mail';
my $token = token('second@example.com', 1);
cmp_ok($t->value("SELECT account_mail_mark(id, attempts, 'temporary', 0, 'x')
    = 'late' FROM account_mails WHERE email = 'second\@example.com'"), '==', 1,
    'marked once');
$t->execute("UPDATE password_resets SET expires_at = now()
    WHERE email = 'second\@example.com'");
problem_ok(reset_with($token), 403, 'invalid_reset_link', 'expired');
forgot('second@example.com');
$token = token('second@example.com', 2);
is($c->as($second->{token})->post('/me/password', { current_password =>
    $second->{password}, new_password => "$new 9" })->{status}, 204,
    'the password is changed');
problem_ok(reset_with($token), 403, 'invalid_reset_link',
    '... which ends the link');
$t->execute("DELETE FROM password_resets");
forgot('second@example.com');
$token = token('second@example.com', 3);
$c->as($second->{token})->patch('/me', { email => 'third@example.com',
    password => "$new 9" });
problem_ok(reset_with($token), 403, 'invalid_reset_link',
    'so does another address');
$t->execute("UPDATE users SET disabled_at = now() WHERE id = ?",
    $second->{id});
forgot('third@example.com');

# what waits too long
$t->execute("INSERT INTO account_mails (user_id, email, subject, secrets,
    secrets_key, expires_at) VALUES (?, 'late\@example.com', 'x', 'ab', 'k',
    now() - interval '1 s')", $user->{id});
until_ok { $t->value("SELECT count(*) FROM account_mails
    WHERE state = 'failed' AND secrets IS NULL") == 1 } 10,
    'nothing is sent that has expired';
is(scalar(mails('third@example.com')), 0, 'a disabled account gets no link');


# --- throttled; attempts to log in count apart

fresh();
my @status = map { forgot('owner@example.com')->{status} } 1 .. 11;
is_deeply(\@status, [(202) x 10, 429], 'ten of an account');
is(works($user, "$new $won"), 200, '... and its owner can log in');
is_deeply([map { forgot('nobody@example.com')->{status} } 1 .. 9],
    [(202) x 9], 'another one');


# --- the same time

my %took;

for (1 .. 20) {
    for my $who (shuffle qw(known unknown)) {
        $t->execute('DELETE FROM throttles');
        $t->execute('DELETE FROM password_resets');
        my $start = time;
        forgot($who eq 'known' ? 'owner@example.com'
            : 'x' . random_hex(4) . '@example.com');
        push @{ $took{$who} }, time - $start;
    }
}

my ($one, $two) = map { (sort { $a <=> $b } @{ $took{$_} })[10] }
    qw(known unknown);
cmp_ok(abs($one - $two), '<', 0.25 * ($one > $two ? $one : $two) + 0.002,
    'known or not: the same time') or diag("$one s, $two s");


# --- without a mail server

$t->nginx(checker => 0, directives => '');
problem_ok($t->client(undef, 1)->post('/auth/password/forgot',
    { email => 'owner@example.com' }), 409, 'no_mail_server',
    'an operator who has set none');

done_testing;

# Another key on top of uptime_token_key_file, as docs/accounts.md says: what is
# sealed with the old one is sealed anew by a checker, so that the old one can
# be taken away and nothing is lost; nobody is logged out.

use strict;
use warnings;

use MIME::Base64 qw(encode_base64);
use Uptime::Session;
use Uptime::Sink;
use Uptime::Test;
use Uptime::Totp qw(code unbase32);
use Uptime::Util qw(slurp spew);

plan skip_all => Uptime::Sink::unable() if Uptime::Sink::unable();

use constant MANY => 120;       # channels: more than a page

my $t = Uptime::Test->new;
my $sink = Uptime::Sink->start(dir => "$t->{dir}/sink");
my $target = $t->target;
my $server = $t->nginx(checker => 1);
my $password = Uptime::Session::PASSWORD;
my $me = Uptime::Session->sign_up($t->client);
my $c = $me->{client};
my $totp = unbase32($c->post('/me/totp', { password => $password })
    ->{json}{secret});
is($c->post('/me/totp/confirm', { code => code($totp) })->{status}, 200,
    'two-factor is on');

my @channels = map { $c->post('/channels', { kind => 'webhook', config => {
    url => $sink->url("/hook$_"), headers => { 'X-Key' => "planted-$_" } } })
    ->{json}{id} } 1 .. 2;
my $plain = $c->post('/channels', { kind => 'webhook', config => {
    url => $sink->url('/plain') } })->{json}{id};
$t->execute('INSERT INTO channels (owner_id, name, kind, config, secrets,
    secrets_key, events) SELECT owner_id, name || n, kind, config, secrets,
    secrets_key, events FROM channels, generate_series(1, ?) n WHERE id = ?',
    MANY, $channels[0]);
my $monitor = $c->post('/monitors', { url => $target->url('/echo/x'),
    interval => 10, failure_threshold => 1, auth => 'bearer',
    auth_secret => 'planted-monitor',
    keyword => 'Authorization: Bearer planted-monitor' })->{json}{id};
my @versions = ($t->value('SELECT sum(version) FROM channels'),
    $t->value('SELECT count(*) FROM audit'));


# The keys of the file, first to last; as if ten minutes had passed: the next
# start looks at once.
sub keys_are {
    my (@keys) = @_;

    spew($t->{key_file}, join '', map { "$_->[0] "
        . encode_base64($_->[1], '') . "\n" } @keys);
    $server->stop;
    $server->start;
    $c = $t->client;
    until_ok { $c->get('/health/ready')->{status} == 200 } 20, 'it is back';
    return;
}


# Who still needs which key.
sub needs {
    return join ' ', map { "$_->{whose}:$_->{key}:$_->{n}" } $t->sql(
        "SELECT * FROM (
             SELECT 'accounts' AS whose, totp_key AS key, count(*) AS n
             FROM users WHERE totp_secret IS NOT NULL GROUP BY 2
             UNION ALL SELECT 'channels', secrets_key, count(*)
             FROM channels WHERE secrets IS NOT NULL GROUP BY 2
             UNION ALL SELECT 'monitors', split_part(auth_secret, chr(9), 2),
                 count(*) FROM monitors WHERE auth_secret IS NOT NULL
             GROUP BY 2) x ORDER BY whose, key");
}


sub sealed_with {
    my ($key) = @_;

    my $n = MANY + 2;
    return "accounts:$key:1 channels:$key:$n monitors:$key:1";
}


sub arrives {
    my ($n) = @_;

    my $r = $c->post("/channels/$channels[$n - 1]/test");
    is_deeply([$r->{status}, $r->{json}{delivered}], [200, JSON::PP::true],
        "a message of channel $n arrives") or diag($r->{content});
    my ($hit) = reverse $sink->hits;
    return is($hit->{headers}{'x-key'}, "planted-$n", '... with its secret');
}


is(needs(), sealed_with($t->{kid}), 'sealed with the only key');
my @old = [$t->{kid}, $t->{key}];
my @new = ['next', 'n' x 32];
keys_are(@new, @old);
until_ok { needs() eq sealed_with('next') } 30, 'all are sealed with the new one';
is_deeply([$t->value('SELECT sum(version) FROM channels'),
    $t->value('SELECT count(*) FROM audit')], \@versions,
    '... which is no change of theirs');
is($t->value('SELECT secrets FROM channels WHERE id = ?', $plain), undef,
    '... and a channel without secrets has none');
my $log = join "\n", $server->log_lines(qr/were sealed/);
like($log, qr/secrets of @{[MANY + 2]} channels were sealed/, 'the log says so');
like($log, qr/secrets of 1 $_ were sealed/, '... of each')
    for qw(accounts monitors);

keys_are(@new);
is($me->refresh->{status}, 200, 'the old key is gone, nobody is logged out');
$c->{token} = $me->{token};
arrives($_) for 1, 2;
is($c->post("/monitors/$monitor/check")->{json}{outcome}, 'up',
    'the monitor has its secret');
$t->execute('UPDATE users SET totp_last_step = 0');
my $challenge = $c->post('/auth/login', { email => $me->{email},
    password => $password }, token => undef)->{json}{challenge};
is($c->post('/auth/login/totp', { challenge => $challenge,
    code => code($totp) }, token => undef)->{status}, 200,
    'a code is right');

# a box that is moved to another account does not open there, and is left
my $box = $t->value('SELECT secrets FROM channels WHERE id = ?', $channels[0]);
my ($other) = $t->user;
$t->execute('UPDATE channels SET owner_id = ? WHERE id = ?', $other,
    $channels[0]);
keys_are(['third', '3' x 32], @new);
my $left = sealed_with('third') =~ s/channels:third:\d+/join ' ',
    'channels:next:1', 'channels:third:' . (MANY + 1)/er;
until_ok { needs() eq $left } 30, 'what cannot be opened is left';
is($t->value('SELECT secrets FROM channels WHERE id = ?', $channels[0]), $box,
    '... as it is');
ok($server->wait_log(qr/\[error\].*secrets of 1 channels are sealed with a key/,
    5), 'the operator is told');
$server->expect_log('secrets of 1 channels');

done_testing;

# What changed: GET /changes and the live stream GET /events.

use strict;
use warnings;

use Uptime::Test;

my $t = Uptime::Test->new;
$t->nginx;

my ($id, $token) = $t->user;
my $c = $t->client($token);
my $other = $t->user_client;


sub monitor {
    my ($client, %o) = @_;

    return $client->post('/monitors', { url => 'http://example.com/', %o })
        ->{json}{id};
}


# As the checker does it.
sub checked {
    my ($monitor, %o) = @_;

    return $t->execute('UPDATE monitor_state SET status = ?, last_checked_at
        = now(), last_outcome = ?, last_slot = now() WHERE monitor_id = ?',
        $o{status} // 'up', $o{status} // 'up', $monitor);
}


sub changes {
    my ($client, $since) = @_;

    my $res = $client->get('/changes' . (defined $since
        ? "?since=$since" : ''));
    is($res->{status}, 200, '/changes') or diag($res->{content});
    return $res->{json};
}


sub ids { return [sort { $a <=> $b } map { $_->{id} } @{ $_[0]{monitors} }] }


# --- polling

my $m1 = monitor($c);
my $m2 = monitor($c, name => 'zwei "2"');
my $foreign = monitor($other);

my $first = changes($c);
ok($first->{resync}, 'without "since": where to begin');
is_deeply([$first->{monitors}, $first->{deleted}], [[], []], '... no more');

my $none = changes($c, $first->{next});
ok(!$none->{resync}, 'nothing has changed');
is_deeply(ids($none), [], '... since');

checked($_) for $m1, $foreign;
my $one = changes($c, $first->{next});
is_deeply(ids($one), [$m1], 'a check: that monitor, not those of others');
is($one->{monitors}[0]{status}, 'up', '... its status');
is($one->{monitors}[0]{last_check}{outcome}, 'up', '... and last check');
is_deeply(ids(changes($c, $one->{next})), [], 'told once');
is_deeply(ids(changes($c, $none->{next})), [$m1],
    '... and again to whoever asks again');

$c->patch("/monitors/$m2", { name => 'drei' });
my $two = changes($c, $one->{next});
is_deeply(ids($two), [$m2], 'an edit');
is($two->{monitors}[0]{name}, 'drei', '... with its name');
is($two->{monitors}[0]{version}, 2, '... and version');

$c->delete("/monitors/$m2");
my $m3 = monitor($c);
my $three = changes($c, $two->{next});
is_deeply(ids($three), [$m3], 'a new one');
is_deeply($three->{deleted}, [$m2], '... and one that is gone');
is_deeply(changes($other, $two->{next})->{deleted}, [],
    'not told to others');


# a transaction that was running when the snapshot was taken
{
    my $slow = $t->{cluster}->connect($t->{db});
    $slow->begin_work;
    $slow->do("UPDATE monitor_state SET status = 'down' WHERE monitor_id = ?",
        undef, $m1);
    checked($m3);
    my $before = changes($c, $three->{next});
    is_deeply(ids($before), [$m3], 'one that is not committed yet');
    $slow->commit;
    my $after = changes($c, $before->{next});
    is_deeply(ids($after), [$m1], '... is told afterwards, and only it');
    is($after->{monitors}[0]{status}, 'down', '... as it is then');
    $three = $after;
}


my ($time, $snapshot) = split /\./, $three->{next};
my $old = $time - 43201;
ok(changes($c, "$old.$snapshot")->{resync}, 'too old: resync');
my $ahead = 1e12;
ok(changes($c, "$time.$ahead:$ahead:")->{resync},
    'from another database: resync');

for my $wrong ('x', '1', '1.2', '1.2:3', '1.0:3:', '1.3:2:', '1.2:5:1',
    '1.2:5:5', '1.2:5:4,3', '1.2:5:3,', '1.2:5:3x', '.2:5:',
    '1234567890123456789.2:5:', '1.2:5:03:')
{
    fields_ok($c->get("/changes?since=$wrong"), { since => 'bad_since' },
        "since=$wrong");
}


# more than anybody wants to be told one by one
$t->execute("INSERT INTO monitors (owner_id, name, type, url, interval,
    timeout, method, headers, expected_status, keyword_mode,
    follow_redirects, max_redirects, verify_tls, failure_threshold,
    retry_interval, cert_warn_days, tags, paused)
    SELECT ?, 'm', 'http', 'http://example.com/', 60, 10, 'GET', '{}', '200',
    'present', true, 5, true, 2, 10, 14, '{}', false
    FROM generate_series(1, 5001)", $id);
my $many = changes($c, $three->{next});
ok($many->{resync}, '5001 changes: resync');
is_deeply(ids($many), [], '... without them');
ok(!changes($c, $many->{next})->{resync}, '... once');

done_testing;

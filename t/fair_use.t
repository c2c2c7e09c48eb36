# What one account may ask of one host, by whatever request; it and the number
# of monitors hold when several ask at once.

use strict;
use warnings;

use Uptime::Test;

my $t = Uptime::Test->new;
$t->nginx(workers => 2, host_rate => 6, directives => '
    uptime_monitors_per_user 40; uptime_database_timeout 30s;');
my ($user, $token) = $t->user;
my $c = $t->client($token);
my $other = $t->user_client;


sub url { return 'http://shop.example.com/' . ($_[0] // '') }


sub made {
    my ($who, %fields) = @_;

    my $r = $who->post('/monitors', { url => url(), %fields });
    is($r->{status}, 201, 'made') or diag($r->{content});
    return $r->{json}{id};
}


sub refused {
    my ($r, $name) = @_;

    fields_ok($r, { interval => 'host_rate_exceeded' }, $name);
    return $r->{json}{errors}[0]{message};
}


# --- made: 6 a minute, however they are asked

my $fast = made($c, interval => 20);
my @slow = map { made($c, url => $_) } url('a'),
    'https://SHOP.example.com:8443/b', 'tcp://shop.example.com:25';
my $message = refused($c->post('/monitors', { url => url(), interval => 59 }),
    'one more');
is($message, 'must be longer, here or of your other monitors of '
    . 'shop.example.com: they check it 6 times a minute, and all of them '
    . 'together may do so 6 times; or pause some', '... says what to do');
my $idle = made($c, paused => true);
made($c, type => 'push', url => 'push:', name => 'job');
made($c, url => 'http://www.shop.example.com/');
made($c, url => 'dns:shop.example.org?type=A', interval => 10);
refused($c->post('/monitors', { url => 'dns:shop.example.org?type=MX' }),
    'dns: the name');
made($c, url => 'dns://ns.example.com/shop.example.org?type=A',
    interval => 10);
refused($c->post('/monitors', { interval => 60,
    url => 'dns://ns.example.com:5353/x.example?type=A' }), '... the server');
made($c, url => 'http://[2606:4700::1]/', interval => 10);
refused($c->post('/monitors', { url => 'icmp://[2606:4700::1]' }), 'IPv6');
made($other, interval => 10);


# --- changed

refused($c->patch("/monitors/$fast", { interval => 19 }), 'more often');
is($c->get("/monitors/$fast")->{json}{interval}, 20, '... as it was');
is($c->patch("/monitors/$fast", { name => 'x', interval => 20 })->{status},
    200, 'another name');
is($c->patch("/monitors/$fast", { url => url('c') })->{status}, 200,
    'another page');
refused($c->patch("/monitors/$idle", { paused => false }), 'not paused');
refused($c->post("/monitors/$idle/resume"), 'resumed');
is($c->get("/monitors/$idle")->{json}{status}, 'paused', '... is not');
is($c->post("/monitors/$fast/resume")->{status}, 200, 'what runs runs');
is($c->patch("/monitors/$fast", { interval => 30 })->{status}, 200,
    'less often');
is($c->post("/monitors/$idle/resume")->{status}, 200, '... leaves room');

# from before there was a limit
$t->execute('UPDATE monitors SET interval = 10 WHERE id = ?', $slow[0]);
is($c->patch("/monitors/$slow[0]", { interval => 12 })->{status}, 200,
    'beyond the limit: less is taken');
is($c->patch("/monitors/$slow[0]", { tags => ['x'] })->{status}, 200,
    '... and what is not about it');
like(refused($c->patch("/monitors/$slow[0]", { interval => 11 }),
    '... more is not'), qr/check it 10 times a minute/, '... says how many');


# --- many at once

my $r = $c->patch('/monitors', { ids => [@slow, $idle, $fast],
    patch => { interval => 50 } });
is_deeply({ map { $_->{id} => $_->{result} } @{ $r->{json}{items} } },
    { (map { $_ => 'updated' } $slow[0], $fast),
      (map { $_ => 'invalid' } @slow[1, 2], $idle) },
    'many: those that ask more often are refused') or diag($r->{content});
is_deeply([map { $_->{errors}[0]{code} // () } @{ $r->{json}{items} }],
    [('host_rate_exceeded') x 3], '... why');
$r = $c->patch('/monitors', { ids => [@slow, $idle, $fast],
    patch => { interval => 50 } });
is(scalar(grep { $_->{result} eq 'updated' } @{ $r->{json}{items} }), 3,
    '... until there is room');

my $file = $other->get('/monitors/export')->{json};
is($other->post('/monitors/import', $file)->{json}{unchanged}, 1,
    'import of what is there, at the limit');
my @rows = map { { url => "http://many.example.com/$_", name => "n$_",
    interval => 12 } } 1 .. 3;
push @rows, { url => 'http://few.example.com/' },
    { url => 'http://many.example.com/4', interval => 60 },
    { url => 'http://many.example.com/5', interval => 60, paused => true };
for my $how ('?dry_run=true', '') {
    $r = $other->post("/monitors/import$how", { monitors => \@rows });
    is(join(' ', map { $_->{result} } @{ $r->{json}{items} }),
        'created failed failed created failed created', "import$how: as far "
        . 'as it goes') or diag($r->{content});
    is($r->{json}{items}[1]{errors}[0]{code}, 'host_rate_exceeded',
        '... why');
}
is($t->value("SELECT count(*) FROM monitors WHERE url ~ 'many'"), 2,
    '... no more');


# --- two at once: both wait for a third, and see each other then

sub at_once {
    my ($token, $id, @bodies) = @_;

    my $dbh = $t->{cluster}->connect($t->{db});
    $dbh->begin_work;
    $dbh->do('SELECT account_lock(?)', undef, $id);
    my @conns = map {
        my $body = JSON::PP::encode_json($_);
        my $conn = $t->conn;
        $conn->send("POST /api/v1/monitors HTTP/1.1\r\nHost: x\r\n"
            . "Authorization: Bearer $token\r\n"
            . "Content-Type: application/json\r\nContent-Length: "
            . length($body) . "\r\n\r\n$body");
        $conn;
    } @bodies;
    until_ok { $t->value("SELECT count(*) FROM pg_locks
        WHERE locktype = 'advisory' AND NOT granted
          AND database = (SELECT oid FROM pg_database WHERE datname = ?)",
        $t->{db}) == @bodies } 30, 'all wait';
    $dbh->commit;
    $dbh->disconnect;
    return join ' ', sort map { ($_->response // {})->{status} // 'none' }
        @conns;
}

my ($third, $its) = $t->user;
is(at_once($its, $third, map { { url => url($_), interval => 15 } } 1 .. 2),
    '201 422', 'one of two has the room for one');
my $has = $t->value('SELECT count(*) FROM monitors WHERE owner_id = ?',
    $third);
is($t->client($its)->post('/monitors/import', { monitors => [map { {
    url => "http://h$_.example.com/" } } $has + 1 .. 39] })->{json}{failed},
    0, 'all but one of the quota');
is(at_once($its, $third, map { { url => "http://x$_.example.com/" } } 1 .. 2),
    '201 403', 'one of two is within the quota');


# --- two a second, unless told

$t->nginx(host_rate => undef);
my (undef, $fourth) = $t->user;
my $usual = $t->client($fourth, 1);
is($usual->post('/monitors/import', { monitors => [map { { url => url($_),
    name => "n$_" } } 1 .. 121] })->{json}{created}, 120,
    '120 monitors of a host at 60 s');

done_testing;

# Secrets of monitors: not in the database as they are, opened for a check and
# an export, sealed anew with another key, and what happens without the key.

use strict;
use warnings;

use MIME::Base64 qw(encode_base64);
use Uptime::Test;
use Uptime::Token ();
use Uptime::Util qw(slurp spew);

my $t = Uptime::Test->new;
my $target = $t->target;
$t->nginx;
my ($user, $token) = $t->user;
my $c = $t->client($token);
my $password = "pa\"ss\\w\x{f6}rd-" . 'x' x 3980;
my @secrets = ('Plain-4711', 'Bearer-0815', 'Bulk-2342', 'Import-1701',
    'x' x 3980);


sub bearer {
    my ($secret, $path) = @_;

    return (url => $target->url("/echo/$path"), name => $path,
        interval => 10, retry_interval => 1, failure_threshold => 1,
        auth => 'bearer', auth_secret => $secret,
        keyword => "Authorization: Bearer $secret");
}


sub status_of {
    my ($path) = @_;

    return $t->value('SELECT s.status || coalesce(s.last_cause, ?)
        FROM monitor_state s JOIN monitors m ON m.id = s.monitor_id
        WHERE m.name = ?', '', $path);
}


sub stored {
    return $t->value('SELECT auth_secret FROM monitors WHERE name = ?',
        $_[0]);
}


sub exported {
    my ($who) = @_;

    my $file = $who->get('/monitors/export?secrets=true')->{json};
    return { map { $_->{name} => $_->{auth_secret} } @{ $file->{monitors} } };
}


# --- no table has one

my %id;

for ([one => $secrets[1]], [long => $password], [bulk => 'first']) {
    my ($name, $secret) = @$_;
    my $r = $c->post('/monitors', { bearer($secret, $name),
        keyword => undef });
    is($r->{status}, 201, $name) or diag($r->{content});
    $id{$name} = $r->{json}{id};
}

is($c->patch('/monitors', { ids => [$id{bulk}],
    patch => { auth_secret => $secrets[2] } })->{json}{items}[0]{result},
    'updated', 'changed with others');
is($c->post('/monitors/import', { monitors => [{ bearer($secrets[3],
    'import'), keyword => 'Authorization: Bearer Import-' }] })
    ->{json}{created}, 1, 'imported');
is_deeply(exported($c), { one => $secrets[1], long => $password,
    bulk => $secrets[2], import => $secrets[3] }, 'an export has them');

sub dump_has {
    my ($secret) = @_;

    return grep { $t->value("SELECT count(*) FROM $_->{name} r
        WHERE position(? IN r::text) > 0", $secret) }
        $t->sql("SELECT quote_ident(relname) AS name FROM pg_class
            WHERE relkind IN ('r', 'p') AND relnamespace
                = 'public'::regnamespace");
}

is(dump_has('/echo/one'), 1, 'it would be seen');
is(dump_has($_), 0, 'no table has ' . substr $_, 0, 11) for @secrets[1 .. 4];
is($c->patch("/monitors/$id{one}", { auth_secret => $secrets[1] })
    ->{json}{version}, 2, 'given again');
my ($other, $its) = $t->user;
my $b = $t->client($its);
$b->post('/monitors', { bearer($secrets[1], 'theirs') });
isnt(stored('theirs') =~ s/.*\t//r, stored('one') =~ s/.*\t//r,
    'of another account it is another box');
$t->execute("UPDATE monitors SET auth_secret = (SELECT auth_secret
    FROM monitors WHERE name = 'one') WHERE name = 'theirs'");
is(exported($b)->{theirs}, '********', '... which it cannot open');
$t->execute("DELETE FROM monitors WHERE name = 'theirs'");


# --- a checker that could not open them

my $node = $t->value("INSERT INTO nodes (name) VALUES ('old') RETURNING id");
my $old = $t->value('INSERT INTO checkers (node_id, version)
    VALUES (?, ?) RETURNING id', $node, '0.0');
fields_ok($c->post('/monitors', { bearer('x', 'x') }),
    { auth_secret => 'upgrade_running' }, 'an older one is running');
is($c->patch("/monitors/$id{one}", { cert_warn_days => 7 })->{status}, 200,
    '... the rest can be changed');


# --- from before they were sealed

$t->execute('UPDATE monitors SET auth_secret = ?, keyword = ?, version = 5
    WHERE name = ?', $secrets[0], "Bearer $secrets[0]", 'one');
is(exported($c)->{one}, $secrets[0], 'one that is not sealed can be read');
my $server = $t->nginx(checker => 1);
until_ok { status_of('one') eq 'up' } 30, '... and is used';
until_ok { status_of('import') eq 'up' } 30, '... as is one that is sealed';
is(stored('one'), $secrets[0], '... which waits for the older checker');
$t->execute('DELETE FROM checkers WHERE id = ?', $old);

# as if ten minutes had passed: the next start looks at once
sub again {
    ok($server->stop, 'stopped');
    $server->start;
}

again();
until_ok { stored('one') =~ /^sealed\t\Q$t->{kid}\E\t/ } 30, 'it is sealed';
is(exported($c)->{one}, $secrets[0], '... the same secret');
is($c->get("/monitors/$id{one}")->{json}{version}, 5, '... no new version');
like(join("\n", $server->log_lines(qr/secrets of/)),
    qr/secrets of 1 monitors were sealed/, '... as the log says');


# --- another key on top, then without the first

my $key = 'n' x 32;
my $both = 'new1 ' . encode_base64($key, '') . "\n" . slurp($t->{key_file});
spew($t->{key_file}, $both);
again();
until_ok { !$t->value("SELECT count(*) FROM monitors
    WHERE auth_secret NOT LIKE 'sealed\tnew1\t%'") } 30,
    'all are sealed with the new key';
spew($t->{key_file}, (split /^/, $both)[0]);
$t->server->stop;
$t->server->start;
my $fresh = $t->client(Uptime::Token::mint(key => $key, kid => 'new1',
    sub => $user, role => 'user'));
is($fresh->post("/monitors/$id{one}/check")->{json}{outcome}, 'up',
    'the first one is not needed any more');
is(exported($fresh)->{one}, $secrets[0], '... in an export either');


# --- the key is lost

$key = 'o' x 32;
spew($t->{key_file}, 'new2 ' . encode_base64($key, '') . "\n");
again();
until_ok { status_of('one') eq 'unknownown_resources' } 40,
    'unknown, not down';
like(join("\n", $server->log_lines(qr/cannot be opened/)),
    qr/secrets of 4 monitors cannot be opened with a key of uptime_token_key_file/,
    'the log says why');
is($t->value("SELECT count(*) FROM checks WHERE outcome = 'down'"), 0,
    'nothing was down');
$t->server->stop;
$t->server->start;
$fresh = $t->client(Uptime::Token::mint(key => $key, kid => 'new2',
    sub => $user, role => 'user'));
is(exported($fresh)->{one}, '********', 'an export has the mask');
my $r = $fresh->post("/monitors/$id{one}/check")->{json};
is("$r->{outcome} $r->{cause}", 'unknown own_resources', 'a try says so');
like($r->{explanation}, qr/secret cannot be opened/, '... and what to do');
is($fresh->patch("/monitors/$id{one}", { auth_secret => $secrets[0] })
    ->{status}, 200, 'given again');
until_ok { status_of('one') eq 'up' } 30, '... it is up again';

done_testing;

# GET /checks and the export of checks: order, pages, CSV, JSON lines, another
# one's history, limits, a client that leaves.

use strict;
use warnings;

use JSON::PP ();
use Uptime::Test;

my $t = Uptime::Test->new;
$t->nginx;
my ($uid, $token) = $t->user;
my $c = $t->client($token);
my ($other) = $t->user_client;

my ($one, $two) = map { $c->post('/monitors', { url => 'https://h.example/',
    name => $_ })->{json}{id} } '=1+1', 'a "quoted", name';
my $foreign = $other->post('/monitors',
    { url => 'https://h.example/', name => 'foreign' })->{json}{id};

$t->execute("INSERT INTO nodes (name) VALUES ('\@node')");
$t->execute("INSERT INTO checks (monitor_id, slot, checked_at, node_id,
    attempt, outcome, latency_us)
    SELECT m, s, s, (SELECT id FROM nodes WHERE name = '\@node'), 1,
        CASE WHEN n % 100 = 0 THEN 'down' ELSE 'up' END, n * 10
    FROM unnest(ARRAY[$one, $two, $foreign]) m, generate_series(1, 1300) n,
        LATERAL (SELECT timestamptz '2026-03-01' + n * interval '1 min' AS s)
        s");


# --- all monitors

my $res = $c->get('/checks?limit=3');
is($res->{status}, 200, 'checks of all monitors') or diag($res->{content});
is_deeply([map { "$_->{monitor_id} $_->{slot}" } @{ $res->{json}{items} }],
    ["$two 2026-03-01T21:40:00.000Z", "$one 2026-03-01T21:40:00.000Z",
    "$two 2026-03-01T21:39:00.000Z"], 'newest first');
my (@seen, $cursor);
do {
    $res = $c->get('/checks?limit=9&outcome=down'
        . (defined $cursor ? "&cursor=$cursor" : ''));
    push @seen, map { "$_->{slot} $_->{monitor_id}" } @{ $res->{json}{items} };
    $cursor = $res->{json}{next_cursor};
} while (defined $cursor && @seen < 100);
is(scalar @seen, 26, 'all failures, page by page');
is_deeply(\@seen, [sort { $b cmp $a } @seen], '... in order');


# --- exports

$res = $c->get('/checks?format=csv');
is($res->{status}, 200, 'CSV') or diag($res->{content});
is($res->{headers}{'content-type'}, 'text/csv; charset=utf-8', '... its type');
like($res->{headers}{'content-disposition'}, qr/^attachment; filename=/,
    '... as a file');
my @lines = split /\r\n/, $res->{content};
is(scalar @lines, 2601, 'a line for each check, and one of names');
like($lines[0], qr/^monitor_id,monitor,slot,/, 'names');
is($lines[1], qq{$two,"a ""quoted"", name",2026-03-01T21:40:00.000Z,}
    . qq{2026-03-01T21:40:00.000Z,1,down,,,13,,,,,"'\@node",false}, 'quoted');
like($lines[2], qr/^$one,"'=1\+1",/, 'nothing that a spreadsheet computes');
my %seen;
$seen{$_}++ for @lines;
is((grep { $_ > 1 } values %seen), 0, 'none twice');
unlike($res->{content}, qr/foreign/, 'nothing of others');

$res = $c->get("/monitors/$one/checks?format=jsonl&outcome=down"
    . '&from=2026-03-01T10:00:00Z');
is($res->{headers}{'content-type'}, 'application/jsonl', 'JSON lines');
my @items = map { JSON::PP::decode_json($_) } split /\n/, $res->{content};
is(scalar @items, 8, '... with the filters');
is_deeply([@{ $items[0] }{qw(monitor_id monitor latency_ms cause)}],
    [$one, '=1+1', 13, undef], '... and the fields');

problem_ok($c->get("/monitors/$foreign/checks?format=csv"), 404, 'not_found',
    "another one's");
is($c->get("/monitors/$one/checks?format=xml")->{status}, 422,
    'another format');
is(scalar(split /\r\n/, $c->get("/monitors/$one/checks?format=csv"
    . '&to=2026-02-01T00:00:00Z')->{content}), 1, 'empty: the names only');


# --- clients that leave give their place back

for (1 .. 6) {
    my $conn = $t->conn;
    $conn->send("GET /api/v1/checks?format=csv HTTP/1.1\r\nHost: x\r\n"
        . "Authorization: Bearer $token\r\n\r\n");
    $conn->close;
}
until_ok { $c->get('/checks?format=csv')->{status} == 200 } 10,
    'clients that left hold nothing';

done_testing;

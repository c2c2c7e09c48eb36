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
like($lines[1301], qr/^$one,"'=1\+1",2026-03-01T21:40/, '... monitor by monitor, '
    . 'nothing that a spreadsheet computes');
my %seen;
$seen{$_}++ for @lines;
is((grep { $_ > 1 } values %seen), 0, 'none twice');
unlike($res->{content}, qr/foreign/, 'nothing of others');

for my $accept ('text/csv', 'text/csv;charset=utf-8', 'text/csv, */*;q=0.1') {
    is($c->get('/checks?limit=1', undef, headers => { Accept => $accept })
        ->{headers}{'content-type'}, 'text/csv; charset=utf-8',
        "Accept: $accept");
}
is($c->get('/checks?limit=1', undef, headers => { Accept => 'text/*' })
    ->{headers}{'content-type'}, 'application/json', 'another type: JSON');

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


# --- an account with very many monitors goes by time

my ($many, $many_token) = $t->user;
my $m = $t->client($many_token);
$t->execute("INSERT INTO monitors (owner_id, name, type, url, interval,
        timeout, method, headers, expected_status, keyword_mode,
        follow_redirects, max_redirects, verify_tls, failure_threshold,
        retry_interval, cert_warn_days, tags, paused)
    SELECT ?, 'n', 'http', 'https://many.example/' || i, 60, 10,
        'GET', '{}', '200-399', 'present', true, 5, true, 2, 10, 14, '{}', true
    FROM generate_series(1, 310) i", $many);
# now; in the hour that is closed, some of it packed; and in a pack
$t->execute("SELECT check_part_make(h, h + interval '1 hour',
        'checks_t' || n)
    FROM generate_series(1, 3) n, LATERAL (SELECT date_bin('1 hour', now(),
        'epoch') - n * interval '1 hour' AS h) x");
$t->execute("INSERT INTO checks (monitor_id, slot, checked_at, node_id,
    attempt, outcome, latency_us)
    SELECT m.id, s, s, 1, 1 + m.id % 2, CASE WHEN m.id % 7 = 0 THEN 'down'
        ELSE 'up' END, 10
    FROM monitors m, generate_series(0, 4) n, LATERAL (SELECT now()
        - (n * n * 10 + m.id % 4 * 0.5) * interval '1 min' AS s) s
    WHERE m.owner_id = ?", $many);
$t->execute("SELECT check_part_close(date_bin('1 hour', now(), 'epoch'))")
    for 1 .. 2;
$t->execute('SELECT check_part_pack(100)');

for my $filter ('', '&outcome=down') {
    my @want = $t->sql("SELECT monitor_id, rfc3339(slot) AS slot, attempt
        FROM check_history h
        WHERE monitor_id IN (SELECT id FROM monitors WHERE owner_id = ?)"
        . ($filter && " AND outcome = 'down'")
        . ' ORDER BY h.slot DESC, monitor_id DESC', $many);
    my (@got, $next);
    {
        $res = $m->get("/checks?limit=900$filter"
            . (defined $next ? "&cursor=$next" : ''));
        push @got, @{ $res->{json}{items} // last };
        $next = $res->{json}{next_cursor};
        redo if defined $next && @got < 5000;
    }
    is($res->{status}, 200, 'pages') or diag($res->{content});
    cmp_ok(scalar @want, '>', 200, "there are checks$filter");
    is(join("\n", map { "$_->{slot} $_->{monitor_id} $_->{attempt}" } @got),
        join("\n", map { "$_->{slot} $_->{monitor_id} $_->{attempt}" } @want),
        "310 monitors$filter: each check once, newest first");
    $res = $m->get("/checks?format=jsonl$filter");
    is(join("\n", sort map { my $o = JSON::PP::decode_json($_);
        "$o->{slot} $o->{monitor_id} $o->{attempt}" } split /\n/,
        $res->{content}),
        join("\n", sort map { "$_->{slot} $_->{monitor_id} $_->{attempt}" }
        @want), '... and exported');
}


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

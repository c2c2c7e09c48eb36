# GET /monitors/{id}/checks: order, pages, filters, phases.

use strict;
use warnings;

use Uptime::Test;

my $t = Uptime::Test->new;
$t->nginx;
my ($uid, $token) = $t->user;
my $c = $t->client($token);

my ($id, $other) = map { $c->post('/monitors',
    { url => "https://h$_.example/" })->{json}{id} } 1, 2;

is_deeply($c->get("/monitors/$id/checks")->{json},
    { items => [], next_cursor => undef }, 'nothing yet');

$t->execute("INSERT INTO nodes (name) VALUES ('here')");
my $node = $t->value('SELECT id FROM nodes');

# 40 slots, a minute apart; every tenth is a failure with three attempts
$t->execute(<<'END', $node, $id);
INSERT INTO checks (monitor_id, node_id, slot, checked_at, attempt, outcome,
    cause, http_status, latency_us, dns_us, connect_us, tls_us, ttfb_us)
SELECT m, $1, '2026-03-01 10:00:00Z'::timestamptz + n * interval '1 minute',
    '2026-03-01 10:00:00.25Z'::timestamptz + n * interval '1 minute'
        + (a - 1) * interval '5 seconds',
    a, CASE WHEN n % 10 = 0 THEN 'down' ELSE 'up' END,
    CASE WHEN n % 10 = 0 THEN 'http_status' END,
    CASE WHEN n % 10 = 0 THEN 500 ELSE 200 END,
    123456, 1000, 2500, CASE WHEN n % 2 = 0 THEN 3000 END, 100000
FROM generate_series(0, 39) n, generate_series(1, 3) a,
    unnest(ARRAY[$2::bigint, -1]) m
WHERE a = 1 OR n % 10 = 0
END
$t->execute('UPDATE checks SET monitor_id = ? WHERE monitor_id = -1', $other);

my $res = $c->get("/monitors/$id/checks");
is($res->{status}, 200, 'checks') or diag($res->{content});
my @items = @{ $res->{json}{items} };
is(scalar @items, 48, 'all 48 fit on a page of 50');
is($res->{json}{next_cursor}, undef, 'no more');

is_deeply($items[0], { slot => '2026-03-01T10:39:00.000Z',
    checked_at => '2026-03-01T10:39:00.250Z', attempt => 1, outcome => 'up',
    cause => undef, http_status => 200, latency_ms => 123.456, dns_ms => 1,
    connect_ms => 2.5, tls_ms => undef, ttfb_ms => 100, node => 'here',
    maintenance => false },
    'the newest one, with its phases');
is($items[1]{tls_ms}, 3, 'TLS where there was some');

my @keys = map { "$_->{slot} $_->{attempt}" } @items;
is_deeply(\@keys, [sort { $b cmp $a } @keys],
    'newest first, also the attempts of one slot');
my ($failed) = grep { $_->{outcome} eq 'down' } @items;
is_deeply([@$failed{qw(attempt cause http_status)}],
    [3, 'http_status', 500], 'a failure and its cause');


# --- pages

my (@seen, $cursor);
my $pages = 0;
do {
    my $r = $c->get("/monitors/$id/checks?limit=7"
        . (defined $cursor ? "&cursor=$cursor" : ''));
    is($r->{status}, 200, 'page ' . ++$pages) or diag($r->{content});
    push @seen, map { "$_->{slot} $_->{attempt}" } @{ $r->{json}{items} };
    $cursor = $r->{json}{next_cursor};

    # a new check does not shift the pages
    $t->execute("INSERT INTO checks (monitor_id, node_id, slot, checked_at,
        attempt, outcome) VALUES (?, ?, '2026-03-02 10:00Z',
        '2026-03-02 10:00Z', 1, 'up')", $id, $node) if $pages == 1;
} while (defined $cursor && $pages < 20);

is($pages, 7, 'seven pages');
is_deeply(\@seen, \@keys, 'every check once, in order');
$t->execute("DELETE FROM checks WHERE slot = '2026-03-02 10:00Z'");

is($c->get("/monitors/$id/checks?limit=48")->{json}{next_cursor}, undef,
    'a full last page has no cursor');


# --- filters

sub count {
    my ($query) = @_;

    my $r = $c->get("/monitors/$id/checks?$query");
    diag($r->{content}) if $r->{status} != 200;
    return scalar @{ $r->{json}{items} // [] };
}

is(count('outcome=down'), 12, 'outcome=down');
is(count('outcome=up'), 36, 'outcome=up');
is(count('outcome=degraded'), 0, 'outcome=degraded');
is(count('outcome=unknown'), 0, 'outcome=unknown');
is(count('from=2026-03-01T10:30:00Z'), 12, 'from is included');
is(count('to=2026-03-01T10:10:00Z'), 12, 'to is not');
is(count('from=2026-03-01T10:10:00Z&to=2026-03-01T10:11:00Z'), 3,
    'both: one slot');
is(count('from=2026-03-01T12:10:00%2B02:00&to=2026-03-01T10:11:00Z'), 3,
    'another zone');
is(count('from=2026-03-01T10:10:00.5Z&to=2026-03-01T10:12:00Z'), 1,
    'fractions of a second');
is(count('from=2027-01-01T00:00:00Z'), 0, 'from in the future');
is(count('from=2026-03-01T10:20:00Z&to=2026-03-01T10:10:00Z'), 0,
    'the wrong way round');

my (@filtered, $next);
$pages = 0;
do {
    my $r = $c->get("/monitors/$id/checks?outcome=down&limit=5"
        . (defined $next ? "&cursor=$next" : ''));
    push @filtered, @{ $r->{json}{items} // [] };
    $next = $r->{json}{next_cursor};
} while (defined $next && ++$pages < 10);
is(scalar @filtered, 12, 'pages of a filtered list');


# --- refused

fields_ok($c->get("/monitors/$id/checks?outcome=bad&limit=0&from=yesterday"
    . '&to=2026-13-01T00:00:00Z&cursor=x&colour=red'),
    { outcome => 'not_allowed', limit => 'out_of_range', from => 'bad_time',
    to => 'bad_time', cursor => 'bad_cursor', colour => 'unknown_field' },
    'all errors at once');

for my $bad ('2026-03-01', '2026-03-01T10:00:00', '2026-02-30T10:00:00Z',
    '2026-03-01T25:00:00Z', '2026-03-01T10:61:00Z', '1772359200', 'now',
    'infinity', '99999-01-01T00:00:00Z', "2026-03-01T10:00:00Z'--")
{
    my $q = $bad =~ s/'/%27/r;
    fields_ok($c->get("/monitors/$id/checks?from=$q"), { from => 'bad_time' },
        "from=$bad");
}

problem_ok($c->get('/monitors/999999/checks'), 404, 'not_found',
    'no such monitor');
problem_ok($c->get("/monitors/$id/checks", undef, token => undef), 401,
    'missing_token', 'without a token');

# what only looks like a cursor leads somewhere
is($c->get($_)->{status}, 200, $_) for "/monitors/$id/checks?cursor=1.99999999999",
    '/checks?cursor=1.2.99999999999', '/checks?cursor=999999999999999999.0.0';

# one of a later row than "to" does not include that
my $edge = $t->value("SELECT extract(epoch FROM
    '2026-03-01 10:10Z'::timestamptz)::bigint * 1000000 + 1");
for my $at ("monitors/$id/checks?cursor=$edge.9&", "checks?cursor=$edge.$id.9&") {
    my $r = $c->get("/${at}limit=1&to=2026-03-01T10:10:00Z");
    is($r->{json}{items}[0]{slot}, '2026-03-01T10:09:00.000Z',
        $at);
}

my $alien = $t->user_client;
problem_ok($alien->get("/monitors/$id/checks"), 404, 'not_found',
    'of somebody else');
$cursor = $c->get("/monitors/$id/checks?limit=7")->{json}{next_cursor};
problem_ok($alien->get("/monitors/$id/checks?cursor=$cursor"), 404,
    'not_found', '... with a good cursor');

$c->delete("/monitors/$id");
problem_ok($c->get("/monitors/$id/checks"), 404, 'not_found',
    'of a deleted one');

done_testing;

# GET /monitors: pages, filters, counts, what is refused.

use strict;
use warnings;
use utf8;

use Encode ();
use POSIX qw(strftime);
use Uptime::Test;

my $t = Uptime::Test->new;
$t->nginx;


# --- list

my $l = $t->user_client;
my @ids = map {
    my $r = $l->post('/monitors', { url => "https://m$_.example/",
        name => "m$_" });
    $r->{json}{id};
} 1 .. 7;

my $res = $l->get('/monitors');
is($res->{status}, 200, 'list') or diag($res->{content});
is_deeply([sort { $a <=> $b } map { $_->{id} } @{ $res->{json}{items} }],
    \@ids, 'all of mine');
is($res->{json}{next_cursor}, undef, 'one page');
my $single = $l->get("/monitors/$ids[0]")->{json};
my ($item) = grep { $_->{id} == $ids[0] } @{ $res->{json}{items} };
is_deeply({ map { $_ => $item->{$_} } keys %$single }, $single,
    'an item is the object');

my (@seen, $cursor);
my $pages = 0;
do {
    my $r = $l->get('/monitors?limit=3'
        . (defined $cursor ? "&cursor=$cursor" : ''));
    is($r->{status}, 200, 'page ' . ++$pages) or diag($r->{content});
    cmp_ok(scalar @{ $r->{json}{items} }, '<=', 3, '... of three at most');
    push @seen, map { $_->{id} } @{ $r->{json}{items} };
    $cursor = $r->{json}{next_cursor};

    # what comes and goes meanwhile does not shift the pages
    $l->delete("/monitors/$seen[0]") if $pages == 1;
} while (defined $cursor && $pages < 10);

is($pages, 3, 'three pages');
is_deeply([sort { $a <=> $b } @seen], \@ids, 'each item once');

$res = $l->get('/monitors?limit=6');
is($res->{json}{next_cursor}, undef,
    'a page that is full and the last has no cursor');


# filters, and counts that do not depend on them
my $f = $t->user_client;
my %f = map { my $r = $f->post('/monitors', { %$_,
        url => 'https://' . lc(substr $_->{name}, 0, 4)
        . '.example/Path' });
    $r->{json}{name} => $r->{json}{id} } (
    { name => 'Shop', tags => ['web', 'shop'] },
    { name => 'Blog_1', tags => ['web'] },
    { name => 'blog%2', paused => true },
);
$t->execute("UPDATE monitor_state SET status = 'down' WHERE monitor_id = ?",
    $f{Shop});

my %filters = (
    'tag=web'             => 'Blog_1 Shop',
    'tag=shop'            => 'Shop',
    'tag=we'              => '',
    'status=down'         => 'Shop',
    'status=paused'       => 'blog%2',
    'status=pending'      => 'Blog_1',
    'status=up'           => '',
    'q=BLOG'              => 'Blog_1 blog%2',
    'q=_'                 => 'Blog_1',
    'q=%25'               => 'blog%2',
    'q=shop.example/path' => 'Shop',
    'q=shop.example/paths' => '',
    'tag=shop,web'        => 'Blog_1 Shop',
    'tag=shop,web&tag_mode=all' => 'Shop',
    'status=down,paused'  => 'Shop blog%2',
    'type=tcp,http'       => 'Blog_1 Shop blog%2',
    'type=tcp'            => '',
    'q=blog&tag=web'      => 'Blog_1',
);

for my $query (sort keys %filters) {
    my $r = $f->get("/monitors?$query");
    is(join(' ', sort map { $_->{name} } @{ $r->{json}{items} // [] }),
        $filters{$query}, "filter: $query") or diag($r->{content});
    is_deeply($r->{json}{counts}, { up => 0, degraded => 0, down => 1,
        unknown => 0, paused => 1, pending => 1 }, '... counts of all');
}

fields_ok($f->get('/monitors?status=up,off&tag=&q=&type=x&sort=size'
    . '&tag_mode=some&view=wide'), { 'status[1]' => 'not_allowed',
    'tag[0]' => 'too_short', q => 'too_short', 'type[0]' => 'not_allowed',
    sort => 'not_allowed', tag_mode => 'not_allowed', view => 'not_allowed' },
    'bad filters');

for my $bad (qw(0 -1 1001 x 1.5 99999999999999999999), '') {
    fields_ok($l->get("/monitors?limit=$bad"), { limit =>
        $bad =~ /^-?\d+$/ ? 'out_of_range' : 'wrong_type' },
        "limit=$bad");
}

is($l->get('/monitors?limit=1000')->{status}, 200, 'limit=1000');

for my $bad ('x', '1;2', '%27', '-1', 'a.b', '1', 'created', 'created.',
    'created.x', 'created.1.2', 'created.9999999999999999999', 'name.1.61',
    '-created.1', 'created.1%27')
{
    fields_ok($l->get("/monitors?cursor=$bad"), { cursor => 'bad_cursor' },
        "cursor=$bad");
}

for my $bad ('1', 'name.1', 'name.1.', 'name.1.6', 'name.1.zz', 'name.1.00',
    'name.1.ff', 'name.1.6100', 'name.1.61.61', '-name.1.61', 'status.1.1',
    'name.1.' . '61' x 801)
{
    fields_ok($l->get("/monitors?sort=name&cursor=$bad"),
        { cursor => 'bad_cursor' }, "sort=name&cursor=" . substr $bad, 0, 30);
}

for my $bad ('status.1', 'status.1.', 'status.1.x', 'status.1.1.1',
    'status.1.-1', 'latency.1.1')
{
    fields_ok($l->get("/monitors?sort=status&cursor=$bad"),
        { cursor => 'bad_cursor' }, "sort=status&cursor=$bad");
}
is($l->get("/monitors?sort=$_->[0]&cursor=$_->[1]")->{status}, 200,
    "a cursor that nobody gave out: $_->[1]") for ['status',
    'status.1.999999999999999999'], ['-latency', '-latency.1.0'],
    ['name', 'name.0.c3a9'], ['-uptime', '-uptime.5.5'];

fields_ok($l->get('/monitors?colour=red&x=1'), { colour => 'unknown_field',
    x => 'unknown_field' }, 'unknown parameters');
problem_ok($l->get('/monitors?limit=1&limit=2'), 400, 'malformed_query',
    'a parameter twice');
problem_ok($l->get('/monitors?limit=%zz'), 400, 'malformed_query',
    'a bad escape');
problem_ok($l->get('/monitors?limit=%00'), 400, 'malformed_query',
    'a NUL byte');
problem_ok($l->get('/monitors?cursor=%ff'), 400, 'malformed_query',
    'not UTF-8');
is($l->get("/monitors/$ids[1]?x=1")->{status}, 422,
    'parameters where none are known');

ok($l->kept, 'all of this on one connection');


# --- orders

# All items in pages of two.
sub pages {
    my ($who, $query) = @_;

    my (@items, $next);

    for (1 .. 100) {
        my $r = $who->get("/monitors?limit=2&$query"
            . (defined $next ? "&cursor=$next" : ''));
        is($r->{status}, 200, "page of $query") or diag($r->{content});
        push @items, @{ $r->{json}{items} };
        $next = $r->{json}{next_cursor} // return @items;
    }

    return fail("no end of $query");
}


my ($owner, $token) = $t->user;
my $s = $t->client($token);
my %of = (    # name => status, p95 and the last latency in us
    'b low'   => ['up', 5000],
    'A high'  => ['down', 90000],
    'c none'  => ['pending', undef],
    'Zed'     => ['up', 100],
    "\x{e9}t\x{e9}" => ['degraded', 7000],
    'd dup'   => ['unknown', 7000],
    'D dup'   => ['up', 7000],
    'e pause' => ['paused', 60],
);

for my $name (sort keys %of) {
    my $id = $s->post('/monitors', { name => $name, tags => ['all'],
        url => 'https://x.example/', paused =>
        $of{$name}[0] eq 'paused' ? true : false })->{json}{id};
    # the last check is another order
    $t->execute("UPDATE monitor_state SET status = ?, last_latency_us =
        100000 - ?, last_checked_at = now(), last_outcome = 'up'
        WHERE monitor_id = ?",
        $of{$name}[0] eq 'paused' ? 'up' : $of{$name}[0], $of{$name}[1], $id);
    # no uptime, 1, and in steps that a float4 has
    $of{$name}[3] = $id % 3 ? 1 - ($id % 4) / 16 : undef;
    $t->execute('UPDATE monitor_stats SET uptime_30d = ?, p95_24h_us = ?
        WHERE monitor_id = ?', $of{$name}[3], $of{$name}[1], $id);
    $of{$name}[2] = $id;
}

my %rank = (down => 1, degraded => 2, unknown => 3, pending => 4, up => 5,
    paused => 6);
my %key = (
    created => sub { 0 },
    name    => sub { my $n = Encode::encode('UTF-8', lc $_[0]); $n },
    status  => sub { $rank{ $of{$_[0]}[0] } },
    latency => sub { $of{$_[0]}[1] },
    uptime  => sub { $of{$_[0]}[3] },
);


sub in_order {
    my ($sort, $down) = @_;

    my $sign = $down ? -1 : 1;
    my $of_sort = $key{$sort};
    return sort {
        my ($x, $y) = map { $of_sort->($_) } $a, $b;
        !defined $x || !defined $y ? (defined $y <=> defined $x)
            || $sign * ($of{$a}[2] <=> $of{$b}[2])
        : $sign * (($sort eq 'name' ? $x cmp $y : $x <=> $y)
            || $of{$a}[2] <=> $of{$b}[2]) } keys %of;
}


for my $sort (sort keys %key) {
    for my $down (0, 1) {
        my $query = 'sort=' . ($down ? '-' : '') . $sort;
        my @want = in_order($sort, $down);
        is_deeply([map { $_->{name} } pages($s, $query)], \@want, $query);
        is_deeply([map { $_->{name} } pages($s, "$query&tag=all")], \@want,
            '... with a filter');
        is_deeply([map { $_->{name} } pages($s, "$query&q=dup")],
            [grep { /dup/ } @want], '... that leaves a few');
    }
}

is_deeply($s->get('/monitors?limit=1')->{json}{counts}, { up => 3,
    degraded => 1, down => 1, unknown => 1, paused => 1, pending => 1 },
    'counts');

# what changes the status and the pause moves it
$s->post("/monitors/$of{'e pause'}[2]/resume");
$s->patch("/monitors/$of{'b low'}[2]", { paused => true });
is_deeply($s->get('/monitors?limit=1')->{json}{counts}, { up => 2,
    degraded => 1, down => 1, unknown => 1, paused => 1, pending => 2 },
    '... after a pause and its end');
is_deeply([map { $_->{name} } pages($s, 'status=paused')], ['b low'],
    '... and the list of the paused');


# --- compact

my ($compact) = grep { $_->{name} eq 'A high' }
    @{ $s->get('/monitors?view=compact')->{json}{items} };
my $since = delete $compact->{since};
my $checked = delete $compact->{checked};
like("$since $checked", qr/^\d{10} \d{10}$/, 'compact: times');
my $day = delete $compact->{day};
is(length $day, 48, "... a day");
is_deeply($compact, { id => $of{'A high'}[2], name => 'A high',
    type => 'http', url => 'https://x.example/', tags => ['all'],
    interval => 60, status => 'down', latency_ms => 10, p95_ms_24h => 90,
    defined $of{'A high'}[3] ? (uptime_30d => $of{'A high'}[3]) : () },
    '... nothing that is null');
my $hour = int(time / 3600) * 3600;
for my $window (['now', -1, $compact->{id}], ['to come', 24, $of{'Zed'}[2]]) {
    my ($name, $from, $id) = @$window;
    my ($starts, $ends) = map { strftime('%Y-%m-%dT%H:%M:%SZ',
        gmtime $hour + $_ * 3600) } $from, $from + 4;
    $res = $s->post('/maintenances', { name => $name, kind => 'once',
        starts_at => $starts, ends_at => $ends, monitor_ids => [$id] });
    is($res->{status}, 201, "a window: $name") or diag($res->{content});
}
is_deeply({ map { $_->{name} => $_->{maintenance_until} } grep {
    $_->{maintenance_until} }
    @{ $s->get('/monitors?view=compact')->{json}{items} } },
    { 'A high' => $hour + 3 * 3600 },
    'compact: who is in maintenance, until when');

my $full = $s->get('/monitors?limit=1')->{json}{items}[0];
is_deeply([@$full{qw(uptime_24h p95_ms_24h)}], [undef, 90],
    'full: what is not known is null');


# --- very many: another way to the same answers

$t->execute("INSERT INTO monitors (owner_id, name, type, url, interval,
        timeout, method, headers, expected_status, keyword_mode,
        follow_redirects, max_redirects, verify_tls, failure_threshold,
        retry_interval, cert_warn_days, tags, paused)
    SELECT ?, 'n' || i % 700, 'http', 'https://many.example/' || i, 60, 10,
        'GET', '{}', '200-399', 'present', true, 5, true, 2, 10, 14,
        CASE WHEN i % 1000 = 999 THEN ARRAY['rare'] ELSE '{}' END,
        i % 1000 = 998
    FROM generate_series(1, 5000) i", $owner);
$t->execute('ANALYZE monitors, monitor_state');
$t->execute('UPDATE monitor_stats SET p95_24h_us = monitor_id % 1000
    WHERE monitor_id % 7 <> 0');
$t->execute("UPDATE monitor_state s SET
    status = CASE WHEN m.url LIKE '%97' THEN 'down' ELSE 'up' END
    FROM monitors m WHERE m.id = s.monitor_id AND m.url LIKE '%many%'");

my %many = (
    'tag=rare'              => qr{/\d?999$},
    'q=MANY.example/4999'   => qr{/4999$},
    'q=99'                  => qr/99|n99|n.99/,
    'status=paused,unknown' => qr{/\d?998$|x\.example},
    'status=down&q=4097'    => qr{/4097$},
    'tag=rare&q=example/39' => qr{/3999$},
    'type=http&tag=rare'    => qr{/\d?999$},
);

for my $query (sort keys %many) {
    my %ids;

    for my $sort (qw(created -created name -name status -status latency
        -latency uptime -uptime))
    {
        my $r = $s->get("/monitors?limit=1000&view=compact&sort=$sort&"
            . $query);
        my @items = @{ $r->{json}{items} };
        $ids{$sort} = join ' ', sort map { $_->{id} } @items;
        is($ids{$sort}, $ids{created}, "$sort $query: the same monitors");
        is(scalar(grep { $_->{url} !~ $many{$query}
            && $_->{name} !~ $many{$query} } @items), 0, '... all wanted')
            or diag(scalar @items);
        cmp_ok(scalar @items, '>', 0, '... some');
    }
}

for my $sort (qw(-name status -uptime latency)) {
    my ($n, $next, %seen) = (0);

    do {
        my $r = $s->get("/monitors?limit=1000&view=compact&sort=$sort"
            . (defined $next ? "&cursor=$next" : ''));
        $seen{ $_->{id} }++ for @{ $r->{json}{items} };
        $next = $r->{json}{next_cursor};
    } while (defined $next && $n++ < 10);

    is(join(' ', scalar keys %seen, grep { $_ != 1 } values %seen), 5008,
        "$sort: each of very many once");
}

is($l->get('/monitors')->{json}{counts}{up}, 0, 'all of that is one tenant');

$t->execute("DELETE FROM monitors WHERE owner_id = ? AND url LIKE '%/4___'",
    $owner);
is($t->value('SELECT n - (SELECT count(*) FROM monitors m
    WHERE m.owner_id = a.owner_id) FROM account_monitors a
    WHERE owner_id = ?', $owner), 0, 'deleted ones are not counted');
my ($sum) = map { my $c = $_; my $n = 0; $n += $_ for values %$c; $n }
    $s->get('/monitors?limit=1')->{json}{counts};
is($sum, 4008, '... nor told');

done_testing;

# GET /monitors: pages, filters, counts, what is refused.

use strict;
use warnings;
use utf8;

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
    'q=blog&tag=web'      => 'Blog_1',
);

for my $query (sort keys %filters) {
    my $r = $f->get("/monitors?$query");
    is(join(' ', sort map { $_->{name} } @{ $r->{json}{items} // [] }),
        $filters{$query}, "filter: $query") or diag($r->{content});
    is_deeply($r->{json}{counts}, { up => 0, degraded => 0, down => 1,
        unknown => 0, paused => 1, pending => 1 }, '... counts of all');
}

fields_ok($f->get('/monitors?status=off&tag=&q='), { status => 'not_allowed',
    tag => 'too_short', q => 'too_short' }, 'bad filters');

for my $bad (qw(0 -1 1001 x 1.5 99999999999999999999), '') {
    fields_ok($l->get("/monitors?limit=$bad"), { limit =>
        $bad =~ /^-?\d+$/ ? 'out_of_range' : 'wrong_type' },
        "limit=$bad");
}

is($l->get('/monitors?limit=1000')->{status}, 200, 'limit=1000');

for my $bad ('x', '1;2', '%27', '-1', 'a.b', '99999999999999999999999999') {
    fields_ok($l->get("/monitors?cursor=$bad"), { cursor => 'bad_cursor' },
        "cursor=$bad");
}

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

done_testing;

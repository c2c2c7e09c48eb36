# src/api/openapi.json against the source: routes, arguments and bodies, causes.
# That answers are what it says is checked with every request of every test,
# see Uptime::Client.

use strict;
use warnings;

use File::Basename qw(dirname);
use JSON::PP ();
use Uptime::Openapi qw(document operation violations);
use Uptime::Test;
use Uptime::Util qw(slurp);

my $t = Uptime::Test->new;
$t->nginx;

my $src = dirname($0) . '/../src';
my $sources = join '', map { slurp($_) } glob "$src/api/*routes*.c";
my $doc = document();


# --- served as it is

my $res = $t->client->get('/openapi.json');
is($res->{status}, 200, 'it is served');
is($res->{headers}{'content-type'}, 'application/json', '... as JSON');
ok($res->{content} eq slurp("$src/api/openapi.json"), '... as it is');
is_deeply([violations('GET', '/api/v1/openapi.json', $res)], [],
    'an answer that is right');
ok(violations('GET', '/api/v1/me', { %$res, json => { id => 'x' } }),
    'an answer that is not');


# --- routes

my %rows;

while ($sources =~ m{^\s*\{\s*NGX_HTTP_([A-Z]+),\s*"([^"]+)",
    \s*NGX_HTTP_UPTIME_([A-Z]+),\s*(\d+),\s*(\w+),\s*(\w+),}xmg)
{
    $rows{"$1 " . $2 =~ s/:(\w+)/{$1}/gr} = { level => $3, status => $4,
        query => $5, body => $6 };
}

my %operations;

for my $path (keys %{ $doc->{paths} }) {
    my $methods = $doc->{paths}{$path};
    $operations{ uc($_) . " $path" } = $methods->{$_} for keys %$methods;
}

cmp_ok(scalar keys %rows, '>', 30, 'the routes were understood');
is_deeply([grep { !$operations{$_} } sort keys %rows], [],
    'every route is in the document');
is_deeply([grep { !$rows{$_} } sort keys %operations], [],
    'everything in the document is a route');

my %ids;
$ids{ $_->{operationId} }++ for values %operations;
is_deeply([grep { $ids{$_} != 1 } sort keys %ids], [],
    'operation ids are there and differ');


# --- arguments and bodies

# names in a field table of the source
sub table {
    my ($name) = @_;

    return [] if $name eq 'NULL';
    my ($text) = $sources =~ /ngx_uptime_field_t\s+\Q$name\E\[\] = \{(.*?)\n\};/s
        or die "no table $name\n";
    my @names = $text =~ /ngx_http_uptime_\w+\("(\w+)"|ngx_string\("(\w+)"\)/g;
    return [sort grep { defined } @names];
}


# What a number of the source is: constants of its headers, products.
my %constants = map { /^#define\s+(NGX_\w+)\s+(\S.*?)\s*(?:\/\*.*)?$/mg }
    map { slurp($_) } glob("$src/*.h $src/*/*.h");

sub value {
    my ($text) = @_;

    1 while $text =~ s/\b(NGX_\w+)\b/$constants{$1} \/\/ die "no $1\n"/e;
    $text =~ s/\(\w+\)\s*(?=\d)//g;
    die "not a number: $text\n" if $text !~ /^[\d\s*+()-]+$/;
    return eval $text;
}


# name => [what the document calls the bounds, min, max, of an item]
sub bounds {
    my ($name) = @_;

    return {} if $name eq 'NULL';
    my ($text) = $sources
        =~ /ngx_uptime_field_t\s+\Q$name\E\[\] = \{(.*?)\n\};/s;
    my %of = (INT => 'imum', STRING => 'Length', STRINGS => 'Items',
        IDS => 'Items', LIST => 'Items', HEADERS => 'Properties');
    my %found;

    while ($text =~ /ngx_http_uptime_(int|text)\(\s*"(\w+)",([^"]*?)\)(?=,?\s)
        |\{\s*ngx_string\("(\w+)"\),\s*NGX_UPTIME_FIELD_(\w+),([^"]*?)\}/xg)
    {
        my $field = $2 // $4;
        my $kind = $of{ $1 ? { int => 'INT', text => 'STRING' }->{$1} : $5 }
            // next;
        my (undef, $min, $max, undef, $item) = split /,/, $3 // $6;
        $found{$field} = [$kind, value($min), value($max),
            $kind eq 'Items' && $item =~ /[1-9]/ ? value($item) : ()];
    }

    return \%found;
}


# Where the document has other bounds than the source.
sub unbounded {
    my ($table, %schemas) = @_;

    my $bounds = bounds($table);
    my @wrong;

    for my $field (sort keys %$bounds) {
        my ($kind, $min, $max, $item) = @{ $bounds->{$field} };
        my $schema = resolved($schemas{$field} // next);
        # said in another way, or what one was given
        next if ($schema->{format} // '') eq 'date-time' || $schema->{enum}
            || $field =~ /^(?:cursor|challenge)$/;
        # that it is not empty need not be said
        my $low = $schema->{"min$kind"} // ($min == 1 ? 1 : 0);
        my $high = $schema->{"max$kind"} // 'none';
        my $items = resolved($schema->{items} // {});
        my $of = $items->{enum} ? $item : $items->{maxLength} // 'none';

        push @wrong, "$field: $min to $max, not $low to $high"
            if $low != $min || $high ne $max;
        push @wrong, "$field: up to $item each, not $of"
            if $item && $of ne $item;
    }

    return @wrong;
}


sub resolved {
    my ($node) = @_;

    my $ref = $node->{'$ref'} // return $node;
    my (undef, @steps) = split m{/}, $ref;
    my $found = $doc;
    $found = $found->{$_} for @steps;
    return $found;
}


for my $name (sort grep { $operations{$_} } keys %rows) {
    my ($row, $operation) = ($rows{$name}, $operations{$name});
    my @parameters = map { resolved($_) } @{ $operation->{parameters} // [] };

    is_deeply([sort map { $_->{name} } grep { $_->{in} eq 'query' }
        @parameters], table($row->{query}), "$name: arguments");
    is_deeply([map { $_->{name} } grep { $_->{in} eq 'path' } @parameters],
        [$name =~ /\{(\w+)\}/g], "$name: path");

    my $body = $operation->{requestBody}
        ? resolved($operation->{requestBody}{content}{'application/json'}
        {schema}) : {};
    is_deeply([sort keys %{ $body->{properties} // {} }],
        table($row->{body}), "$name: body");
    is_deeply([unbounded($row->{query}, map { $_->{name} => $_->{schema} }
        grep { $_->{in} eq 'query' } @parameters)], [],
        "$name: bounds of arguments");
    is_deeply([unbounded($row->{body}, %{ $body->{properties} // {} })], [],
        "$name: bounds of the body");
    ok($operation->{responses}{ $row->{status} },
        "$name: status of success");

    my $security = $operation->{security};
    my $schemes = join ' ', map { keys %$_ } @{ $security // [] };
    my $words = $operation->{description} // '';
    my %of = (
        ANYONE  => $security && $schemes ne 'token' ? 1 : 0,
        USER    => !$security ? 1 : 0,
        SESSION => $schemes eq 'token' ? 1 : 0,
        ADMIN   => $words =~ /administrator's session/i ? 1 : 0,
    );
    ok($of{ $row->{level} }, "$name: who may");
}


# --- causes

my ($names) = slurp("$src/probe/ngx_uptime_outcome.c")
    =~ /ngx_uptime_cause_names\[\] = \{(.*?)\n\};/s;
is_deeply([sort map { $_->{const} } @{ $doc->{components}{schemas}{Cause}
    {oneOf} }], [sort $names =~ /"(\w+)"/g], 'every cause is described');

done_testing;

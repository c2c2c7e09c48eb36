# Assertions: what the API takes, and what they make of a response.

use strict;
use warnings;
use utf8;

use Encode qw(encode);
use Uptime::Test;

my $t = Uptime::Test->new(checker => 1, allow => '127.0.0.1');
my $target = $t->target;
my $server = $t->nginx;
my $c = $t->user_client;


sub escaped {
    return encode('UTF-8', $_[0])
        =~ s/([^A-Za-z0-9._~-])/sprintf '%%%02X', ord $1/egr;
}


sub json_url { return $target->url('/json/' . escaped($_[0])) }
sub field_url { return $target->url("/field/$_[0]/" . escaped($_[1])) }


sub json {
    my ($path, $op, @value) = @_;

    return { source => 'json', path => $path, op => $op,
        @value ? (value => $value[0]) : () };
}


sub header {
    my ($name, $op, @value) = @_;

    return { source => 'header', name => $name, op => $op,
        @value ? (value => $value[0]) : () };
}


# --- what the API takes

my $url = 'http://example.com/';
my $ok = header('Age', 'exists');

for my $good ([], [$ok], [($ok) x 10],
    [json('$.a[0]."b c"[-1]', 'eq', undef)], [json('$', 'ne', true)],
    [json('$.a', 'eq', 1.5)],
    [json('$.id', 'eq', 9007199254740991)], [json('$.a', 'contains', 'ä')],
    [json('$.a', 'contains', 1)], [json('$.a', 'le', -7)],
    [header('X-Y', 'eq', 5)], [header('X-Y', 'ne', '')],
    [header('X-Y', 'not_contains', 'a')], [header('X-Y', 'not_exists')])
{
    my $r = $c->post('/monitors', { url => $url, assertions => $good,
        paused => true });
    is($r->{status}, 201, 'accepted: ' . (@$good ? join ' ', map {
        $_ // 'null' } %{ $good->[0] } : 'none')) or diag($r->{content});
    is_deeply($r->{json}{assertions}, $good, '... and comes back');
}

# [assertions, field => code ...]
my @bad = (
    ['x', assertions => 'wrong_type'], [{}, assertions => 'wrong_type'],
    [undef, assertions => 'null_not_allowed'],
    [[($ok) x 11], assertions => 'too_many'],
    [['x'], 'assertions[0]' => 'wrong_type'],
    [[$ok, 1, undef], 'assertions[1]' => 'wrong_type',
        'assertions[2]' => 'wrong_type'],
    [[{}], 'assertions[0].source' => 'required'],
    [[{ source => 'body', op => 'eq' }],
        'assertions[0].source' => 'not_allowed'],
    [[{ source => 'json', path => '$' }], 'assertions[0].op' => 'required'],
    [[json('$', 'matches', '(a+)+')], 'assertions[0].op' => 'not_allowed'],
    [[json('$', 'EQ', 1)], 'assertions[0].op' => 'not_allowed'],
    [[{ source => 'json', op => 'exists' }],
        'assertions[0].path' => 'required'],
    [[{ source => 'header', op => 'exists' }],
        'assertions[0].name' => 'required'],
    [[json(1, 'exists')], 'assertions[0].path' => 'wrong_type'],
    [[json('a.b', 'exists')], 'assertions[0].path' => 'bad_path'],
    [[json('$[*]', 'exists')], 'assertions[0].path' => 'bad_path'],
    [[json('$.' . 'a' x 200, 'exists')], 'assertions[0].path' => 'too_long'],
    [[header('a b', 'exists')], 'assertions[0].name' => 'bad_header_name'],
    [[header('', 'exists')], 'assertions[0].name' => 'bad_header_name'],
    [[header("a\r\nb", 'exists')],
        'assertions[0].name' => 'bad_header_name'],
    [[json('$', 'eq')], 'assertions[0].value' => 'required'],
    [[json('$', 'eq', [])], 'assertions[0].value' => 'wrong_type'],
    [[json('$', 'eq', {})], 'assertions[0].value' => 'wrong_type'],
    [[json('$', 'lt', '1')], 'assertions[0].value' => 'wrong_type'],
    [[json('$', 'contains', undef)], 'assertions[0].value' => 'wrong_type'],
    [[json('$', 'contains', '')], 'assertions[0].value' => 'too_short'],
    [[json('$', 'eq', 'x' x 501)], 'assertions[0].value' => 'too_long'],
    [[json('$', 'exists', 1)], 'assertions[0].value' => 'not_allowed'],
    [[header('a', 'eq', true)], 'assertions[0].value' => 'wrong_type'],
    [[header('a', 'contains', 1)], 'assertions[0].value' => 'wrong_type'],
    [[{ %$ok, path => '$' }], 'assertions[0].path' => 'unknown_field'],
    [[{ %$ok, colour => 1 }], 'assertions[0].colour' => 'unknown_field'],
    [[$ok, json('x', 'lt', 'y')], 'assertions[1].path' => 'bad_path',
        'assertions[1].value' => 'wrong_type'],
);

for (@bad) {
    my ($list, %errors) = @$_;
    fields_ok($c->post('/monitors', { url => $url, assertions => $list }),
        \%errors, 'refused: ' . join ' ', %errors);
}

fields_ok($c->post('/monitors', { url => 'icmp://example.com',
    assertions => [$ok] }), { assertions => 'not_for_type' },
    'not for other types');


# --- verdicts

my $body = '{"status": "ok", "queue": {"depth": 12, "names": ["a", "b"]},'
    . ' "über": "é", "ready": true, "last": null}';
my $at = json_url($body);

# name => [what, outcome, cause]
my %monitors = (
    eq         => [{ url => $at, assertions => [
                   json('$.status', 'eq', 'ok')] }, 'up'],
    eq_not     => [{ url => $at, assertions => [
                   json('$.status', 'eq', 'bad')] }, 'down', 'json'],
    number     => [{ url => $at, assertions => [
                   json('$.queue.depth', 'lt', 13),
                   json('$.queue.depth', 'ge', 12)] }, 'up'],
    number_not => [{ url => $at, assertions => [
                   json('$.queue.depth', 'gt', 12)] }, 'down', 'json'],
    list       => [{ url => $at, assertions => [
                   json('$.queue.names', 'contains', 'b'),
                   json('$.queue.names[-1]', 'eq', 'b'),
                   json('$.über', 'eq', 'é'), json('$."ready"', 'eq', true),
                   json('$.last', 'eq', undef), json('$.next', 'not_exists')]
                   }, 'up'],
    missing    => [{ url => $at, assertions => [json('$.x', 'exists')] },
                   'down', 'json'],
    no_json    => [{ url => $target->url('/ok'), assertions => [
                   json('$.x', 'not_exists')] }, 'down', 'json'],
    cut_json   => [{ url => json_url('{"a":1'), assertions => [
                   json('$.a', 'exists')] }, 'down', 'json'],
    no_body    => [{ url => $at, method => 'HEAD', assertions => [
                   json('$', 'exists')] }, 'down', 'json'],
    redirected => [{ url => $target->url('/to/' . escaped($at)),
                   assertions => [json('$.status', 'eq', 'ok')] }, 'up'],
    header     => [{ url => $at, assertions => [
                   header('content-type', 'contains', 'json'),
                   header('Content-Length', 'gt', 10)] }, 'up'],
    header_not => [{ url => $at, assertions => [
                   header('content-type', 'eq', 'text/html')] },
                   'down', 'header'],
    absent     => [{ url => field_url('X-Powered-By', 'magic'),
                   assertions => [header('x-powered-by', 'not_exists')] },
                   'down', 'header'],
    last_hop   => [{ url => $target->url('/to/' . escaped($at)),
                   assertions => [header('location', 'not_exists')] }, 'up'],
    first      => [{ url => $at, assertions => [header('x', 'exists'),
                   json('$.x', 'exists')] }, 'down', 'header'],
    second     => [{ url => $at, assertions => [json('$.x', 'exists'),
                   header('x', 'exists')] }, 'down', 'json'],
    status     => [{ url => $target->url('/status/500'), assertions => [
                   header('x', 'exists')] }, 'down', 'http_status'],
    keyword    => [{ url => $at, keyword => 'nothing', assertions => [
                   header('x', 'exists')] }, 'down', 'keyword'],
    upside     => [{ url => $at, upside_down => true, assertions => [
                   header('x', 'exists')] }, 'up'],
    large      => [{ url => $target->url('/numbers/400000'), assertions => [
                   json('$[-1]', 'eq', 1)] }, 'up'],
    too_large  => [{ url => $target->url('/numbers/1200000'), assertions => [
                   json('$[0]', 'eq', 1)] }, 'down', 'json'],
);

until_ok { $t->value('SELECT count(*) FROM shards WHERE lease_until > now()')
    == 64 } 10, 'one checker has all shards';

my %id;
for my $name (sort keys %monitors) {
    my $r = $c->post('/monitors', { interval => 60, timeout => 8,
        failure_threshold => 1, %{ $monitors{$name}[0] } });
    is($r->{status}, 201, "monitor $name") or diag($r->{content});
    $id{$name} = $r->{json}{id};
}

until_ok { $t->value('SELECT count(DISTINCT monitor_id) FROM check_history')
    == keys %monitors } 9, 'every monitor is checked';

for my $name (sort keys %monitors) {
    my (undef, $outcome, $cause) = @{ $monitors{$name} };
    my $seen = $c->get("/monitors/$id{$name}/checks")->{json}{items}[-1];
    is_deeply([@$seen{qw(outcome cause)}], [$outcome, $cause],
        "$name: $outcome " . ($cause // ''));
}


# --- a change counts at once

my $m = "/monitors/$id{eq_not}";
is($c->patch($m, { assertions => [json('$.status', 'eq', 'ok')] })->{status},
    200, 'another assertion');
until_ok { $c->get($m)->{json}{status} eq 'up' } 5, '... is what counts now';

is($t->value("SELECT count(*) FROM check_history WHERE outcome = 'unknown'"), 0,
    'nothing was our own fault');
ok($server->stop, 'nginx quits in time');

done_testing;

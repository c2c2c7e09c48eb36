# uptime_metrics and GET /system, with checks that run; the page of the API.

use strict;
use warnings;

use Digest::SHA qw(sha256_hex);
use File::Basename qw(dirname);
use JSON::PP ();
use Uptime::Test;
use Uptime::Util qw(random_hex slurp spew);

my $t = Uptime::Test->new(checker => 1, workers => 2, server => '
    location = /metrics { uptime_metrics; }
    location = /everything { uptime_metrics all; }
    location = /guarded { uptime_metrics; deny all; }');
my $target = $t->target;
my $server = $t->nginx;
my $base = 'http://127.0.0.1:' . $server->port;
my ($id, $token) = $t->user;
my $c = $t->client($token);
my $other = $t->user_client;
my $secret = random_hex(21) . 'x';
my $key = $t->value("INSERT INTO api_keys (owner_id, name, scope, hash)
    VALUES (?, 'x', 'read', decode(?, 'hex')) RETURNING id", $id,
    sha256_hex($secret));
$secret = "upk_${key}_$secret";

my $m1 = $c->post('/monitors', { url => $target->url('/ok'), tags => ['a,b',
    'c"d'], name => 'quote " back \\ slash' })->{json}{id};
my $m2 = $other->post('/monitors', { url => $target->url('/status/500'),
    failure_threshold => 1 })->{json}{id};


sub metrics {
    my ($path, $credentials) = @_;

    my $res = $t->client($credentials)->get($base . $path);
    return $res->{status} == 200 ? $res->{content} : "status $res->{status}";
}


# Samples by name and labels; dies of what no scraper would take.
sub samples {
    my ($text) = @_;

    my (%value, %type, @wrong);
    my $last = '';

    for (split /\n/, $text) {
        if (my ($family, $kind) = /^# TYPE (\w+) (\w+)$/) {
            push @wrong, "$family twice" if $type{$family};
            push @wrong, "counter $family"
                if ($kind eq 'counter') != ($family =~ /_total$/);
            $type{$family} = $kind;
            $last = $family;
            next;
        }

        next if /^# HELP (\w+) \S/;
        my ($name, $labels, $value) = /^(\w+)
            (\{(?:\w+="(?:[^"\\\n]|\\["\\n])*",?)+\})?\s(-?[\d.e+-]+)$/x
            or push(@wrong, $_), next;
        my $family = $name =~ s/_(?:bucket|sum|count)$//r;
        $family = $name if $type{$name};
        push @wrong, "$name without type" if !$type{$family};
        push @wrong, "$name is not together" if $family ne $last;
        my $of = $name . ($labels // '');
        push @wrong, "$of twice" if exists $value{$of};
        $value{$of} = $value;
    }

    is_deeply(\@wrong, [], 'as Prometheus takes it');
    return (\%value, \%type);
}


until_ok { $t->value("SELECT count(*) FROM monitor_state
    WHERE status IN ('up', 'down')") == 2 } 20, 'both were checked';
until_ok { metrics('/metrics') =~ /^uptime_results_settled_total [2-9]/m } 10,
    'the checker has counted them';


# --- what anybody sees

my ($all, $types) = samples(metrics('/metrics'));
is($all->{'uptime_processes{role="worker"}'}, 2, 'both workers');
is($all->{'uptime_processes{role="checker"}'}, 1, '... and the checker');
is($all->{'uptime_shards_held'}, 64, 'leases');
is($all->{'uptime_checker_monitors'}, 2, 'monitors');
cmp_ok($all->{'uptime_checks_total{type="http",outcome="up"}'}, '>=', 1,
    'checks that were up');
cmp_ok($all->{'uptime_checks_total{type="http",outcome="down"}'}, '>=', 1,
    '... and down');
cmp_ok($all->{'uptime_check_causes_total{cause="status"}'} // 0, '>=', 0,
    '... by cause');
cmp_ok($all->{'uptime_api_requests_total{route="monitors",status="201"}'},
    '==', 2, 'requests');
cmp_ok($all->{'uptime_check_start_delay_seconds_count'}, '>=', 2,
    'delays of checks');
is((grep { /^uptime_monitor_/ } keys %$all), 0, 'nothing about monitors');


# --- with a key

my ($mine) = samples(metrics('/metrics', $secret));
my $labels = qq(id="$m1",name="quote \\" back \\\\ slash",type="http",)
    . q(tags="a,b,c\\"d");
is($mine->{"uptime_monitor_up{$labels}"}, 1, 'the monitor is up');
is($mine->{"uptime_monitor_status{$labels}"}, 1, '... its status');
ok(defined $mine->{"uptime_monitor_latency_seconds{$labels,phase=\"$_\"}"},
    "... latency: $_") for qw(total connect ttfb);
is((grep { /\{id="$m2"/ } keys %$mine), 0, 'not those of others');
is($mine->{uptime_database_up}, 1, 'complete');
is(metrics('/metrics', 'upk_1_' . 'x' x 43), 'status 401', 'a wrong key');
is(metrics('/metrics', 'nonsense'), 'status 401', 'a wrong token');
problem_ok($t->client->post("$base/metrics"), 405, 'method_not_allowed',
    'POST');
problem_ok($t->client->get("$base/guarded"), 403, 'forbidden',
    "nginx's own rules");

my ($everything) = samples(metrics('/everything'));
is(scalar(grep { /^uptime_monitor_up\{id="(?:$m1|$m2)"/ }
    keys %$everything), 2, '"all": everybody\'s');
like(join("\n", map { "$_ $everything->{$_}" } keys %$everything),
    qr/^uptime_monitor_up\{id="$m2".*\} 0$/m, 'one is down');
(my $again) = samples(metrics('/everything', $secret));
is((grep { /^uptime_monitor_up/ } keys %$again), 1,
    '... with a key only one\'s own');


# --- counters survive their process; pages; the database away

my ($worker) = $server->workers;
kill 'KILL', $worker;
$server->expect_log(qr/exited on signal 9/);
until_ok { !grep { $_ == $worker } $server->workers } 10, 'a worker is gone';
my ($later) = samples(metrics('/metrics'));
cmp_ok($later->{'uptime_api_requests_total{route="monitors",status="201"}'},
    '==', 2, '... what it counted is not');

$t->execute("INSERT INTO monitors (owner_id, name, type, url, interval,
    timeout, method, headers, expected_status, keyword_mode,
    follow_redirects, max_redirects, verify_tls, failure_threshold,
    retry_interval, cert_warn_days, tags, paused)
    SELECT ?, 'm', 'http', 'http://example.com/', 60, 10, 'GET', '{}', '200',
    'present', true, 5, true, 2, 10, 14, '{}', true
    FROM generate_series(1, 4100)", $id);
my ($many) = samples(metrics('/metrics', $secret));
is((grep { /^uptime_monitor_status/ } keys %$many), 4101,
    'more than a page: all are there');

if (my ($promtool) = grep { -x } map { "$_/promtool" } split /:/, $ENV{PATH}) {
    spew("$t->{dir}/metrics", metrics('/everything'));
    is(`$promtool check metrics < $t->{dir}/metrics 2>&1`, '',
        'promtool has nothing to say');
}


# --- the dashboard names only what there is

my $dashboard = JSON::PP->new->decode(slurp(dirname($0)
    . '/../docs/grafana.json'));
my $text = JSON::PP->new->encode($dashboard);
my %named = map { $_ => 1 } $text =~ /\b(uptime_\w+)/g;
my (undef, $known) = samples(metrics('/everything'));
cmp_ok(scalar keys %named, '>', 10, 'the dashboard names metrics');
is_deeply([grep { !$known->{$_} && !$known->{ s/_(?:bucket|sum|count)$//r } }
    sort keys %named], [], '... which there are');


# --- /system

my $admin = $t->user_client(role => 'admin');
my $system;
until_ok { $system = $admin->get('/system')->{json};
    $system->{nodes}[0]{stats} } 15, 'the checker has told about itself';
is($system->{nodes}[0]{name}, 'node0', '... its name');
is($system->{nodes}[0]{shards}, 64, '... its leases');
is($system->{leases}{held}, 64, 'all are held');
cmp_ok($system->{database}{partitions}, '>', 5, 'partitions');
cmp_ok($system->{database}{size_bytes}, '>', 1e6, 'size');
my %role = map { $_->{role} => $_ } @{$system->{processes}};
is($role{checker}{count}, 1, 'one checker');
cmp_ok($role{worker}{count}, '>', 0, 'workers');
cmp_ok($role{worker}{connections}, '>', 0, '... which are connected');
like($system->{rollups}{hour}, qr/^\d{4}-.*:00:00\.000Z$/, 'rolled up to');
is($system->{alerts}{waiting}, 0, 'no alert waits');
is((grep { $_->{name} eq 'rollups' } @{$system->{tasks}}), 1, 'chores');


# --- the page

my $page = $t->client->get("$base/api/docs");
is($page->{status}, 200, 'the API as a page');
is($page->{headers}{'content-type'}, 'text/html; charset=utf-8', '... HTML');
like($page->{headers}{'content-security-policy'},
    qr/^default-src 'none'; style-src 'self';/, '... that may load its style');
unlike($page->{content}, qr/<script|\sstyle=|(?:src|href)="(?:https?:)?\/\//,
    '... and needs nothing else');
my %ids = map { $_ => 1 } $page->{content} =~ /\sid="([^"]+)"/g;
is_deeply([grep { !$ids{$_} } $page->{content} =~ /href="#([^"]+)"/g], [],
    'every link has its place');
is_deeply([grep { !$ids{$_} } slurp(dirname($0) . '/../src/api/openapi.json')
    =~ /"operationId": "(\w+)"/g], [], 'every operation is there');
my $css = $t->client->get("$base/api/docs.css");
is($css->{headers}{'content-type'}, 'text/css', 'its style');
problem_ok($t->client->post("$base/api/docs"), 405, 'method_not_allowed',
    'POST');

done_testing;

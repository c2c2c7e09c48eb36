# Five hundred hostile servers at once: what they cost in memory.
#
#   make test TESTS=t/chaos/hostile.t
#   CHAOS_TARGETS=2000 make test TESTS=t/chaos/hostile.t

use strict;
use warnings;

use Time::HiRes qw(time);
use Uptime::Hostile;
use Uptime::Test;
use Uptime::Util qw(slurp spew);

my $unable = Uptime::Hostile::unable();
plan(skip_all => $unable) if $unable;

use constant TIMEOUT => 8;

my $targets = $ENV{CHAOS_TARGETS} // 500;

# who keeps a connection as long as it lasts, and who sends what he can
my @slow = qw(slow_headers slow_status slow_body slow_chunks silent slow_1xx
    continue_only hello_stalled hello_dribbled hello_stalled_midway);
my @flood = qw(gib_chunked gib_length gib_endless te_bomb gzip_bomb
    headers_20k header_endless status_endless crlf_flood flood_1xx
    trailer_flood chunk_ext_endless tiny_chunks cookie_flood hello_endless
    hello_warnings hello_record_huge tls_chain_64k tls_chain_200k
    redirect_loop);

my $t = Uptime::Test->new(checker => 1, per_host => 0,
    main => 'worker_rlimit_nofile 20000;');
my $hostile = Uptime::Hostile->start(dir => "$t->{dir}/hostile");
my $server = $t->nginx(directives => 'uptime_trusted_certificate '
    . $hostile->ca_file . ';');
my $c = $t->user_client;

until_ok { $c->get('/health/ready')->{status} == 200 } 10, 'ready';
until_ok { $server->checkers } 10, 'there is a checker';
my ($checker) = $server->checkers;


sub memory {
    my ($kib) = slurp("/proc/$checker/status") =~ /^$_[0]:\s+(\d+) kB/m;
    return $kib;
}


# Adds monitors; returns by how much memory grew until all were judged, and
# its peak.
sub round {
    my ($name, $count, @kinds) = @_;

    my $id = $c->post('/monitors', { url => $hostile->url($kinds[0]),
        timeout => TIMEOUT, interval => 3600, failure_threshold => 1,
        paused => true })->{json}{id};

    # the peak since here
    spew("/proc/$checker/clear_refs", '5');
    my $before = memory('VmRSS');

    my $columns = $t->value("SELECT string_agg(quote_ident(column_name), ', ')
        FROM information_schema.columns WHERE table_name = 'monitors'
        AND is_generated = 'NEVER' AND column_name NOT IN ('id', 'url',
        'paused', 'revision', 'name')");
    my @urls = map { $hostile->url($kinds[$_ % @kinds]) } 1 .. $count;
    my @ids = map { $_->{id} } $t->sql("INSERT INTO monitors ($columns, url,
        paused, name) SELECT $columns, u, false, ? FROM monitors,
        unnest(?::text[]) u WHERE id = ? RETURNING id", $name, \@urls, $id);
    is(scalar @ids, $count, "$name: $count monitors");

    until_ok { $t->value('SELECT count(DISTINCT monitor_id) FROM check_history
        WHERE monitor_id = ANY (?)', \@ids) == $count } TIMEOUT() + 20,
        "$name: all judged";
    my $peak = memory('VmHWM');
    my $growth = $peak - $before;
    my ($late) = $t->sql('SELECT max(latency_us) AS us, count(*)
        FILTER (WHERE outcome = \'unknown\') AS unknown FROM check_history
        WHERE monitor_id = ANY (?)', \@ids);
    note(sprintf '%s: +%d KiB, %.1f KiB each; longest %.2f s, %d unknown',
        $name, $growth, $growth / $count, $late->{us} / 1e6,
        $late->{unknown});
    cmp_ok($late->{us}, '<', (TIMEOUT + 1) * 1e6,
        "$name: within timeout and a second");
    return ($growth, $peak);
}


# warm up: what is allocated once
round('warm-up', 40, @slow, @flood);

my ($plain) = round('silent, http', $targets, 'silent');
my ($slow) = round('slow, 3 of 10 with TLS', $targets, @slow);
my ($flood, $peak) = round('flood, 5 of 20 with TLS', $targets, @flood);
my (undef, $again) = round('all, again', $targets, @slow, @flood);
my $seen = $hostile->stats->{silent}{most};
note("at most $seen connections of the silent kind at once");
cmp_ok($seen, '>=', $targets * 0.9, 'they were there at the same time');

cmp_ok($plain / $targets, '<', 24, 'less than 24 KiB for each that is silent');
cmp_ok($slow / $targets, '<', 40, 'less than 40 KiB with some TLS');
cmp_ok($flood / $targets, '<', 80, 'less than 80 KiB whatever is sent');
cmp_ok($again - $peak, '<', 4096, 'nothing is left behind');

is_deeply([$server->checkers], [$checker], 'the checker is the same');

done_testing;

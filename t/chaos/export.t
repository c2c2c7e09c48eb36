# Exports of much history: memory does not grow with it, whoever is slow or
# leaves holds nobody up, and one that is cut off does not look whole.
#
#   make test TESTS=t/chaos/export.t
#
# CHAOS_ROWS  1000000 is the long form (60000)

use strict;
use warnings;

use IO::Socket::INET;
use IO::Select;
use Socket qw(SOL_SOCKET SO_RCVBUF pack_sockaddr_in inet_aton);
use Time::HiRes qw(time);
use Uptime::Test;
use Uptime::Util qw(slurp children);

use constant MONITORS => 20;

my $rows = int(($ENV{CHAOS_ROWS} // 60_000) / MONITORS) * MONITORS;
my $cluster = Uptime::Cluster->create(dir => "$ENV{UPTIME_RUN}/pg_export")
    ->start;
my $t = Uptime::Test->new(cluster => $cluster, empty => 1);
$cluster->migrate($t->{db}, '.');
my $server = $t->nginx;
my ($uid, $token) = $t->user;
my $c = $t->client($token);
my ($worker) = $server->workers == 1
    && grep { Uptime::Util::cmdline($_) =~ /worker/ } children($server->pid);
ok($worker, 'a worker');

my @ids = map { $c->post('/monitors', { url => "https://h$_.example/" })
    ->{json}{id} } 1 .. MONITORS;
$t->execute("INSERT INTO nodes (name) VALUES ('n')");
$t->execute("INSERT INTO checks (monitor_id, slot, checked_at, node_id,
    attempt, outcome, latency_us, http_status)
    SELECT m, s, s, (SELECT id FROM nodes), 1, 'up', 1000 + n, 200
    FROM generate_series(1, ?::int) n, unnest(?::bigint[]) m,
        LATERAL (SELECT timestamptz '2026-03-01' + n * interval '1 min') s (s)",
    $rows / MONITORS, \@ids);
$t->execute('ANALYZE checks');


# KiB: now, and the most since forget()
sub memory {
    my ($what) = @_;
    return slurp("/proc/$worker/status") =~ /^Vm$what:\s+(\d+)/m ? $1 : undef;
}

sub forget {
    open my $fh, '>', "/proc/$worker/clear_refs" or die "clear_refs: $!";
    print $fh 5;
    return close $fh;
}


# Sends a request; what comes is read later, in slow cases a little at a time.
sub begin {
    my ($path, $slow) = @_;

    my $s = IO::Socket::INET->new(Proto => 'tcp') or die $!;
    setsockopt $s, SOL_SOCKET, SO_RCVBUF, 8192 if $slow;
    connect $s, pack_sockaddr_in($server->port, inet_aton('127.0.0.1'))
        or die "connect: $!";
    syswrite $s, "GET /api/v1$path HTTP/1.1\r\nHost: x\r\n"
        . "Authorization: Bearer $token\r\n\r\n";
    return $s;
}

# Reads to the end, or so many bytes; returns the lines, and the last bytes.
sub drain {
    my ($s, $most) = @_;

    my ($lines, $bytes, $tail) = (0, 0, '');
    my $select = IO::Select->new($s);

    while (!defined $most || $bytes < $most) {
        last if !$select->can_read(60);
        my $n = sysread $s, my $data, 65536;
        last if !$n;
        $bytes += $n;
        $lines += $data =~ tr/\n//;
        $tail = substr $tail . $data, -10;
        last if !defined $most && $tail =~ /\r\n0\r\n\r\n\z/;
    }

    return ($lines, $tail, $bytes);
}


# --- all of it

drain(begin('/checks?format=csv&from=2026-03-01T00:00:00Z'
    . '&to=2026-03-01T02:00:00Z'));
my $before = memory('RSS');
forget();
my $start = time;
my ($lines, $tail, $bytes) = drain(begin('/checks?format=jsonl'));
my $took = time - $start;
# lines of the head and of each chunk come to them
my $chunks = $lines - $rows;
cmp_ok($lines, '>=', $rows, 'every check');
like($tail, qr/\r\n0\r\n\r\n\z/, '... to the end');
my $grown = memory('HWM') - $before;
cmp_ok($grown, '<', 8 * 1024, 'memory is that of a piece')
    if !$ENV{UPTIME_ASAN};
note("$chunks lines of the protocol");


# --- somebody who is slow holds nothing but his piece

forget();
my $slow = begin('/checks?format=csv', 1);
my $busy = 'SELECT count(*) FROM pg_stat_activity WHERE datname = ?
    AND pid <> pg_backend_pid() AND state <> ?';
drain($slow, 20_000);
until_ok { !$t->value($busy, $t->{db}, 'idle') } 20,
    'no statement and no transaction waits for him';
my $another = begin('/checks?format=csv', 1);
drain($another, 20_000);
problem_ok($c->get('/checks?format=csv'), 429, 'too_many_requests',
    'a third one has to wait');
is($c->get('/checks?limit=1')->{status}, 200, 'a page comes meanwhile');

close $another;
my $res;
until_ok { ($res = $c->get("/monitors/$ids[0]/checks?format=csv"
    . '&from=2026-03-01T00:00:00Z&to=2026-03-01T01:00:00Z'))->{status}
    == 200 } 20, 'who leaves in the middle gives his place back';
cmp_ok(memory('HWM') - $before, '<', 8 * 1024, 'memory is that of two pieces')
    if !$ENV{UPTIME_ASAN};
cmp_ok((drain($slow))[0], '>', $rows / 2, 'the slow one gets all of it');
close $slow;


# --- the database goes in the middle

my $cut = begin('/checks?format=csv', 1);
drain($cut, 20_000);
$t->dbh->disconnect;
$cluster->stop('immediate');
($lines, $tail) = drain($cut);
unlike($tail, qr/\r\n0\r\n\r\n\z/, 'it has no end');
cmp_ok($lines, '<', $rows, '... and is not whole');
is(kill(0, $worker), 1, 'the worker lives');
$cluster->start;
until_ok { $c->get("/monitors/$ids[0]/checks?format=csv"
    . '&from=2026-03-01T00:00:00Z&to=2026-03-01T01:00:00Z')->{status} == 200 }
    30, 'it works again';

diag(sprintf '%d rows, %.1f MB in %.1f s: the worker grew by %d KiB', $rows,
    $bytes / 1e6, $took, $grown);
ok($server->stop, 'stopped');

done_testing;

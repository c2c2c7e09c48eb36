# Thirty old days of history are dropped while monitors are checked and
# somebody reads: no step takes long, no flush and no page waits for it.
#
#   make test TESTS=t/chaos/retention.t
#
# CHAOS_ROWS      old rows, 100000000 is the long form (300000)
# CHAOS_PACKED=1  they are packed (0)
# CHAOS_MONITORS  with an interval of 10 s (200)

use strict;
use warnings;

use List::Util qw(max);
use Time::HiRes qw(time);
use Uptime::Many;
use Uptime::Test;
use Uptime::Util qw(slurp);

use constant { DAYS => 30, PAGES => 200 };

my $rows = $ENV{CHAOS_ROWS} // 300_000;
my $cluster = Uptime::Cluster->create(dir => "$ENV{UPTIME_RUN}/pg_retention",
    fsync => 1)->start;
my $t = Uptime::Test->new(cluster => $cluster, empty => 1, checker => 1,
    workers => 2, directives => 'uptime_retention checks=1d;');
$cluster->migrate($t->{db}, '.');
my $many = Uptime::Many->new(test => $t,
    monitors => $ENV{CHAOS_MONITORS} // 200);

# no chores but retention, and that one when all is ready
$t->execute('INSERT INTO janitor_tasks (name, due_at) VALUES (?, ?)', $_,
    'infinity') for qw(close pack late rollups retention);
$t->execute("INSERT INTO nodes (name) VALUES ('old')");
$t->execute('SELECT ensure_check_partitions(current_date - ?::int,
    current_date - 2)', DAYS + 1);
my $each = int $rows / DAYS;

for my $day (2 .. DAYS + 1) {
    my $per = 1440;
    $t->execute("INSERT INTO checks (monitor_id, slot, checked_at, node_id,
        attempt, outcome, latency_us, http_status)
        SELECT m, s, s, 1, 1, 'up', 1000, 200
        FROM generate_series(1, ?::int) m, generate_series(
            (current_date - ?::int) AT TIME ZONE 'UTC',
            (current_date - ?::int + 1) AT TIME ZONE 'UTC'
            - interval '1 min', '1 min') s", max(1, int $each / $per), $day,
        $day);
}

if ($ENV{CHAOS_PACKED}) {
    1 while $t->value('SELECT check_part_close(current_date)');
    1 while $t->value('SELECT check_part_pack(50000)');
}

my $size = $t->value('SELECT pg_database_size(current_database())');
my $parts = sub {
    $t->value("SELECT count(*) FROM pg_inherits WHERE inhparent = ANY (ARRAY[
        'checks', 'check_packs']::regclass[])
        AND right(inhrelid::regclass::text, 8)
        < to_char(current_date - 1, 'YYYYMMDD')
        AND inhrelid::regclass::text ~ '_\\d{8}\$'");
};
is($parts->(), DAYS, 'days to drop');

# what each statement takes is in the server's log
$t->execute("ALTER DATABASE $t->{db} SET log_min_duration_statement = 0");
my $server = $t->nginx;
my $c = $many->add_monitors;
until_ok { $many->all_checked } 30, 'all are checked';

my ($id) = map { $_->{id} } $t->sql('SELECT min(id) AS id FROM monitors');
my $from = $many->now;
my $log = -s $cluster->log;
$t->execute("UPDATE janitor_tasks SET due_at = now()
    WHERE name = 'retention'");
# the client that looks into answers takes longer for that than they do
my $ask = "GET /api/v1/monitors/$id/checks?limit=100 HTTP/1.1\r\nHost: x\r\n"
    . "Authorization: Bearer $c->{token}\r\n\r\n";
my ($conn, @pages, %status);
my $start = time;
my $gone;

# a hundredth of fewer is the first page, with a connection and a plan to make;
# and every monitor has a slot in that time
while ((!$gone || @pages < PAGES || time - $start < 12)
    && time - $start < 120)
{
    $conn = $t->conn if @pages % 500 == 0;      # nginx ends it after 1000
    my $began = time;
    $conn->send($ask);
    my $res = $conn->response // {};
    push @pages, time - $began;
    $status{ $res->{status} // 'none' }++;
    $gone ||= @pages % 20 == 0 && !$parts->();
}

ok($gone, 'all are gone') or diag($parts->() . ' are left');
my $took = time - $start;
is_deeply([keys %status], [200], 'every page came');
my $to = $many->now;
until_ok { $many->all_checked($to) } 30, 'checks go on';
my $slots;
until_ok { ($slots = $many->slots($from, $to))->{missed} == 0 } 10,
    'no slot was missed';

my (@drops, @flushes, @reads);
my $text = substr slurp($cluster->log), $log;
while ($text =~ /duration: ([\d.]+) ms  (?:bind|execute) \w*: (.*)/g) {
    my ($ms, $sql) = ($1, $2);
    my $more = substr $text, pos $text, 3000;
    $more =~ s/^\S.*//ms;
    push @drops, $ms if "$sql$more" =~ /check_history_drop/;
    push @flushes, $ms if "$sql$more" =~ /^\s*WITH fence /;
    push @reads, $ms if "$sql$more" =~ /checks_page/;
}
cmp_ok(scalar @drops, '>=', DAYS, 'steps');
cmp_ok(scalar @flushes, '>', 1, 'flushes');
cmp_ok(max(@drops), '<', 1000 * patience(), 'no step took a second');
cmp_ok(max(@flushes), '<', 1000 * patience(), 'no flush did');
@pages = sort { $a <=> $b } @pages;
my $p99 = $pages[0.99 * @pages];
cmp_ok(max(@reads), '<', 200 * patience(), 'no page waited for it');
# what a client sees depends on who else is busy: for a machine of one's own
cmp_ok($p99, '<', 0.2 * patience(), '... and 99 of 100 came by the clock')
    if $ENV{CHAOS_ROWS};

diag(sprintf '%d rows, %.0f MB before: %d steps, longest %.0f ms; %d flushes, '
    . 'longest %.0f ms; %d pages, longest %.0f ms in the database, p99 %.0f ms, '
    . 'longest %.0f ms; all of it %.1f s',
    $rows, $size / 1e6, scalar @drops, max(@drops), scalar @flushes,
    max(@flushes), scalar @pages, max(@reads), 1000 * $p99, 1000 * $pages[-1], $took);
ok($server->stop, 'stopped');

done_testing;

package Uptime::Bench::History;

# Raw history at size: some monitors have one hour of results that the janitor's
# steps pack; copies of these packs, in the order in which it writes them, are
# the history of all.  Rows by the hundred million would take hours to load, and
# then to pack.

use strict;
use warnings;

use List::Util qw(min);
use Time::HiRes qw(time sleep);

use Uptime::Cluster;


# test: an Uptime::Test; monitors: how many there are, ids without gaps from
# first on; owner: only this one's have a history.
sub new {
    my ($class, %o) = @_;

    my $dbh = $o{test}->dbh;
    return bless { %o, patterns => min(5000, $o{monitors}),
        hour => $dbh->selectrow_array("SELECT extract(epoch FROM
            date_bin('1 hour', now(), 'epoch'))::bigint") }, $class;
}


# Results with latencies that move as those of a site do: rows.
sub results {
    my ($self, $from, $seconds, $where) = @_;

    return $self->{test}->dbh->do("INSERT INTO checks (monitor_id, slot,
        checked_at, latency_us, dns_us, connect_us, tls_us, ttfb_us, node_id,
        attempt, http_status, outcome)
    SELECT m.id, s + p, s + p + x.late * interval '1 us', 40000 + x.a % 60000,
        800 + x.b % 400, 8000 + x.a % 3000, 20000 + x.b % 5000,
        35000 + x.a % 50000, 1, 1, 200,
        CASE WHEN x.c % 997 = 0 THEN 'down' ELSE 'up' END
    FROM generate_series(to_timestamp(?::bigint), to_timestamp(?::bigint)
        - interval '1 s', interval '1 min') s
    CROSS JOIN monitors m
    CROSS JOIN LATERAL (SELECT m.id % 60 * interval '1 s' AS p,
        hashint8(m.id * 1000003 + extract(epoch FROM s)::bigint)::bigint
        & 2147483647 AS h) y
    CROSS JOIN LATERAL (SELECT y.h AS a, y.h / 7 AS b, y.h / 49 AS c,
        y.h % 5000 AS late) x
    WHERE $where", undef, $from, $from + $seconds);
}


# Rows of the hour that began so many hours ago, in a partition of its own.
# Returns how many, and the partition's bytes.
sub rows {
    my ($self, $ago) = @_;

    my $dbh = $self->{test}->dbh;
    my $from = $self->{hour} - $ago * 3600;

    $self->{pattern} = $from;
    $dbh->do('SELECT check_part_make(to_timestamp(?), to_timestamp(?), ?)',
        undef, $from, $from + 3600, 'checks_bench');
    my $rows = $self->results($from, 3600,
        "m.id BETWEEN $self->{first} AND $self->{first}
            + $self->{patterns} - 1");
    my $part = Uptime::Cluster::timescaledb()
        ? $self->{test}->value("SELECT show_chunks('checks')::text")
        : 'checks_bench';
    return ($rows, $self->{test}->value(
        "SELECT pg_total_relation_size('$part')"));
}


# Closes and packs what is old enough, as the janitor does.  Returns the
# seconds that each step took.
sub pack_all {
    my ($self) = @_;

    my @took;

    for my $step ('check_part_close(now())', 'check_part_pack(5000)') {
        my $more = 1;
        while ($more) {
            my $start = time;
            $more = $self->{test}->value("SELECT ($step)::integer");
            push @took, time - $start;
            # as the janitor does
            sleep $took[-1];
        }
    }

    return @took;
}


# Packs of all monitors for the hours so long ago, an hour after the other.
sub copies {
    my ($self, $since, $until) = @_;

    my $dbh = $self->{test}->dbh;
    $dbh->do("CREATE TEMP TABLE IF NOT EXISTS pattern AS
        SELECT row_number() OVER () - 1 AS i, p.* FROM check_packs p
        WHERE p.hour = to_timestamp(?)", undef, $self->{pattern});
    $dbh->do('ANALYZE pattern');
    my $start = time;

    for my $ago ($since + 1 .. $until) {
        my $at = $self->{hour} - $ago * 3600;
        $dbh->do('SELECT check_packs_make(to_timestamp(?))', undef, $at);
        $dbh->do("INSERT INTO check_packs
            SELECT m.id, to_timestamp(?), p.first_ms, p.step_ms, p.node_id,
                   p.n, p.ups, p.d
            FROM monitors m
            JOIN pattern p ON p.i = (m.id * 31 + ?) % ?
            WHERE m.owner_id = coalesce(?, m.owner_id)
            ORDER BY m.id
            ON CONFLICT DO NOTHING", undef, $at, $ago, $self->{patterns},
            $self->{owner});
    }

    $dbh->do('VACUUM ANALYZE check_packs');
    printf "# hours %d to %d: %.0f s\n", $since + 1, $until, time - $start;
    return;
}


1;

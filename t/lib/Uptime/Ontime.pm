package Uptime::Ontime;

# Are checks on time?  Monitors of which some never answer, a while, and what
# the table says then.  For t/schedule.t and t/chaos/ontime.t.

use strict;
use warnings;

use Exporter qw(import);

use Uptime::Util qw(slurp);

our @EXPORT_OK = qw(monitors late missed cpu lag);

# Monitors straight into the database; as if each had been checked long ago,
# so that all of them begin on their grid, unless pending.
sub monitors {
    my ($t, %o) = @_;

    my $owner = $o{owner} // ($t->user)[0];
    $t->dbh->begin_work;
    my @ids = map { $_->{id} } $t->sql(<<'END', $owner, $o{url},
INSERT INTO monitors (owner_id, name, type, url, interval, timeout, method,
    headers, expected_status, keyword_mode, follow_redirects, max_redirects,
    verify_tls, failure_threshold, retry_interval, cert_warn_days, tags,
    paused)
SELECT ?, 'm' || i, 'http', ? || i, ?, ?, 'GET', '{}', '200-299', 'present',
    true, 5, true, 2, 10, 14, '{}', false
FROM generate_series(1, ?) i RETURNING id
END
        $o{interval}, $o{timeout} // 5, $o{n});
    $t->execute("UPDATE monitor_state SET status = 'up', told = 'up',
        last_slot = now() - interval '1 day', last_attempt = 1
        WHERE monitor_id = ANY (?)", \@ids) if !$o{pending};
    $t->dbh->commit;

    return @ids;
}

# { n, p50, p99, max }: ms from the slot to the start of first attempts.
sub late {
    my ($t, $from, @ids) = @_;

    my ($row) = $t->sql('SELECT count(*) AS n, percentile_disc(
        ARRAY[0.5, 0.99, 1]) WITHIN GROUP (ORDER BY
        extract(epoch FROM checked_at - slot) * 1000) AS late
        FROM check_history WHERE attempt = 1 AND slot > ? AND monitor_id = ANY (?)',
        $from, \@ids);
    my ($p50, $p99, $max) = @{ $row->{late} // [] };
    return { n => $row->{n}, p50 => $p50, p99 => $p99, max => $max };
}

# Slots between a monitor's first and last one that have no row.
sub missed {
    my ($t, $interval, $from, @ids) = @_;

    return $t->value('SELECT coalesce(sum(round(extract(epoch FROM last - first)
        / ?) + 1 - n), 0) FROM (SELECT min(slot) first, max(slot) last,
        count(DISTINCT slot) n FROM check_history
        WHERE monitor_id = ANY (?) AND slot > ? GROUP BY monitor_id) x',
        $interval, \@ids, $from);
}

# Seconds of CPU that a process has used.
sub cpu {
    my ($pid) = @_;

    my $ns = 0;
    for my $file (glob "/proc/$pid/task/*/schedstat") {
        $ns += (split ' ', slurp($file))[0];
    }
    return $ns / 1e9;
}

# What the checker logged of the event loop when it stopped: (max, p99), ms.
sub lag {
    my ($server) = @_;

    return $server->log_text
        =~ /event loop late by (\d+) ms at most, p99 (\d+) ms/;
}

1;

# At most so many checks at once go to one address; the rest waits, and what
# waits too long is unknown, never down.

use strict;
use warnings;

use Uptime::Crowd;
use Uptime::Test;

my $t = Uptime::Test->new(checker => 1, allow => '127.0.0.0/8');
my $n = 0;

sub crowd {
    return Uptime::Crowd->start(dir => "$t->{dir}/crowd" . $n++, @_);
}


# Monitors straight into the database, as fast as anybody could create them.
sub monitors {
    my ($owner, $count, $url, %o) = @_;

    my ($interval, $timeout) = ($o{interval} // 86400, $o{timeout} // 1);
    return map { $_->{id} } $t->sql(<<'END', $owner, $url, $interval,
INSERT INTO monitors (owner_id, name, type, url, interval, timeout, method,
    headers, expected_status, keyword_mode, follow_redirects, max_redirects,
    verify_tls, failure_threshold, retry_interval, cert_warn_days, tags,
    paused)
SELECT ?, 'm' || i, 'http', ? || i, ?, ?, 'GET', '{}', '200-299', 'present',
    true, 5, true, 2, 10, 14, '{}', false
FROM generate_series(1, ?) i RETURNING id
END
        $timeout, $count);
}


sub outcomes {
    my (@ids) = @_;

    return { map { ($_->{o} => $_->{n}) } $t->sql(
        'SELECT outcome || coalesce(\' \' || cause, \'\') o, count(*) n
         FROM check_history WHERE monitor_id = ANY (?) GROUP BY 1', \@ids) };
}


my $polite = crowd(hold => 0.005);
my $hung = crowd(hang => 1, address => '127.0.0.2');
my $other = crowd(address => '127.0.0.3');

my $server = $t->nginx(per_host => 4, directives => 'uptime_max_checks 60;');
my ($owner) = $t->user;

until_ok { $t->value('SELECT count(*) FROM shards WHERE lease_until > now()')
    == 64 } 10, 'one checker has all shards';


# --- 1,000 monitors of one host

my @many = monitors($owner, 1000, $polite->url('/many'));
until_ok { my $o = outcomes(@many); ($o->{up} // 0) >= 1000 } 40,
    '1,000 monitors of one host: each is up' or note_json(outcomes(@many));

my ($answers, $most) = $polite->seen;
is($most, 3, '... with three connections at once, never more');
is_deeply([ keys %{ outcomes(@many) } ], ['up'], '... and no false alarm');
cmp_ok($t->value('SELECT max(latency_us) FROM check_history
    WHERE monitor_id = ANY (?)', \@many), '<', 1_000_000,
    '... the time in the line is in no latency');
cmp_ok($t->value('SELECT max(checked_at) - min(checked_at)
    > interval \'500 ms\' FROM check_history WHERE monitor_id = ANY (?)', \@many),
    '==', 1, '... and the stored start is that of the connection');


# --- a host that hangs

my @hanging = monitors($owner, 200, $hung->url('/hang'), interval => 10,
    timeout => 5);
my @others = monitors($owner, 20, $other->url('/other'));

# 200 of them wait, more than there are places
until_ok { (outcomes(@others)->{up} // 0) >= 20 } 5,
    'who waits takes no place: other hosts are checked';
is(($hung->seen)[1], 3, '... three wait for an answer');

# the fourth place is for other users' checks of the same address
my ($neighbour) = $t->user;
my @fine = monitors($neighbour, 20, $hung->url('/fine'));
until_ok { (outcomes(@fine)->{up} // 0) >= 20 } 5,
    'another user\'s checks of that host have a place';
is_deeply([ keys %{ outcomes(@fine) } ], ['up'], '... and are right');

my @gone = splice @hanging, 0, 50;
$t->execute('DELETE FROM monitors WHERE id = ANY (?)', \@gone);
$t->execute('UPDATE monitors SET timeout = 4 WHERE id = ANY (?)',
    [ splice @{ [ @hanging ] }, 0, 50 ]);

# their patience ends with the slot, when the next check is due
until_ok { my $o = outcomes(@hanging); ($o->{'unknown own_overload'} // 0)
    >= 100 } 25, 'who waits too long is unknown' or note_json(outcomes(@hanging));

my $o = outcomes(@hanging);
cmp_ok($o->{'down timeout'} // 0, '>', 0, '... who had a turn is down');
cmp_ok($o->{'down timeout'} // 0, '<=', 40, '... not more than had one');
is_deeply([ sort keys %$o ], [ 'down timeout', 'unknown own_overload' ],
    '... nothing else is said');
is(($hung->seen)[1], 4, '... never more than four connections');
is($t->value('SELECT count(*) FROM monitor_state s WHERE status = \'down\'
    AND NOT EXISTS (SELECT FROM check_history c WHERE c.monitor_id = s.monitor_id
    AND c.outcome = \'down\')'), 0, 'nothing is down without a failed check');

$t->execute('DELETE FROM monitors WHERE id = ANY (?)', \@hanging);

my @last = monitors($owner, 20, $hung->url('/last'), timeout => 1);
until_ok { (outcomes(@last)->{'down timeout'} // 0) >= 4 } 8,
    'the places of those that were deleted are free';

done_testing();

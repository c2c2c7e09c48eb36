# 200 log-ins at once: other requests do not wait for their hashes, and memory
# is what the hash threads need, not what the log-ins do.
#
# On a machine that has other things to do everything is slow: then an nginx
# beside, which has no log-ins, tells how slow.  Hashes on the event loop would
# make the one twenty times as slow as the other.

use strict;
use warnings;

use IO::Select;
use JSON::PP ();
use List::Util qw(max sum);
use Time::HiRes qw(time);
use Uptime::Test;
use Uptime::Util qw(slurp);

# under sanitizers: only that nothing breaks
my $asan = $ENV{UPTIME_ASAN};

use constant { LOGINS => $ENV{UPTIME_ASAN} ? 60 : 200, WORKERS => 2,
    THREADS => 2, ROUNDS => 2, HASH_MB => 19, LIMIT => 50 };

my $t = Uptime::Test->new(workers => WORKERS, directives =>
    'uptime_password_threads ' . THREADS . '; uptime_password_queue '
    . LOGINS . ';');
my $server = $t->nginx;
$t->nginx;
my $real = Uptime::Session->sign_up($t->client);
my $me = $real->{client};
my $beside = $t->client($real->{token}, 1);
$t->execute("INSERT INTO users (email, password_hash, role)
    SELECT 'burst' || n || '\@example.com', password_hash, 'user'
    FROM users, generate_series(1, ?) n WHERE id = ?", LOGINS, $real->{id});


# MB of all workers: now, or at most so far
sub memory {
    my ($what) = @_;

    return sum(map { slurp("/proc/$_/status") =~ /^$what:\s+(\d+) kB/m
        ? $1 / 1024 : 0 } $server->workers);
}


sub log_ins {
    return map {
        my $body = JSON::PP->new->encode({ password => $real->{password},
            email => "burst$_\@example.com" });
        my $conn = $t->conn;
        $conn->send("POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\n"
            . "Content-Type: application/json\r\nContent-Length: "
            . length($body) . "\r\n\r\n$body");
        $conn;
    } 1 .. LOGINS;
}


# GET /me of both, in turn, while log-ins are waiting: statuses, p50 and p99
# of each in milliseconds.
sub round {
    my @conns = log_ins();
    my $waiting = IO::Select->new(map { $_->{socket} } @conns);
    my (%seen, @took);

    while ($waiting->count) {
        for my $n (0, 1) {
            my $start = time;
            my $res = ($me, $beside)[$n]->get('/me');
            push @{ $took[$n] }, 1000 * (time - $start);
            $seen{"me $res->{status}"}++;
        }
        $waiting->remove($_) for $waiting->can_read(0);
    }

    $seen{"log-in " . (($_->response // {})->{status} // 'none')}++
        for @conns;
    $_->close for @conns;
    $t->execute('DELETE FROM throttles');
    return (\%seen, map { my @s = sort { $a <=> $b } @$_;
        @s[@s / 2, 0.99 * $#s] } @took);
}


my $before = memory('VmRSS');
my ($seen, $p50, $p99, $p50_beside, $p99_beside);

for my $n (1 .. ROUNDS) {
    ($seen, $p50, $p99, $p50_beside, $p99_beside) = round();
    diag(sprintf 'beside %d log-ins: p50 %.1f ms, p99 %.1f ms; without: '
        . 'p50 %.1f ms, p99 %.1f ms', LOGINS, $p50, $p99, $p50_beside,
        $p99_beside);
    is_deeply([sort keys %$seen], ['log-in 200', 'me 200'],
        'every log-in was answered, and every GET /me')
        or diag(explain($seen));
    cmp_ok($seen->{'me 200'}, '>=', 100, 'enough requests beside them');
    last if $asan || $p99 < LIMIT;
}

SKIP: {
    skip 'time and memory of a sanitizer', 2 if $asan;

    cmp_ok($p99, '<', max(LIMIT, 6 * $p99_beside),
        'GET /me beside 200 log-ins: p99, ms');
    cmp_ok(memory('VmHWM') - $before, '<',
        2 * HASH_MB * THREADS * WORKERS, 'MB more at most, '
        . 'of twice what the threads hash with');
}

done_testing;

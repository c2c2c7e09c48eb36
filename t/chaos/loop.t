# The loop never blocks (R12): a DNS server that says nothing to a thousand
# names, bodies of 100 MiB, TLS handshakes, and 200 log-ins at once.
#
#   make test TESTS=t/chaos/loop.t                       15 s of it
#   CHAOS_SECONDS=60 CHAOS_MONITORS=1000 make test TESTS=t/chaos/loop.t
#
# CHAOS_MONITORS  names that are never answered, interval 10 s (200)
# CHAOS_LAG       ms of the loop at most by the clock (not looked at)
# CHAOS_P99       ms of the API at most, p99 (not looked at)
#
# The checker looks at its loop every 10 ms.  By the clock it is late too when
# a busy machine gives it no processor, so what is asserted always is what it
# took for its own work; on a quiet machine: CHAOS_LAG=50 CHAOS_P99=100.  A
# witness that does nothing but sleep as long says how late everybody was.

use strict;
use warnings;

use Uptime::Netns;
use JSON::PP ();
use POSIX ();
use Time::HiRes qw(time sleep);
use Uptime::Dns;
use Uptime::Hostile;
use Uptime::Ontime qw(lag);
use Uptime::Test;
use Uptime::Util qw(slurp);

my $unable = Uptime::Hostile::unable();
plan(skip_all => $unable) if $unable;

use constant {
    PUBLIC  => '93.184.215.14',
    LOGINS  => $ENV{UPTIME_ASAN} ? 20 : 200,
    BODIES  => 5,
    SECURE  => 100,
    OWN     => 50,          # ms
    THREADS => 10,
};

my $seconds = $ENV{CHAOS_SECONDS} // 15;
my $monitors = $ENV{CHAOS_MONITORS} // 200;

my $t = Uptime::Test->new(checker => 1, allow => '', workers => 1,
    log_level => 'notice', main => 'worker_rlimit_nofile 8192;',
    directives => 'uptime_password_threads 2; uptime_password_queue '
    . LOGINS . ';');
my $dns = Uptime::Dns->start(dir => "$t->{dir}/dns");
my $hostile = Uptime::Hostile->start(dir => "$t->{dir}/hostile",
    address => '::', host => PUBLIC);
my $target = $t->target(address => '0.0.0.0', host => PUBLIC);
my $tls = $t->target(address => '0.0.0.0', host => PUBLIC, tls => 1);
my $server = $t->nginx;
my $real = Uptime::Session->sign_up($t->client);
my $c = $real->{client};

until_ok { $c->get('/health/ready')->{status} == 200 } 10, 'ready';
until_ok { $server->checkers } 10, 'there is a checker';
my @pids = ($server->checkers, $server->workers);

$t->execute("INSERT INTO users (email, password_hash, role)
    SELECT 'burst' || n || '\@example.com', password_hash, 'user'
    FROM users, generate_series(1, ?) n WHERE id = ?", LOGINS, $real->{id});


sub monitor {
    my ($url, %o) = @_;

    my $r = $c->post('/monitors', { url => $url, interval => 10, timeout => 5,
        failure_threshold => 1, %o });
    return $r->{json}{id} // die $r->{content};
}


my @mute = map { monitor("http://mute-$_.test:80/") } 1 .. $monitors;
my @body = map { monitor($target->url('/big/' . (100 << 20) . "?$_"),
    interval => 60, timeout => 30) } 1 .. BODIES;
my @secure = map { monitor($tls->url("/ok?$_"), verify_tls => false,
    interval => 60, timeout => 30) } 1 .. SECURE;


# Returns what ends it, and tells by how many ms it woke too late at most.
sub witness {
    pipe(my $wait, my $stop) or die "pipe: $!";
    pipe(my $tell, my $told) or die "pipe: $!";

    my $pid = fork() // die "fork: $!";

    if ($pid == 0) {
        close $stop;
        my ($most, $last) = (0, time);
        vec(my $in = '', fileno($wait), 1) = 1;
        while (select(my $ready = $in, undef, undef, 0.01) == 0) {
            my $now = time;
            $most = $now - $last - 0.01 if $now - $last - 0.01 > $most;
            $last = $now;
        }
        syswrite $told, 1000 * $most;
        POSIX::_exit(0);
    }

    close $told;
    return sub {
        close $stop;
        waitpid $pid, 0;
        return readline $tell;
    };
}


# --- all of it at once

my $witness = witness();

my @logins = map {
    my $body = JSON::PP->new->encode({ password => $real->{password},
        email => "burst$_\@example.com" });
    my $conn = $t->conn;
    $conn->send("POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\n"
        . "Content-Type: application/json\r\nContent-Length: "
        . length($body) . "\r\n\r\n$body");
    $conn;
} 1 .. LOGINS;

my $end = time + $seconds;
my ($threads, $bad, @took) = (0, 0);

while (time < $end) {
    my $start = time;
    $bad++ if $c->get('/me')->{status} != 200;
    push @took, 1000 * (time - $start);

    for my $pid (@pids) {
        my ($n) = slurp("/proc/$pid/status") =~ /^Threads:\s+(\d+)/m;
        $threads = $n if $n > $threads;
    }

    sleep 0.01;
}

my %login;
$login{ ($_->response // {})->{status} // 'none' }++ for @logins;
$_->close for @logins;

@took = sort { $a <=> $b } @took;
my ($p50, $p99, $max) = @took[@took / 2, 0.99 * $#took, -1];

until_ok { $t->value('SELECT count(DISTINCT monitor_id) FROM check_history
    WHERE monitor_id = ANY (?)', [@mute, @body, @secure])
    == @mute + @body + @secure } 40, 'all are judged';
is($t->value("SELECT count(*) FROM check_history WHERE outcome = 'up'
    AND monitor_id = ANY (?)", \@mute), 0, 'names without an answer are not');

my $everybody = $witness->();
ok($server->stop, 'stopped');
my ($late, $late99) = lag($server);
my ($own) = $server->log_text =~ /by its own work (\d+) ms at most/;

diag(sprintf 'loop late by %d ms at most, p99 %d ms, by its own work %d ms; '
    . 'a process that only sleeps by %d ms; GET /me p50 %.1f ms, p99 %.1f ms, max %.1f ms of %d; %d threads; '
    . 'log-ins: %s', $late, $late99, $own, $everybody, $p50, $p99, $max, scalar @took,
    $threads, join ', ', map { "$login{$_} x $_" } sort keys %login);

is($bad, 0, 'the API answers all the time');
is(scalar(grep { !/^(?:200|none)$/ } keys %login), 0, 'no log-in is refused');
cmp_ok($threads, '<=', THREADS, THREADS . ' threads at most');
cmp_ok($own, '<=', OWN * patience(), 'the loop is held up ' . OWN
    . ' ms at most by its own work');
cmp_ok($late, '<=', $ENV{CHAOS_LAG}, '... and by the clock')
    if $ENV{CHAOS_LAG};
cmp_ok($p99, '<=', $ENV{CHAOS_P99}, 'p99 of the API') if $ENV{CHAOS_P99};

$server->expect_log('timed out', 'could not be resolved', 'takes very long');

done_testing;

# A proxy that cuts the connection to PostgreSQL after k bytes of answers, for
# many k: no crash, no slot lost, nothing called down.
#
# CHAOS_CUTS  how many connections are cut (40)

use strict;
use warnings;

use IO::Select;
use IO::Socket::UNIX;
use POSIX ();
use Time::HiRes qw(time sleep);
use Uptime::Test;
use Uptime::Util qw(slurp spew);

my $cuts = $ENV{CHAOS_CUTS} // 40;
my $cluster = Uptime::Cluster->of_run;
my $t = Uptime::Test->new(checker => 1, log_level => 'notice',
    http => 'server { listen 127.0.0.1:TARGET; location / { return 200; } }');
my $port = Uptime::Util::free_port();
$t->{options}{http} =~ s/TARGET/$port/;

my $socket = "$t->{dir}/proxy/.s.PGSQL.5432";
mkdir "$t->{dir}/proxy";
chmod 0755, "$t->{dir}/proxy";
spew("$t->{dir}/cut", 'no');


# One process for each connection; how many were cut is a file's length.
sub proxy {
    my $listen = IO::Socket::UNIX->new(Local => $socket, Listen => 64)
        or die "listen: $!";
    chmod 0777, $socket;
    my $pid = fork // die $!;
    return $pid if $pid;

    setpgrp;
    $SIG{$_} = 'DEFAULT' for qw(INT TERM);
    $SIG{CHLD} = 'IGNORE';
    my $parent = getppid;
    my $n = 0;

    while (getppid == $parent) {
        next if !IO::Select->new($listen)->can_read(0.5);
        my $c = $listen->accept or next;
        my $k = $n++;
        next if fork;
        relay($c, $k);
        POSIX::_exit(0);
    }
    POSIX::_exit(0);
}


sub relay {
    my ($c, $k) = @_;

    my $s = IO::Socket::UNIX->new(Peer => "$cluster->{dir}/.s.PGSQL.5432")
        or return;
    my $select = IO::Select->new($c, $s);

    # from the first bytes of the handshake to the middle of answers
    my $left = 1 + int(($k * 7919) % 2000);
    my $cut = slurp("$t->{dir}/cut") eq 'yes';

    while (1) {
        for my $from ($select->can_read(1)) {
            my $n = sysread $from, my $data, $cut && $from == $s
                ? ($left < 8192 ? $left : 8192) : 8192;
            return if !$n;
            syswrite $from == $s ? $c : $s, $data or return;
            next if !$cut || $from != $s;
            $left -= $n;
            next if $left > 0;
            open my $fh, '>>', "$t->{dir}/cuts" or return;
            syswrite $fh, '.';
            return;
        }
    }
}


my $proxy = proxy();
my $server = $t->nginx(database => "host=$t->{dir}/proxy user=uptime "
    . "password=$cluster->{password} dbname=$t->{db}");

until_ok { $t->value('SELECT count(*) FROM shards WHERE lease_until > now()')
    == 64 } 30, 'a checker';
my ($owner) = $t->user;
$t->execute("INSERT INTO monitors (owner_id, name, type, url, interval,
    timeout, method, headers, expected_status, keyword_mode, follow_redirects,
    max_redirects, verify_tls, failure_threshold, retry_interval,
    cert_warn_days, tags, paused)
    SELECT ?, 'm' || i, 'http', ?, 10, 5, 'GET', '{}', '200-299', 'present',
    true, 5, true, 1, 10, 14, '{}', false FROM generate_series(1, 300) i",
    $owner, "http://127.0.0.1:$port/");
until_ok { $t->value("SELECT count(*) FROM monitor_state
    WHERE status = 'up'") == 300 } 30, 'all are up';
my @before = ($server->checkers, $server->workers);

# whoever is connected now is thrown out, and then cut again and again
spew("$t->{dir}/cut", 'yes');
$t->sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()");
until_ok { (-s "$t->{dir}/cuts" // 0) >= $cuts } 60 + $cuts,
    "$cuts connections were cut";
spew("$t->{dir}/cut", 'no');
my $back = time;

until_ok { $t->value('SELECT count(DISTINCT monitor_id) FROM check_history
    WHERE slot > to_timestamp(?)', $back) == 300 } 30,
    'it heals within 30 s';
until_ok { $t->value('SELECT count(*) FROM (SELECT FROM check_history
    GROUP BY monitor_id HAVING count(DISTINCT slot) <> 1 + extract(epoch
    FROM max(slot) - min(slot)) / 10) x') == 0 } 30, 'no slot is missing';
is($t->value("SELECT count(*) FROM check_history WHERE outcome <> 'up'"), 0,
    'nothing was called down or unknown');
is_deeply([$server->checkers, $server->workers], \@before,
    'no process has ended');
is($server->log_lines(qr/uptime: monitor \d/), 0, 'nothing on the console');

ok($server->stop, 'stopped');
kill 'KILL', -$proxy, $proxy;
waitpid $proxy, 0;
done_testing;

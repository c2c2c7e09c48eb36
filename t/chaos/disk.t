# PostgreSQL's disk is full, then there is room again; and a spool on a disk
# that is full.  Nothing is called down, no process ends, it heals by itself.
#
# Needs root: the disks are small tmpfs in a mount namespace of this test.

use strict;
use warnings;

use Time::HiRes qw(time sleep);
use Uptime::Test;
use Uptime::Util qw(spew);

plan skip_all => 'only root may mount' if $> != 0;

if (!$ENV{UPTIME_DISK_NS}) {
    $ENV{UPTIME_DISK_NS} = 1;
    exec 'unshare', '-m', $^X, (map { "-I$_" } @INC), $0;
}

my $dir = "$ENV{UPTIME_RUN}/disk_$$";
mkdir $_ or die "$_: $!" for $dir, "$dir/pgdisk", "$dir/spool";
chmod 0755, $dir;
system('mount', '-t', 'tmpfs', '-o', 'size=300m,mode=0755', 'tmpfs',
    "$dir/pgdisk") == 0 or plan skip_all => 'no tmpfs';
system('mount', '-t', 'tmpfs', '-o', 'size=64k,mode=0777', 'tmpfs',
    "$dir/spool") == 0 or plan skip_all => 'no tmpfs';

my $cluster = Uptime::Cluster->create(dir => "$dir/pgdisk/pg",
    fsync => 1)->start;
my $t = Uptime::Test->new(cluster => $cluster, checker => 1, empty => 1,
    log_level => 'notice', directives => 'uptime_buffer_size 16k;',
    http => "server { listen 127.0.0.1:TARGET; location / { return 200; } }");
my $port = Uptime::Util::free_port();
$t->{options}{http} =~ s/TARGET/$port/;
my $server = $t->add_nginx;
mkdir "$server->{dir}/spool";
system('mount', '--bind', "$dir/spool", "$server->{dir}/spool") == 0
    or die 'bind mount';
$server->start;

until_ok { (eval { $t->value('SELECT count(*) FROM shards
    WHERE lease_until > now()') } // 0) == 64 } 30, 'a checker';
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


# --- the disk is filled to the last byte

my $full = time;
open my $fh, '>', "$dir/pgdisk/ballast" or die $!;
my $mib = "\0" x 65536;
1 while syswrite $fh, $mib;
close $fh;

# the spool's disk holds 64 KiB: it is full soon after
until_ok { $server->log_lines(qr/dropped so far|write to .* failed|No space/)
    } 40, 'spool and memory are full, too';
sleep 3;

unlink "$dir/pgdisk/ballast" or die $!;
my $back = time;
until_ok { (eval { $t->value('SELECT count(DISTINCT monitor_id) FROM check_history
    WHERE slot > to_timestamp(?)', $back) } // 0) == 300 } 30,
    'with room again all are stored within 30 s';
diag(sprintf 'full for %.0f s, healed after %.1f s', $back - $full,
    time - $back);

is($t->value("SELECT count(*) FROM check_history WHERE outcome <> 'up'"), 0,
    'nothing was called down or unknown');
is_deeply([$server->checkers, $server->workers], \@before,
    'no process has ended');
is($server->log_lines(qr/uptime: monitor \d/), 0, 'nothing on the console');

if (-x Uptime::Cluster::bindir() . '/pg_amcheck') {
    my $out = do {
        local $ENV{PGPASSWORD} = $cluster->{password};
        my $host = "$dir/pgdisk/pg";
        my $db = $t->{db};
        my $bin = Uptime::Cluster::bindir();
        `$bin/pg_amcheck -h $host -U uptime --install-missing $db 2>&1`;
    };
    is($?, 0, 'PostgreSQL finds nothing damaged') or diag($out);
}

ok($server->stop, 'stopped');
$t->dbh->disconnect;
$cluster->stop;
system('umount', "$server->{dir}/spool");
system('umount', "$dir/spool");
system('umount', "$dir/pgdisk");
done_testing;

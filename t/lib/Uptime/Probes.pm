package Uptime::Probes;

# What the tests of the kinds of probes share: a checker, monitors by name,
# their first results, the sockets of the checker.

use strict;
use warnings;

use Exporter qw(import);
use Uptime::Test;
use Uptime::Util qw(wait_until);

our @EXPORT_OK = qw(probe_start add_monitors first_check checks_ok
    checker_sockets sockets_return limit_files next_file monitor_id);

my ($t, %id);


# options of Uptime::Test; returns ($t, $server)
sub probe_start {
    my (%o) = @_;

    $t = Uptime::Test->new(checker => 1, %o);
    my $server = $t->nginx;
    until_ok { $t->value('SELECT count(*) FROM shards
        WHERE lease_until > now()') == 64 } 15, 'one checker has all shards';
    return ($t, $server);
}


# name => [{ fields of the API }, outcome, cause, 'sql']; every hour, so that
# there is one check of each.  sql: the API would refuse it at once
sub add_monitors {
    my ($kind, %monitors) = @_;

    my ($user, $token) = $t->user;
    my $client = $t->client($token);

    for my $name (sort keys %monitors) {
        my ($fields, undef, undef, $sql) = @{ $monitors{$name} };
        my %f = (name => "$kind-$name", type => $kind, interval => 3600,
            failure_threshold => 1, timeout => 5, %$fields);

        if ($sql) {
            $id{$name} = _insert($user, %f);
            next;
        }

        my $r = $client->post('/monitors', \%f);
        is($r->{status}, 201, "monitor $name") or diag($r->{content});
        $id{$name} = $r->{json}{id};
    }

    return;
}


sub _insert {
    my ($user, %f) = @_;

    my %all = (owner_id => $user, method => 'GET', headers => '{}',
        expected_status => '200-399', keyword_mode => 'present',
        follow_redirects => 1, max_redirects => 5, verify_tls => 1,
        retry_interval => 10, cert_warn_days => 14, tags => '{}',
        paused => 0, %f);
    my @columns = sort keys %all;

    return $t->value('INSERT INTO monitors (' . join(', ', @columns)
        . ') VALUES (' . join(', ', ('?') x @columns) . ') RETURNING id',
        @all{@columns});
}


sub monitor_id { return $id{ $_[0] } }


# The first result of a monitor as a row, or nothing within the time.
sub first_check {
    my ($name, $seconds) = @_;

    return wait_until { ($t->sql('SELECT outcome, cause,
        latency_us AS total_us, dns_us,
        connect_us, tls_us, ttfb_us FROM check_history WHERE monitor_id = ?
        ORDER BY slot, attempt LIMIT 1', $id{$name}))[0] } $seconds // 12;
}


sub checks_ok {
    my (%monitors) = @_;

    my %row;

    for my $name (sort keys %monitors) {
        my ($f, $outcome, $cause) = @{ $monitors{$name} };
        my $row = $row{$name} = first_check($name);
        is($row->{outcome}, $outcome, "$name: $outcome");
        is($row->{cause}, $cause, '... ' . ($cause // 'no cause'));
        my $limit = (($f->{timeout} // 5) + 1) * 1e6;
        cmp_ok($row->{total_us} // 1e12, '<', $limit,
            '... within the timeout and a second');
    }

    return %row;
}


# The network sockets of the checker that runs, by inode.
sub checker_sockets {
    my ($server) = @_;

    my ($pid) = $server->checkers or return;
    my %net = map { _inodes("/proc/net/$_") }
        qw(tcp tcp6 udp udp6 icmp icmp6);
    return map { $_ => $net{$_} } grep { $net{$_} }
        map { (readlink($_) // '') =~ /^socket:\[(\d+)/ ? $1 : () }
        glob "/proc/$pid/fd/*";
}


sub _inodes {
    my ($file) = @_;

    open my $fh, '<', $file or return;
    my (undef, @lines) = <$fh>;
    return map { ((split)[9], "$file $_") } @lines;
}


# No socket is left of what was opened since.
sub sockets_return {
    my ($server, $name, %before) = @_;

    my %more;
    my $same = wait_until {
        my %now = checker_sockets($server);
        delete @now{keys %before};
        %more = %now;
        return !%more;
    } 5;
    return ok($same, $name) || diag(values %more);
}


# Sets the number of files that the checker may open, as who it runs as.
sub limit_files {
    my ($server, $limit) = @_;

    my ($pid) = $server->checkers;
    my @as = $> == 0 ? (qw(setpriv --reuid=nobody --clear-groups),
        '--regid=' . (getpwnam 'nobody')[3]) : ();
    return system(@as, 'prlimit', "--pid=$pid", "--nofile=$limit:") == 0;
}


# the lowest number that the next file of the checker may get
sub next_file {
    my ($server) = @_;

    my ($pid) = $server->checkers;
    my $n = 0;
    $n++ while -l "/proc/$pid/fd/$n";
    return $n;
}

1;

package Uptime::Bench;

# What the benches share: a PostgreSQL cluster and an nginx of their own, the
# CPU time and memory of processes as the kernel counts them, rounds, medians
# and how results are kept.
#
#   my $b = Uptime::Bench->new(name => 'write');
#   my $server = $b->nginx(checker => 1);
#   my $m = $b->measure(5, { checker  => sub { $server->checkers },
#                            postgres => sub { $b->postgres } });
#   $m->{wall}; $m->{checker}{cpu}; $m->{postgres}{rss};

use strict;
use warnings;

use Carp qw(croak);
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(remove_tree);
use File::Temp qw(tempdir);
use IO::Handle;
use JSON::PP ();
use POSIX ();
use Time::HiRes qw(time sleep);
use Uptime::Cluster;
use Uptime::Test ();
use Uptime::Util qw(wait_until slurp spew);

my $root = dirname(dirname(dirname(dirname(abs_path(__FILE__)))));

STDOUT->autoflush(1);

$SIG{INT} = $SIG{TERM} = $SIG{HUP} = sub { exit 1 };


# name: of the result's file.  database => 0: neither cluster nor database.
sub new {
    my ($class, %o) = @_;

    my $self = bless {
        name    => $o{name} // croak('no name'),
        rounds  => $ENV{BENCH_ROUNDS} // 3,
        seconds => $ENV{BENCH_SECONDS} // 5,
        results => {},
        tests   => {},
        owner   => $$,
        root    => $root,
        dir     => tempdir('uptime-bench.XXXXXXXX', TMPDIR => 1),
    }, $class;

    chmod 0755, $self->{dir};
    $ENV{UPTIME_RUN} = $self->{dir};

    if ($o{database} // 1) {
        # fsync as in earnest: writing is part of what is measured
        $self->{cluster} = Uptime::Cluster->create(dir => "$self->{dir}/pg",
            fsync => 1)->start;
        $self->{cluster}->create_template($root);
    }

    return $self;
}


# A database with its nginx instances (Uptime::Test), one for each name.
sub test {
    my ($self, $name) = @_;

    return $self->{tests}{ $name // 'main' } //= Uptime::Test->new(
        cluster => $self->{cluster}, workers => 1, log_level => 'warn');
}


sub nginx { my ($self, %o) = @_; return $self->test->nginx(%o); }


# The pids of all processes of the cluster.
sub postgres { return $_[0]{cluster}->pids }


# Monitors, by SQL.  n; url: an SQL expression in which i counts from 1;
# interval, timeout, paused.  Returns the owner's id.
sub monitors {
    my ($self, $t, %o) = @_;

    my $owner = $o{owner} // ($t->user)[0];
    my $dbh = $t->dbh;

    $dbh->do(<<"SQL", undef, $owner, $o{interval} // 10, $o{timeout} // 10,
INSERT INTO monitors (owner_id, name, type, url, interval, timeout, method,
    headers, expected_status, keyword_mode, follow_redirects, max_redirects,
    verify_tls, failure_threshold, retry_interval, cert_warn_days, tags,
    paused)
SELECT ?, 'm' || i, 'http', $o{url}, ?, ?, 'GET', '{}', '200-299', 'present',
    true, 5, ?, 2, 10, 14, '{}', ?
FROM generate_series(1, ?) i
SQL
        ($o{verify} // 1) ? 't' : 'f', $o{paused} ? 't' : 'f', $o{n});
    $dbh->do('VACUUM ANALYZE monitors, monitor_state');

    return $owner;
}


# --- what the kernel counts --------------------------------------------------

# Seconds of CPU, user and system, of a process and its children that have
# ended.  The scheduler's own clock where there is one: the ticks of
# /proc/PID/stat are 10 ms.
sub cpu {
    my ($pid) = @_;

    open my $fh, '<', "/proc/$pid/stat" or return 0;
    my $line = <$fh> // return 0;
    my @f = split ' ', $line =~ s/^.*\) //sr;
    my $hz = POSIX::sysconf(POSIX::_SC_CLK_TCK());
    my ($own, $ended) = (($f[11] + $f[12]) / $hz, ($f[13] + $f[14]) / $hz);

    my $ns = 0;
    for my $file (glob "/proc/$pid/task/*/schedstat") {
        open my $s, '<', $file or next;
        $ns += (split ' ', <$s> // 0)[0];
    }

    return ($ns ? $ns / 1e9 : $own) + $ended;
}


# Resident memory in bytes; with key, another line of /proc/PID/status.
sub rss {
    my ($pid, $key) = @_;

    $key //= 'VmRSS';
    open my $fh, '<', "/proc/$pid/status" or return 0;
    while (my $line = <$fh>) {
        return $1 * 1024 if $line =~ /^$key:\s+(\d+) kB/;
    }

    return 0;
}


# What each group of processes used while the work ran.  how: seconds to
# wait, or a sub; groups: name => sub that returns pids.  Returns wall, result
# (of the sub), busy (share of the machine that was not idle), and for each
# group cpu (seconds), rss (bytes, at the end).
sub measure {
    my ($self, $how, $groups) = @_;

    my (%before, %m);
    my @idle = _idle();

    for my $name (keys %$groups) {
        $before{$name}{$_} = cpu($_) for $groups->{$name}->();
    }

    my $start = time;

    if (ref $how) {
        $m{result} = $how->();
    } else {
        sleep $how;
    }

    $m{wall} = time - $start;

    for my $name (keys %$groups) {
        my %after = map { $_ => cpu($_) } $groups->{$name}->();
        my $cpu = 0;
        $cpu += $after{$_} - ($before{$name}{$_} // 0) for keys %after;
        $m{$name}{cpu} = $cpu;
        $m{$name}{rss} += rss($_) for keys %after;
    }

    my @now = _idle();
    my $total = $now[1] - $idle[1];
    $m{busy} = $total > 0 ? 1 - ($now[0] - $idle[0]) / $total : 0;
    $m{steal} = $total > 0 ? ($now[2] - $idle[2]) / $total : 0;

    return \%m;
}


sub _idle {
    open my $fh, '<', '/proc/stat' or return (0, 0, 0);
    my @f = split ' ', scalar <$fh>;
    my $total = 0;
    $total += $_ for @f[1 .. 8];
    return ($f[4] + $f[5], $total, $f[8]);
}


# Seconds that each of the transactions took that write 200 results of
# monitors from this id on, with the locks of the checker's, every 50 ms while
# the work runs.
sub flushes {
    my ($self, $t, $monitor, $work) = @_;

    pipe my $r, my $w or croak "pipe: $!";
    my $pid = fork // croak "fork: $!";

    if ($pid == 0) {
        my $go = 1;
        local $SIG{TERM} = sub { $go = 0 };
        my $own = $self->{cluster}->connect($t->{db});

        while ($go) {
            my $from = time;
            $own->begin_work;
            $own->do('SELECT FROM shards ORDER BY shard FOR SHARE');
            $own->do("INSERT INTO checks (monitor_id, slot, checked_at,
                node_id, attempt, outcome) SELECT ?::bigint + i, now(), now(),
                1, 1, 'up' FROM generate_series(1, 200) i
                ON CONFLICT DO NOTHING", undef, $monitor);
            $own->commit;
            syswrite $w, sprintf "%.6f\n", time - $from;
            sleep 0.05;
        }

        POSIX::_exit(0);
    }

    close $w;
    $work->();
    kill TERM => $pid;
    waitpid $pid, 0;
    my @times = <$r>;
    return map { 0 + $_ } @times;
}


# --- rounds and figures ------------------------------------------------------

# Runs each case once, then each again, and so on.  Cases: name => sub that
# returns a hash of numbers, in this order.  Returns name => figure =>
# { median, min, max, values }.
sub rounds {
    my ($self, @cases) = @_;

    my (%values, @names, %sub);

    while (my ($name, $code) = splice @cases, 0, 2) {
        next if defined $ENV{BENCH_CASES} && $name !~ /$ENV{BENCH_CASES}/;
        push @names, $name;
        $sub{$name} = $code;
    }

    for my $round (1 .. $self->{rounds}) {
        for my $name (@names) {
            my $figures = $sub{$name}->() // next;
            push @{ $values{$name}{$_} }, $figures->{$_} for keys %$figures;
            print STDERR "# round $round: $name: ",
                join(', ', map { "$_ " . short($figures->{$_}) }
                    sort keys %$figures), "\n";
        }
    }

    for my $name (keys %values) {
        my $of = $values{$name};
        $of->{$_} = spread(@{ $of->{$_} }) for keys %$of;
        $self->{results}{$name} = $of;
    }

    return \%values;
}


sub spread {
    my @v = sort { $a <=> $b } grep { defined } @_;

    return { median => undef, min => undef, max => undef, values => [] }
        if !@v;
    return { median => @v % 2 ? $v[$#v / 2] : ($v[@v / 2 - 1] + $v[@v / 2]) / 2,
        min => $v[0], max => $v[-1], values => [@_] };
}


sub quantile {
    my ($q, @v) = @_;

    @v = sort { $a <=> $b } @v;
    return $v[ $q * @v ];
}


# The ratio of two figures round by round: what disturbs one round disturbs
# both.
sub ratio {
    my ($x, $y) = @_;

    return spread(map { $y->{values}[$_] ? $x->{values}[$_] / $y->{values}[$_]
        : undef } 0 .. $#{ $x->{values} });
}


# "84 (80-88)"; a number alone is just shortened
sub show {
    my ($s, $scale) = @_;

    return '-' if !defined $s || (ref $s && !defined $s->{median});
    $scale //= 1;
    return short($s * $scale) if !ref $s;
    return short($s->{median} * $scale) if @{ $s->{values} } < 2;
    return sprintf '%s (%s-%s)', map { short($s->{$_} * $scale) }
        qw(median min max);
}


sub short {
    my ($n) = @_;

    return '-' if !defined $n;
    return $n if $n !~ /^-?[\d.]+(?:e[-+]?\d+)?$/;
    my $a = abs $n;
    my $text = sprintf $a >= 100 ? '%.0f' : $a >= 10 ? '%.1f'
        : $a >= 1 ? '%.2f' : '%.3f', $n;
    1 while $text =~ s/^(-?\d+)(\d{3})/$1,$2/;
    return $text;
}


# A table in Markdown.
sub table {
    my ($self, $head, @rows) = @_;

    my @width = map { length } @$head;
    for my $row (@rows) {
        for my $i (0 .. $#$head) {
            $row->[$i] //= '-';
            $width[$i] = length $row->[$i] if length $row->[$i] > $width[$i];
        }
    }

    my $line = sub {
        return '| ' . join(' | ', map { sprintf '%-*s', $width[$_], $_[0][$_] }
            0 .. $#$head) . " |\n";
    };

    print "\n", $line->($head), $line->([map { '-' x $_ } @width]),
        (map { $line->($_) } @rows), "\n";
    return;
}


# A line of the verdict: what was wanted, what came out.
sub target {
    my ($self, $what, $ratio, $op, $limit) = @_;

    return if !defined $ratio || !defined $ratio->{median};
    my $met = $op eq '<=' ? $ratio->{median} <= $limit
        : $ratio->{median} >= $limit;
    push @{ $self->{targets} }, { what => $what, value => $ratio->{median},
        op => $op, limit => $limit,
        met => $met ? JSON::PP::true() : JSON::PP::false() };
    printf "%-60s %s, wanted %s %s: %s\n", $what, show($ratio), $op,
        short($limit), $met ? 'met' : 'MISSED';
    return $met;
}


# Everything that rounds() saw and what else is given, as JSON.
sub save {
    my ($self, %more) = @_;

    my $file = ($ENV{UPTIME_BUILD} // "$root/build") . "/bench/$self->{name}";
    spew("$file.json.new", JSON::PP->new->canonical->pretty->encode({
        bench => $self->{name}, machine => machine(),
        date => POSIX::strftime('%Y-%m-%dT%H:%M:%SZ', gmtime),
        rounds => $self->{rounds}, seconds => $self->{seconds},
        results => $self->{results}, targets => $self->{targets} // [],
        %more }));
    rename "$file.json.new", "$file.json" or croak "$file.json: $!";
    print "results: $file.json\n";
    return;
}


sub machine {
    my ($cpu) = slurp('/proc/cpuinfo') =~ /^model name\s*:\s*(.*)$/m;
    my ($memory) = slurp('/proc/meminfo') =~ /^MemTotal:\s+(\d+)/;
    my $cores = () = slurp('/proc/cpuinfo') =~ /^processor\s*:/mg;
    chomp(my $commit = `git -C '$root' rev-parse --short HEAD 2>/dev/null`);

    return { cpu => $cpu, cores => $cores,
        memory_gib => sprintf('%.1f', $memory / 1048576),
        kernel => (POSIX::uname())[2], commit => $commit,
        load => (split ' ', slurp('/proc/loadavg'))[0] };
}


# --- the floor ---------------------------------------------------------------

# A run of the bare libcurl loop, see floor.c; returns what it prints.
sub floor {
    my ($self, @args) = @_;

    my $program = ($ENV{UPTIME_BUILD} // "$root/build") . '/bench/floor';
    open my $fh, '-|', $program, @args or croak "$program: $!";
    my $text = do { local $/; <$fh> };
    close $fh or croak "$program @args failed";
    return JSON::PP::decode_json($text);
}


sub DESTROY {
    my ($self) = @_;

    return if $self->{owner} != $$;
    local ($?, $@, $!);
    $self->{tests} = {};
    delete $self->{cluster};
    remove_tree($self->{dir}) if !$ENV{BENCH_KEEP};
    return;
}


1;

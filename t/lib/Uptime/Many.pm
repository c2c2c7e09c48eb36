package Uptime::Many;

# Many monitors and what came of them: a target that is an nginx of its own,
# one request a line in a file, so that hundreds of checks a second cost
# little; monitors straight into the database; requests to the API at a
# steady rate by a process of their own; slots that were missed.

use strict;
use warnings;

use Carp qw(croak);
use List::Util ();
use POSIX ();
use Time::HiRes qw(time sleep);
use Uptime::Util qw(slurp spew);


# test: an Uptime::Test; monitors, interval
sub new {
    my ($class, %o) = @_;

    my $self = bless { interval => 10, monitors => 100, loads => [], %o },
        $class;
    $self->{target} = Uptime::Many::Target->new(module => 'none',
        dir => "$self->{test}{dir}/many")->start;
    return $self;
}


# Monitors of one user, in the state that the API gives a new one; they start
# in the shards in turn.  Returns the user's client.
sub add_monitors {
    my ($self, %fields) = @_;

    my $t = $self->{test};
    my $c = $t->user_client;
    my $res = $c->post('/monitors', { url => $self->{target}->url('/m/'),
        interval => $self->{interval}, failure_threshold => 1, %fields });
    croak "no monitor: $res->{content}" if $res->{status} != 201;
    my $id = $self->{first} = $res->{json}{id};

    my $columns = $self->{columns} = join ', ', map { $_->{column_name} } $t->sql(q{SELECT
        quote_ident(column_name) AS column_name
        FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name = 'monitors'
        AND is_identity = 'NO' AND is_generated = 'NEVER'
        AND column_name NOT IN ('url', 'name', 'revision')});
    $t->execute("INSERT INTO monitors (url, name, $columns)
        SELECT url || n, name || n, $columns
        FROM monitors, generate_series(2, ?) n WHERE id = ?",
        $self->{monitors}, $id);
    $t->execute(q{UPDATE monitors SET url = url || '1' WHERE id = ?}, $id);
    return $c;
}


# Are all of them checked?
sub all_checked {
    my ($self, $since) = @_;

    return $self->{test}->value('SELECT count(*) >= ? FROM monitor_state
        WHERE last_checked_at > to_timestamp(?)', $self->{monitors},
        $since // 0);
}


# Seconds since 1970 by the database.
sub now { return $_[0]{test}->value('SELECT extract(epoch FROM now())') }


# Slots between two times: what was stored, how many are not there, how many of
# one monitor in a row.
sub slots {
    my ($self, $from, $to) = @_;

    my ($row) = $self->{test}->sql('WITH c AS (
            SELECT monitor_id, slot, outcome, attempt,
                round(extract(epoch FROM slot - lag(slot) OVER (
                    PARTITION BY monitor_id ORDER BY slot, attempt))
                    / $3) - 1 AS missed
            FROM check_history
            WHERE slot >= to_timestamp($1) AND slot < to_timestamp($2)
        ), e AS (
            SELECT id, count(*) FILTER (WHERE slot < to_timestamp($1)
                    + $3 * interval \'1 s\') AS first,
                count(*) FILTER (WHERE slot >= to_timestamp($2)
                    - $3 * interval \'1 s\') AS last
            FROM monitors LEFT JOIN c ON monitor_id = id
            WHERE NOT paused GROUP BY id
        )
        SELECT count(*) AS rows, count(DISTINCT (monitor_id, slot)) AS slots,
            count(*) FILTER (WHERE attempt > 1) AS retries,
            count(*) FILTER (WHERE outcome <> \'up\') AS not_up,
            coalesce(sum(missed) FILTER (WHERE missed > 0), 0)::int
                + (SELECT count(*) FILTER (WHERE first = 0)
                   + count(*) FILTER (WHERE last = 0) FROM e) AS missed,
            greatest(max(missed), 0)::int AS row FROM c',
        $from, $to, $self->{interval});
    return $row;
}


sub hits { my ($self, @window) = @_; return $self->{target}->hits(@window) }


# GET /me so many times a second, each on a connection of its own, until
# answers() is asked for.
sub load_api {
    my ($self, $c, $rate) = @_;

    my $n = @{ $self->{loads} };
    my $load = { file => "$self->{test}{dir}/load$n", owner => $$ };
    $load->{pid} = fork // croak "fork: $!";

    if ($load->{pid} == 0) {
        my $stop;
        $SIG{TERM} = sub { $stop = 1 };
        $SIG{INT} = 'DEFAULT';
        POSIX::_exit(eval { _api($load->{file}, $c, $rate, \$stop); 1 }
            ? 0 : 1);
    }

    push @{ $self->{loads} }, $load;
    return;
}


sub _api {
    my ($file, $c, $rate, $stop) = @_;

    my %count;
    my $slowest = 0;
    my $due = time;
    my $parent = getppid;

    while (!$$stop && getppid == $parent) {
        my $start = time;
        my $res = $c->as($c->{token})->get('/me');
        my $took = time - $start;
        $slowest = $took if $took > $slowest;
        $count{$res->{status}}++;
        print STDERR "# $res->{status} after $took s: $res->{content}\n"
            if $res->{status} != 200;
        $due += 1 / $rate;
        sleep $due - time if $due > time;
    }

    return spew($file, join "\n", $slowest, map { "$_ $count{$_}" }
        sort keys %count);
}


# Ends the load: { slowest, 200 => n, ... }
sub answers {
    my ($self) = @_;

    my %count;

    for my $load (@{ $self->{loads} }) {
        kill 'TERM', delete $load->{pid};
        Uptime::Util::wait_until { -s $load->{file} } 20
            or croak 'the clients do not end';
        my ($slowest, @lines) = split /\n/, slurp($load->{file});
        $count{slowest} = $slowest if $slowest > ($count{slowest} // 0);
        for (@lines) {
            my ($status, $n) = split / /;
            $count{$status} += $n;
        }
    }

    $self->{loads} = [];
    return \%count;
}


sub DESTROY {
    my ($self) = @_;

    local ($?, $@, $!);
    kill 'KILL', $_->{pid} for grep { $_->{owner} == $$ && $_->{pid} }
        @{ $self->{loads} };
    return;
}


package Uptime::Many::Target;

use strict;
use warnings;

use parent -norequire, 'Uptime::Server';


sub url { return "http://127.0.0.1:$_[0]{port}" . ($_[1] // '/m/1') }


# 500 while a flag of that name stands, else 200.
sub flag {
    my ($self, $name, $up) = @_;

    my $file = "$self->{dir}/flag-$name";
    return $up ? Uptime::Util::spew($file, '') : unlink $file;
}


sub config {
    my ($self) = @_;

    my $user = $> == 0 ? 'user nobody ' . getgrgid((getpwnam 'nobody')[3])
        . ';' : '';
    my $dir = $self->{dir};
    my $temp = join "\n", map { "    ${_}_temp_path temp/$_;" }
        qw(client_body proxy fastcgi uwsgi scgi);

    return <<"END";
$user
daemon off;
pid nginx.pid;
error_log error.log warn;
worker_rlimit_nofile 8192;

events {
    worker_connections 4096;
}

http {
$temp
    log_format hits '\$msec \$request_uri';
    access_log hits hits;

    server {
        listen 127.0.0.1:$self->{port} backlog=4096;

        location / {
            return 200 "all is well\\n";
        }

        location /flag/ {
            if (-f $dir/flag-\$arg_name) {
                return 500 "flag\\n";
            }
            return 200 "no flag\\n";
        }

        location = /plain {
            access_log off;
            return 200 "plain\\n";
        }
    }
}
END
}


# Number of requests, or { path => number }, between two times.
sub hits {
    my ($self, $from, $to) = @_;

    my %n;
    open my $fh, '<', "$self->{dir}/hits" or return wantarray ? () : 0;

    while (my $line = <$fh>) {
        my ($time, $path) = split / /, $line;
        $n{$path}++ if (!defined $from || $time >= $from)
            && (!defined $to || $time < $to);
    }

    return wantarray ? %n : List::Util::sum0(values %n);
}


1;

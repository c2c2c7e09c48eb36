package Uptime::Bench::Load;

# write_load.c on a database of its own: rows as the checker writes them, with
# nobody who checks.
#
#   my $load = Uptime::Bench::Load->new(bench => $b, name => 'x',
#       monitors => 20000);
#   my $r = $load->run(rows => 200, batches => 100);    # p50, p99, stored ...
#   my $x = $load->beside(6000, 5, sub { ... });

use strict;
use warnings;

use Carp qw(croak);
use Time::HiRes qw(time sleep);

my $program;


sub new {
    my ($class, %o) = @_;

    my $self = bless { %o }, $class;
    my $b = $self->{bench};
    $program //= _build($b);

    my $t = $self->{t} = $b->test($self->{name} =~ s/\W+/_/gr);
    $b->monitors($t, n => $self->{monitors}, url => "'http://x/'");
    $t->execute("UPDATE shards SET checker_id = 1, epoch = 1,
        lease_until = 'infinity', taken_at = '-infinity'");
    $t->execute("SELECT ensure_check_partitions(
        (now() AT TIME ZONE 'UTC')::date - 2,
        (now() AT TIME ZONE 'UTC')::date + 7)");
    $self->{slot} = int(time / 10) * 10000 - 86400000;

    # a first result of each
    $self->run(rows => 500, batches => $self->{monitors} / 500);
    return $self;
}


sub _build {
    my ($b) = @_;

    my $build = $ENV{UPTIME_BUILD} // die "start it with bench/run\n";
    my $out = "$build/bench/write_load";
    my $nginx = $ENV{NGX_SRC} // '/usr/share/nginx/src';
    my $objs = "$build/nginx/objs";
    chomp(my $pq = `pkg-config --cflags --libs libpq`);
    my @inc = map { "-I$_" } map({ "$nginx/src/$_" } qw(core event
        event/modules os/unix http http/modules)), $objs, "$objs/uptime",
        map({ "$b->{root}/$_" } 'src', 't/unit',
            map { "src/$_" } qw(core pg fetch probe checker));
    my @src = map { "$b->{root}/$_" } qw(bench/write_load.c t/unit/ngx_stub.c
        src/checker/ngx_uptime_record.c
        src/checker/ngx_uptime_writer_evidence.c src/probe/ngx_uptime_outcome.c
        src/core/ngx_uptime_status.c src/pg/ngx_uptime_pg_query.c);
    system("cc -O2 -g -std=gnu99 @inc -o $out @src "
        . "$objs/uptime/ngx_uptime_sql.c $pq -lcurl -lm") == 0
        or die "write_load does not compile\n";
    return $out;
}


# key => value as write_load.c has them; waits
sub run {
    my ($self, %o) = @_;

    my $fh = $self->_open(%o);
    my $line = <$fh> // '';
    close $fh or die "write_load failed\n";
    my %r = $line =~ /(\w+)=(\d+)/g;
    die "$r{stored} of $r{rows} rows stored\n" if $r{stored} != $r{rows};
    sleep 0.2;              # its backend ends
    return \%r;
}


# While the work runs, so many rows a second; returns what the work returns.
sub beside {
    my ($self, $rate, $seconds, $work) = @_;

    # in batches as the checker has them: each 200 ms, 1,000 at most
    my $rows = $rate >= 5000 ? 1000 : int $rate / 5 || 1;
    my $pace = int 1000 * $rows / $rate || 1;
    my $fh = $self->_open(rows => $rows, pace => $pace,
        batches => int($seconds * 1000 / $pace) + 1);
    my $result = $work->();
    my $line = <$fh> // '';
    close $fh or die "write_load failed\n";
    return $result;
}


sub _open {
    my ($self, %o) = @_;

    my $conninfo = $self->{bench}{cluster}->conninfo($self->{t}{db});
    my @args = map { "$_=$o{$_}" } sort keys %o;
    open my $fh, '-|', $program, $conninfo, "monitors=$self->{monitors}",
        "slot=$self->{slot}", @args or croak "$program: $!";
    $self->{slot} += 10000 * (1 + int($o{rows} * $o{batches}
        / $self->{monitors}));
    return $fh;
}


1;

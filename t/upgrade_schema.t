# The schema is brought up to date while a node of an earlier version runs: what
# that one's statements do goes on without an error.
#
#   UPGRADE_LOCK=1   seconds that they wait for a lock at most (20)

use strict;
use warnings;

use File::Basename qw(basename dirname);
use Time::HiRes qw(time sleep);
use Uptime::Test;
use Uptime::Util qw(slurp);

use constant OLD => 6;

my $t = Uptime::Test->new(empty => 1, checker => 1);
my $sql = dirname($0) . '/../sql';
my @migrations = map { my ($n, $name) = basename($_) =~ /^(\d+)_(.*)\.sql$/;
    [$n + 0, $name, $_] } sort glob "$sql/migrations/*.sql";
my $newest = $migrations[-1][0];
cmp_ok($newest, '>', OLD, 'there are newer versions');

$t->execute('CREATE FUNCTION refused() RETURNS event_trigger
    LANGUAGE plpgsql AS $$ BEGIN RAISE insufficient_privilege; END $$');
$t->execute("CREATE EVENT TRIGGER refused ON ddl_command_start
    WHEN TAG IN ('CREATE EXTENSION') EXECUTE FUNCTION refused()");
$t->execute(slurp("$sql/pg/migrate_init.sql"));
$t->execute('SELECT pg_temp.migrate(?::integer, ?, ?)', $_->[0], $_->[1],
    slurp($_->[2])) for grep { $_->[0] <= OLD } @migrations;

my ($owner, $token) = $t->user;
my $monitor = "INSERT INTO monitors (owner_id, name, type, url, interval,
    timeout, method, headers, expected_status, keyword_mode, follow_redirects,
    max_redirects, verify_tls, failure_threshold, retry_interval,
    cert_warn_days, tags, paused)
    SELECT $owner, 'm' || i, 'http', 'http://192.0.2.1/', 60, 10, 'GET', '{}',
        '200', 'present', true, 5, true, 2, 10, 14, '{}', true
    FROM generate_series(1, %d) i RETURNING id";
$t->execute(sprintf $monitor, 200);
$t->execute("INSERT INTO nodes (name) VALUES ('old')");
$t->execute('SELECT ensure_check_partitions(current_date - 2,
    current_date + 7)');
$t->execute("INSERT INTO checks (monitor_id, slot, checked_at, node_id,
    attempt, outcome) SELECT m.id, s, s, 1, 1, 'up' FROM monitors m,
    generate_series(now() - interval '1 hour', now(), '1 min') s");


# What an earlier version did all the time, with its locks.
my @old = (
    writer => sub {
        my ($dbh, $n) = @_;
        $dbh->do("WITH fence AS MATERIALIZED (SELECT shard FROM shards
            ORDER BY shard FOR SHARE), state AS (
            UPDATE monitor_state s SET status = 'up', last_checked_at = now()
            WHERE (SELECT count(*) FROM fence) > 0 AND s.monitor_id IN
                (SELECT id FROM monitors ORDER BY id LIMIT 50)
            RETURNING monitor_id)
            INSERT INTO checks (monitor_id, slot, checked_at, node_id, attempt,
                outcome) SELECT monitor_id, now(), now(), 1, 1, 'up'
            FROM state ON CONFLICT DO NOTHING");
    },
    lease => sub {
        $_[0]->do("UPDATE shards SET lease_until = now() + interval '15 s'
            WHERE shard IN (SELECT shard FROM shards ORDER BY shard
            FOR UPDATE)");
        $_[0]->do('UPDATE pulse SET beat_at = now()');
    },
    api => sub {
        my ($dbh) = @_;
        my ($id) = $dbh->selectrow_array(sprintf $monitor, 1);
        $dbh->do('UPDATE monitors SET name = $1 WHERE id = $2', undef, 'x',
            $id);
        $dbh->selectall_arrayref('SELECT m.id, s.status FROM monitors m
            JOIN monitor_state s ON s.monitor_id = m.id
            WHERE m.owner_id = ? ORDER BY m.id LIMIT 50', undef, $owner);
        $dbh->selectall_arrayref('SELECT * FROM checks WHERE monitor_id = ?
            ORDER BY slot DESC LIMIT 50', undef, $id);
        $dbh->do('DELETE FROM monitors WHERE id = ?', undef, $id);
    },
);

my %pipe;

while (my ($name, $work) = splice @old, 0, 2) {
    pipe my $r, my $w or die $!;
    my $pid = fork // die $!;

    if ($pid == 0) {
        $t->{dbh}{InactiveDestroy} = 1;
        my $go = 1;
        local $SIG{TERM} = sub { $go = 0 };
        my $dbh = $t->{cluster}->connect($t->{db});
        $dbh->do('SET lock_timeout = ' . 1000 * ($ENV{UPGRADE_LOCK} // 20));

        for (my $n = 1; $go; $n++) {
            my $from = time;
            my $error = eval { $work->($dbh, $n); 1 } ? '' : $@ =~ s/\n/ /gr;
            syswrite $w, sprintf "%.3f %.3f %s\n", $from, time - $from,
                $error;
            sleep 0.01;
        }

        POSIX::_exit(0);
    }

    close $w;
    $pipe{$name} = { pid => $pid, out => $r };
}

# each has worked before it begins
for my $name (sort keys %pipe) {
    $pipe{$name}{first} = readline $pipe{$name}{out};
    like($pipe{$name}{first}, qr/^\S+ \S+ $/, "$name works");
}

my $began = time;
$t->nginx;
until_ok { ($t->value('SELECT max(version) FROM schema_migrations') // 0)
    == $newest } 60, 'the schema is that of this build';
my $done = time;
until_ok { $t->server->log_lines(qr/checker starts/)
    && $t->value('SELECT count(*) FROM checkers') } 30, 'the new checker runs';

# what the earlier version does goes on for a while
sleep 0.5;
kill TERM => $_->{pid} for values %pipe;

for my $name (sort keys %pipe) {
    my @lines = readline $pipe{$name}{out};
    waitpid $pipe{$name}{pid}, 0;
    my @all = map { [split / /, $_, 3] } @lines;
    is(join('', map { $_->[2] } grep { $_->[2] ne "\n" } @all), '',
        "$name: no error");
    cmp_ok(scalar(grep { $_->[0] > $done } @all), '>', 0,
        "$name: goes on after it");
    my ($longest) = sort { $b <=> $a } map { $_->[1] } @all;
    note(sprintf '%s: %d times, longest %.0f ms; migrations took %.1f s',
        $name, scalar @all, 1000 * $longest, $done - $began);
}

# --- searches work without pg_trgm

is($t->value("SELECT to_regclass('monitors_text_idx')"), undef,
    'no trigram index');
is($t->client($token)->get('/monitors?q=M199&limit=5')->{json}{items}[0]{name},
    'm199', 'a search finds');

# --- partitions of days, which earlier versions made, are packed as well

my $rows = $t->value('SELECT count(*) FROM check_history');
my $old = $t->value('SELECT count(*) FROM check_parts
    WHERE until = since + interval ?', '1 day');
cmp_ok($old, '>', 7, 'days are known');

# the checker's janitor may be at it: what it holds is skipped
until_ok {
    eval { $t->value("SELECT $_") for
        'check_part_close(now() + interval \'2 days\')',
        'check_part_pack(5000)' };
    $t->value('SELECT sum(n) FROM check_packs');
} 60, 'they are packed';
is($t->value('SELECT count(*) FROM check_history'), $rows, 'every row is read');

done_testing;

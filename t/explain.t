# No statement of the API reads a large table from its beginning, or a
# partition outside its time.
#
# Tables are not large here: the planner is told that each page holds a million
# rows, which is what makes reading all of it dear.  Plans are generic, as those
# of prepared statements are in the end.

use strict;
use warnings;

use File::Basename qw(basename dirname);
use JSON::PP ();
use Uptime::Test;
use Uptime::Util qw(slurp);

my $t = Uptime::Test->new;
my $dbh = $t->dbh;
my $sql = dirname($0) . '/../sql';

# as many rows as there are nodes, shards, codes or chores
my %few = map { $_ => 1 } qw(instance pulse shards nodes checkers
    rollup_cursor janitor_tasks check_names schema_migrations settings);


sub literal {
    my ($type) = @_;

    return "'{}'" if $type =~ /\[\]$|^json/;
    return 'now()' if $type =~ /^(timestamp|date)/;
    return "'127.0.0.1'" if $type eq 'inet';
    return "'x'" if $type =~ /^(text|bytea|character)/;
    return 'false' if $type eq 'boolean';
    return "'1 s'" if $type eq 'interval';
    return "'1'";
}


# --- every table has a page, and a million rows as far as anybody knows

$t->execute('SELECT ensure_check_partitions(current_date - 3,
    current_date + 1)');
$t->execute('SELECT ensure_rollup_partitions(now())');
$t->execute('SELECT check_packs_make(current_date - d)
    FROM generate_series(0, 3) d');
$t->execute('SET session_replication_role = replica');
my @tables = $t->sql("SELECT c.oid, c.relname AS name FROM pg_class c
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
    ORDER BY c.relispartition, 2");
my (%large, @empty);

for my $table (grep { !$few{ $_->{name} } } @tables) {
    # rules that a made-up row would break
    $t->execute("ALTER TABLE $table->{name} DROP CONSTRAINT \"$_->{name}\"")
        for $t->sql("SELECT conname AS name FROM pg_constraint
            WHERE conrelid = ? AND contype = 'c' AND coninhcount = 0",
            $table->{oid});
    my @columns = $t->sql("SELECT attname AS name,
        format_type(atttypid, NULL) AS type FROM pg_attribute
        WHERE attrelid = ? AND attnum > 0 AND NOT attisdropped
          AND attgenerated = ''", $table->{oid});
    my $row = "INSERT INTO $table->{name} ("
        . join(', ', map { "\"$_->{name}\"" } @columns)
        . ') OVERRIDING SYSTEM VALUE VALUES ('
        . join(', ', map { literal($_->{type}) } @columns) . ')';

    if (!eval { $dbh->do($row); 1 }) {
        push @empty, $table->{name};
        next;
    }

    $large{ $table->{name} } = 1;
}

my $now = $t->value("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD')");
is_deeply([grep { !/_default$|_\d{4,8}$/ } @empty], [],
    'every table has a row');
ok($large{$_}, "$_ is there") for 'monitors', 'audit', "checks_$now";
$t->execute('VACUUM ANALYZE');
$t->execute('UPDATE pg_class SET reltuples = 1000000, relpages = 1
    WHERE relname = ANY (?)', [keys %large]);
$t->execute('SET plan_cache_mode = force_generic_plan');
$t->execute('SET jit = off');


# --- statements as they are embedded

sub text {
    my ($file) = @_;

    my $text = join '', grep { !/^\s*--/ } split /^/, slurp($file);
    1 while $text =~ s{\{\{(\w+)\}\}}{text("$sql/fragments/$1.sql")}e;
    return $text;
}


# Nodes of a plan that read all of a large table.
sub scans {
    my ($node) = @_;

    return (map { scans($_) } @{ $node->{Plans} // [] }),
        $node->{'Node Type'} eq 'Seq Scan' && $large{ $node->{'Relation Name'} }
        ? $node->{'Relation Name'} : ();
}


sub plan_of {
    my ($how, $name, @values) = @_;

    my $file = "$sql/api/$name.sql";
    my $text = text($file);
    my $n = 0;
    $n = $1 > $n ? $1 : $n while $text =~ /\$(\d+)/g;
    my $args = join ', ', map { defined $values[$_] ? $dbh->quote($values[$_])
        : 'NULL' } 0 .. $n - 1;
    $dbh->do("PREPARE p AS $text");
    my $json = eval { $t->value("EXPLAIN ($how FORMAT JSON) EXECUTE p"
        . ($n ? "($args)" : '')) };
    my $error = $@;
    $dbh->do('DEALLOCATE p');
    die $error if !defined $json;
    return JSON::PP->new->decode($json)->[0]{Plan};
}


my @names = map { basename($_, '.sql') } glob "$sql/api/*.sql";
cmp_ok(scalar @names, '>', 50, 'statements');

for my $name (@names) {
    my %seen;
    my @found = grep { !$seen{$_}++ } scans(plan_of('', $name));
    is("@found", '', $name);
}

# --- it would be seen

$dbh->do("PREPARE p AS SELECT * FROM monitors WHERE name = \$1::text");
is_deeply([scans(JSON::PP->new->decode($t->value(
    "EXPLAIN (FORMAT JSON) EXECUTE p('x')"))->[0]{Plan})], ['monitors'],
    'a statement that reads all of a table');
$dbh->do('DEALLOCATE p');


# --- the same inside of functions, as the server logs them

$dbh->do($_) for "LOAD 'auto_explain'", 'SET auto_explain.log_min_duration = 0',
    'SET auto_explain.log_nested_statements = on',
    'SET auto_explain.log_format = json', 'SET client_min_messages = log';

# Pages of every order, with every filter that has a way of its own.
sub lists {
    my @calls = map { my $filter = $_;
        map { "monitor_page(1, '{\"sort\": \"$_\"$filter}')" }
        map { $_, "-$_" } qw(created name status latency uptime)
    } '', ', "status": ["down"]', ', "tag": ["x"]', ', "q": "xyz"';
    return @calls, map { "monitors_found(1, monitor_filter('{$_}'), NULL)" }
        '"status": ["down"]', '"tag": ["x"]', '"q": "xyz"', '"type": ["x"]';
}


# What $run makes the server log, plans of statements inside of others too.
sub logged {
    my ($run) = @_;

    my @plans;
    local $dbh->{PrintWarn} = 1;
    local $SIG{__WARN__} = sub {
        push @plans, JSON::PP->new->decode($1)->{Plan}
            if $_[0] =~ /plan:\s*(\{.*\})/s;
    };
    $run->();
    return @plans;
}


for my $call ('hours_of(ARRAY[1::bigint], now(), now())',
    'days_of(ARRAY[1::bigint], current_date, current_date + 1)',
    'rollup_hours_made(ARRAY[1::bigint], ARRAY[now()])',
    'rollup_days_made(ARRAY[1::bigint], current_date)',
    'monitor_stats_refresh(ARRAY[1::bigint])', 'rollup_step(100)',
    'monitor_room(1, 9)', 'host_rates(1, 9, ARRAY[1::bigint], '
    . 'ARRAY[1::bigint], ARRAY[\'http://x/\'], ARRAY[60])',
    'checks_recent(1, now(), now(), 1, 1, NULL, 50)',
    'checks_export(1, NULL, now(), now(), now(), 1, 1, NULL, 50)',
    'series_source(1, now() - interval \'1 hour\', now())',
    'monitor_counts(1)', lists())
{
    my @plans = logged(sub { $dbh->selectall_arrayref("SELECT * FROM $call") });
    cmp_ok(scalar @plans, '>', 0, "$call: there are plans");
    is(join(' ', map { scans($_) } @plans), '', $call);
}

$dbh->do('SET client_min_messages = warning');


# --- partitions

# Those that were read.
sub partitions {
    my ($node) = @_;

    return (map { partitions($_) } @{ $node->{Plans} // [] }),
        $node->{'Actual Loops'} && ($node->{'Relation Name'} // '')
        =~ /^checks?_\w*(\d{8})$/ ? $1 : ();
}


my ($owner, $id) = $dbh->selectrow_array('SELECT owner_id, id FROM monitors');
my %args = (from => $t->value("SELECT to_char(now(), 'YYYY-MM-DD')"),
    to => $t->value("SELECT to_char(now(), 'YYYY-MM-DD HH24:MI:SSOF')"));

$dbh->do($_) for 'SET client_min_messages = log',
    'SET auto_explain.log_analyze = on', 'SET auto_explain.log_timing = off';

for my $case ([check_list => 1], [check_list => 1, outcome => 'down'],
    [check_log => 1], [check_log => 0], [check_log => 0, outcome => 'down'],
    [check_export => 1, format => 'csv'], [check_export => 0,
    format => 'jsonl'], [monitor_series => 1])
{
    my ($name, $one, @more) = @$case;
    my $args = $dbh->quote(JSON::PP->new->encode({ %args, @more }));
    my $of = $one ? $id : 0;
    my @plans = logged(sub {
        $dbh->do('PREPARE p AS ' . text("$sql/api/$name.sql"));
        $dbh->selectall_arrayref("EXECUTE p($owner, $of, $args)");
        $dbh->do('DEALLOCATE p');
    });
    my $what = join ' ', $name, $one ? 'of one' : 'of all', @more;
    my %read = map { $_ => 1 } map { partitions($_) } @plans;
    is(join(' ', map { scans($_) } @plans), '', "$what: nothing from its "
        . 'beginning');
    is(join(' ', sort keys %read), $now, "$what: only the partitions of its "
        . 'day');
}

done_testing;

# The janitor: every task runs and is put off, by one checker at a time; a
# failure is told once and tried again; the claim of a dead one runs out.

use strict;
use warnings;

use Uptime::Test;

my $t = Uptime::Test->new(checker => 1);
my $server = $t->add_nginx;

# a task that cannot work at first
$t->execute('ALTER TABLE session_ends RENAME TO away');
$server->start;

until_ok { $t->value("SELECT count(*) FROM janitor_tasks
    WHERE ran_at IS NOT NULL") == $t->value('SELECT count(*)
    FROM janitor_tasks') && $t->value('SELECT count(*) FROM janitor_tasks') }
    30, 'every task has run';

my ($task) = $t->sql("SELECT steps, error, due_at > now() + interval '5 min'
    AS off FROM janitor_tasks WHERE name = 'partitions'");
is($task->{error}, undef, 'partitions: no error');
cmp_ok($task->{steps}, '>=', 1, '... a step');
ok($task->{off}, '... due again later');

($task) = $t->sql("SELECT steps, error FROM janitor_tasks
    WHERE name = 'leftovers'");
is($task->{error}, 'schema not ready', 'leftovers: its error is kept')
    or diag(join "\n", $server->log_lines(qr/janitor/));
is($task->{steps}, 0, '... no step');

$t->execute("UPDATE janitor_tasks SET due_at = now()
    WHERE name = 'leftovers'");
until_ok { $t->value("SELECT due_at > now() + interval '11 seconds'
    FROM janitor_tasks WHERE name = 'leftovers'") } 20,
    'tried again, the next time later';
is(scalar(() = $server->log_lines(qr/task "leftovers" failed/)), 1,
    '... and told once');

# another one is at work, and dies
$t->execute("UPDATE janitor_tasks SET checker_id = 0,
    claimed_until = now() + interval '2 seconds', due_at = now()
    WHERE name = 'partitions'");
$t->execute('ALTER TABLE away RENAME TO session_ends');
$t->execute("UPDATE janitor_tasks SET due_at = now()
    WHERE name = 'leftovers'");
my $until = $t->value("SELECT claimed_until FROM janitor_tasks
    WHERE name = 'partitions'");
until_ok { $t->value("SELECT error IS NULL FROM janitor_tasks
    WHERE name = 'leftovers'") } 20, 'it works again';
ok($t->value("SELECT ran_at > ?::timestamptz FROM janitor_tasks
    WHERE name = 'leftovers'", $until), '... not while another is at work');
until_ok { $server->log_lines(qr/task "leftovers" works again/) } 5,
    '... and that is told';
until_ok { $t->value("SELECT ran_at > ?::timestamptz FROM janitor_tasks
    WHERE name = 'partitions'", $until) } 20, 'a claim runs out';

done_testing;

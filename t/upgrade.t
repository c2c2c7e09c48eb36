# Another binary in the place of the running one (USR2, WINCH, QUIT), and the
# way back (USR2, WINCH, HUP, QUIT of the new one), while checks and requests
# run.
#
#   make test TESTS=t/chaos/upgrade.t   ten times each
#
# CHAOS_ROUNDS    of both (1)
# CHAOS_MONITORS  with an interval of 10 s (100)
# CHAOS_API       requests a second (40)
# CHAOS_DWELL     seconds that two masters live side by side (0)

use strict;
use warnings;

use Time::HiRes qw(time);
use Uptime::Many;
use Uptime::Test;
use Uptime::Util qw(alive slurp);

my $rounds = $ENV{CHAOS_ROUNDS} // 1;
my $t = Uptime::Test->new(checker => 1, workers => 2, daemon => 1);
my $server = $t->nginx;
my $many = Uptime::Many->new(test => $t, monitors => $ENV{CHAOS_MONITORS}
    // 100);
my $c = $many->add_monitors;

until_ok { $many->all_checked } 15, 'all are checked';

# every change of hands
$t->execute('CREATE TABLE hands (at timestamptz DEFAULT clock_timestamp(),
    shard int, was bigint, now bigint, lease timestamptz)');
$t->execute('CREATE FUNCTION note_hands() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO hands (shard, was, now, lease) VALUES (OLD.shard,
    OLD.checker_id, NEW.checker_id, OLD.lease_until); RETURN NULL; END $$');
$t->execute('CREATE TRIGGER note_hands AFTER UPDATE ON shards FOR EACH ROW
    WHEN (OLD.checker_id IS DISTINCT FROM NEW.checker_id)
    EXECUTE FUNCTION note_hands()');

my $from = $many->now;
$many->load_api($c, $ENV{CHAOS_API} // 40);
my $slowest = 0;


sub all_held {
    return $t->value('SELECT count(*) = 64 AND count(DISTINCT checker_id) = 1
        FROM shards WHERE lease_until > now()');
}


# The checker that has it all is a child of that master's.
sub held_by {
    my ($pid) = @_;

    my ($checker) = grep { Uptime::Util::cmdline($_) =~ /uptime checker/ }
        Uptime::Util::children($pid);
    return $checker && all_held()
        && $t->value('SELECT max(id) = (SELECT max(checker_id) FROM shards)
            FROM checkers');
}


# A second master beside the running one, with all of its processes.
sub start_new {
    my $old = $server->pid;
    $server->signal('USR2');

    my $new = wait_until {
        my $pid = -s "$server->{dir}/nginx.pid.oldbin"
            ? $server->pid_of_file : undef;
        return defined $pid && $pid != $old
            && 3 == (() = Uptime::Util::children($pid)) ? $pid : undef;
    } 15;
    ok($new, 'a new master and its processes') or BAIL_OUT('no upgrade');
    until_ok { held_by($new) } 10, 'its checker has all shards';
    sleep($ENV{CHAOS_DWELL} // 0);
    return $new;
}


sub gone {
    my ($what, @pids) = @_;

    my $start = time;
    my $gone = wait_until { !grep { alive($_) } @pids } 15;
    ok($gone, $what);
    $slowest = time - $start if time - $start > $slowest;
    return;
}


for my $round (1 .. $rounds) {

    # forward
    my $old = $server->pid;
    my @children = $server->children;
    my $new = start_new();
    $server->signal('WINCH');
    gone('the old workers and checker are gone',
        grep { $_ != $new } @children);
    $server->signal('QUIT');
    gone('the old master is gone', $old);
    $server->adopt($new);
    until_ok { held_by($new) } 5, 'the new one has all shards';

    # and back again
    @children = grep { $_ != $new } $server->children;
    $new = start_new();
    $server->signal('WINCH');
    gone('the old workers and checker are gone again', @children);
    $server->signal('HUP');
    until_ok { $server->workers == 2 && held_by($server->pid) } 10,
        'the old master has all shards again';
    my @new = ($new, Uptime::Util::children($new));
    $server->signal('QUIT', $new);
    gone('the new master and its processes are gone', @new);
    until_ok { ($server->pid_of_file // 0) == $server->pid } 5,
        'the pid file is the old one';
    until_ok { held_by($server->pid) } 5, 'the old one has all shards';
}

# one more round for all
my $last = $many->now;
until_ok { $many->all_checked($last) } 15, 'all are checked after it';
my $to = $many->now;
my $answers = $many->answers;
my $requests = delete $answers->{200};
cmp_ok($requests, '>', 50, 'there were requests');
my $took = delete $answers->{slowest};
is_deeply($answers, {}, 'and none failed');

my $slots;
until_ok { ($slots = $many->slots($from, $to))->{missed} == 0 } 5,
    'no slot was missed';
is($slots->{not_up}, 0, 'nothing but up');
is($slots->{retries}, 0, 'nothing was tried again');

my $hits = $many->hits($from, $to);
cmp_ok($hits, '<=', 1.01 * $slots->{slots} + 2 * $many->{monitors} / 10,
    'hardly a check was made twice');
is($t->value('SELECT count(*) FROM hands WHERE was IS NOT NULL
    AND now IS NOT NULL'), 0, 'no shard was taken from a living owner');

diag(sprintf '%d upgrades and rollbacks each: %d slots, %d missed, %d hits; '
    . '%d requests, longest %.2f s; slowest end of old processes %.1f s',
    $rounds, $slots->{slots}, $slots->{missed}, $hits, $requests, $took,
    $slowest);
ok($server->stop, 'stopped');

done_testing;

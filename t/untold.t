# What the database refuses for a while is stored afterwards; what it refuses
# for good is lost, but not what was to be told by it.

use strict;
use warnings;

use Uptime::Inbox;
use Uptime::Test;

my $t = Uptime::Test->new(checker => 1);
my $target = $t->target;
my $inbox = Uptime::Inbox->start(dir => "$t->{dir}/inbox");
my $server = $t->nginx;
my ($uid, $token) = $t->user;
my $c = $t->client($token);

until_ok { $t->value('SELECT count(*) FROM shards
    WHERE lease_until > now()') == 64 } 15, 'the checker has its shards';
my $channel = $c->post('/channels', { kind => 'webhook', name => 'Hook',
    is_default => \1, config => { url => $inbox->url('/ok/user') } });
is($channel->{status}, 201, 'a channel') or diag($channel->{content});

my %id;
for my $name (qw(while good)) {
    $target->set($name, '200');
    $id{$name} = $c->post('/monitors', { name => $name, interval => 10,
        url => $target->url("/switch/$name"), retry_interval => 2,
        failure_threshold => 1 })->{json}{id};
    until_ok { ($t->value('SELECT last_outcome FROM monitor_state
        WHERE monitor_id = ?', $id{$name}) // '') eq 'up' } 20, "$name: up";
}


sub told {
    my ($name) = @_;

    return $t->value('SELECT count(*) FROM outbox WHERE monitor_id = ?
        AND event = ? AND state = ?', $id{$name}, 'down', 'sent');
}


# --- an error that has nothing to do with the rows, and is mended

$t->execute("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    \$\$ BEGIN RAISE insufficient_privilege; END \$\$");
$t->execute('CREATE TRIGGER refuse BEFORE INSERT ON incidents
    FOR EACH ROW EXECUTE FUNCTION refuse()');
my $from = $server->log_size;
$target->set(while => '500');
ok($server->wait_log(qr/results wait in memory.*internal/, 25, $from),
    'it waits');
$t->execute('DROP TRIGGER refuse ON incidents');
until_ok { told('while') == 1 } 20, 'the message is sent';
is_deeply([$server->log_lines(qr/is lost/)], [], 'nothing is lost');
my ($slots, $rows) = @{ $t->dbh->selectrow_arrayref("SELECT
    round(extract(epoch FROM max(slot) - min(slot)) / 10) + 1,
    count(DISTINCT slot) FROM check_history WHERE monitor_id = ?", undef,
    $id{while}) };
cmp_ok($rows, '>=', $slots - 1, '... no slot either');


# --- a row that is refused for good

$t->execute("ALTER TABLE incidents ADD CONSTRAINT refused
    CHECK (monitor_id <> $id{good}) NOT VALID");
$target->set(good => '500');
until_ok { $server->log_lines(
    qr/a result of monitor $id{good} is lost: the database refused it/) } 25,
    'the row is lost';
is(told('good'), 0, 'nobody was told');
$t->execute('ALTER TABLE incidents DROP CONSTRAINT refused');
until_ok { told('good') == 1 } 25, 'the next failure tells';
is($t->value('SELECT count(*) FROM incidents WHERE monitor_id = ?
    AND ended_at IS NULL', $id{good}), 1, 'one incident');
$target->set(good => '200');
until_ok { $t->value("SELECT count(*) FROM outbox WHERE monitor_id = ?
    AND event = 'up' AND state = 'sent'", $id{good}) == 1 } 25, '... and its end';

$server->expect_log('permission denied', 'insufficient_privilege', 'is lost',
    'checker/record" failed');

done_testing;

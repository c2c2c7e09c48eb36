# master_process off: the API and the checks in one process.

use strict;
use warnings;

use Uptime::Test;

my $t = Uptime::Test->new(checker => 1, master => 0);
my $target = $t->target;
my $server = $t->nginx;
my $c = $t->user_client;

is(scalar(() = $server->children), 0, 'one process');
until_ok { $c->get('/health/ready')->{status} == 200 } 10, 'ready';

my $closed = Uptime::Target->closed_port;
my ($up, $down) = map { $c->post('/monitors', { url => $_, interval => 10,
    retry_interval => 1 })->{json}{id} } $target->url, $closed->url;

until_ok { $c->get("/monitors/$up")->{json}{status} eq 'up' } 5, 'up';
until_ok { $c->get("/monitors/$down")->{json}{status} eq 'down' } 5, 'down';
is($c->get("/monitors/$down/checks")->{json}{items}[0]{cause},
    'connect_refused', 'and why');
ok($server->wait_log(qr/\[warn\].*is down: connect_refused/, 3),
    'told on the console');

ok($server->stop, 'quits');
is($t->value('SELECT count(*) FROM shards WHERE checker_id IS NOT NULL'), 0,
    'shards are given back');

done_testing;

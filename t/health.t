# live and ready, with and without schema and checker.

use strict;
use warnings;

use Uptime::Test;

my $t = Uptime::Test->new(empty => 1);
$t->nginx;
my $c = $t->client;


sub detail_free {
    my ($res) = @_;

    return $res->{content} !~ /host|socket|select|relation|pg|node0/i;
}


my $res = $c->get('/health/live');
is($res->{status}, 200, 'live without a schema');
is_deeply($res->{json}, { status => 'ok' }, 'tells nothing else');

$res = $c->get('/health/ready');
problem_ok($res, 503, 'schema_not_ready', 'not ready without a schema');
ok(detail_free($res), '... without detail') or diag($res->{content});
problem_ok($c->get('/me', undef, token => $t->mint(sub => 1)), 503,
    'schema_not_ready', 'the API waits for the schema');

# a newer schema than this build's is fine, an older one is not
$t->{cluster}->migrate($t->{db}, '.');
until_ok { ($c->get('/health/ready')->{json}{code} // '') eq
    'checker_missing' } 10, 'the schema came: no checker yet';

$t->execute("INSERT INTO nodes (name) VALUES ('x')");
$t->execute("INSERT INTO checkers (node_id, version, seen_at)
    SELECT id, '0', now() - interval '31 s' FROM nodes");
problem_ok($c->get('/health/ready'), 503, 'checker_missing',
    'a checker that was seen 31 s ago');
$t->execute("UPDATE checkers SET seen_at = now() - interval '25 s'");
$res = $c->get('/health/ready');
is($res->{status}, 200, 'seen 25 s ago: ready') or diag($res->{content});
is_deeply($res->{json}, { status => 'ok' }, 'tells nothing else');

# credentials are not looked at
is($c->get("/health/$_", undef, token => 'x')->{status}, 200,
    "$_ with a bad token") for qw(live ready);


# a password that is wrong; t/run looks for it in the logs
my $wrong = Uptime::Test->new;
$wrong->nginx(database => $wrong->{cluster}->conninfo($wrong->{db})
    =~ s/password=\S+/password=wrongword/r);
problem_ok($wrong->client->get('/health/ready'), 503, 'database_unavailable',
    'the database refuses us');
ok($wrong->server->wait_log(qr/password authentication failed/, 2),
    'the log tells why');
unlike($wrong->server->log_text, qr/wrongword/, '... without the password');

done_testing;

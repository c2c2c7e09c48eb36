# A resolver that is silent and comes back while the canaries' names are being
# asked for: what failed until then is unknown, what fails afterwards is told.

use strict;
use warnings;

use Uptime::Dns;
use Uptime::Inbox;
use Uptime::Test;

my $t = Uptime::Test->new(checker => 1);
my $dns = Uptime::Dns->start(dir => "$t->{dir}/dns", port => 0);
my $target = Uptime::Inbox->start(dir => "$t->{dir}/target");
my $named = 'http://v4-' . Uptime::Dns::hex('127.0.0.1');
my $local = 'http://localhost:' . Uptime::Util::free_port() . '/';
my $server = $t->nginx(
    http => "resolver 127.0.0.1:$dns->{port} ipv6=off;",
    directives => 'uptime_canary ' . $target->url('/ok')
        . " $named-canary.test:$target->{port}/ok $local;");
until_ok { Uptime::Util::slurp($server->error_log)
    =~ m{canary "$local" is named in /etc/hosts} } 20,
    'a name in /etc/hosts is no canary of names';
my ($uid, $token) = $t->user;
my $c = $t->client($token);

sub monitor {
    my ($name, %o) = @_;

    my $r = $c->post('/monitors', { name => $name, interval => 86_400,
        retry_interval => 1, failure_threshold => 1, paused => true, %o });
    is($r->{status}, 201, "monitor $name") or diag($r->{content});
    return $r->{json}{id};
}

sub last_check {
    my ($id) = @_;

    my $l = $c->get("/monitors/$id")->{json}{last_check} // return '';
    return join ' ', $l->{outcome}, $l->{cause} // '-';
}

# until more than so many questions have come
sub asked {
    my ($n, $what) = @_;

    until_ok { $dns->questions > $n } 20, $what;
    return $dns->questions;
}

my $lost = monitor('lost', url => 'http://nx-lost.test/', timeout => 1);

# its name comes after two thirds of its time, and it never answers
my $late = monitor('late', url => "$named-late.test:$target->{port}/hang",
    timeout => 3);

until_ok { $t->value('SELECT count(*) FROM shards WHERE lease_until > now()')
    == 64 } 15, 'a checker is there';
$dns->mode('mute');
$c->post("/monitors/$lost/resume");
until_ok { last_check($lost) eq 'unknown own_network' } 20,
    'a name without an answer is unknown';
$c->post("/monitors/$lost/pause");

# a round of the canaries repeats its question every second, then it is quiet
my ($n, $quiet) = (-1, 0);
until_ok {
    ($n, $quiet) = ($dns->questions, time) if $dns->questions != $n;
    time - $quiet >= 3;
} 30, 'a round is over';

asked($n, 'the next one asks for its name');
$c->post("/monitors/$late/resume");
until_ok { ($server->log_lines(qr/canar/)) >= 1 } 5, 'the operator is told';

# its first question, and two that are repeated
$n = asked($n + 3, '... and again, the check too');
$dns->mode('');

until_ok { last_check($late) ne '' } 20, 'the check has its end';
is(last_check($late), 'unknown own_network',
    'a name that came late, before the canaries had theirs: unknown');
$c->patch("/monitors/$late", { interval => 10 });
until_ok { last_check($late) eq 'down timeout' } 20,
    'the next one has all of its time: down';

$server->expect_log('timed out', 'could not be resolved');
ok($server->stop, 'stopped');
done_testing;

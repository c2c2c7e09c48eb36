# Trouble of our own is never the target's: no descriptors, no memory, no
# route, a packet filter of this host.  And the last gate alone: an address
# that is not the one that was judged gets no socket.

use strict;
use warnings;

use Uptime::Fault;
use Uptime::Test;
use Uptime::Util qw(slurp);

my $unable = Uptime::Fault::unable();
plan(skip_all => $unable) if $unable;

my $t = Uptime::Test->new(checker => 1, allow => '127.0.0.1 ::1');
my $fault = Uptime::Fault->new(dir => "$t->{dir}/fault");
my $target = $t->target;
my $tls = $t->target(tls => 1);
my $secret = $t->target(address => '127.0.0.2', port => $target->port);
my $server = $t->nginx(directives => 'uptime_trusted_certificate '
    . $tls->ca_file . ';');
my $c = $t->user_client;

until_ok { $c->get('/health/ready')->{status} == 200 } 10, 'ready';
until_ok { $server->checkers } 10, 'there is a checker';
my ($checker) = $server->checkers;


# New monitors are checked at once: what is the verdict?
sub verdicts {
    my ($name, @urls) = @_;

    my @ids = map { $c->post('/monitors', { url => $_, interval => 3600,
        timeout => 5, failure_threshold => 1, name => $name })->{json}{id}
        } @urls;
    my @rows;

    until_ok {
        @rows = $t->sql("SELECT outcome, cause FROM check_history
            WHERE monitor_id = ANY (?) ORDER BY monitor_id", \@ids);
        @rows == @ids;
    } 10, "$name: judged";

    return map { join ' ', grep { defined } @$_{qw(outcome cause)} } @rows;
}


my @urls = ($target->url('/ok'), $tls->url('/ok'),
    $target->url('/ok') =~ s/127\.0\.0\.1/localhost/r);


sub same {
    my ($name, $want, @these) = @_;

    @these = @urls if !@these;
    my @got = verdicts($name, @these);
    return is_deeply(\@got, [($want) x @these], "$name: $want");
}


same('before', 'up');

my @cases = (
    ['no descriptor of the process', 'unknown own_resources', socket => 'm'],
    ['no descriptor of the system', 'unknown own_resources', socket => 'f'],
    ['no buffers', 'unknown own_resources', socket => 'b'],
    ['no memory for a socket', 'unknown own_resources', socket => 'e'],
    ['no memory for a transfer', 'unknown own_resources', transfer => 'x'],
    ['no local port', 'unknown own_resources', connect => 'a'],
    ['no buffers to connect', 'unknown own_resources', connect => 'b'],
    ['a packet filter of this host', 'unknown own_network', connect => 'p'],
    ['no route', 'unknown own_network', connect => 'u', route => 'u'],
    ['no route to the host', 'unknown own_network', connect => 'h',
        route => 'u'],
    ['a router says unreachable', 'down connect_unreachable',
        connect => 'h'],
);

for my $case (@cases) {
    my ($name, $want, %what) = @$case;

    $fault->set(%what);
    same($name, $want);
    $fault->clear;
}

# what fs.epoll.max_user_watches does; a quick answer needs no watch
$fault->set(watch => 'n');
same('no watch', 'unknown own_resources', $target->url('/slow/1'),
    $tls->url('/ok'), map { "$_->[0]://127.0.0.1:" . $_->[1]->port }
    [tcp => $target], [tls => $tls]);
$fault->clear;

same('between', 'up');


# --- the limit itself, below what is open

sub limit {
    my ($what) = @_;

    # only the owner of a process may set its limits
    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        if ($> == 0) {
            my ($uid, $gid) = (getpwnam 'nobody')[2, 3];
            $( = $) = "$gid $gid";
            ($<, $>) = ($uid, $uid);
        }

        exec 'prlimit', '--pid', $checker, "--nofile=$what" or exit 127;
    }

    waitpid $pid, 0;
    return $? == 0;
}


SKIP: {
    skip 'prlimit is needed', 1 if system('prlimit --version >/dev/null 2>&1');
    my ($soft, $hard) = slurp("/proc/$checker/limits")
        =~ /^Max open files\s+(\d+)\s+(\d+)/m;

    # not its database: that is open already
    ok(limit("5:$hard"), 'no descriptor is left');
    my @got = verdicts('limit', @urls);
    ok(limit("$soft:$hard"), 'there are descriptors again');
    is_deeply(\@got, [('unknown own_resources') x @urls],
        'limit: unknown own_resources');
}

same('after', 'up');


# --- the checker is held up while a check is on its way

for my $stall (0, 1) {
    my $path = "/slow/4?stall$stall";
    my $id = $c->post('/monitors', { url => $target->url($path), timeout => 2,
        interval => 3600, failure_threshold => 2 })->{json}{id};
    until_ok { scalar $target->hits($path) } 10, "stall $stall: asked";
    if ($stall) {
        kill 'STOP', $checker;
        sleep 3;
        kill 'CONT', $checker;
    }

    my @row;
    until_ok { @row = $t->sql('SELECT outcome, cause FROM check_history
        WHERE monitor_id = ? AND attempt = 1', $id) } 10, '... and judged';
    is("$row[0]{outcome} $row[0]{cause}",
        $stall ? 'unknown own_overload' : 'down timeout',
        '... as what it was');
}


# --- the socket's gate alone

is(scalar $secret->hits, 0, 'nobody was at the forbidden address so far');
$fault->set(pin => 'x');
same('exchanged', 'down blocked_address', $urls[2]);
$fault->clear;
is(scalar $secret->hits, 0, 'the other address was not connected to');

is_deeply([$server->checkers], [$checker], 'the checker is the same');
my @down = grep { !/is down: (?:connect_unreachable|blocked_address)/ }
    $server->log_lines(qr/monitor \d+ .* is down/);
is_deeply(\@down, [], 'nobody was told of a failure that was ours');

$server->expect_log('epoll_ctl\(\) failed for a socket');
$server->expect_log('accept4?\(\) failed', 'Too many open files');

done_testing;

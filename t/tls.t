# What TLS remembers does not hide anything: a certificate that ends, or is
# replaced, between two checks of the same target; and roots that are missing.
# How a connection ends.

use strict;
use warnings;

use Socket qw(IPPROTO_TCP MSG_DONTWAIT MSG_PEEK TCP_INFO);
use Time::HiRes qw(time);
use Uptime::Listener;
use Uptime::Test;
use Uptime::Util qw(slurp spew);

my $t = Uptime::Test->new(checker => 1);
my $until = time + 16;
my $ending = $t->target(tls => 1, tls_until => $until);
my $swapped = $t->target(tls => 1);
my $other = $t->target(tls => 1);
my $plain = $t->target;

my $bundle = "$t->{dir}/bundle.pem";
spew($bundle, slurp($ending->ca_file) . slurp($swapped->ca_file));

my $server = $t->nginx(directives => "uptime_trusted_certificate $bundle;");
my $c = $t->user_client;
until_ok { $c->get('/health/ready')->{status} == 200 } 10, 'ready';

# Answers and tells the state of its connection as soon as there is more to
# read: what ends TLS and what ends TCP come together.
my $ends = Uptime::Listener->start(dir => "$t->{dir}/ends", play => sub {
    my ($socket) = @_;

    Uptime::Listener::start_tls($socket, $other) or return;
    $socket->sysread(my $request, 4096);
    $socket->syswrite("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

    my $give_up = time + 20;
    my $peek;
    while (time < $give_up) {
        last if defined recv $socket, $peek, 1, MSG_PEEK | MSG_DONTWAIT;
    }
    my $state = unpack 'C', getsockopt $socket, IPPROTO_TCP, TCP_INFO;
    my $rest = $socket->sysread(my $more, 100);
    spew("$t->{dir}/ends.new", "$state $rest");
    rename "$t->{dir}/ends.new", "$t->{dir}/ends.state";
});

# roots that are none, in a database of their own
my $broken = Uptime::Test->new(checker => 1);
spew("$broken->{dir}/empty.pem", "nothing\n");
my $mute = $broken->nginx(
    directives => "uptime_trusted_certificate $broken->{dir}/empty.pem;");
my $b = $broken->user_client;
until_ok { $b->get('/health/ready')->{status} == 200 } 10, 'ready';


sub add {
    my ($client, $name, $target, %fields) = @_;

    my $res = $client->post('/monitors', { name => $name, interval => 10,
        url => $target->url('/ok'), failure_threshold => 1, %fields });
    is($res->{status}, 201, "$name is created") or diag($res->{content});
    return $res->{json}{id};
}


sub outcomes {
    my ($test, $id) = @_;

    return map { $_->{outcome} . (defined $_->{cause} ? " $_->{cause}" : '') }
        $test->sql('SELECT outcome, cause FROM check_history WHERE monitor_id = ? '
            . 'ORDER BY slot, attempt', $id);
}


my $ending_id = add($c, 'ending', $ending);
my $ending_off = add($c, 'ending, not verified', $ending,
    verify_tls => false);
my $swapped_id = add($c, 'swapped', $swapped);
is($c->post('/monitors', { name => 'ends', interval => 10,
    verify_tls => false, url => 'https://' . $ends->address . '/' })->{status},
    201,
    'one whose end is looked at');

my %mute = (
    verified => add($b, 'verified', $swapped),
    off      => add($b, 'not verified', $swapped, verify_tls => false),
    http     => add($b, 'http', $plain),
);

until_ok { (outcomes($t, $ending_id))[0] } 15, 'the one that ends is checked';
is($t->value("SELECT count(*) FROM check_history WHERE monitor_id = ? AND outcome "
    . "<> 'up' AND checked_at < to_timestamp(?)", $ending_id, $until - 1), 0,
    '  and is up before');

until_ok { (outcomes($t, $swapped_id))[0] } 15, 'the other one is checked';
is((outcomes($t, $swapped_id))[0], 'up', '  and is up');

# the same name, signed by an authority that is not trusted
for my $file (qw(cert.pem key.pem)) {
    spew("$swapped->{dir}/$file.new", slurp("$other->{dir}/$file"));
    rename "$swapped->{dir}/$file.new", "$swapped->{dir}/$file"
        or die "rename: $!";
}

until_ok { (outcomes($t, $swapped_id))[-1] ne 'up' } 20,
    'a check after it was replaced';
is((outcomes($t, $swapped_id))[-1], 'down tls_untrusted', '  sees that');

until_ok { (outcomes($t, $ending_id))[-1] ne 'up' } 30,
    'a check after the end';
is((outcomes($t, $ending_id))[-1], 'down tls_expired', '  sees that');
ok(!(grep { $_ ne 'up' } outcomes($t, $ending_off)),
    'nobody cares where TLS is not verified');
is($t->value('SELECT extract(epoch FROM cert_expires_at)::bigint '
    . 'FROM monitor_state WHERE monitor_id = ?', $ending_off), int $until,
    'its end is told');

until_ok { 3 == grep { (outcomes($broken, $_))[0] } values %mute } 20,
    'checks without roots';
is((outcomes($broken, $mute{verified}))[0], 'unknown own_resources',
    'verified: our own trouble');
is((outcomes($broken, $mute{off}))[0], 'up', 'not verified: up');
is((outcomes($broken, $mute{http}))[0], 'up', 'no TLS: up');
ok($mute->log_lines(qr/empty\.pem" could not be read/), 'it is in the log');

# 8: the other side has closed (TCP_CLOSE_WAIT)
until_ok { -f "$t->{dir}/ends.state" } 30, 'the end of a connection';
is(slurp("$t->{dir}/ends.state"), '8 0', '  of TLS and of TCP at once, in order');

done_testing;

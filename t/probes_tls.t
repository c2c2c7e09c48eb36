# Monitors of the kind tls: a handshake with any port, and the certificate.

use strict;
use warnings;

use Time::HiRes qw(time sleep);
use Uptime::Listener;
use Uptime::Probes qw(probe_start add_monitors checks_ok first_check
    checker_sockets sockets_return monitor_id);
use Uptime::Test;
use Uptime::Util qw(slurp spew);

my $n = 0;
my $dir = "$ENV{UPTIME_RUN}/probes_tls.$$";


sub plays {
    my ($play, %o) = @_;

    return Uptime::Listener->start(dir => $dir . '.' . $n++, play => $play,
        %o);
}


sub target {
    my (%o) = @_;

    return Uptime::Target->start(tls => 1, dir => $dir . '.' . $n++, %o);
}


my $good = target();
my $other_host = target(address => '127.0.0.3');
my $expired = target(tls_until => time - 86400);
my $untrusted = target(tls_until => time + 86400 * 30);
my $plain = plays(sub { my ($c) = @_; print $c "220 hello\r\n";
    Uptime::Listener::wait_end($c) });
my $closes = plays(sub { });
my $resets = plays(sub { my ($c) = @_; sysread $c, my $hello, 100;
    Uptime::Listener::reset($c) });
my $silent = plays(\&Uptime::Listener::wait_end);
my $secret = plays(sub { }, address => '127.0.0.2');
my $closed = Uptime::Target->closed_port;
my $full = Uptime::Listener->full;

# a server that waits after the handshake, as an SMTP client would have it
my $quiet = plays(sub {
    my ($c) = @_;
    Uptime::Listener::start_tls($c, $good) or return;
    $c->sysread(my $buf, 100);
});

# one that wants another protocol than HTTP, if any is named
my $alpn = plays(sub {
    my ($c) = @_;
    Uptime::Listener::start_tls($c, $good, SSL_alpn_protocols => ['smtp'])
        or return;
    $c->sysread(my $buf, 100);
});

my $roots = "$ENV{UPTIME_RUN}/roots.$$.pem";
spew($roots, join '', map { slurp($_->ca_file) } $good, $other_host, $expired);
chmod 0644, $roots;

my ($t, $server) = probe_start(allow => '127.0.0.1 127.0.0.3 ::1',
    directives => "uptime_trusted_certificate $roots;");

sub url { return 'tls://' . $_[0]{host} . ':' . $_[0]{port} }

my %monitors = (
    up         => [{ url => url($good) }, 'up', undef],
    quiet      => [{ url => url($quiet) }, 'up', undef],
    alpn       => [{ url => url($alpn) }, 'up', undef],
    name       => [{ url => 'tls://localhost:' . $good->port }, 'up', undef],
    hostname   => [{ url => url($other_host) }, 'down', 'tls_hostname'],
    tls_name   => [{ url => url($other_host),
                   tls_server_name => 'localhost' }, 'up', undef],
    bad_name   => [{ url => url($good), tls_server_name => 'example.com' },
                   'down', 'tls_hostname'],
    expired    => [{ url => url($expired) }, 'down', 'tls_expired'],
    untrusted  => [{ url => url($untrusted) }, 'down', 'tls_untrusted'],
    unverified => [{ url => url($untrusted), verify_tls => false }, 'up',
                   undef],
    old        => [{ url => url($expired), verify_tls => false }, 'up',
                   undef],
    days       => [{ url => url($good), cert_min_days => 100 }, 'down',
                   'cert_days'],
    plain      => [{ url => url($plain) }, 'down', 'tls_handshake'],
    closes     => [{ url => url($closes) }, 'down', 'tls_handshake'],
    resets     => [{ url => url($resets) }, 'down', 'tls_handshake'],
    silent     => [{ url => url($silent), timeout => 2 }, 'down', 'timeout'],
    refused    => [{ url => 'tls://127.0.0.1:' . $closed->port }, 'down',
                   'connect_refused'],
    full       => [{ url => url($full), timeout => 2 }, 'down',
                   'connect_timeout'],
    blocked    => [{ url => url($secret) }, 'down', 'blocked_address',
                   'sql'],
    data_port  => [{ url => 'tls://127.0.0.1:5432' }, 'down',
                   'blocked_address', 'sql'],
    other_url  => [{ url => 'tcp://127.0.0.1:465' }, 'down', 'protocol',
                   'sql'],
);

my %before = checker_sockets($server);

add_monitors(tls => %monitors);
my %row = checks_ok(%monitors);

is($secret->opened, 0, 'the secret listener was never asked');

ok($row{up}{connect_us} > 0 && $row{up}{tls_us} > 0, 'phases');
is($row{up}{ttfb_us}, undef, 'nobody waits for a first byte');
is($row{refused}{tls_us}, undef, 'refused: no handshake');
cmp_ok($row{silent}{total_us}, '>=', 1.9e6, 'the whole timeout is used');


sub days {
    return $t->value("SELECT extract(epoch FROM cert_expires_at - now())
        / 86400 FROM monitor_state WHERE monitor_id = ?",
        monitor_id($_[0]));
}


cmp_ok(abs(days('up') - 90), '<', 1, 'the end of the certificate');
cmp_ok(abs(days('unverified') - 30), '<', 1, '... of one that is not trusted');
cmp_ok(abs(days('old') + 1), '<', 1, '... and of one that has ended');
cmp_ok(abs((days('expired') // 0) + 1), '<', 1, '... also where it is why');
is(days('plain'), undef, 'no certificate, no end');

sockets_return($server, 'no socket is left open', %before);


# --- cancelled in the middle

my ($opened, $ended) = ($silent->opened, $silent->closed);
add_monitors(tls => map { $_ => [{ url => url($silent), timeout => 30 }] }
    qw(deleted paused));
until_ok { $silent->opened == $opened + 2 } 10, 'two handshakes';
$t->execute('DELETE FROM monitors WHERE id = ?', monitor_id('deleted'));
$t->execute('UPDATE monitors SET paused = true WHERE id = ?',
    monitor_id('paused'));
until_ok { $silent->closed == $ended + 2 } 5, 'they are cut off';
sockets_return($server, 'and nothing is left open', %before);
is($t->value('SELECT count(*) FROM check_history WHERE monitor_id IN (?, ?)',
    map { monitor_id($_) } qw(deleted paused)), 0, 'without a result');

ok($server->stop, 'nginx quits in time');

done_testing;

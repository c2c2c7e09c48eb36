# What is set around nginx and in files does not change where a check goes or
# what it says; what a user writes does not become a line of its own; and the
# answers do not tell what listens inside.

use strict;
use warnings;

use Uptime::Netns;
use IO::Socket::INET;
use Uptime::Dns;
use Uptime::Hostile;
use Uptime::Test;
use Uptime::Util qw(spew);

my $unable = Uptime::Hostile::unable();
plan(skip_all => $unable) if $unable;

use constant { PUBLIC => '93.184.215.14', INSIDE => '10.1.2.3', EACH => 60 };

my $t = Uptime::Test->new(checker => 1, allow => '', per_host => 0);
my $dns = Uptime::Dns->start(dir => "$t->{dir}/dns");
my $hostile = Uptime::Hostile->start(dir => "$t->{dir}/hostile",
    address => '::', host => PUBLIC);

# --- S8: environment and files

my $home = "$t->{dir}/home";
mkdir $home;
chmod 0755, $home;
my $proxy = 'http://127.0.0.1:' . $hostile->port('ok');

my %env = (
    map({ $_ => $proxy } qw(http_proxy HTTP_PROXY https_proxy HTTPS_PROXY
        all_proxy ALL_PROXY)),
    map({ $_ => 'nothing.test' } qw(no_proxy NO_PROXY)),
    map({ $_ => $home } qw(HOME CURL_HOME XDG_CONFIG_HOME)),
    NETRC          => "$home/.netrc",
    SSL_CERT_FILE  => $hostile->ca_file,
    SSL_CERT_DIR   => $hostile->{dir},
    CURL_CA_BUNDLE => $hostile->ca_file,
    HOSTALIASES    => "$home/aliases",
    LOCALDOMAIN    => 'planted.test',
);

my %file = (
    '.netrc'  => 'machine ' . PUBLIC . " login planted password planted\n"
        . "default login planted password planted\n",
    '.curlrc' => "proxy = $proxy\ninsecure\nuser-agent = planted\n"
        . "header = \"X-Planted: planted\"\n",
    'aliases' => 'v4-' . Uptime::Dns::hex(PUBLIC) . '-t.test localhost'
        . "\n",
);

for my $name (keys %file) {
    spew("$home/$name", $file{$name});
    chmod 0644, "$home/$name";
}

$t->nginx(main => join("\n", map { "env $_=$env{$_};" } sort keys %env),
    directives => 'uptime_trusted_certificate '
    . '/etc/ssl/certs/ca-certificates.crt;');
my $c = $t->user_client;

until_ok { $c->get('/health/ready')->{status} == 200 } 10, 'ready';

my %id;


sub monitor {
    my ($name, $url, %o) = @_;

    my $r = $c->post('/monitors', { url => $url, interval => 3600,
        timeout => 5, failure_threshold => 1, name => $name, %o });
    $id{$name} = $r->{json}{id} // diag("$name: $r->{content}");
    return $r;
}


sub judged {
    my @names = @_;

    my %got;
    until_ok {
        %got = map { $_->{monitor_id} => $_ } $t->sql('SELECT DISTINCT ON
            (monitor_id) monitor_id, outcome, cause, latency_us FROM check_history
            WHERE monitor_id = ANY (?) ORDER BY monitor_id, slot, attempt',
            [@id{@names}]);
        keys %got == @names;
    } 20, scalar(@names) . ' judged';

    return map { $_ => $got{ $id{$_} } } @names;
}


my $echo = 'http://' . PUBLIC . ':' . $hostile->port('echo');
my $name = 'http://v4-' . Uptime::Dns::hex(PUBLIC) . '-t.test:'
    . $hostile->port('echo');

monitor('by address', "$echo/by-address");
monitor('by name', "$name/by-name");
monitor('tls', $hostile->url('tls_ok'));
my %got = judged('by address', 'by name', 'tls');
is($got{'by address'}{outcome}, 'up', 'the target itself, by address');
is($got{'by name'}{outcome}, 'up', '... and by name');
is($got{tls}{cause}, 'tls_untrusted', 'no roots of the environment');

my $stats = $hostile->stats;
is($stats->{ok}{connections}, 0, 'nobody was at the proxy');
my @heads = @{ $stats->{echo}{heads} };
is(scalar @heads, 2, 'two requests arrived');
is(scalar(grep { /planted|^Authorization|^Proxy-/im } @heads), 0,
    '... with nothing of the files in them');
is(scalar(grep { !m{^GET /by-} } @heads), 0, '... as to an origin');


# --- S7: lines

my @refused = (
    [{ "X-A\r\nX-Injected" => 'x' }, 'CR LF in a name'],
    [{ "X-A\nX-Injected" => 'x' }, 'LF in a name'],
    [{ "X-A: y\r\nX-Injected" => 'x' }, 'a line in a name'],
    [{ 'X A' => 'x' }, 'a space in a name'],
    [{ '' => 'x' }, 'no name'],
    [{ 'X-A:' => 'x' }, 'a colon in a name'],
    [{ 'X-A' => "x\r\nX-Injected: y" }, 'CR LF in a value'],
    [{ 'X-A' => "x\nX-Injected: y" }, 'LF in a value'],
    [{ 'X-A' => "x\rX-Injected: y" }, 'CR in a value'],
    [{ 'X-A' => "x\r\n\r\nGET /injected HTTP/1.1" }, 'a request in a value'],
    [{ 'X-A' => "x\x{85}X-Injected: y" }, 'NEL in a value'],
    [{ 'X-A' => "x\x{2028}X-Injected: y" }, 'a line separator in a value'],
);

for my $case (@refused) {
    my ($headers, $what) = @$case;
    my $r = $c->post('/monitors', { url => "$echo/refused", name => $what,
        interval => 3600, headers => $headers });

    # what is no line break in HTTP may pass; it is looked for below
    if ($what =~ /NEL|separator/ && $r->{status} == 201) {
        $id{$what} = $r->{json}{id};
        judged($what);
        next;
    }

    is($r->{status}, 422, "$what: 422");
}

for my $url ("$echo/a\r\nX-Injected: y", "$echo/a\nb", "$echo/a b",
    "$echo/?a=\r\n\r\nGET /injected HTTP/1.1")
{
    is($c->post('/monitors', { url => $url, interval => 3600 })->{status}, 422,
        'a URL with lines: 422');
}

# escaped, they stay escaped
monitor('escaped', "$echo/e%0d%0aX-Injected:%20y?q=%0d%0aX-Injected:y");

# framing is ours: refused, or not sent
my %framing = ('Content-Length' => '999', 'Transfer-Encoding' => 'chunked',
    'TE' => 'trailers', 'Connection' => 'keep-alive', 'Expect' => 'x',
    'Upgrade' => 'websocket', 'Trailer' => 'X', 'Keep-Alive' => 'x',
    'Proxy-Connection' => 'x');
my @framed;

for my $header (sort keys %framing) {
    my $r = $c->post('/monitors', { url => "$echo/framed-$header",
        interval => 3600, timeout => 5, method => 'POST', body => 'body',
        headers => { $header => $framing{$header} } });

    if ($r->{status} == 201) {
        $id{"framed $header"} = $r->{json}{id};
        push @framed, "framed $header";
        next;
    }

    is($r->{status}, 422, "$header: 422");
}

# a virtual host is what one may ask for
monitor('host', "$echo/host", headers => { Host => 'virtual.example' });
judged('escaped', 'host', @framed);

@heads = @{ $hostile->stats->{echo}{heads} };
is(scalar(grep { /^X-Injected/im || m{^GET /injected}m } @heads), 0,
    'no line was injected');
is(scalar(grep { (() = /^Host:/img) != 1 } @heads), 0, 'one Host each');
is(scalar(grep { m{^GET /host } && /^Host: virtual\.example\r$/m } @heads), 1,
    'the host that was asked for');

for my $framed (@framed) {
    my ($header) = $framed =~ /(\S+)$/;
    my ($head) = grep { m{^POST /framed-\Q$header\E } } @heads;
    unlike($head // '', qr/^\Q$header: $framing{$header}\E\r$/m,
        "$header: ours, if any");
    like($head // '', qr/^Content-Length: 4\r$/m, '... with the right length');
}


# --- S6: open, closed and filtered inside look alike

my $closed = do {
    my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1);
    $s->sockport;
};
my %inside = (open => $hostile->port('ok'), closed => $closed,
    filtered => $hostile->port('never_accept'));
my $inside = Uptime::Dns::hex(INSIDE);
my (%api, %verdict, %us);

for my $i (1 .. EACH) {
    for my $kind (sort keys %inside) {
        monitor("$kind $i", "http://v4-$inside-$kind$i.test:$inside{$kind}/");

        my $from = Time::HiRes::time();
        my $r = $c->post('/monitors', { interval => 3600,
            url => 'http://' . INSIDE . ":$inside{$kind}/" });
        push @{ $api{$kind} }, 1000 * (Time::HiRes::time() - $from);
        $verdict{"$r->{status} " . join ',', values %{ field_errors($r) }}
            {$kind}++;
    }
}

my @names = map { my $kind = $_; map { "$kind $_" } 1 .. EACH } keys %inside;
%got = judged(@names);

for my $name (@names) {
    my ($kind) = split / /, $name;
    $verdict{"$got{$name}{outcome} $got{$name}{cause}"}{$kind}++;
    push @{ $us{$kind} }, $got{$name}{latency_us} / 1000;
}

is_deeply([sort keys %verdict], ['422 blocked_address',
    'down blocked_address'], 'one answer for whatever is inside');


sub part { my ($n, @s) = @_; @s = sort { $a <=> $b } @s; return $s[$#s * $n] }


for my $what (['the API', \%api], ['a check', \%us]) {
    my ($name, $times) = @$what;
    my @p = sort { $a <=> $b } map { part(0.5, @$_) } values %$times;
    note(sprintf '%s: p95 %s ms', $name, join ', ', map {
        sprintf '%s %.2f', $_, part(0.95, @{ $times->{$_} }) } sort keys %$times);
    cmp_ok($p[-1] - $p[0], '<=', 10 * patience(),
        "$name takes as long for each, p50");
}

is(scalar(grep { $_ eq INSIDE } keys %{ $hostile->stats->{ok}{to} // {} }), 0,
    'nobody was inside');

done_testing;

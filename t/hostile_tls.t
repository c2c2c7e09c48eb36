# Certificates and handshakes that are wrong in every way: each has its cause,
# in time, and the phases that were reached have their times.

use strict;
use warnings;

use Uptime::Hostile;
use Uptime::Test;

use constant TIMEOUT => 3;

my $unable = Uptime::Hostile::unable();
plan(skip_all => $unable) if $unable;

# name of t/lib/hostile.py => outcome and cause
my %expected = (
    tls_ok                => 'up',
    tls_expired           => 'down tls_expired',
    tls_expired_wrong     => 'down tls_expired|tls_hostname',
    tls_not_yet           => 'down tls_untrusted',
    tls_wrong_host        => 'down tls_hostname',
    tls_no_names          => 'down tls_hostname',
    tls_self_signed       => 'down tls_untrusted',
    tls_unknown_ca        => 'down tls_untrusted',
    tls_not_a_ca          => 'down tls_untrusted',
    tls_purpose           => 'down tls_untrusted',
    tls_weak_key          => 'down tls_untrusted',
    tls_weak_digest       => 'down tls_untrusted',
    tls_chain_64k         => 'up',
    tls_chain_200k        => 'down tls_handshake',
    tls_10_only           => 'down tls_handshake',
    tls_12_only           => 'up',
    tls_13_only           => 'up',
    tls_no_cipher         => 'down tls_handshake',
    tls_client_12         => 'down tls_handshake',
    tls_client_13         => 'down tls_handshake|reset',
    tls_truncated         => 'down reset',
    tls_truncated_endless => 'up|down reset',
    tls_chunk_bad         => 'down protocol',

    hello_stalled         => 'down timeout',
    hello_stalled_midway  => 'down timeout',
    hello_dribbled        => 'down timeout',
    hello_rst             => 'down tls_handshake',
    hello_rst_midway      => 'down tls_handshake',
    hello_fin             => 'down tls_handshake',
    hello_noise           => 'down tls_handshake',
    hello_http            => 'down tls_handshake',
    hello_alert_name      => 'down tls_handshake',
    hello_alert_failure   => 'down tls_handshake',
    hello_warnings        => 'down tls_handshake',
    hello_record_huge     => 'down tls_handshake',
    hello_endless         => 'down tls_handshake',
);

# with verify_tls off: what the certificate says does not matter
my %lax = (
    tls_expired     => 'up',
    tls_wrong_host  => 'up',
    tls_self_signed => 'up',
    tls_unknown_ca  => 'up',
    tls_not_yet     => 'up',
    tls_10_only     => 'down tls_handshake',
    hello_http      => 'down tls_handshake',
);

my $t = Uptime::Test->new(checker => 1);
my $hostile = Uptime::Hostile->start(dir => "$t->{dir}/hostile");
$t->nginx(directives => 'uptime_trusted_certificate ' . $hostile->ca_file
    . ';');
my $c = $t->user_client;

until_ok { $c->get('/health/ready')->{status} == 200 } 10, 'ready';

my (%want, %id);
$want{$_} = $expected{$_} for keys %expected;
$want{"$_ unverified"} = $lax{$_} for keys %lax;

# plain HTTP on the port where TLS is spoken
$want{'tls_ok plain'} = 'down protocol|reset';

for my $key (sort keys %want) {
    my ($name, $how) = split / /, $key;
    my $url = $hostile->url($name);
    $url =~ s/^https/http/ if ($how // '') eq 'plain';
    my $r = $c->post('/monitors', { url => $url, name => $key,
        interval => 60, timeout => TIMEOUT, failure_threshold => 1,
        verify_tls => ($how // '') eq 'unverified' ? false : true });
    $id{$key} = $r->{json}{id} or diag("$key: $r->{content}");
}

is(scalar(grep { defined } values %id), scalar keys %want,
    scalar(keys %want) . ' servers');

until_ok { $t->value('SELECT count(DISTINCT monitor_id) FROM check_history')
    == keys %want } TIMEOUT + 10, 'each has its verdict';

my %check;

for my $key (sort keys %want) {
    my ($check) = $t->sql('SELECT outcome, cause, latency_us, connect_us,
        tls_us, ttfb_us FROM check_history WHERE monitor_id = ?
        ORDER BY slot, attempt LIMIT 1', $id{$key});
    my ($outcome, @cause) = split /[ |]/, $want{$key};
    my $got = join ' ', grep { defined } @$check{qw(outcome cause)};
    my %good = map { $_ => 1 } map { "down $_" }
        grep { !/^(?:up|down)$/ } @cause;
    $good{up} = 1 if $outcome eq 'up';

    ok($good{$got}, "$key: $want{$key}") or diag("got $got");
    cmp_ok($check->{latency_us} // 9e9, '<', (TIMEOUT + 1) * 1e6,
        '... within timeout and a second');
    $check{$key} = $check;
}

# libcurl 7.88 has no time of a connection whose handshake fails
for my $key (sort grep { !/plain/ } keys %want) {
    ok(defined $check{$key}{connect_us}, "$key: it was connected in a time");
    ok(!defined $check{$key}{tls_us}, '... and no handshake ended')
        if $want{$key} =~ /tls_(?!.*reset)/ || $key =~ /hello/;
}

my ($days) = $t->value('SELECT cert_expires_at < now() FROM monitor_state
    WHERE monitor_id = ?', $id{'tls_expired unverified'});
ok($days, 'unverified: the end of the certificate is still seen');

done_testing;

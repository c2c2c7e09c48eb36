# Web servers that do everything wrong: each gets the verdict and the cause
# that a person would give, in time, and none of them gets our memory.

use strict;
use warnings;

use Uptime::Hostile;
use Uptime::Test;
use Uptime::Util qw(slurp);

use constant TIMEOUT => 3;

my $unable = Uptime::Hostile::unable();
plan(skip_all => $unable) if $unable;

# name of t/lib/hostile.py => outcome and cause; /path and options may follow
my %expected = (
    # slow, silent
    slow_headers      => 'down timeout',
    slow_status       => 'down timeout',
    slow_body         => 'down timeout',
    slow_chunks       => 'down timeout',
    silent            => 'down timeout',
    continue_only     => 'down timeout',
    one_early         => 'up',
    never_accept      => 'down connect_timeout',

    # cut at each stage
    rst_accept        => 'down reset',
    rst_request       => 'down reset',
    rst_status        => 'down reset',
    rst_headers       => 'down reset',
    rst_body          => 'down reset',
    rst_chunk         => 'down reset',
    rst_after         => 'up',
    fin_accept        => 'down reset',
    fin_request       => 'down reset',
    fin_half_status   => 'down reset',
    fin_status        => 'down reset',
    fin_half_header   => 'down reset',
    fin_headers       => 'down reset',
    fin_body          => 'down reset',
    fin_chunk         => 'down reset',
    no_length         => 'up',

    # too much: ended, not waited for
    flood_1xx         => 'down protocol',
    slow_1xx          => 'down timeout',
    gib_chunked       => 'up',
    gib_length        => 'up',
    gib_endless       => 'up',
    gzip_bomb         => 'up',
    br_bomb           => 'up',
    te_bomb           => 'up',
    tiny_chunks       => 'up',
    headers_20k       => 'down protocol',
    headers_short     => 'down protocol',
    headers_480       => 'up',
    header_endless    => 'down protocol',
    status_endless    => 'down protocol',
    name_endless      => 'down protocol',
    crlf_flood        => 'down protocol',
    trailer_flood     => 'down protocol',
    chunk_ext_endless => 'down protocol',
    cookie_flood      => 'up',

    # not what HTTP says
    header_nul        => 'down protocol',
    status_nul        => 'down protocol',
    chunk_bad         => 'down protocol',
    chunk_huge        => 'down protocol',
    chunk_no_crlf     => 'down protocol',
    length_twice      => 'up',
    length_differs    => 'down protocol',
    length_shrinks    => 'down protocol',
    length_negative   => 'down protocol',
    length_garbage    => 'down protocol',
    length_overflow   => 'up|down protocol',
    length_and_chunks => 'up',
    keepalive_garbage => 'up',
    status_204_body   => 'up',
    status_304_body   => 'up',
    status_407        => 'down http_status',
    status_401        => 'down http_status',
    status_101        => 'down http_status',
    status_101_h2c    => 'down http_status',
    status_000        => 'down protocol',
    status_1000       => 'down protocol',
    status_99         => 'down protocol',
    status_abc        => 'down protocol',
    status_minus      => 'down protocol',
    status_none       => 'down protocol',
    status_999        => 'down http_status',
    version_9         => 'down protocol',
    version_2         => 'up|down protocol',
    version_10        => 'up',
    only_lf           => 'up',
    header_folded     => 'up',
    header_no_colon   => 'up|down protocol',
    te_unknown        => 'up|down protocol',
    te_many           => 'down protocol',
    http09            => 'down protocol',
    h2_settings       => 'down protocol',
    tls_alert         => 'down protocol',
    banner_ssh        => 'down protocol',
    banner_smtp       => 'down protocol',
    banner_mysql      => 'down protocol',
    noise             => 'down protocol',
    hello_http        => 'down tls_handshake',

    # redirects
    redirect_loop     => 'down redirect_limit',
    redirect_grows    => 'down redirect_limit',
    'hops/5'          => 'up',
    'hops/6'          => 'down redirect_limit',
    to_file           => 'down blocked_address',
    to_gopher         => 'down blocked_address',
    to_ftp            => 'down blocked_address',
    to_dict           => 'down blocked_address',
    to_javascript     => 'down blocked_address',
    to_user           => 'down blocked_address',
    to_ssh            => 'down blocked_address',
    to_bad            => 'down protocol',
    to_bad_port       => 'down protocol',
    to_bad_name       => 'down protocol',
    to_slashes        => 'down protocol',
    to_tab            => 'down protocol',
    to_utf8           => 'down protocol',
    to_100k           => 'down protocol',
    to_nul            => 'down protocol',
    to_empty          => 'up|down redirect_limit',
    to_nowhere        => 'up',
    to_two            => 'down blocked_address|protocol|redirect_limit',
);

# what we read of these is bounded, whatever they send
my @endless = qw(gib_chunked gib_length gib_endless flood_1xx header_endless
    status_endless name_endless headers_20k tiny_chunks te_bomb gzip_bomb);

my $t = Uptime::Test->new(checker => 1);
my $hostile = Uptime::Hostile->start(dir => "$t->{dir}/hostile");
my $server = $t->nginx;
my $c = $t->user_client;

until_ok { $c->get('/health/ready')->{status} == 200 } 10, 'ready';
until_ok { $server->checkers } 10, 'there is a checker';
my ($checker) = $server->checkers;


sub memory {
    my ($text) = slurp("/proc/$checker/status") =~ /^$_[0]:\s+(\d+) kB/m;
    return $text;
}


my $before = memory('VmRSS');
my %id;

for my $key (sort keys %expected) {
    my ($name, $path) = split m{(?=/)}, $key;
    my $r = $c->post('/monitors', { url => $hostile->url($name, $path),
        name => $key, interval => 60, timeout => TIMEOUT,
        failure_threshold => 1 });
    $id{$key} = $r->{json}{id} or diag("$key: $r->{content}");
}

is(scalar(grep { defined } values %id), scalar keys %expected,
    scalar(keys %expected) . ' hostile servers');

until_ok { $t->value('SELECT count(DISTINCT monitor_id) FROM check_history')
    == keys %expected } TIMEOUT + 10, 'each has its verdict';

for my $key (sort keys %expected) {
    my ($check) = $t->sql('SELECT outcome, cause, latency_us FROM check_history
        WHERE monitor_id = ? ORDER BY slot, attempt LIMIT 1', $id{$key});
    my ($outcome, @cause) = split /[ |]/, $expected{$key};
    my $got = join ' ', grep { defined } @$check{qw(outcome cause)};
    my %good = map { $_ => 1 } $expected{$key} eq $outcome ? $outcome
        : map { $_ eq 'down' || $_ eq 'up' ? () : "down $_" } @cause;
    $good{up} = 1 if $expected{$key} =~ /^up/;

    ok($good{$got}, "$key: $expected{$key}") or diag("got $got");
    cmp_ok($check->{latency_us} // 9e9, '<', (TIMEOUT + 1) * 1e6,
        '... within timeout and a second');
}

my $stats = $hostile->stats;

for my $name (@endless) {
    my $limit = $name =~ /tiny/ ? 9 : 3;
    cmp_ok($stats->{$name}{sent}, '<', $limit * 1024 * 1024,
        "$name: not more than $limit MiB were taken, buffers included");
}

my $most = memory('VmHWM');
note("resident: $before KiB before, at most $most KiB");
cmp_ok($most - $before, '<', 20 * 1024, 'memory is bounded')
    if !$ENV{UPTIME_ASAN};

is_deeply([$server->checkers], [$checker], 'the checker is the same');

done_testing;

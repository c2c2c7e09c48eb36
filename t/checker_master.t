# The checker as a helper process of a real master.

use Uptime::Nginx;
use Test::Nginx::Socket 'no_plan';
use Uptime::Target;
use Uptime::Util qw(wait_until children cmdline slurp);

our $t = Uptime::Nginx->setup;
our ($id, $token) = $t->user;
our $auth = "Authorization: Bearer $token\nContent-Type: application/json";
our $target = $t->target;
our $closed = Uptime::Target->closed_port;

master_on();
workers(2);

add_response_body_check(sub {
    my ($block, $body) = @_;

    my $name = $block->name;
    my $pid = slurp("$ENV{TEST_NGINX_SERVROOT}/logs/nginx.pid") + 0;
    my @titles = map { cmdline($_) =~ /^nginx: (.*\S)/ } children($pid);
    Test::More::is(join(', ', sort @titles),
        'uptime checker process, worker process, worker process',
        "$name - processes");

    my ($monitor) = $body =~ /"id" ?: ?(\d+)/;
    my $wanted = $block->becomes =~ s/\s+//gr;

    my $became = wait_until {
        ($t->value('SELECT status FROM monitor_state WHERE monitor_id = ?',
            $monitor) // '') eq $wanted } 20;
    Test::More::ok($became, "$name - becomes $wanted");

    return if $wanted ne 'down';
    my $told = wait_until { Uptime::Nginx::log_text()
        =~ /\[warn\].*uptime: monitor $monitor .* is down/ } 5;
    Test::More::ok($told, "$name - told");
});

run_tests();

__DATA__

=== a target that answers
--- http_config
$TEST_NGINX_UPTIME
uptime_checker on;
uptime_allow_targets 127.0.0.1;
--- request eval
"POST /api/v1/monitors\n" . '{"url":"' . $main::target->url . '"}'
--- more_headers eval: $main::auth
--- error_code: 201
--- becomes: up
--- no_error_log
[alert]
[error]



=== a target that refuses
--- http_config
$TEST_NGINX_UPTIME
uptime_checker on;
uptime_allow_targets 127.0.0.1;
--- request eval
"POST /api/v1/monitors\n" . '{"retry_interval":1,"url":"'
    . $main::closed->url . '"}'
--- more_headers eval: $main::auth
--- error_code: 201
--- becomes: down
--- no_error_log
[alert]

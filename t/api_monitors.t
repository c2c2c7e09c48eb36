# One request at a time on monitors; flows are in monitors.t.

use Uptime::Nginx;
use Test::Nginx::Socket 'no_plan';

our $t = Uptime::Nginx->setup;
our ($id, $token) = $t->user;
our $auth = "Authorization: Bearer $token\nContent-Type: application/json";

run_tests();

__DATA__

=== create with a URL only
--- request
POST /api/v1/monitors
{"url":"https://example.com"}
--- more_headers eval: $main::auth
--- error_code: 201
--- response_headers_like
Content-Type: application/json
Location: .*/api/v1/monitors/\d+
ETag: "1"
--- response_body_like eval
'(?=.*"name" ?: ?"example.com")(?=.*"interval" ?: ?60\b)'
    . '(?=.*"status" ?: ?"pending")'



=== the default policy refuses what is not public
--- pipelined_requests eval
[map { qq(POST /api/v1/monitors\n{"url":"$_"}) } 'http://127.0.0.1/',
    'http://10.1.2.3/', 'http://[::1]/', 'http://169.254.169.254/']
--- more_headers eval: $main::auth
--- error_code eval: [422, 422, 422, 422]
--- response_body_like eval
[('"field":"url","code":"blocked_address"') x 4]



=== what the operator allows is accepted, its neighbour is not
--- http_config
$TEST_NGINX_UPTIME
uptime_allow_targets 10.1.2.0/24 fd00::/64;
--- pipelined_requests eval
[map { qq(POST /api/v1/monitors\n{"url":"$_"}) } 'http://10.1.2.0/',
    'http://10.1.2.255/', 'http://10.1.3.0/', 'http://10.1.1.255/',
    'http://[fd00::1]/', 'http://[fd00:0:0:1::1]/']
--- more_headers eval: $main::auth
--- error_code eval: [201, 201, 422, 422, 201, 422]



=== a list without any
--- request
GET /api/v1/monitors?q=nothinglikethis
--- more_headers eval: $main::auth
--- response_body_like: "items" ?: ?\[\]



=== unknown parameters, and a limit that is none
--- pipelined_requests eval
["GET /api/v1/monitors?colour=red", "GET /api/v1/monitors?limit=0",
 "GET /api/v1/monitors?limit=1001", "GET /api/v1/monitors?cursor=x"]
--- more_headers eval: $main::auth
--- error_code eval: [422, 422, 422, 422]
--- response_body_like eval
['"field":"colour","code":"unknown_field"',
 '"field":"limit","code":"out_of_range"',
 '"field":"limit","code":"out_of_range"',
 '"field":"cursor","code":"bad_cursor"']



=== a monitor that is nobody's
--- pipelined_requests eval
["GET /api/v1/monitors/999999", "DELETE /api/v1/monitors/999999",
 "PATCH /api/v1/monitors/999999\n{\"interval\":60}",
 "POST /api/v1/monitors/999999/pause",
 "POST /api/v1/monitors/999999/resume",
 "GET /api/v1/monitors/999999/checks"]
--- more_headers eval: $main::auth
--- error_code eval: [(404) x 6]
--- response_body_like eval: [('"code":"not_found"') x 6]



=== a body in chunks
--- raw_request eval
["POST /api/v1/monitors HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    . "Transfer-Encoding: chunked\r\n"
    . $main::auth =~ s/\n/\r\n/r . "\r\n\r\n",
 "1d\r\n{\"url\":\"https://example.com/c\r\n", "2\r\n\"}\r\n",
 "0\r\n\r\n"]
--- error_code: 201

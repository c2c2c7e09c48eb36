# The form of every error.

use Uptime::Nginx;
use Test::Nginx::Socket 'no_plan';
use JSON::PP ();
use Uptime::Util qw(wait_until);

our $t = Uptime::Nginx->setup;
our ($id, $token) = $t->user;
our $auth = "Authorization: Bearer $token\nContent-Type: application/json";
our %problem = (400 => 'bad_request', 401 => 'missing_token');

# every body of an error in this file is a problem; blocks without one say so
add_response_body_check(sub {
    my ($block, $body, $req_idx) = @_;

    return if defined $block->no_problem;

    my $name = $block->name;
    my $p = eval { JSON::PP->new->utf8->decode($body) } // {};
    my $wanted = $block->error_code;
    $wanted = $wanted->[$req_idx] if ref $wanted;

    my @missing = grep { !defined $p->{$_} || $p->{$_} eq '' }
        qw(type title status code detail request_id);
    Test::More::is("@missing", '', "$name - problem, request $req_idx")
        or Test::More::diag($body);
    Test::More::is($p->{status}, $wanted, "$name - status in the body");

    my ($logged) = ($p->{request_id} // 'x') =~ /^([0-9a-f]{32})$/;
    Test::More::ok($logged, "$name - request id");

    return if !defined $block->logged;
    my $there = wait_until {
        index(Uptime::Nginx::log_text(), $logged) >= 0 } 5;
    Test::More::ok($there, "$name - the error log has the request id");
});

run_tests();

__DATA__

=== no such path
--- request
GET /api/v1/nothing
--- error_code: 404
--- response_headers
Content-Type: application/problem+json
X-Content-Type-Options: nosniff
--- response_body_like: "code":"not_found"
--- raw_response_headers_like eval: "X-Request-Id: [0-9a-f]{32}\r\n"



=== outside of the version
--- request
GET /api/v9/me
--- error_code: 404
--- response_body_like: "code":"not_found"



=== 405 with Allow
--- pipelined_requests eval
["PUT /api/v1/health/live", "PUT /api/v1/monitors", "PUT /api/v1/monitors/7",
 "GET /api/v1/monitors/7/pause", "PATCH /api/v1/auth/login"]
--- error_code eval
[405, 405, 405, 405, 405]
--- response_headers eval
["Allow: GET, HEAD", "Allow: GET, HEAD, POST, PATCH, DELETE",
 "Allow: GET, HEAD, PATCH, DELETE", "Allow: POST", "Allow: POST"]
--- response_body_like eval
['"code":"method_not_allowed"', '"code":"method_not_allowed"',
 '"code":"method_not_allowed"', '"code":"method_not_allowed"',
 '"code":"method_not_allowed"']



=== 401 with WWW-Authenticate
--- request
GET /api/v1/me
--- error_code: 401
--- raw_response_headers_like eval: "WWW-Authenticate: Bearer"
--- response_body_like: "code":"missing_token"



=== 413: a body of 64 KiB and a byte
--- request eval
"POST /api/v1/monitors\n" . '{"url":"https://example.com","body":"'
    . 'x' x (65537 - 39) . '"}'
--- more_headers eval: $main::auth
--- error_code: 413
--- response_headers
Content-Type: application/problem+json
--- response_body_like: "code":"body_too_large"



=== 413 although nginx itself allows more, or less
--- config
location /api/ { uptime_api; client_max_body_size 10m; }
--- request eval
"POST /api/v1/monitors\n" . '{"url":"' . 'x' x 100000 . '"}'
--- more_headers eval: $main::auth
--- error_code: 413
--- response_body_like: "code":"body_too_large"



=== 415
--- request
POST /api/v1/monitors
url=https://example.com
--- more_headers eval
"Authorization: Bearer $main::token\nContent-Type: text/plain"
--- error_code: 415
--- response_body_like: "code":"unsupported_media_type"



=== 400
--- pipelined_requests eval
["POST /api/v1/monitors\n{", "POST /api/v1/monitors\n[1]",
 "POST /api/v1/monitors\n{\"a\":1,\"a\":2}"]
--- more_headers eval: $main::auth
--- error_code eval
[400, 400, 400]
--- response_body_like eval
['"code":"malformed_json"', '"code":"malformed_json"',
 '"code":"malformed_json"']



=== 422: all errors at once
--- request
POST /api/v1/monitors
{"interval":1,"timeout":"x","colour":"red"}
--- more_headers eval: $main::auth
--- error_code: 422
--- response_body_like eval
CORE::join '', map { my ($field, $code) = @$_;
    qq[(?=.*\\{"field":"$field","code":"$code","message":"[^"]+"\\})] }
    [qw(url required)], [qw(interval out_of_range)], [qw(timeout wrong_type)],
    [qw(colour unknown_field)]



=== 400 of nginx itself is a problem as well: bad chunk
--- raw_request eval
"POST /api/v1/monitors HTTP/1.1\r\nHost: x\r\n" . "$main::auth\n"
    =~ s/\n/\r\n/gr
    . "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n"
--- error_code: 400
--- response_headers
Content-Type: application/problem+json



=== a request id is not taken from the client
--- request
GET /api/v1/nothing
--- more_headers
X-Request-Id: mine
--- error_code: 404
--- raw_response_headers_unlike: mine



=== the error log has the request id
--- raw_request eval
"POST /api/v1/monitors HTTP/1.1\r\nHost: x\r\n" . "$main::auth\n"
    =~ s/\n/\r\n/gr
    . "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n11170\r\n"
    . "x" x 70000 . "\r\n0\r\n\r\n"
--- error_code: 413
--- response_body_like: "code":"body_too_large"
--- logged



=== no database
--- http_config
uptime_database "host=/nonexistent dbname=x";
uptime_token_key_file $TEST_NGINX_UPTIME_KEY;
--- request
GET /api/v1/me
--- more_headers eval: $main::auth
--- error_code: 503
--- response_headers_like
Retry-After: \d+
--- response_body_like: "code":"database_unavailable"



=== error pages of the server do not replace problems
--- config
error_page 404 500 503 /custom.html;
location = /custom.html { return 200 "custom"; }
location /api/ { uptime_api; }
--- request
GET /api/v1/nothing
--- error_code: 404
--- response_body_like: "code":"not_found"



=== HEAD
--- request
HEAD /api/v1/nothing
--- error_code: 404
--- response_headers
Content-Type: application/problem+json
--- no_problem

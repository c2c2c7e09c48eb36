# Who may call what: without credentials, with bad ones, with good ones.

use Uptime::Nginx;
use Test::Nginx::Socket 'no_plan';

our $t = Uptime::Nginx->setup;
our ($id, $token) = $t->user;

# every route that wants a user
our @routes = ('GET /me', 'GET /monitors', 'POST /monitors',
    'GET /monitors/1', 'PATCH /monitors/1', 'DELETE /monitors/1',
    'POST /monitors/1/pause', 'POST /monitors/1/resume',
    'GET /monitors/1/checks');
our @requests = map { s{ /}{ /api/v1/}r } @routes;
our @bad = map { "Authorization: $_" } (
    "Bearer x", "Bearer $token.", 'Bearer ' . $token =~ s/.$//r,
    'Bearer ' . $t->mint(sub => $id, claims => { exp => time - 100 }),
    'Bearer ' . $t->mint(sub => $id, header => { alg => 'none' }),
    'Bearer ' . Uptime::Token::mint(key => 'k' x 32, kid => $t->{kid},
        sub => $id));

run_tests();

__DATA__

=== no route answers without credentials
--- pipelined_requests eval: [@main::requests]
--- error_code eval: [map { 401 } @main::requests]
--- response_body_like eval: [map { '"code":"missing_token"' } @main::requests]
--- raw_response_headers_like eval
[map { "WWW-Authenticate: Bearer" } @main::requests]



=== nor with a token that was tampered with
--- pipelined_requests eval: [@main::requests]
--- more_headers eval
[map { $main::bad[$_ % @main::bad] } 0 .. $#main::requests]
--- error_code eval: [map { 401 } @main::requests]
--- response_body_like eval: [map { '"code":"invalid_token"' } @main::requests]



=== credentials come before the body
--- request
POST /api/v1/monitors
{
--- error_code: 401



=== a good token
--- request
GET /api/v1/me
--- more_headers eval: "Authorization: Bearer $main::token"
--- error_code: 200
--- response_headers
Content-Type: application/json
Cache-Control: no-store
--- response_body_like eval: qq("id" ?: ?$main::id\\b)
--- no_error_log
[error]
[alert]



=== anybody may ask for these
--- pipelined_requests eval
["GET /api/v1/health/live", "POST /api/v1/auth/login\n{}",
 "POST /api/v1/auth/signup\n{}"]
--- more_headers
Content-Type: application/json
--- error_code eval
[200, 422, 422]



=== sign-up closes after the first account
--- http_config
$TEST_NGINX_UPTIME
uptime_signup closed;
--- request
POST /api/v1/auth/signup
{"email":"late@example.com","password":"correct horse 42"}
--- more_headers
Content-Type: application/json
--- error_code_like: 201|403



=== the life time of tokens is the operator's
--- http_config
$TEST_NGINX_UPTIME
uptime_access_token_time 2m;
--- request
POST /api/v1/auth/signup
{"email":"life@example.com","password":"correct horse 42"}
--- more_headers
Content-Type: application/json
--- error_code: 201
--- response_body_like: "expires_in" ?: ?120\b



=== a wrong password, and nothing in the log that would help
--- request
POST /api/v1/auth/login
{"email":"nobody@example.com","password":"hidden horse 42"}
--- more_headers
Content-Type: application/json
--- error_code: 401
--- response_body_like: "code":"invalid_credentials"
--- no_error_log
hidden horse

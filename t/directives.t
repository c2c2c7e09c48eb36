# Every directive: values, contexts, inheritance.  A wrong value stops nginx,
# and the message names the directive and the value.

use Uptime::Nginx;
use Test::Nginx::Socket 'no_plan';

my $t = Uptime::Nginx->setup;

# where nginx must refuse its configuration, it says so
add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value('error_log', ($block->error_log // '') . "[emerg]\n")
        if defined $block->must_die;
});

Uptime::Util::spew($ENV{TEST_NGINX_UPTIME_DIR} . '/weak.key', "k1 c2hvcnQ=\n");
Uptime::Util::spew($ENV{TEST_NGINX_UPTIME_DIR} . '/bad.key', "one two three\n");
Uptime::Util::spew($ENV{TEST_NGINX_UPTIME_DIR} . '/empty.key', "# none\n\n");
Uptime::Util::spew($ENV{TEST_NGINX_UPTIME_DIR} . '/twice.key',
    ('k1 ' . 'QUFB' x 12 . "\n") . 'k1 ' . 'QkJC' x 12 . "\n");
Uptime::Util::spew($ENV{TEST_NGINX_UPTIME_DIR} . '/two.key',
    '# first signs' . "\n\n" . 'a ' . 'QUFB' x 12 . "\nb " . 'QkJC' x 12
    . "\n");

run_tests();

__DATA__

=== uptime_database: bad connection string
--- http_config
uptime_database "host=/tmp secretword";
--- must_die
--- suppress_stderr
--- error_log
"uptime_database"
--- no_error_log
secretword



=== uptime_database: unknown keyword
--- http_config
uptime_database "host=/tmp colour=red";
--- must_die
--- suppress_stderr
--- error_log
"uptime_database"



=== uptime_database: no value
--- http_config
uptime_database;
--- must_die
--- suppress_stderr
--- error_log
invalid number of arguments in "uptime_database" directive



=== uptime_database: twice
--- http_config
uptime_database "dbname=a";
uptime_database "dbname=b";
--- must_die
--- suppress_stderr
--- error_log
"uptime_database" directive is duplicate



=== uptime_database: not in a location
--- config
location / { uptime_database "dbname=x"; }
--- must_die
--- suppress_stderr
--- error_log
"uptime_database" directive is not allowed here



=== uptime_database: a password is not in any message
--- http_config
uptime_database "host=/tmp password=hiddenword 'port";
--- must_die
--- suppress_stderr
--- error_log
"uptime_database"
--- no_error_log
hiddenword



=== uptime_token_key_file: no such file
--- http_config
uptime_database "$TEST_NGINX_UPTIME_DB";
uptime_token_key_file /nonexistent/uptime.key;
--- config
location /api/ { uptime_api; }
--- must_die
--- suppress_stderr
--- error_log
"uptime_token_key_file"
/nonexistent/uptime.key



=== uptime_token_key_file: a key that is too short
--- http_config
uptime_database "$TEST_NGINX_UPTIME_DB";
uptime_token_key_file $TEST_NGINX_UPTIME_DIR/weak.key;
--- config
location /api/ { uptime_api; }
--- must_die
--- suppress_stderr
--- error_log
weak.key
line 1
--- no_error_log
c2hvcnQ



=== uptime_token_key_file: not keys
--- http_config
uptime_database "$TEST_NGINX_UPTIME_DB";
uptime_token_key_file $TEST_NGINX_UPTIME_DIR/bad.key;
--- config
location /api/ { uptime_api; }
--- must_die
--- suppress_stderr
--- error_log
bad.key
line 1
--- no_error_log
one two



=== uptime_token_key_file: a file without keys
--- http_config
uptime_database "$TEST_NGINX_UPTIME_DB";
uptime_token_key_file $TEST_NGINX_UPTIME_DIR/empty.key;
--- config
location /api/ { uptime_api; }
--- must_die
--- suppress_stderr
--- error_log
no key in "uptime_token_key_file"
empty.key



=== uptime_token_key_file: a key id twice
--- http_config
uptime_database "$TEST_NGINX_UPTIME_DB";
uptime_token_key_file $TEST_NGINX_UPTIME_DIR/twice.key;
--- config
location /api/ { uptime_api; }
--- must_die
--- suppress_stderr
--- error_log
twice.key
line 2



=== uptime_token_key_file: comments, empty lines and two keys
--- http_config
uptime_database "$TEST_NGINX_UPTIME_DB";
uptime_token_key_file $TEST_NGINX_UPTIME_DIR/two.key;
uptime_spool_path $TEST_NGINX_UPTIME_SPOOL;
uptime_checker off;
--- config
location /api/ { uptime_api; }
--- request
GET /api/v1/health/live
--- response_body_like: "status":"ok"



=== uptime_checker: not a flag
--- http_config
uptime_checker maybe;
--- must_die
--- suppress_stderr
--- error_log
invalid value "maybe" in "uptime_checker" directive



=== uptime_checker: needs a database
--- http_config
uptime_checker on;
--- must_die
--- suppress_stderr
--- error_log
"uptime_database"



=== uptime_allow_targets: not an address
--- http_config
$TEST_NGINX_UPTIME
uptime_allow_targets 10.0.0.0/8 example.com;
--- must_die
--- suppress_stderr
--- error_log
"example.com"
"uptime_allow_targets"



=== uptime_allow_targets: a prefix that is too long
--- http_config
$TEST_NGINX_UPTIME
uptime_allow_targets 10.0.0.0/33;
--- must_die
--- suppress_stderr
--- error_log
"10.0.0.0/33"
"uptime_allow_targets"



=== uptime_allow_targets: several, both families, repeated
--- http_config
$TEST_NGINX_UPTIME
uptime_checker off;
uptime_allow_targets 10.0.0.0/8 192.168.1.1 fd00::/8;
uptime_allow_targets ::1;
--- config
location /api/ { uptime_api; }
--- request
GET /api/v1/health/live
--- error_code: 200



=== uptime_signup: unknown word
--- http_config
$TEST_NGINX_UPTIME
uptime_signup maybe;
--- must_die
--- suppress_stderr
--- error_log
"maybe"
"uptime_signup"



=== uptime_node: too long
--- http_config
$TEST_NGINX_UPTIME
uptime_checker on;
uptime_node aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggg;
--- must_die
--- suppress_stderr
--- error_log
"uptime_node"



=== uptime_max_checks: not a number
--- http_config
$TEST_NGINX_UPTIME
uptime_max_checks many;
--- must_die
--- suppress_stderr
--- error_log
invalid value "many" in "uptime_max_checks"



=== uptime_alert_timeout: longer than a message is anybody's
--- http_config
$TEST_NGINX_UPTIME
uptime_alert_timeout 31s;
--- must_die
--- suppress_stderr
--- error_log
invalid value "31s" in "uptime_alert_timeout": it must be from 100ms to 30000ms



=== uptime_monitors_per_user: not a number
--- http_config
$TEST_NGINX_UPTIME
uptime_monitors_per_user many;
--- must_die
--- suppress_stderr
--- error_log
invalid value "many" in "uptime_monitors_per_user"



=== uptime_host_rate: too much
--- http_config
$TEST_NGINX_UPTIME
uptime_host_rate 1000001;
--- must_die
--- suppress_stderr
--- error_log
invalid value "1000001" in "uptime_host_rate": it must be from 0 to 1000000



=== uptime_trusted_certificate: no such file
--- http_config
$TEST_NGINX_UPTIME
uptime_trusted_certificate /nonexistent/ca.pem;
--- must_die
--- suppress_stderr
--- error_log
"uptime_trusted_certificate"
/nonexistent/ca.pem



=== uptime_api: takes no value
--- config
location /api/ { uptime_api on; }
--- must_die
--- suppress_stderr
--- error_log
invalid number of arguments in "uptime_api" directive



=== uptime_api: not outside of a location
--- http_config
$TEST_NGINX_UPTIME
uptime_api;
--- must_die
--- suppress_stderr
--- error_log
"uptime_api" directive is not allowed here



=== uptime_api: twice in one location
--- config
location /api/ { uptime_api; uptime_api; }
--- must_die
--- suppress_stderr
--- error_log
"uptime_api" directive is duplicate



=== uptime_api: not in a location given by a regular expression
--- config
location ~ ^/api/ { uptime_api; }
--- must_die
--- suppress_stderr
--- error_log
"uptime_api" directive needs a location that is given by a prefix



=== uptime_api: not in a named location
--- config
location @api { uptime_api; }
--- must_die
--- suppress_stderr
--- error_log
"uptime_api" directive needs a location that is given by a prefix



=== uptime_api: needs a database
--- http_config
uptime_token_key_file $TEST_NGINX_UPTIME_KEY;
--- config
location /api/ { uptime_api; }
--- must_die
--- suppress_stderr
--- error_log
"uptime_database"



=== uptime_api: needs a key
--- http_config
uptime_database "$TEST_NGINX_UPTIME_DB";
--- config
location /api/ { uptime_api; }
--- must_die
--- suppress_stderr
--- error_log
"uptime_token_key_file"



=== the module does nothing where it is not asked
--- http_config
--- config
location = /x { return 204; }
--- request
GET /x
--- error_code: 204
--- no_error_log
[alert]
uptime



=== a prefix of one's own
--- config
location /watch/ { uptime_api; }
--- request
GET /watch/v1/health/live
--- response_body_like: "status":"ok"



=== the same API in two servers
--- config
location /api/ { uptime_api; }
location /other/ { uptime_api; }
--- pipelined_requests eval
["GET /api/v1/health/live", "GET /other/v1/health/live"]
--- error_code eval
[200, 200]



=== uptime_signup is inherited and overridden
--- http_config
$TEST_NGINX_UPTIME
uptime_checker off;
uptime_signup closed;
--- config
location /api/ { uptime_api; }
location /open/ { uptime_api; uptime_signup open; }
--- pipelined_requests eval
my $body = '{"email":"%s@example.com","password":"correct horse 42"}';
[map { my ($path, $name) = split / /;
    "POST $path/v1/auth/signup\n" . sprintf($body, $name) }
    '/api a', '/api b', '/open c']
--- more_headers
Content-Type: application/json
--- error_code eval
[201, 403, 201]

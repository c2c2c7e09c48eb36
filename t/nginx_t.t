# nginx -t needs no database, names what is wrong and leaves nothing behind.

use strict;
use warnings;
use utf8;

use IO::Select;
use IO::Socket::INET;
use Uptime::Test;

my $t = Uptime::Test->new(checker => 1);

# a database server that notes who knocks
my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5)
    or die "listen: $!";
my $port = $listen->sockport;

my $server = $t->add_nginx(
    database => "host=127.0.0.1 port=$port user=u password=hidden42 dbname=d");
my ($status, $text) = $server->check;
is($status, 0, 'nginx -t') or diag($text);
like($text, qr/test is successful/, 'is content');
ok(!IO::Select->new($listen)->can_read(0.2), 'and asks no database');

$server = $t->add_nginx(database => 'host=/nonexistent dbname=d');
($status, $text) = $server->check;
is($status, 0, 'nginx -t without a database server') or diag($text);


# --- messages

my $good = $server->config;
my @wrong = (
    ['uptime_checker', 'yes'], ['uptime_checker', ''],
    ['uptime_checker_priority', '-21'], ['uptime_checker_priority', '20'],
    ['uptime_checker_priority', '-'], ['uptime_checker_priority', ''],
    ['uptime_checker_priority', '--1'], ['uptime_checker_priority', '1x'],
    ['uptime_checker_priority', '100'],
    ['uptime_signup', 'sometimes'], ['uptime_signup', ''],
    ['uptime_max_checks', '-1'], ['uptime_max_checks', '1x'],
    ['uptime_max_checks', '0'], ['uptime_max_checks', '100001'],
    ['uptime_max_checks_per_host', '-1'],
    ['uptime_max_checks_per_host', '100001'],
    ['uptime_allow_targets', 'localhost'],
    ['uptime_allow_targets', '1.2.3.4/x'],
    ['uptime_allow_targets', '1.2.3.4/33'], ['uptime_allow_targets', '::/129'],
    ['uptime_node', 'x' x 65],
    ['uptime_database_connections', '0'],
    ['uptime_database_connections', '33'],
    ['uptime_database_connections', 'x'],
    ['uptime_database_queue', '0'], ['uptime_database_queue', '100001'],
    ['uptime_database_timeout', '99ms'], ['uptime_database_timeout', '61s'],
    ['uptime_database_timeout', 'x'],
    ['uptime_database_connect_timeout', '99ms'],
    ['uptime_database_connect_timeout', '61s'],
    ['uptime_access_token_time', '59s'], ['uptime_access_token_time', '11m'],
    ['uptime_access_token_time', 'x'],
    ['uptime_password_threads', '0'], ['uptime_password_threads', '65'],
    ['uptime_password_queue', '0'], ['uptime_password_queue', '10001'],
    ['uptime_trusted_certificate', '/nonexistent/ca.pem'],
    ['uptime_token_key_file', '/nonexistent/key'],
    ['uptime_retention', 'checks'], ['uptime_retention', 'checks='],
    ['uptime_retention', 'weeks=1d'], ['uptime_retention', 'checks=23h'],
    ['uptime_retention', 'days=101y'], ['uptime_retention', 'hours=x'],
);

for (@wrong) {
    my ($directive, $value) = @$_;
    my $conf = $good =~ s/^\s*\Q$directive\E .*;$//mr;
    $conf =~ s/^(http \{)$/$1\n    $directive "$value";/m;
    ($status, $text) = $server->check($conf);
    isnt($status, 0, "refused: $directive $value");
    like($text, qr/"\Q$directive\E"/, '... names the directive');
    # nginx's own messages about numbers tell no value, but the line
    like($text, qr/"?\Q$value\E"?|nginx\.conf:\d+/,
        '... and the value or the line');
    unlike($text, qr/nginx\.conf:\d+.*nginx\.conf:\d+/s, '... once');
    $server->expect_log("\Q$directive\E");
}

my %accepted = (
    uptime_checker_priority         => [-20, -1, 0, 19],
    uptime_max_checks               => [1, 100000],
    uptime_max_checks_per_host      => [0, 100000],
    uptime_database_connections     => [1, 32],
    uptime_database_queue           => [1, 100000],
    uptime_database_timeout         => ['100ms', '60s', '1m'],
    uptime_database_connect_timeout => ['100ms', '60s'],
    uptime_access_token_time        => ['1m', '600s', '10m'],
    uptime_password_threads         => [1, 64],
    uptime_password_queue           => [1, 10000],
    uptime_signup                   => [qw(open closed)],
    uptime_allow_targets            => ['0.0.0.0/0 ::/0', '10.0.0.1'],
    uptime_node                     => ['x' x 64, 'näme'],
    uptime_retention => ['checks=1d', 'checks=7d hours=100y days=off'],
);

for my $directive (sort keys %accepted) {
    for my $value (@{ $accepted{$directive} }) {
        my $conf = $good =~ s/^\s*\Q$directive\E .*;$//mr;
        $conf =~ s/^(http \{)$/$1\n    $directive $value;/m;
        ($status, $text) = $server->check($conf);
        is($status, 0, "accepted: $directive $value") or diag($text);
    }
}

# every directive is allowed once only, and in http{} at most
for my $directive (qw(uptime_database uptime_token_key_file uptime_checker
    uptime_checker_priority
    uptime_node uptime_max_checks uptime_max_checks_per_host
    uptime_trusted_certificate uptime_retention
    uptime_spool_path uptime_database_connections uptime_database_queue
    uptime_database_timeout uptime_database_connect_timeout
    uptime_access_token_time uptime_password_threads uptime_password_queue))
{
    my ($value) = $good =~ /^\s*\Q$directive\E (.*);$/m;
    $value //= $directive =~ /retention/ ? 'days=off'
        : $directive =~ /_time(?:out)?$/ ? '1m' : $directive =~ /cert/
        ? $server->conf : 5;
    my $base = $good =~ s/^\s*\Q$directive\E .*;$//mr;

    ($status, $text) = $server->check($base
        =~ s/^(http \{)$/$1\n$directive $value;\n$directive $value;/mr);
    isnt($status, 0, "$directive twice");
    like($text, qr/"\Q$directive\E" directive is duplicate/,
        '... is duplicate');

    ($status, $text) = $server->check($base
        =~ s/(location \/api\/ \{)/$1 $directive $value;/r);
    isnt($status, 0, "$directive in a location");
    like($text, qr/"\Q$directive\E" directive is not allowed here/,
        '... is not allowed');

    $server->expect_log("\Q$directive\E");
}

# the password of the connection string is nobody's business
my $conf = $good
    =~ s/uptime_database .*;/uptime_database "password=hidden42 x";/r;
($status, $text) = $server->check($conf);
isnt($status, 0, 'refused: a bad connection string');
unlike($text, qr/hidden42/, 'without telling it');
$server->expect_log('uptime_database');

done_testing;

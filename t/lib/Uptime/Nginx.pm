package Uptime::Nginx;

# Glue for tests that are written with Test::Nginx::Socket: a database, a port
# and a folder of their own, and a configuration that each block may replace.
# Load it before Test::Nginx::Socket, which reads its environment once.
#
# In blocks (http_config, config) there are
#   $TEST_NGINX_UPTIME        the main part: database, key, spool, ...
#   $TEST_NGINX_UPTIME_DB     connection string
#   $TEST_NGINX_UPTIME_KEY    file of keys
#   $TEST_NGINX_UPTIME_SPOOL  folder

use strict;
use warnings;

use Carp qw(croak);
use Uptime::Server;
use Uptime::Test ();
use Uptime::Util qw(free_port spew);

our $T;


sub import {
    my ($class, %o) = @_;

    $T = Uptime::Test->new;
    my $db = $T->{cluster}->conninfo($T->{db});
    my $dir = $T->{dir};

    %ENV = (%ENV,
        TEST_NGINX_SERVROOT    => "$dir/servroot",
        TEST_NGINX_SERVER_PORT => free_port(),
        TEST_NGINX_BINARY      => Uptime::Server::binary(),
        TEST_NGINX_LOG_LEVEL   => 'info',
        TEST_NGINX_LOAD_MODULES => $ENV{UPTIME_MODULE},
        TEST_NGINX_TIMEOUT     => 10,
        TEST_NGINX_UPTIME_DB   => $db,
        TEST_NGINX_UPTIME_KEY  => $T->{key_file},
        TEST_NGINX_UPTIME_SPOOL => "$dir/servroot/spool_temp",
        TEST_NGINX_UPTIME_DIR  => $dir);

    # found by t/run's scan, unlike the log of the block itself, which the
    # next block removes
    $ENV{TEST_NGINX_UPTIME} = qq{uptime_database "$db";\n}
        . "    uptime_token_key_file $T->{key_file};\n"
        . "    uptime_spool_path $dir/servroot/spool_temp;\n";

    if ($> == 0) {
        my @pw = getpwnam 'nobody' or croak 'no user nobody';
        $ENV{TEST_NGINX_WORKER_USER} = 'nobody ' . getgrgid $pw[3];
    }

    mkdir "$dir/nginx0";
    spew("$dir/nginx0/expected", '');
    return;
}


# Defaults for blocks; call after Test::Nginx::Socket is there.
sub setup {
    my ($class, %o) = @_;

    Test::Nginx::Socket::add_block_preprocessor(sub {
        my ($block) = @_;

        $block->set_value('main_config', ($block->main_config // '')
            . "\nerror_log $T->{dir}/nginx0/error.log info;\n");
        $block->set_value('http_config', '$TEST_NGINX_UPTIME'
            . "\nuptime_checker off;\n") if !defined $block->http_config;
        $block->set_value('config', "location /api/ { uptime_api; }\n")
            if !defined $block->config;
        $block->set_value('request', "GET /index.html\n")
            if !defined $block->request && !defined $block->raw_request
            && !defined $block->pipelined_requests;
    });

    Test::Nginx::Socket::no_long_string();
    return $T;
}


# The text of the error log of the running block.
sub log_text {
    return Uptime::Util::slurp("$T->{dir}/servroot/logs/error.log");
}


1;

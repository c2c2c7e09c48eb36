# The checker goes before those who only work, although it is nobody by then;
# where that is not allowed it works as ever, and says so.

use strict;
use warnings;

use Uptime::Test;
use Uptime::Util qw(slurp spew);

plan(skip_all => 'only root gives priorities')
    if $> != 0 || system('nice -n -5 true 2>/dev/null') != 0;

# whoever may not raise a limit cannot let "nobody" raise its priority
my $limits = system('prlimit --nice=25:25 true 2>/dev/null') == 0;
note('this root may not raise limits: the checker stays root') if !$limits;

my $t = Uptime::Test->new(checker => 1, workers => 2, log_level => 'notice',
    user => $limits ? undef : 'root');
my $server = $t->nginx;


sub nice {
    my ($pid) = @_;

    # behind the name, which may hold anything
    my ($fields) = slurp("/proc/$pid/stat") =~ /^.*\) (.*)/s;
    return (split ' ', $fields)[16];
}


sub checker_at {
    my ($nice, $name) = @_;

    return until_ok {
        my @pids = $server->checkers;
        @pids == 1 && nice($pids[0]) == $nice;
    } 15, $name;
}


# whoever runs the tests may be nice
my $usual = nice($$);

checker_at(-5, 'the checker at nice -5');
is(nice($_), $usual, 'a worker as ever') for $server->workers;
is(nice($server->pid), $usual, 'the master, too');

for my $nice (-12, 7, 0) {
    $server->{http} = "uptime_checker_priority $nice;";
    $server->write_config;
    $server->signal('HUP');
    checker_at($nice || $usual, "... at $nice after a reload");
}

is(nice($_), $usual, 'workers as before') for $server->workers;
is($server->log_lines(qr/may not run at nice/), 0, 'no complaint');
ok($server->stop, 'stopped');


# --- a root who may not either

my $nginx = Uptime::Server::binary();
spew("$t->{dir}/meek", "#!/bin/sh\nexec setpriv --bounding-set"
    . " -sys_nice,-sys_resource '$nginx' \"\$\@\"\n");
chmod 0755, "$t->{dir}/meek";
local $ENV{UPTIME_NGINX} = "$t->{dir}/meek";

for my $wanted ('', 'uptime_checker_priority -5;') {
    my $level = $wanted ? 'warn' : 'notice';

    $server = $t->add_nginx(http => $wanted);
    $server->start;
    until_ok { $server->log_lines(
        qr/\[$level\].*may not run at nice -5, .*RLIMIT_NICE of 25/) } 15,
        "refused: $level";
    checker_at($usual, '... and it works');
    $server->expect_log('may not run at nice');
    ok($server->stop, '... stopped');
}

done_testing;

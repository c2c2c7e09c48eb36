# The wall clock of a node is set, or wrong: checks go on as if nothing was,
# nobody is told anything, and who is signed in stays so.
#
#   make test TESTS=t/chaos/clock.t    30 s between two jumps
#
# CHAOS_DWELL  seconds between two jumps (1)

use strict;
use warnings;

use Time::HiRes qw(time sleep);
use Time::Local qw(timegm);
use Uptime::Clock;
use Uptime::Many;
use Uptime::Test;

use constant { HOUR => 3600, DAY => 86400 };

my $dwell = $ENV{CHAOS_DWELL} // 1;
my $t = Uptime::Test->new(checker => 1, workers => 1);
my @clock = map { Uptime::Clock->new($t->{dir}) } 1, 2;
my $tls = $t->target(tls => 1);
my @roots = (directives => 'uptime_trusted_certificate ' . $tls->ca_file
    . ';');
my @server = $t->nginx(@roots, $clock[0]->server);
$server[0]->expect_log('clock is -?\d+ ms off');

my $many = Uptime::Many->new(test => $t, monitors => 100);
$many->add_monitors;
my $down = $t->user_client->post('/monitors', { interval => 10,
    url => $many->{target}->url('/flag/?name=down'), failure_threshold => 1,
    retry_interval => 1 })->{json}{id};
my %tls = (interval => 10, failure_threshold => 1, retry_interval => 10);
my @tls = map { $t->user_client->post('/monitors', { %tls, %$_ })->{json}{id} }
    { url => 'tls://127.0.0.1:' . $tls->port },
    { url => $tls->url('/ok'), cert_min_days => 80 },
    { url => $tls->url('/ok'), cert_min_days => 80, verify_tls => \0 };
until_ok { $many->all_checked } 15, 'all are checked';
my $s = Uptime::Session->sign_up($t->client);


# A clock is set: the workers see it within a second (nginx looks with every
# event), and whoever was signed in is so after a refresh at the most.
sub jump {
    my ($n, $seconds, $name) = @_;

    $clock[$n]->set($seconds);
    until_ok { abs(_date($t->client(undef, $n)->get('/me')) - time - $seconds)
        < 3 } 5, "$name: the clock is set";

    my $c = $t->client($s->{token}, $n);
    my $status = $c->get('/me')->{status};
    ok($status == 200 || $status == 401, '... an answer');
    $status = $s->refresh(client => $c)->{status} if $status != 200;
    is($status, 200, '... a refresh is all that is needed');
    is($t->client($s->{token}, $n)->get('/me')->{status}, 200,
        '... for the next request');
    sleep $dwell;
    return;
}


# The time that an answer bears.
sub _date {
    my ($res) = @_;

    my ($d, $name, $y, @hms) = ($res->{headers}{date} // '')
        =~ /, (\d+) (\w+) (\d+) (\d+):(\d+):(\d+) GMT/ or return 0;
    my $month = index('JanFebMarAprMayJunJulAugSepOctNovDec', $name) / 3;
    return timegm(reverse(@hms), $d, $month, $y);
}


my $from = $many->now;
jump(0, HOUR, 'an hour ahead');
jump(0, 0, 'and back');
jump(0, -HOUR(), 'an hour behind');
jump(0, DAY, 'a day ahead');
jump(0, -DAY(), 'a day behind');

# the end of a month, of February, and both changes of the hour in Berlin
for my $at ([2027, 2, 28], [2027, 3, 28], [2027, 10, 31]) {
    my ($year, $month, $day) = @$at;
    my $wall = timegm(58, 59, $month == 2 ? 23 : 0, $day, $month - 1, $year);
    jump(0, int($wall - time), "$year-$month-$day, two seconds before");
}

jump(0, 0, 'the right time');


# --- certificates, which are valid for 90 days

for my $days (100, -100) {
    my $since = $many->now;
    my @rows;
    $clock[0]->set($days * DAY);
    until_ok { @rows = $t->sql('SELECT DISTINCT ON (monitor_id) outcome, cause
        FROM check_history WHERE monitor_id = ANY (?) AND checked_at
        > to_timestamp(?) ORDER BY monitor_id', \@tls, $since + 1);
        @rows == @tls } 15, "$days days off: certificates are checked";
    is_deeply([map { join ' ', grep { defined } @$_{qw(outcome cause)} }
        @rows], [('up') x @tls], '... and valid');
}

$t->execute('DELETE FROM monitors WHERE id = ANY (?)', \@tls);
jump(0, 0, 'the right time again');


# --- a second node whose clock is five minutes off

push @server, $t->nginx(@roots, $clock[1]->server);
$server[1]->expect_log('clock is -?\d+ ms off');

sub held {
    return join ' ', map { $_->{n} } $t->sql('SELECT count(*) AS n FROM shards
        WHERE lease_until > now() GROUP BY checker_id');
}

until_ok { held() eq '32 32' } 5, 'two nodes';
jump(1, 300, 'five minutes ahead');
jump(0, 0, 'a session on the other node');
jump(1, -300, 'five minutes behind');
until_ok { held() eq '32 32' } 5, 'each has its half';

# one goes down: it is told once, by one of them, and at once
my $told = qr/\[warn\].*uptime: monitor $down .* is down/;
is(scalar(map { $_->log_lines(qr/\[warn\].*uptime: monitor/) } @server), 0,
    'nobody was told anything');
$many->{target}->flag('down', 1);
until_ok { grep { $_->log_lines($told) } @server } 12, 'a failure is told';
$many->{target}->flag('down', 0);
until_ok { grep { $_->log_lines(qr/\[warn\].*uptime: monitor $down .* is up/) }
    @server } 12, 'and its end';

$t->execute('DELETE FROM monitors WHERE id = ?', $down);
my $to = $many->now;
my $slots;
until_ok { ($slots = $many->slots($from, $to))->{missed} == 0 } 5,
    'no slot was missed';
is(scalar(map { $_->log_lines($told) } @server), 1, 'told once');
is($t->value('SELECT count(*) FROM check_history WHERE slot > now()
    OR checked_at > now() OR checked_at < slot
    OR checked_at > slot + interval \'9 s\' AND slot > to_timestamp(?)',
    $from), 0, 'every check has its true time');
my $hits = $many->hits($from, $to);
cmp_ok($hits, '<=', 1.05 * $slots->{slots} + 20, 'no more checks than usual');

diag(sprintf 'clocks set %d times in %.0f s: %d slots, %d missed, %d hits',
    15, $to - $from, $slots->{slots}, $slots->{missed}, $hits);

done_testing;

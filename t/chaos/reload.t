# HUP again and again while requests and checks run.
#
#   make test TESTS=t/chaos/reload.t    50 times, about four minutes
#
# CHAOS_RELOADS   (50)
# CHAOS_MONITORS  with an interval of 10 s (5000, which are 500 checks/s)
# CHAOS_API       requests a second, two clients (200)

use strict;
use warnings;

use Time::HiRes qw(time);
use Uptime::Many;
use Uptime::Test;
use Uptime::Util qw(alive);

my $reloads = $ENV{CHAOS_RELOADS} // 50;
my $rate = ($ENV{CHAOS_API} // 200) / 2;

my $t = Uptime::Test->new(checker => 1, workers => 2);
my $server = $t->nginx;
my $many = Uptime::Many->new(test => $t,
    monitors => $ENV{CHAOS_MONITORS} // 5000);
my $c = $many->add_monitors;

until_ok { $many->all_checked } 30, 'all are checked';

my $from = $many->now;
$many->load_api($c, $rate) for 1 .. 2;
my @gone;
my $held = 0;

for my $round (1 .. $reloads) {
    my @old = $server->children;
    my $start = time;
    $server->signal('HUP');

    my $gone = wait_until { !grep { alive($_) } @old } 20;
    push @gone, time - $start if $gone;
    $held++ if wait_until { $server->workers == 2 && $server->checkers == 1
        && $t->value('SELECT count(*) = 64 FROM shards
            WHERE lease_until > now()') } 15;

    # the next one does not wait for calm, nor come at once
    select undef, undef, undef, rand 4;
}

is(scalar(@gone), $reloads, 'every time the old processes went');
my ($longest) = sort { $b <=> $a } @gone;
cmp_ok($longest, '<=', 15, '... within 15 s');
is($held, $reloads, 'every time all shards were held again');
is($server->log_lines(qr/started too often/), 0, 'none had to wait');

my $last = $many->now;
until_ok { $many->all_checked($last) } 15, 'all are checked after it';
my $to = $many->now;
my $answers = $many->answers;
my $requests = delete $answers->{200};
my $slowest = delete $answers->{slowest};
is_deeply($answers, {}, 'no request failed');

my $slots;
until_ok { ($slots = $many->slots($from, $to))->{missed} == 0 } 5,
    'no slot was missed';
is($slots->{retries}, 0, 'nothing was tried again');
is($slots->{not_up}, 0, 'nothing but up');
my $hits = $many->hits($from, $to);
cmp_ok($hits, '<=', 1.01 * $slots->{slots} + $many->{monitors} / 10,
    'hardly a check was made twice');

diag(sprintf '%d reloads in %.0f s: %d slots, %d missed, at most %d of a '
    . 'monitor in a row; %d hits; %d requests, longest %.2f s; '
    . 'longest end of old processes %.1f s', $reloads, $to - $from,
    $slots->{slots}, $slots->{missed}, $slots->{row}, $hits, $requests,
    $slowest, $longest);
ok($server->stop, 'stopped');

done_testing;

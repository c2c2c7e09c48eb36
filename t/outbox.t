# What is to be told when, to whom and in which order: the outbox without
# anybody who sends.  Time passes by moving what was sent into the past.

use strict;
use warnings;

use List::Util ();
use Uptime::Alerts;
use Uptime::Test;

my $t = Uptime::Test->new;
my ($uid) = $t->user;
my $alerts = Uptime::Alerts->new(test => $t, uid => $uid);
my $slot = 0;

sub monitor {
    my ($name, %o) = @_;

    my %all = (owner_id => $o{owner} // $uid, name => $name, type => 'http',
        url => "http://$name.example/", interval => 60, timeout => 10,
        method => 'GET', headers => '{}', expected_status => '200',
        keyword_mode => 'present', follow_redirects => 1, max_redirects => 5,
        verify_tls => 1, failure_threshold => 2, retry_interval => 10,
        cert_warn_days => 14, tags => [], paused => 0, %{ $o{set} // {} });
    my @names = sort keys %all;
    my $id = $t->value('INSERT INTO monitors (' . join(', ', @names)
        . ') VALUES (' . join(', ', ('?') x @names) . ') RETURNING id',
        @all{@names});
    $t->execute('INSERT INTO monitor_channels SELECT ?, unnest(?::bigint[])',
        $id, $o{channels}) if $o{channels};
    return $id;
}


sub channel {
    my ($name, %o) = @_;

    my %all = (owner_id => $uid, name => $name, kind => 'webhook',
        events => [qw(down up degraded cert)], %o);
    my @names = sort keys %all;
    return $t->value('INSERT INTO channels (' . join(', ', @names)
        . ') VALUES (' . join(', ', ('?') x @names) . ') RETURNING id',
        @all{@names});
}


# what the statement that stores results does on a transition
sub event {
    my ($monitor, $event, %o) = @_;

    $slot++;
    my $ago = $o{ago} // 0;
    $t->execute("UPDATE monitor_state SET told = ?, status = ?,
        told_since = now() - ? * interval '1 s', fails = ?,
        last_checked_at = now() - ? * interval '1 s' WHERE monitor_id = ?",
        $event, $event, $ago, $event eq 'down' ? 2 : 0, $ago, $monitor);
    $t->value("SELECT alert_transition(?, ?, to_timestamp(?),
        1::smallint, now() - ? * interval '1 s', ?, NULL, NULL, NULL)",
        $monitor, $event, $slot, $ago,
        $event eq 'up' ? undef : $event eq 'down' ? 'timeout' : 'slow');
    return;
}


sub claim { return $alerts->claim(@_) }

sub names { return [map { "$_->{event} " . ($_->{name} // '') } @_] }


sub mark { return $alerts->mark(@_) }


sub fresh {
    $t->execute('DELETE FROM outbox');
    $t->execute("UPDATE alert_clock SET done_at = '-infinity'");
    return;
}


sub goes_by { return $alerts->goes_by(@_) }


# --- a message and its life

my $all = channel('all');
my $downs = channel('downs', events => [qw(down up)]);
my $off = channel('off', enabled => 0);
my ($alien) = $t->user;
my $theirs = channel('theirs', owner_id => $alien);
my $m = monitor('m', channels => [$all, $downs, $off, $theirs]);

is_deeply([claim()], [], 'nothing to tell');
event($m, 'down');
my @got = claim();
is_deeply([sort map { $_->{channel_id} } @got], [$all, $downs],
    'to its enabled channels of the same account');
my ($down) = grep { $_->{channel_id} == $all } @got;
is_deeply([@$down{qw(event name cause first_error attempts reminder kind)}],
    ['down', 'm', 'timeout', 'timeout', 1, 0, 'webhook'], 'what is told');
like($down->{message_id}, qr/^msg_[0-9a-f]{32}$/, 'message id');
is_deeply([claim()], [], 'leased');
is(mark($_), 'sent', 'delivered') for @got;
is(mark($down), 'late', 'once');
is($t->value("SELECT count(*) FROM deliveries WHERE status = 'delivered'"), 2,
    'in the log');

event($m, 'down');
is_deeply([claim()], [], 'the same again is no transition');
event($m, 'up');
@got = claim();
is_deeply(names(@got), ['up m', 'up m'], 'up');
isnt($got[0]{message_id}, $down->{message_id}, '... is another message');
ok($got[0]{started_at} && $got[0]{ended_at}, '... with its duration');
mark($_) for @got;

event($m, 'degraded');
is_deeply([map { $_->{channel_id} } my @slow = claim()], [$all],
    'slow: only who wants it');
mark($_) for @slow;
event($m, 'up');
is_deeply([map { $_->{channel_id} } @slow = claim()], [$all],
    '... and that it is over');
mark($_) for @slow;
event($m, 'down');
mark($_) for claim();
event($m, 'degraded');
is_deeply([map { "$_->{channel_id} $_->{event}" } @slow = claim()],
    ["$all degraded", "$downs up"], 'down, then slow: the outage is over');
like($slow[1]{note}, qr/answers again, but slowly/, '... and that is said');
mark($_) for @slow;


# --- order: never up before down; one at a time of a monitor

fresh();
my $one = channel('one');
my ($a, $b, $d) = map { monitor("o$_", channels => [$one]) } 1 .. 3;
event($_, 'down') for $a, $b, $d;
@got = claim();
is_deeply(names(@got), ['down o1', 'down o2'], 'two in flight');
event($a, 'up');
is_deeply([claim()], [], 'up waits for down, and o3 for a place');
mark($got[1]);
is_deeply(names(my @third = claim()), ['down o3'], 'a place is free');
is(mark($got[0], 'temporary'), 'retry', 'down fails');
is_deeply([claim()], [], 'both are late now');
goes_by(10);
my ($late) = claim();
is_deeply([@$late{qw(event name attempts)}], ['up', 'o1', 2],
    'one message for both, with its back-off');
like($late->{note}, qr/stands for 1 earlier/, '... that says so');
ok($late->{started_at} < $late->{ended_at}, '... and from when to when')
    or diag(explain($late));
mark($late);
is($t->value("SELECT state FROM outbox WHERE id = ?", $got[0]{id}), 'merged',
    'the other one is told by it');

# who sends dies
goes_by(61);
my ($again) = claim();
is_deeply([@$again{qw(id message_id attempts)}],
    [$third[0]{id}, $third[0]{message_id}, 2],
    'after a minute without an answer the same message again');
is(mark($third[0]), 'late', 'the first one comes back: its mark is nothing');
is(mark($again), 'sent', 'the second counts');


# --- back-off, 24 h, Retry-After, permanent

fresh();
event($b, 'up');
my @waits;
my $tries = 0;
my $state = 'retry';
my %ids;

while ($state eq 'retry' && $tries < 60) {
    my ($r) = claim() or last;
    $tries++;
    $ids{ $r->{message_id} }++;
    $state = mark($r, 'temporary');
    my $wait = $t->value('SELECT extract(epoch FROM next_at - now())
        FROM outbox WHERE id = ?', $r->{id});
    push @waits, $wait;
    goes_by($wait + 1);
}

is($state, 'failed', 'it is given up');
is(scalar keys %ids, 1, 'always the same message');
my @plan = (5, 15, 60, 300, 900, (3600) x 40);
is(scalar(grep { $waits[$_] < 0.79 * $plan[$_]
    || $waits[$_] > 1.21 * $plan[$_] } 0 .. $#waits - 2), 0,
    '5 s, 15 s, 1 m, 5 m, 15 m, then hours; 20 % up or down')
    or diag("@waits");
cmp_ok(List::Util::sum0(@waits[0 .. $#waits - 1]), '>=', 86_000,
    'the last try is at the end');
cmp_ok($tries, '>=', 22, '... for 24 hours') or diag($tries);
cmp_ok($tries, '<=', 34, '... and not more') or diag($tries);
my $c = ($t->sql('SELECT * FROM channels WHERE id = ?', $one))[0];
ok($c->{failed_at}, 'the channel says so');
is($c->{failure}, 'said so', '... with the answer');

event($b, 'down');
my ($r) = claim();
is(mark($r, 'temporary', 777), 'retry', 'Retry-After');
cmp_ok($t->value('SELECT extract(epoch FROM next_at - now()) FROM outbox
    WHERE id = ?', $r->{id}), '>=', 776, '... is honoured');
goes_by(778);
($r) = claim();
is(mark($r), 'sent', 'delivered');
is($t->value('SELECT failed_at FROM channels WHERE id = ?', $one), undef,
    'the channel is well again');
event($b, 'up');
($r) = claim();
is(mark($r, 'temporary', 86_400), 'retry', 'Retry-After that is too long');
goes_by(24 * 3600 - 10);
is_deeply([claim()], [], '... is waited for');
goes_by(11);
($r) = claim();
is($r->{event}, 'up', '... to the end of the day of the message');
is(mark($r, 'temporary', 86_400), 'failed', '... which has no other one');

event($b, 'down');
fresh();
event($b, 'up');
($r) = claim();
is(mark($r, 'permanent'), 'failed', 'permanent: at once');
is($t->value('SELECT failure FROM channels WHERE id = ?', $one), 'said so',
    '... and the channel says so');
is_deeply([claim()], [], 'nothing is tried again');


# --- one that changes all the time

fresh();
my $sent = 0;

for my $i (1 .. 30) {
    event($a, $i % 2 ? 'down' : 'up');
    for (claim()) { $sent++; mark($_) }
    goes_by(100);
}

is($sent, 6, '30 changes in 50 minutes: 6 messages');
my @last = $t->sql("SELECT event, merged FROM outbox WHERE state = 'pending'");
is_deeply(\@last, [{ event => 'up', merged => 23 }], 'the last one waits');
like($t->value("SELECT string_agg(alert_note(o, NULL), '') FROM outbox o
    WHERE state = 'pending'"), qr/stands for 23 earlier/, '... and says so');
goes_by(3600);
is_deeply(names(@got = claim()), ['up o1'], 'and the final state is told');
mark($_) for @got;


# --- many at once

fresh();
my @many = map { monitor("x$_", channels => [$one]) } 1 .. 40;
event($_, 'down') for @many;
@got = claim();
is_deeply([map { $_->{event} } @got], ['digest'], '40 at once: one message');
is($got[0]{subject}, '40 alerts: 40 down', '... its subject');
is(scalar(() = $got[0]{body} =~ /^DOWN x\d+: timeout \(http/mg), 40,
    '... a line for each') or diag($got[0]{body});
event($many[0], 'up');
is_deeply([claim()], [], 'while it is sent, the others wait');
is(mark($got[0], 'temporary'), 'retry', 'it fails');
is_deeply([claim()], [], '... still');
goes_by(7);
my ($same) = claim();
is_deeply([@$same{qw(message_id body)}], [@{ $got[0] }{qw(message_id body)}],
    'again the same');
mark($same);
is($t->value('SELECT count(*) FROM outbox WHERE sent_at IS NOT NULL'), 41,
    'all of them were told');
is_deeply(names(@got = claim()), ['up x1'], 'then what came after');
mark($_) for @got;
event($_, 'up') for @many[1 .. 39];
is_deeply([claim()], [], 'many again: not within 30 s');
goes_by(31);
is_deeply([map { $_->{subject} } @got = claim()], ['39 alerts: 39 up'],
    '... but then');
mark($_) for @got;

# one after the other
fresh();
my $n = 0;
for my $i (1 .. 14) {
    event($many[$i], 'down');
    for (claim()) { $n++; mark($_) }
}
is($n, 11, '10 one by one, then a digest, then a pause');


# --- reminders

fresh();
$t->execute('UPDATE channels SET resend_after = 30 WHERE id = ?', $downs);
event($m, 'down');
mark($_) for claim();
goes_by(29 * 60);
is_deeply([claim()], [], 'not yet');
goes_by(62);
@got = claim();
is_deeply([map { "$_->{channel_id} $_->{event} $_->{reminder}" } @got],
    ["$downs down 1"], 'a reminder, where one is wanted');
is_deeply([claim()], [], '... once');
mark($_) for @got;
goes_by(31 * 60);
is_deeply([map { $_->{reminder} } @got = claim()], [2], 'the next one');
mark($_) for @got;
$t->execute("UPDATE incidents SET acknowledged_at = now()
    WHERE monitor_id = ? AND ended_at IS NULL", $m);
goes_by(31 * 60);
is_deeply([claim()], [], 'not of what was acknowledged');
event($m, 'up');
is_deeply(names(@got = claim()), ['up m', 'up m'], 'the end is told');
mark($_) for @got;


# one that waits when it is over, or somebody knows
event($m, 'down');
mark($_) for claim();
goes_by(31 * 60);
my ($waits) = claim();
is(mark($waits, 'temporary'), 'retry', 'a reminder is late');
event($m, 'up');
is_deeply([map { $_->{event} } @got = claim()], [qw(up up)],
    'the end goes alone');
like($_->{note} // '', qr/^(?!.*stands for)/s, '... and for itself') for @got;
is($t->value('SELECT state FROM outbox WHERE id = ?', $waits->{id}),
    'dropped', '... without the reminder');
mark($_) for @got;
event($m, 'down');
mark($_) for claim();
goes_by(31 * 60);
($waits) = claim();
mark($waits, 'temporary');
$t->execute("UPDATE incidents SET acknowledged_at = now()
    WHERE monitor_id = ? AND ended_at IS NULL", $m);
goes_by(10);
is_deeply([claim()], [], 'somebody knows');
event($m, 'up');
mark($_) for claim();

# a transition that is being stored while somebody looks for reminders
event($m, 'down');
mark($_) for claim();
goes_by(31 * 60);
{
    my $dbh = $t->{cluster}->connect($t->{db});
    $dbh->begin_work;
    $slot++;
    $dbh->do("SELECT alert_transition(?, 'up', to_timestamp(?), 1::smallint,
        now(), NULL, NULL, NULL, NULL)", undef, $m, $slot);
    is_deeply([claim()], [], 'no reminder overtakes an end that is stored');
    $dbh->commit;
    $dbh->disconnect;
}
$t->execute("UPDATE alert_clock SET done_at = '-infinity'");
is_deeply([map { $_->{event} } @got = claim()], [qw(up up)],
    '... which is the last word');
mark($_) for @got;


# --- what is merged has its own 24 hours

fresh();
event($b, 'down');
($r) = claim();
mark($r, 'temporary');
$t->execute("UPDATE outbox SET created_at = now() - interval '23:59:50'");
goes_by(7);
event($b, 'up');
($r) = claim();
is_deeply([@$r{qw(event attempts)}], ['up', 2], 'a late DOWN and its UP');
is(mark($r, 'temporary'), 'retry', '... are tried for a day from then');
fresh();


# --- accounts: 32 places of 128; who has few comes first

my @crowd = map { my $id = channel("c$_"); [$id, map {
    monitor("c${id}x$_", channels => [$id]) } 1 .. 2] } 1 .. 20;
event($_, 'down') for map { @$_[1, 2] } @crowd;
my $quiet = monitor('quiet', owner => $alien, channels => [$theirs]);
@got = claim(128);
is(scalar @got, 32, 'of 40 that could go at once 32 do');
event($quiet, 'down');
is_deeply(names(claim(1)), ['down quiet'], 'another account is not behind');
is_deeply([claim(96)], [], '32 is all');
mark($_) for @got[0 .. 3];
is(scalar(@got = claim(33)), 1, 'the last 32 places are for others');
is(scalar(claim(128)), 3, '... as long as there are no more');
$t->execute('DELETE FROM channels WHERE id = ANY (?)',
    [map { $_->[0] } @crowd]);


# --- certificates

fresh();
my $cert = monitor('cert', channels => [$all, $downs]);

sub days_left {
    my ($days) = @_;

    $t->execute("UPDATE monitor_state SET cert_expires_at
        = date_trunc('day', now()) + interval '1 year' WHERE monitor_id = ?",
        $cert) if $days > 300;
    $t->execute("UPDATE monitor_state SET cert_expires_at = c.cert
        FROM (SELECT now() + ? * interval '1 day' AS cert) c
        WHERE monitor_id = ?", $days, $cert) if $days <= 300;
    # the same certificate, later
    $t->execute('UPDATE monitor_alerts a SET cert = s.cert_expires_at
        FROM monitor_state s WHERE s.monitor_id = a.monitor_id
        AND a.cert IS NOT NULL AND a.monitor_id = ?', $cert)
        if $days <= 300 && !$_[1];
    $t->execute("UPDATE alert_clock SET done_at = '-infinity'");
    my @rows = claim();
    mark($_) for @rows;
    return scalar @rows;
}

is(days_left(15), 0, '15 days: nothing');
is(days_left(13.9), 1, '14 days: told, where wanted');
is(days_left(13), 0, '... once');
is(days_left(8), 0, '8 days');
is(days_left(6.9), 1, '7 days');
is(days_left(3.1), 0, '4 days');
is(days_left(2.9), 1, '3 days');
is(days_left(0.9), 1, '1 day');
is(days_left(0.5), 0, '... once');
is(days_left(-0.1), 1, 'it is too late');
is(days_left(365), 0, 'a new one');
is(days_left(13, 1), 1, '... ends, too');


# --- parents

fresh();
my $parent = monitor('router', channels => [$one]);
my ($k1, $k2) = map { monitor($_, channels => [$one],
    set => { parent_id => $parent }) } qw(k1 k2);
sub checked {
    my ($monitor, %o) = @_;

    $t->execute("UPDATE monitor_state SET last_checked_at = now(),
        fails = ? WHERE monitor_id = ?", $o{fails} // 0, $monitor);
    return;
}

event($parent, 'up');
mark($_) for claim();
goes_by(100);
event($k1, 'down');
is_deeply([claim()], [], 'the parent was not checked since: wait');
checked($parent, fails => 1);
is_deeply([claim()], [], '... it fails: wait');
event($parent, 'down');
event($k2, 'down');
@got = claim();
is_deeply(names(@got), ['down router'], 'the parent is down: only it');
like($got[0]{note}, qr/Also down, behind it: k1, k2/, '... and told with it');
mark($_) for @got;
is_deeply([claim()], [], 'its children are not told of');
goes_by(600);
is_deeply([claim()], [], '... later neither');
is($t->value('SELECT parent_id FROM incidents WHERE monitor_id = ?', $k1),
    $parent, 'the incident says why');
event($parent, 'up');
@got = claim();
is_deeply(names(@got), ['up router'], 'the parent is back');
mark($_) for @got;
goes_by(1);
event($k1, 'up');
is_deeply([claim()], [], 'so is its child: nothing to tell');
checked($k2, fails => 3);
is_deeply(names(@got = claim()), ['down k2'], 'but this one is down itself');
mark($_) for @got;
event($k2, 'up');
is_deeply(names(@got = claim()), ['up k2'], '... and up again');
mark($_) for @got;
goes_by(100);
event($k1, 'down');
is_deeply([claim()], [], 'a child alone: wait for the parent');
checked($parent);
is_deeply(names(@got = claim()), ['down k1'], '... it is well: told');
mark($_) for @got;
event($k1, 'up');
mark($_) for claim();
goes_by(100);
event($k1, 'down');
goes_by(119);
is_deeply([claim()], [], 'a parent that is not checked');
goes_by(2);
is_deeply(names(@got = claim()), ['down k1'], '... is waited for two minutes');
mark($_) for @got;


# one that is held, and one that waits already
event($k1, 'up');
mark($_) for claim();
goes_by(100);
event($k1, 'down');
checked($parent);
mark($_) for claim();
event($k1, 'up');
($r) = claim();
is(mark($r, 'temporary'), 'retry', 'an end that is late');
event($parent, 'down');
event($k1, 'down');
goes_by(10);
is_deeply([sort @{ names(@got = claim()) }], ['down router', 'up k1'],
    '... is not held with the next outage') or diag(explain(\@got));
mark($_) for @got;
is_deeply([claim()], [], '... of which nobody is told');
event($k1, 'up');
event($parent, 'up');
is_deeply(names(@got = claim()), ['up router'], '... nor of its end');
mark($_) for @got;


# two behind each other, which an earlier version took
fresh();
my @ring = map { monitor($_, channels => [$one]) } qw(r1 r2);
$t->execute('UPDATE monitors SET parent_id = ? WHERE id = ?', @ring[@$_])
    for [0, 1], [1, 0];
event($_, 'down') for @ring;
is_deeply([sort @{ names(@got = claim()) }], ['down r1', 'down r2'],
    'no monitor waits for one that is behind it') or diag(explain(\@got));
mark($_) for @got;


# --- the operator

fresh();
my ($admin) = $t->user(role => 'admin');
my $ops = channel('ops', owner_id => $admin, is_default => 1);
$t->value("SELECT alert_operator(0, 'network', 'no network', 'all fail')")
    for 1 .. 3;
@got = claim();
is_deeply([map { "$_->{channel_id} $_->{event} $_->{subject}" } @got],
    ["$ops operator no network"], 'one message to administrators');
mark($_) for @got;
$t->execute("UPDATE alert_clock SET done_at = '-infinity'");
is($t->value("SELECT alert_operator(?, 'network', 'x', 'y')", $one), 0,
    'not to the channel of a user');
$t->execute("UPDATE alert_clock SET done_at = '-infinity'");
$t->execute('UPDATE channels SET is_default = false WHERE id = ?', $ops);
is($t->value("SELECT alert_operator(?, 'network', 'x', 'y')", $ops), 1,
    'to the one that the operator chose');


# --- it goes with what it is about

$t->execute('DELETE FROM channels WHERE id = ?', $one);
$t->execute('DELETE FROM monitors WHERE id = ?', $m);
is($t->value('SELECT count(*) FROM outbox WHERE channel_id = ?
    OR monitor_id = ?', $one, $m), 0, 'gone');

done_testing;

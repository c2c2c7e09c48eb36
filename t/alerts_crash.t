# Two nodes, and one dies at a named point between a check and the mark of its
# message: nothing is lost, a message comes twice at most, with one id, and
# soon.
#
# CHAOS_CRASHES  at each point (1); t/chaos/alerts_crash.t has ten
# CHAOS_MINUTE   1: leases run out by themselves, instead of being moved

use strict;
use warnings;

use List::Util qw(max);
use Time::HiRes qw(time sleep);
use Uptime::Alerts;
use Uptime::Inbox;
use Uptime::Test;
use Uptime::Util qw(spew);

my $crashes = $ENV{CHAOS_CRASHES} // 1;
my $moved = !$ENV{CHAOS_MINUTE};
my $sum = 0;

my $t = Uptime::Test->new(checker => 1);
my $target = $t->target;
my $sink = Uptime::Inbox->start(dir => "$t->{dir}/sink");
my $crash = "$t->{dir}/crash";
mkdir $crash;
chmod 0777, $crash;

my @nodes = map { $t->nginx(log_level => 'notice', main => 'env UPTIME_CRASH;',
    env => { UPTIME_CRASH => $crash }) } 1, 2;
$_->expect_log('exited on signal 9') for @nodes;
$t->execute('ALTER TABLE monitors DROP CONSTRAINT monitors_interval_check');
my ($uid) = $t->user;
my $alerts = Uptime::Alerts->new(test => $t, sink => $sink, uid => $uid);


sub ready {
    return $t->value('SELECT count(DISTINCT checker_id) = 2 AND count(*) = 64
        FROM shards WHERE lease_until > now()');
}


# What happens, so that one dies; returns when it had.
sub dies {
    my ($point, $name, $what) = @_;

    my %old = map { $_ => 1 } map { $_->checkers } @nodes;
    spew("$crash/$point", '');
    chmod 0666, "$crash/$point";
    $what->();
    wait_until { !-e "$crash/$point" } 30 or return fail("$name: dead");
    my $at = time;
    wait_until { (grep { !$old{$_} } map { $_->checkers } @nodes) && ready() }
        40 or return fail("$name: another one");

    # who dies too often has to wait
    sleep 3 if $crashes > 3;
    return $at;
}


# Everything of these has been told; the times that it took.
sub told {
    my ($point, $at) = @_;

    # those of the dead: who has one since then is sending
    my $dead = 60 + max(values %$at);

    until_ok {
        $t->execute('UPDATE outbox SET lease_until = now()
            WHERE lease_until > now() AND lease_until < to_timestamp(?)', $dead)
            if $moved;
        $t->value("SELECT count(*) FROM outbox WHERE state = 'sent'") == $sum;
    } 80, "$point: all is told";

    my %hits;
    push @{ $hits{ $_->{path} } }, $_ for $sink->got;
    my ($twice, @took) = (0);

    for my $name (sort keys %$at) {
        my @hits = @{ delete $hits{"/ok/$name"} // [] };
        my %ids = map { $_->{id} => 1 } @hits;
        is(scalar keys %ids, 1, "$name: one message") or next;
        cmp_ok(scalar @hits, '<=', 2, '... at most twice');
        $twice++ if @hits > 1;
        push @took, max(0, $hits[0]{at} - $at->{$name});
    }

    return ($twice, @took);
}


until_ok { ready() } 20, 'two checkers are there';

for my $point (qw(after_check after_commit after_claim before_send after_send
    after_mark))
{
    my ($twice, @took, %at) = (0);

    for my $n (1 .. $crashes) {
        $sum++;
        my $real = $point =~ /check|commit/;

        # a real check, or what it would have stored
        $at{"${point}_$n"} = dies($point, "$point $n", sub {
            $alerts->add("${point}_", 1, first => $n, $real ? (interval => 2,
                checked => $target->url('/status/503?')) : ());
            $alerts->event("${point}_$n", 'down') if !$real;
        });

        # a lease that runs out meets no other crash
        if ($n == $crashes || $n % 5 == 0) {
            my ($again, @more) = told($point, \%at);
            $twice += $again;
            push @took, @more;
            %at = ();
        }
    }

    diag(sprintf '%s: %d crashes, %d messages twice, first heard of after '
        . '%.1f s at most', $point, $crashes, $twice, max(@took) // -1);
    cmp_ok(max(@took) // 99, '<=', 65, "$point: in time");
}

is($t->value('SELECT count(*) FROM incidents'), $sum,
    'each is one incident');
is($t->value("SELECT count(*) FROM outbox WHERE state <> 'sent'"), 0,
    'nothing is left, nothing was given up');
ok($_->stop, 'stopped') for @nodes;
done_testing;

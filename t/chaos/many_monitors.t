# An account with very many monitors is disabled and enabled within a second,
# and checkers find all of its monitors in pages.
#
# MONITORS=100000; 5000 unless told.

use strict;
use warnings;

use Time::HiRes qw(time);
use Uptime::Test;
use Uptime::Util qw(slurp);

my $n = $ENV{MONITORS} // 5_000;
my $page = 2_000;

my $t = Uptime::Test->new(checker => 1);
my $target = $t->target;
$t->nginx;
my $a = Uptime::Session->sign_up($t->client)->{client};
my $owner = Uptime::Session->sign_up($t->client);

my $res = $owner->{client}->post('/monitors', { interval => 86_400,
    url => $target->url('/ok/many'), paused => true });
is($res->{status}, 201, 'the first') or diag($res->{content});
$t->execute("UPDATE monitors SET paused = false, interval = 86400
    WHERE id = ?", $res->{json}{id});

my $names = join ', ', map { $_->{c} } $t->sql("SELECT column_name AS c
    FROM information_schema.columns WHERE table_name = 'monitors'
    AND table_schema = current_schema() AND is_identity = 'NO'
    AND is_generated = 'NEVER' AND column_name <> 'revision'");
$t->execute("INSERT INTO monitors ($names) SELECT $names FROM monitors,
    generate_series(2, $n) WHERE owner_id = ?", $owner->{id});
$t->execute('ANALYZE');

# a statement of sql/ as it is embedded
sub statement {
    my ($file) = @_;

    my $text = join "\n", grep { !/^\s*--/ } split /\n/, slurp("sql/$file");
    1 while $text =~ s/\{\{(\w+)\}\}/slurp("sql\/fragments\/$1.sql")/ge;
    return $text;
}

my $changes = statement('checker/changes.sql');
my $since = sub { $t->value('SELECT
    pg_snapshot_xmin(pg_current_snapshot())::text') };

# What a checker with all shards reads: how many are paused, how many not.
sub read_changes {
    my ($from) = @_;

    my ($after, $begin, $longest, %seen) = (0, time, 0);

    while (1) {
        my $start = time;
        my $rows = $t->dbh->selectall_arrayref($changes =~ s/\$(\d)/
            { 1 => "ARRAY(SELECT generate_series(0, 63))", 2 => $from,
              3 => $after, 4 => $page }->{$1}/gexr);
        my $took = time - $start;
        $longest = $took if $took > $longest;
        shift @$rows;
        $seen{ $_->[3] ? 'paused' : 'active' }++ for @$rows;
        last if @$rows < $page;
        $after = $rows->[-1][0];
    }

    diag(sprintf '%d monitors read in %.2f s, the longest page in %.3f s',
        $n, time - $begin, $longest);
    return \%seen;
}

for my $disabled (true, false) {
    my $what = $disabled ? 'disable' : 'enable';
    my $from = $since->();
    my $begin = time;
    my $res = $a->patch("/users/$owner->{id}", { disabled => $disabled });
    my $took = time - $begin;
    is($res->{status}, 200, $what) or diag($res->{content});
    cmp_ok($took, '<', 1, '... within a second');
    diag(sprintf '%s: %.3f s', $what, $took);
    is_deeply(read_changes($from),
        { ($disabled ? 'paused' : 'active') => $n },
        '... and checkers see that of every monitor');
}

done_testing;

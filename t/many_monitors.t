# An account with very many monitors is disabled and enabled within a second,
# and checkers find all of its monitors in pages.  It is deleted within a
# second as well; the checker deletes its rows.
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


# --- delete

my $id = $owner->{id};
my $key = $owner->log_in->{client}->post('/keys', { name => 'k' })
    ->{json}{key};
my $there = $owner->log_in;
my $begin = time;
$res = $there->{client}->delete('/me', { password => $owner->{password} });
my $took = time - $begin;
is($res->{status}, 204, 'deleted') or diag($res->{content});
cmp_ok($took, '<', 1, '... within a second');
diag(sprintf 'delete: %.3f s', $took);

problem_ok($t->client($key)->get('/me'), 401, 'invalid_token',
    'its key is none at once');
problem_ok($there->{client}->get('/me'), 401, 'invalid_token',
    'it cannot be asked for');
problem_ok($there->send('/auth/refresh'), 401, 'invalid_session',
    'its session is over');
problem_ok($t->client->post('/auth/login', { email => $owner->{email},
    password => $owner->{password} }), 401, 'invalid_credentials',
    'nobody logs in');
is_deeply([grep { $_->{id} == $id } @{ $a->get('/users')->{json}{items} }],
    [], 'administrators do not see it');
problem_ok($a->patch("/users/$id", { disabled => false }), 404, 'not_found',
    '... and cannot bring it back');
my $again = Uptime::Session->sign_up($t->client, email => $owner->{email});
is($again->{client}->get('/monitors')->{json}{counts}{pending}, 0,
    'the address can sign up again and has nothing');

$begin = time;
until_ok { !$t->value('SELECT count(*) FROM users WHERE id = ?', $id) }
    30 + $n / 500, 'the rest goes with time';
diag(sprintf 'all rows gone after %.0f s', time - $begin);
for ($t->sql("SELECT c.table_name AS t, c.column_name AS c
    FROM information_schema.columns c
    JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'
    AND column_name IN ('user_id', 'owner_id', 'created_by')
    AND c.table_name <> 'monitor_tombstones'"))         # for a day
{
    is($t->value("SELECT count(*) FROM $_->{t} WHERE $_->{c} = ?", $id), 0,
        "nothing is left in $_->{t}");
}
is($t->value('SELECT count(*) FROM monitor_state'), 0, 'nor of its monitors');

done_testing;

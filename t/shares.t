# Shares of the shards among nodes, and what is noticed without being told.

use strict;
use warnings;

use Uptime::Test;

my $t = Uptime::Test->new(checker => 1);
my $target = $t->target;
my $server = $t->nginx;
my $c = $t->user_client;


sub shards {
    my %n = map { $_->{name} => $_->{n} } $t->sql('SELECT n.name,
        count(*) AS n FROM shards s JOIN checkers c ON c.id = s.checker_id
        JOIN nodes n ON n.id = c.node_id WHERE s.lease_until > now()
        GROUP BY n.name');
    return join ' ', map { "$_:$n{$_}" } sort keys %n;
}


my $id = $c->post('/monitors', { url => $target->url, interval => 10 })
    ->{json}{id};
until_ok { shards() eq 'node0:64' } 10, 'one node has all shards';

# Nodes that the others believe to be alive, and that take nothing.
sub ghosts {
    my ($n, $node) = @_;

    $t->execute(q{INSERT INTO nodes (name) SELECT 'ghost' || generate_series
        FROM generate_series(1, 9) ON CONFLICT DO NOTHING});
    $t->execute(q{DELETE FROM checkers WHERE version = 'ghost'});
    $t->execute(q{INSERT INTO checkers (node_id, version, seen_at)
        SELECT id, 'ghost', now() + interval '1 h' FROM nodes
        WHERE name = ANY (?)}, $node ? [$node] : [map { "ghost$_" } 1 .. $n]);
    $t->execute(q{NOTIFY uptime, 'shards'});
    return;
}


for ([2, 22], [4, 13], [6, 10], [8, 8], [9, 7]) {
    my ($n, $share) = @$_;
    ghosts($n);
    until_ok { shards() eq "node0:$share" } 5,
        'the share of the first of ' . ($n + 1) . ' nodes'
        or diag(shards());
}

# a newer checker of the same node takes over all that the node has
ghosts(1, 'node0');
until_ok { shards() eq '' } 5, 'an older checker steps back';
ghosts(0);
until_ok { shards() eq 'node0:64' } 5, 'and is there when it is needed';


# --- without notifications: polling is the truth

$t->execute('DROP TRIGGER monitors_changed ON monitors');
my $silent = $t->value('INSERT INTO monitors (owner_id, name, type, url,
    interval, timeout, method, headers, expected_status, keyword_mode,
    follow_redirects, max_redirects, verify_tls, failure_threshold,
    retry_interval, cert_warn_days, tags, paused)
    SELECT owner_id, name, type, ?, interval, timeout, method, headers,
    expected_status, keyword_mode, follow_redirects, max_redirects,
    verify_tls, failure_threshold, retry_interval, cert_warn_days, tags,
    paused FROM monitors LIMIT 1 RETURNING id', $target->url('/ok/silent'));
until_ok { $target->hits('/ok/silent') } 8, 'a monitor that nobody told of';

$t->execute('UPDATE shards SET checker_id = NULL, lease_until = now()
    WHERE shard = 5');
until_ok { shards() eq 'node0:64' } 8, 'a shard that nobody told of';

done_testing;

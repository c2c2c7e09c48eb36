# An unknown mail address, a wrong password and a disabled account cannot be
# told apart: neither by the bytes of the answer nor by its time.
#
# The kinds are asked in turn and the medians compared: a hash that one of them
# leaves out, or computes twice, is most of the time.  What else the machine
# does meanwhile hits all kinds alike; after a round that it spoiled the next
# one may show better.

use strict;
use warnings;

use List::Util qw(shuffle max min);
use Time::HiRes qw(time);
use Uptime::Test;

use constant { ACCOUNTS => $ENV{UPTIME_ASAN} ? 15 : 40, ROUNDS => 4,
    PART => 0.25 };

my $t = Uptime::Test->new(workers => 1);
$t->nginx;
my $c = $t->client;
my $real = Uptime::Session->sign_up($c);

# an account has few attempts
$t->execute("INSERT INTO users (email, password_hash, role, disabled_at)
    SELECT kind || n || '\@example.com', password_hash, 'user',
           CASE kind WHEN 'disabled' THEN now() END
    FROM users, generate_series(1, ?) n, unnest(ARRAY['wrong', 'disabled'])
        AS kind
    WHERE id = ?", ACCOUNTS, $real->{id});


sub strip {
    my ($r) = @_;

    my %h = %{ $r->{headers} };
    delete @h{qw(date x-request-id)};
    my $b = $r->{content} =~ s/[0-9a-f]{32}//gr;
    return join "\n", $r->{status}, (map { "$_: $h{$_}" } sort keys %h), $b;
}


sub median {
    my @sorted = sort { $a <=> $b } @_;
    return $sorted[@sorted / 2];
}


my %answers;

# Seconds of every kind's median.
sub medians {
    my %took;

    for my $n (1 .. ACCOUNTS) {
        for my $kind (shuffle qw(unknown wrong disabled)) {
            my $body = { email => "$kind$n\@example.com",
                password => $kind eq 'disabled' ? $real->{password}
                                                : 'not the password' };
            my $start = time;
            my $res = $c->post('/auth/login', $body);
            push @{ $took{$kind} }, time - $start;
            $answers{ strip($res) }{$kind}++;
        }
    }

    $t->execute('DELETE FROM throttles');
    return map { $_ => median(@{ $took{$_} }) } keys %took;
}


$c->post('/auth/login', { email => 'first@example.com',
    password => 'not the password' }) for 1 .. 3;

my ($apart, %median);

for my $round (1 .. ROUNDS) {
    %median = medians();
    $apart = max(values %median) - min(values %median);
    note(sprintf 'round %d: %s', $round, join ', ',
        map { sprintf '%s %.1f ms', $_, 1000 * $median{$_} }
        sort keys %median);
    last if $apart < PART * $median{wrong};
}

is_deeply([map { [sort keys %$_] } values %answers],
    [[qw(disabled unknown wrong)]], 'the same bytes for all')
    or diag(join "\n--\n", keys %answers);
like((keys %answers)[0], qr/^401\n.*"invalid_credentials"/s, 'a refusal');
cmp_ok($median{wrong}, '>', 0.005, 'there was a hash to compute');
cmp_ok($apart, '<', PART * $median{wrong},
    'the same time, but for a part of a hash')
    or diag(join ', ', map { "$_ $median{$_} s" } sort keys %median);

done_testing;

package Uptime::Alerts;

# Many monitors, each with a channel of its own that ends in an
# Uptime::Inbox, for tests that ask whether every message arrives.

use strict;
use warnings;

use Time::HiRes qw(time);
use Uptime::Util qw(wait_until);


# test: an Uptime::Test; uid: whose; sink: an Uptime::Inbox, if there is one
sub new {
    my ($class, %o) = @_;

    # alert_transition() takes what is newer than what it has
    return bless { slot => 0, %o }, $class;
}


# n monitors and their channels, PREFIX1 and so on (first: not 1); path: of the
# channel, the name is added; checked: a URL, the number is added.  Without it
# they are paused: event() says what happens to them.
sub add {
    my ($self, $prefix, $n, %o) = @_;

    my $first = $o{first} // 1;
    $self->{test}->execute("WITH c AS (
        INSERT INTO channels (owner_id, name, kind, events, config)
        SELECT ?::bigint, n, 'webhook', '{down,up}',
            jsonb_build_object('url', ?::text || n)
        FROM (SELECT ?::text || generate_series(?::integer, ?::integer)) x (n)
        RETURNING id, owner_id, name
    ) INSERT INTO monitors (owner_id, name, type, url, interval, timeout,
        method, headers, expected_status, keyword_mode, follow_redirects,
        max_redirects, verify_tls, failure_threshold, retry_interval,
        cert_warn_days, tags, paused, channel_ids)
    SELECT owner_id, name, 'http', ?::text || substr(name, ?::integer),
        ?::integer, ?::integer, 'GET', '{}', '200-299', 'present', true, 5, true, ?::integer,
        10,
        14, '{}', ?::boolean, ARRAY[id] FROM c", $self->{uid},
        $self->{sink} ? $self->{sink}->url($o{path} // '/ok/')
            : 'http://127.0.0.1:9/', $prefix, $first,
        $first + $n - 1, $o{checked} // 'http://127.0.0.1:9/',
        1 + length $prefix, $o{interval} // 10,
        $o{timeout} // 5, $o{threshold} // 1, $o{checked} ? 0 : 1);
    return;
}


# What the statement that stores results does when monitors change.
sub event {
    my ($self, $like, $event) = @_;

    $self->{slot}++;
    $self->{test}->execute("SELECT alert_transition(id, ?, now()
        + ? * interval '1 s', 1::smallint, now(), 'timeout', NULL, NULL, NULL)
        FROM monitors WHERE name LIKE ? ORDER BY id", $event, $self->{slot},
        $like);
    return;
}


# What a checker asks for, at most n, and how it marks one.
sub claim {
    my ($self, $n) = @_;

    return $self->{test}->sql('SELECT * FROM alert_claim(?)', $n // 100);
}


sub mark {
    my ($self, $row, $status, $after) = @_;

    return $self->{test}->value('SELECT alert_mark(?, ?, ?, ?, 200, ?)',
        $row->{id}, $row->{attempts}, $status // 'delivered', $after // 0,
        'said so');
}


# So many seconds go by: all that is compared with the time is moved.
sub goes_by {
    my ($self, $s) = @_;

    my $t = $self->{test};
    $t->execute("UPDATE outbox SET sent_at = sent_at - ? * interval '1 s',
        created_at = created_at - ? * interval '1 s',
        next_at = next_at - ? * interval '1 s',
        lease_until = lease_until - ? * interval '1 s',
        at = at - ? * interval '1 s'", ($s) x 5);
    $t->execute("UPDATE incidents SET started_at = started_at
        - ? * interval '1 s', confirmed_at = confirmed_at - ? * interval '1 s'",
        $s, $s);
    $t->execute("UPDATE monitor_state SET last_checked_at = last_checked_at
        - ? * interval '1 s', told_since = told_since - ? * interval '1 s'",
        $s, $s);
    $t->execute("UPDATE alert_clock SET done_at = done_at
        - ? * interval '1 s'", $s);
    return;
}


# An hour passes for what was sent: no limit of messages an hour, or a minute,
# holds anything up.
sub hour {
    my ($self) = @_;

    return $self->{test}->execute("UPDATE outbox
        SET sent_at = sent_at - interval '2 hours'
        WHERE sent_at > now() - interval '2 hours'");
}


# Nothing is checked any more, and what waits goes out all the same, as it would
# not if somebody had paused the monitors.
sub quiet {
    my ($self) = @_;

    $self->{test}->execute('ALTER TABLE monitors DISABLE TRIGGER incident_over');
    $self->{test}->execute('UPDATE monitors SET paused = true');
    return;
}


# All has gone out; time passes whenever only that would help.
sub drained {
    my ($self, $seconds) = @_;

    return wait_until {
        eval {
            $self->hour;
            $self->{test}->execute("UPDATE outbox SET next_at = now()
                WHERE state = 'pending' AND lease_until IS NULL
                AND next_at > now()");
            $self->waiting == 0;
        };
    } $seconds;
}


sub waiting {
    my ($self) = @_;

    return $self->{test}->value("SELECT count(*) FROM outbox
        WHERE state IN ('pending', 'held')");
}


# What is wrong with what arrived, as text, at most a few of each: messages
# that nobody got, neither themselves nor the one that stands for them; an UP
# that arrived before the DOWN of its incident.
sub wrong {
    my ($self) = @_;

    my %first;
    for ($self->{sink}->got) {
        $first{ $_->{id} } //= $_->{at} if defined $_->{id};
    }

    my @rows = $self->{test}->sql("SELECT id, message_id, incident_id, event,
        state, merged_into, monitor_id FROM outbox ORDER BY id");
    my %row = map { $_->{id} => $_ } @rows;
    my (%down, @lost, @early);

    for my $r (@rows) {
        my $teller = $r;
        $teller = $row{ $teller->{merged_into} }
            while $teller && $teller->{state} eq 'merged';
        push @lost, "$r->{event} of monitor $r->{monitor_id}: $r->{state}"
            if !$teller || !$first{ $teller->{message_id} };
        $down{ $r->{incident_id} } = $first{ $r->{message_id} }
            if $r->{event} eq 'down' && $r->{state} eq 'sent';
    }

    for my $r (grep { $_->{event} eq 'up' && $_->{state} eq 'sent' } @rows) {
        my $at = $first{ $r->{message_id} } // next;
        my $before = $down{ $r->{incident_id} } // next;
        push @early, "up of monitor $r->{monitor_id}" if $at < $before;
    }

    return { messages => scalar(@rows), arrived => scalar(keys %first),
        lost => scalar(@lost), early => scalar(@early),
        examples => [@lost[0 .. ($#lost < 4 ? $#lost : 4)],
            @early[0 .. ($#early < 4 ? $#early : 4)]] };
}


1;

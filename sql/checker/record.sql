-- Stores a batch of results and what they change.
--
-- $1  bigint     checker that made them
-- $2  integer    node
-- $3  smallint[] the shards that occur, each once
-- $4  text[]     names of statuses, for $12, $20 and $22
-- $5  text[]     names of causes, for $13
-- $6 ... arrays, one element for each result, in the order of monitor, slot
--     and attempt; no element is NULL, so that each is found without a search:
-- $6  bigint[]   monitor
-- $7  smallint[] shard
-- $8  bigint[]   epoch under which the checker held it
-- $9  timestamptz[] slot
-- $10 smallint[] attempt
-- $11 timestamptz[] start of the check
-- $12 smallint[] outcome
-- $13 smallint[] cause; 0: none
-- $14 smallint[] HTTP status; 0: none
-- $15 ... $19 integer[] microseconds; -1: none: all in all, DNS, connect, TLS,
--                first byte
-- $20 smallint[] monitor's status after the result
-- $21 timestamptz[] since
-- $22 smallint[] last definite status after the result; 0: none
-- $23 timestamptz[] since; -infinity: none
-- $24 smallint[] failures in a row after the result
-- $25 timestamptz[] end of the certificate; -infinity: none
-- $26 smallint[] 1: the newest of its monitor in this batch
-- $27 smallint[] 1: people are to be told
--
-- A result counts if the checker still holds the shard, and it is kept if it
-- was there before somebody else took the shard.  The share lock makes a
-- takeover wait for this statement or this statement see the takeover.
-- Results of a monitor that was deleted are not stored.  What comes later than
-- its rollup, or changes the status, leaves a mark (docs/rollups.md).
--
-- Columns are read by place: unnest() of them all costs more than the rest.
--
-- First a row (0, number of results stored, nothing or ''), then for each
-- transition that was stored and counts (place in the arrays from 1, name,
-- url).  Live streams, if there are any, are told once.

WITH fence AS MATERIALIZED (
    SELECT shard, checker_id, epoch, taken_at, closed_to FROM shards
    WHERE shard = ANY ($3::smallint[])
    ORDER BY shard FOR SHARE
), kept AS MATERIALIZED (
    SELECT u.i, u.monitor_id,
           f.epoch = ($8::bigint[])[u.i] AND f.checker_id = $1::bigint
           AS counts,
           ($9::timestamptz[])[u.i] < f.closed_to AS late
    FROM unnest($6::bigint[]) WITH ORDINALITY AS u (monitor_id, i)
    JOIN fence f ON f.shard = ($7::smallint[])[u.i]
    WHERE f.epoch = ($8::bigint[])[u.i]
          OR ($11::timestamptz[])[u.i]
             + greatest(($15::integer[])[u.i], 0) * interval '1 us'
             < f.taken_at
), state AS (
    UPDATE monitor_state s
    SET status = coalesce(($4::text[])[($20::smallint[])[k.i]], 'pending'),
        status_since = ($21::timestamptz[])[k.i],
        told = ($4::text[])[($22::smallint[])[k.i]],
        told_since = nullif(($23::timestamptz[])[k.i], '-infinity'),
        fails = ($24::smallint[])[k.i],
        last_slot = ($9::timestamptz[])[k.i],
        last_attempt = ($10::smallint[])[k.i],
        last_checked_at = ($11::timestamptz[])[k.i],
        last_outcome = ($4::text[])[($12::smallint[])[k.i]],
        last_cause = ($5::text[])[($13::smallint[])[k.i]],
        last_http_status = nullif(($14::smallint[])[k.i], 0),
        last_latency_us = nullif(($15::integer[])[k.i], -1),
        cert_expires_at = coalesce(
            nullif(($25::timestamptz[])[k.i], '-infinity'),
            s.cert_expires_at),
        ballast = NULL
    FROM kept k
    WHERE s.monitor_id = k.monitor_id AND k.counts
          AND ($26::smallint[])[k.i] = 1
          AND (s.last_slot IS NULL
               OR (s.last_slot, s.last_attempt)
                  < (($9::timestamptz[])[k.i], ($10::smallint[])[k.i]))
    RETURNING s.monitor_id, s.status_since = s.last_checked_at AS changed
), marked AS (
    INSERT INTO rollup_marks (monitor_id, hour)
    SELECT DISTINCT k.monitor_id,
           date_bin('1 hour', ($9::timestamptz[])[k.i], 'epoch')
    FROM kept k WHERE k.late
    UNION ALL
    SELECT monitor_id, NULL FROM state WHERE changed
), stored AS (
    INSERT INTO checks (monitor_id, slot, checked_at, latency_us, dns_us,
                        connect_us, tls_us, ttfb_us, node_id, attempt,
                        http_status, outcome, cause)
    SELECT k.monitor_id, ($9::timestamptz[])[k.i], ($11::timestamptz[])[k.i],
           nullif(($15::integer[])[k.i], -1),
           nullif(($16::integer[])[k.i], -1),
           nullif(($17::integer[])[k.i], -1),
           nullif(($18::integer[])[k.i], -1),
           nullif(($19::integer[])[k.i], -1),
           $2::integer, ($10::smallint[])[k.i],
           nullif(($14::smallint[])[k.i], 0),
           ($4::text[])[($12::smallint[])[k.i]],
           ($5::text[])[($13::smallint[])[k.i]]
    FROM kept k
    WHERE k.monitor_id IN (SELECT monitor_id FROM state)
          OR EXISTS (SELECT FROM monitor_state s
                     WHERE s.monitor_id = k.monitor_id)
    ON CONFLICT DO NOTHING
    RETURNING monitor_id, slot, attempt
)
SELECT 0::bigint, (SELECT count(*) FROM stored)::text,
       (SELECT pg_notify('uptime_live', '')::text FROM watch
        WHERE until > now())
UNION ALL
(SELECT k.i, m.name, m.url
 FROM kept k
 JOIN stored t ON t.monitor_id = k.monitor_id
                  AND t.slot = ($9::timestamptz[])[k.i]
                  AND t.attempt = ($10::smallint[])[k.i]
 JOIN monitors m ON m.id = k.monitor_id
 WHERE k.counts AND ($27::smallint[])[k.i] = 1
 ORDER BY ($11::timestamptz[])[k.i], k.i)

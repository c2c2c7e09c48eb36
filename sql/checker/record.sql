-- Stores a batch of results and what they change.
--
-- $1  bigint     checker
-- $2  integer    node
-- $3 ... arrays, one element for each result, in the order of time:
-- $3  bigint[]   monitor
-- $4  smallint[] shard
-- $5  bigint[]   epoch under which the checker held it
-- $6  bigint[]   slot, ms since 1970
-- $7  smallint[] attempt
-- $8  bigint[]   start of the check, ms since 1970
-- $9  text[]     outcome
-- $10 text[]     cause or NULL
-- $11 smallint[] HTTP status or NULL
-- $12 ... $16 integer[] microseconds or NULL: all in all, DNS, connect, TLS,
--                first byte
-- $17 bigint[]   end of the certificate, seconds since 1970, or NULL
-- $18 text[]     monitor's status after the result
-- $19 bigint[]   since, ms
-- $20 text[]     last definite status after the result, or NULL
-- $21 bigint[]   since, ms, or NULL
-- $22 smallint[] failures in a row after the result
-- $23 boolean as smallint[]: 1: people are to be told
--
-- A result counts if the checker still holds the shard, and it is kept if it
-- was there before somebody else took the shard.  The share lock makes a
-- takeover wait for this statement or this statement see the takeover.
--
-- First a row (0, number of results stored, NULL), then for each transition
-- that was stored and counts (place in the arrays from 1, name, url).

WITH r AS MATERIALIZED (
    SELECT u.ord, u.monitor_id, u.shard, u.epoch,
           to_timestamp(u.slot / 1000.0) AS slot, u.attempt,
           to_timestamp(u.checked / 1000.0) AS checked_at,
           u.outcome, u.cause, u.http_status, u.latency_us, u.dns_us,
           u.connect_us, u.tls_us, u.ttfb_us,
           to_timestamp(u.cert) AS cert_expires_at,
           u.status, to_timestamp(u.since / 1000.0) AS status_since,
           u.told, to_timestamp(u.told_since / 1000.0) AS told_since,
           u.fails, u.event
    FROM unnest($3::bigint[], $4::smallint[], $5::bigint[], $6::bigint[],
                $7::smallint[], $8::bigint[], $9::text[], $10::text[],
                $11::smallint[], $12::integer[], $13::integer[],
                $14::integer[], $15::integer[], $16::integer[],
                $17::bigint[], $18::text[], $19::bigint[], $20::text[],
                $21::bigint[], $22::smallint[], $23::smallint[])
         WITH ORDINALITY
         AS u (monitor_id, shard, epoch, slot, attempt, checked, outcome,
               cause, http_status, latency_us, dns_us, connect_us, tls_us,
               ttfb_us, cert, status, since, told, told_since, fails, event,
               ord)
), fence AS MATERIALIZED (
    SELECT shard, checker_id, epoch, taken_at FROM shards
    WHERE shard IN (SELECT shard FROM r)
    ORDER BY shard FOR SHARE
), kept AS MATERIALIZED (
    SELECT r.*, f.epoch = r.epoch AND f.checker_id = $1::bigint AS counts
    FROM r
    JOIN fence f ON f.shard = r.shard
    JOIN monitor_state s ON s.monitor_id = r.monitor_id
    WHERE f.epoch = r.epoch
          OR r.checked_at + coalesce(r.latency_us, 0) * interval '1 us'
             < f.taken_at
), stored AS (
    INSERT INTO checks (monitor_id, slot, checked_at, latency_us, dns_us,
                        connect_us, tls_us, ttfb_us, node_id, attempt,
                        http_status, outcome, cause)
    SELECT monitor_id, slot, checked_at, latency_us, dns_us, connect_us,
           tls_us, ttfb_us, $2::integer, attempt, http_status, outcome, cause
    FROM kept
    ON CONFLICT DO NOTHING
    RETURNING monitor_id, slot, attempt
), newest AS (
    SELECT DISTINCT ON (monitor_id) * FROM kept WHERE counts
    ORDER BY monitor_id, slot DESC, attempt DESC
), state AS (
    UPDATE monitor_state s
    SET status = n.status, status_since = n.status_since,
        told = n.told, told_since = n.told_since, fails = n.fails,
        last_slot = n.slot, last_attempt = n.attempt,
        last_checked_at = n.checked_at, last_outcome = n.outcome,
        last_cause = n.cause, last_http_status = n.http_status,
        last_latency_us = n.latency_us,
        cert_expires_at = coalesce(n.cert_expires_at, s.cert_expires_at)
    FROM newest n
    WHERE s.monitor_id = n.monitor_id
          AND (s.last_slot IS NULL
               OR (s.last_slot, s.last_attempt) < (n.slot, n.attempt))
)
SELECT 0::bigint, (SELECT count(*) FROM stored)::text, NULL::text
UNION ALL
(SELECT k.ord, m.name, m.url
 FROM kept k
 JOIN stored t ON t.monitor_id = k.monitor_id AND t.slot = k.slot
                  AND t.attempt = k.attempt
 JOIN monitors m ON m.id = k.monitor_id
 WHERE k.counts AND k.event = 1
 ORDER BY k.ord)

-- checker/record for a batch in which nobody's status changes, which nearly all
-- are: nothing is told or marked, each monitor occurs once, the rows of a shard
-- have one epoch.  It stores what there is no doubt about.  If that is not every
-- row (a shard was lost, an hour is closed, a monitor is gone or has a newer
-- state), all of them are sent again as record_again, which stores the others.
--
-- $1  bigint     checker that made them
-- $2  integer    node
-- $3  smallint[] the shards that occur, each once
-- $4  bigint[]   epoch of each of them
-- $5  bigint     the lowest slot, ms since 1970
-- $6  text[]     names of statuses, for $12, $15 and $17
-- $7  text[]     names of causes, for $13
-- $8 to $27 are arrays with one element for each result, as in checker/record.
-- $8  bigint[]   monitor
-- $9  float8[]   slot
-- $10 smallint[] attempt
-- $11 float8[]   start of the check
-- $12 smallint[] outcome
-- $13 smallint[] cause; 0: none
-- $14 smallint[] HTTP status; 0: none
-- $15 smallint[] monitor's status after the result
-- $16 float8[]   since
-- $17 smallint[] last definite status after the result; 0: none
-- $18 float8[]   since; -infinity: none
-- $19 smallint[] failures in a row after the result
-- $20 float8[]   end of the certificate; -infinity: none
-- $21 ... $25 integer[] microseconds; -1: none: all in all, DNS, connect, TLS,
--                first byte
-- $26 bigint[]   revision of the monitor that was checked
-- $27 integer[]  1, 2, 3, ...: a number that is unpacked is cheaper than one
--                that is counted, and the planner knows that there are few
--
-- One row: 0, number of results stored.

WITH fence AS MATERIALIZED (
    SELECT shard, epoch, closed_to FROM shards
    WHERE checker_id = $1::bigint
    ORDER BY shard FOR SHARE
), held AS MATERIALIZED (
    SELECT count(*) = cardinality($3::smallint[])
           AND max(f.closed_to) <= to_timestamp($5::bigint / 1000.0) AS whole
    FROM unnest($3::smallint[], $4::bigint[]) AS h (shard, epoch)
    JOIN fence f ON f.shard = h.shard AND f.epoch = h.epoch
), state AS (
    UPDATE monitor_state s
    SET status = coalesce(($6::text[])[($15::smallint[])[k.i]], 'pending'),
        status_since = to_timestamp(($16::float8[])[k.i]),
        told = ($6::text[])[($17::smallint[])[k.i]],
        told_since = nullif(to_timestamp(($18::float8[])[k.i]), '-infinity'),
        fails = ($19::smallint[])[k.i],
        last_slot = to_timestamp(($9::float8[])[k.i]),
        last_attempt = ($10::smallint[])[k.i],
        last_checked_at = to_timestamp(($11::float8[])[k.i]),
        last_outcome = ($6::text[])[($12::smallint[])[k.i]],
        last_cause = ($7::text[])[($13::smallint[])[k.i]],
        last_http_status = nullif(($14::smallint[])[k.i], 0),
        last_latency_us = nullif(($21::integer[])[k.i], -1),
        cert_expires_at = coalesce(
            nullif(to_timestamp(($20::float8[])[k.i]), '-infinity'),
            s.cert_expires_at),
        ballast = NULL
    FROM (SELECT unnest($27::integer[]) AS i OFFSET 0) k
    WHERE (SELECT whole FROM held)
          AND s.monitor_id = ($8::bigint[])[k.i]
          AND (s.last_slot IS NULL
               OR (s.last_slot, s.last_attempt)
                  < (to_timestamp(($9::float8[])[k.i]),
                     ($10::smallint[])[k.i]))
          AND (s.revision IS NULL OR s.revision <= ($26::bigint[])[k.i])
    RETURNING k.i
), stored AS (
    INSERT INTO checks (monitor_id, slot, checked_at, latency_us, dns_us,
                        connect_us, tls_us, ttfb_us, node_id, attempt,
                        http_status, outcome, cause)
    SELECT ($8::bigint[])[k.i], to_timestamp(($9::float8[])[k.i]),
           to_timestamp(($11::float8[])[k.i]),
           nullif(($21::integer[])[k.i], -1),
           nullif(($22::integer[])[k.i], -1),
           nullif(($23::integer[])[k.i], -1),
           nullif(($24::integer[])[k.i], -1),
           nullif(($25::integer[])[k.i], -1),
           $2::integer, ($10::smallint[])[k.i],
           nullif(($14::smallint[])[k.i], 0),
           ($6::text[])[($12::smallint[])[k.i]],
           ($7::text[])[($13::smallint[])[k.i]]
    FROM state k
)
SELECT 0::bigint, (SELECT count(*) FROM state)::text,
       (SELECT pg_notify('uptime_live', '')::text FROM watch
        WHERE until > now())

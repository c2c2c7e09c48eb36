-- checker/record: states and rows, up to the end of the INSERT
), kept AS MATERIALIZED (
    SELECT u.i, u.monitor_id,
           f.epoch = ($8::bigint[])[u.i] AND f.checker_id = $1::bigint
           AS counts,
           to_timestamp(($9::float8[])[u.i]) < f.closed_to AS late
    FROM unnest($6::bigint[]) WITH ORDINALITY AS u (monitor_id, i)
    JOIN fence f ON f.shard = ($7::smallint[])[u.i]
    WHERE (f.epoch = ($8::bigint[])[u.i]
           OR to_timestamp(($11::float8[])[u.i])
              + greatest(($15::integer[])[u.i], 0) * interval '1 us'
              < f.taken_at)
          AND (SELECT count(*) FROM held) >= 0
), state AS (
    UPDATE monitor_state s
    SET status = coalesce(($4::text[])[($20::smallint[])[k.i]], 'pending'),
        status_since = to_timestamp(($21::float8[])[k.i]),
        told = ($4::text[])[($22::smallint[])[k.i]],
        told_since = nullif(to_timestamp(($23::float8[])[k.i]), '-infinity'),
        fails = ($24::smallint[])[k.i],
        last_slot = to_timestamp(($9::float8[])[k.i]),
        last_attempt = ($10::smallint[])[k.i],
        last_checked_at = to_timestamp(($11::float8[])[k.i]),
        last_outcome = ($4::text[])[($12::smallint[])[k.i]],
        last_cause = ($5::text[])[($13::smallint[])[k.i]],
        last_http_status = nullif(($14::smallint[])[k.i], 0),
        last_latency_us = nullif(($15::integer[])[k.i], -1),
        cert_expires_at = coalesce(
            nullif(to_timestamp(($25::float8[])[k.i]), '-infinity'),
            s.cert_expires_at),
        ballast = NULL
    FROM kept k
    WHERE s.monitor_id = k.monitor_id AND k.counts
          AND ($26::smallint[])[k.i] = 1
          AND (s.last_slot IS NULL
               OR (s.last_slot, s.last_attempt)
                  < (to_timestamp(($9::float8[])[k.i]),
                     ($10::smallint[])[k.i]))
          AND (s.revision IS NULL OR s.revision <= ($27::bigint[])[k.i])
    RETURNING s.monitor_id, s.status_since = s.last_checked_at AS changed
), stored AS (
    INSERT INTO checks (monitor_id, slot, checked_at, latency_us, dns_us,
                        connect_us, tls_us, ttfb_us, node_id, attempt,
                        http_status, outcome, cause)
    SELECT k.monitor_id, to_timestamp(($9::float8[])[k.i]),
           to_timestamp(($11::float8[])[k.i]),
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

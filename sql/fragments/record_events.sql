-- checker/record: the transitions that were stored and count
UNION ALL
(SELECT e.i, e.name, e.url || coalesce(alert_transition(
     e.monitor_id, e.event, e.slot, e.attempt, e.at, e.cause, e.http_status,
     e.latency_us, e.evidence), '')
 FROM (
 SELECT k.i, m.name, m.url, k.monitor_id,
        to_timestamp(($9::float8[])[k.i]) AS slot,
        ($10::smallint[])[k.i] AS attempt,
        ($4::text[])[($22::smallint[])[k.i]] AS event,
        to_timestamp(($11::float8[])[k.i]) AS at,
        ($5::text[])[($13::smallint[])[k.i]] AS cause,
        nullif(($14::smallint[])[k.i], 0) AS http_status,
        nullif(($15::integer[])[k.i], -1) AS latency_us,
        jsonb_build_object(
            'http_status', nullif(($14::smallint[])[k.i], 0),
            'total_ms', nullif(($15::integer[])[k.i], -1) / 1000.0::float8,
            'dns_ms', nullif(($16::integer[])[k.i], -1) / 1000.0::float8,
            'connect_ms', nullif(($17::integer[])[k.i], -1) / 1000.0::float8,
            'tls_ms', nullif(($18::integer[])[k.i], -1) / 1000.0::float8,
            'ttfb_ms', nullif(($19::integer[])[k.i], -1) / 1000.0::float8)
            || coalesce(nullif(($29::text[])[array_position($28::bigint[],
                                                            k.i)], '')::jsonb,
                        '{}') AS evidence
 FROM told k
 JOIN monitors m ON m.id = k.monitor_id
 JOIN monitor_state s ON s.monitor_id = k.monitor_id
 WHERE k.monitor_id = ANY (ARRAY(SELECT monitor_id FROM state))
       AND (s.revision IS NULL OR s.revision <= ($27::bigint[])[k.i])
       -- not by what is in checks: an earlier owner may have left the row,
       -- as history only
       AND NOT EXISTS (SELECT FROM monitor_alerts a
                       WHERE a.monitor_id = k.monitor_id
                         AND (a.last_slot, a.last_attempt)
                             >= (to_timestamp(($9::float8[])[k.i]),
                                 ($10::smallint[])[k.i]))
 -- in this order, one after the other: see alert_transition()
 ORDER BY to_timestamp(($11::float8[])[k.i]), k.i OFFSET 0) e)

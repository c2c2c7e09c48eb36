CASE WHEN s.last_checked_at IS NOT NULL THEN
        (SELECT row_to_json(l) FROM (SELECT
            rfc3339(s.last_checked_at) AS checked_at,
            s.last_outcome AS outcome,
            s.last_cause AS cause,
            s.last_http_status AS http_status,
            s.last_latency_us / 1000.0::float8 AS latency_ms) l)
        END

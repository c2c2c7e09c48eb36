-- What the API tells of a check, from page and nodes.
               rfc3339(page.slot) AS slot,
               rfc3339(page.checked_at) AS checked_at,
               page.attempt,
               page.outcome,
               page.cause,
               page.http_status,
               page.latency_us / 1000.0::float8 AS latency_ms,
               page.dns_us / 1000.0::float8 AS dns_ms,
               page.connect_us / 1000.0::float8 AS connect_ms,
               page.tls_us / 1000.0::float8 AS tls_ms,
               page.ttfb_us / 1000.0::float8 AS ttfb_ms,
               nodes.name AS node,
               EXISTS (SELECT FROM maintenance_spans w
                       WHERE w.monitor_id = page.monitor_id
                         AND w.starts_at <= page.slot
                         AND w.ends_at > page.slot) AS maintenance

-- Of a "page": last id or NULL, number of monitors, lines of metric $4:
-- 0 up, 1 status, 2 latency, 3 end of the certificate.
SELECT max(p.id), count(*), string_agg(concat(
           'uptime_monitor_', l.name, '{id="', p.id, '",name="',
           replace(replace(replace(p.name, '\', '\\'), '"', '\"'),
                   chr(10), '\n'),
           '",type="', p.type, '",tags="',
           replace(replace(replace(array_to_string(p.tags, ','), '\', '\\'),
                           '"', '\"'), chr(10), '\n'),
           '"', l.label, '} ', l.value, chr(10)), '' ORDER BY p.id, l.label)
           FILTER (WHERE l.value IS NOT NULL)
FROM page p
LEFT JOIN LATERAL (
    SELECT 'up' AS name, '' AS label,
           CASE p.status WHEN 'up' THEN 1 WHEN 'degraded' THEN 1
                         WHEN 'down' THEN 0 END::text AS value
    WHERE $4::bigint = 0
    UNION ALL
    SELECT 'status', '',
           (array_position(ARRAY['pending', 'up', 'degraded', 'down',
                                 'unknown', 'paused'], p.status) - 1)::text
    WHERE $4::bigint = 1
    UNION ALL
    SELECT 'latency_seconds', ',phase="' || v.phase || '"',
           (v.us / 1000000.0::float8)::text
    FROM (SELECT p.last_latency_us, c.dns_us, c.connect_us, c.tls_us,
                 c.ttfb_us
          FROM (SELECT) one
          LEFT JOIN LATERAL (
              SELECT * FROM checks_of(p.id, p.last_slot,
                                      p.last_slot + interval '1 ms') k
              ORDER BY k.attempt DESC LIMIT 1) c ON true) c,
    LATERAL (VALUES ('total', c.last_latency_us), ('dns', c.dns_us),
             ('connect', c.connect_us), ('tls', c.tls_us),
             ('ttfb', c.ttfb_us)) v (phase, us)
    WHERE $4::bigint = 2
    UNION ALL
    SELECT 'cert_expiry_seconds', '',
           round(extract(epoch FROM p.cert_expires_at - now()))::text
    WHERE $4::bigint = 3
) l ON true

-- Monitors m that were changed: with another URL or type (m.moved), or paused or
-- resumed (m.turned), they start as pending; the certificate was the old URL's.
UPDATE monitor_state s SET
    status = 'pending', status_since = now(), told = NULL, fails = 0,
    revision = m.revision::text::bigint,
    cert_expires_at = CASE WHEN NOT m.moved THEN s.cert_expires_at END
FROM m
WHERE s.monitor_id = m.id AND (m.moved OR m.turned)

-- Messages to be sent now, each for a minute; nobody else gets them.
--
-- $1 integer  at most so many
--
-- A row for each, in the order of alert_claim() in 0010_alerts.sql.  A mail
-- that some have is for those who do not, as far as they are still named.

SELECT c.id, c.attempts, c.channel_id, c.owner_id, c.kind,
       coalesce((SELECT (c.config::jsonb
                         || jsonb_build_object('to', jsonb_agg(t)))::text
                 FROM outbox o, jsonb_array_elements(o.rest) t
                 WHERE c.channel_id IS NOT NULL AND o.id = c.id
                   AND c.config::jsonb -> 'to' @> t
                 HAVING count(*) > 0), c.config) AS config,
       c.secrets, c.secrets_key, c.templates, c.event, c.message_id, c.at,
       c.monitor_id, c.name, c.url, c.type, c.tags, c.incident_id,
       c.started_at, c.ended_at, c.cause, c.first_error, c.http_status,
       c.latency_us, c.cert_expires_at, c.reminder, c.note, c.subject, c.body
FROM alert_claim($1::bigint::integer) c

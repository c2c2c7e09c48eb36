(SELECT row_to_json(o) FROM (SELECT
    c.id,
    c.name,
    c.kind,
    c.config,
    c.templates,
    c.events,
    c.resend_after,
    c.enabled,
    c.is_default,
    rfc3339(c.failed_at) AS failed_at,
    c.failure,
    (SELECT count(*) FROM monitor_channels n
     WHERE n.channel_id = c.id) AS monitors,
    rfc3339(c.created_at) AS created_at,
    rfc3339(c.updated_at) AS updated_at,
    c.version) o)

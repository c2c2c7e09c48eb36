(arg.status IS NULL
 OR arg.status = CASE WHEN i.ended_at IS NOT NULL THEN 'resolved'
                 WHEN i.acknowledged_at IS NOT NULL THEN 'acknowledged'
                 ELSE 'open' END)
AND i.started_at < arg.until
AND coalesce(i.ended_at, 'infinity') >= arg.since

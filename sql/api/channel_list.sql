-- $1 bigint: the caller.  At most 100: one page.
SELECT NULL, json_build_object(
    'items', coalesce(json_agg({{channel_json}} ORDER BY c.id), '[]'),
    'next_cursor', NULL,
    'monitors_without', (
        SELECT count(*) FROM monitors m
        WHERE m.owner_id = $1::bigint
          AND NOT EXISTS (SELECT FROM monitor_channels n
                          WHERE n.monitor_id = m.id)))
FROM channels c
WHERE c.owner_id = $1::bigint

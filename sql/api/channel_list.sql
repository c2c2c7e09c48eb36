-- $1 bigint: the caller.  At most 100: one page.
SELECT NULL, json_build_object(
    'items', coalesce(json_agg({{channel_json}} ORDER BY c.id), '[]'),
    'next_cursor', NULL)
FROM channels c
WHERE c.owner_id = $1::bigint

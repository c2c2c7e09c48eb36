-- $2 of GET /monitors.  A cursor is the sort, the last id and its key.
SELECT coalesce(($2::jsonb ->> 'limit')::integer, 50) AS max,
       coalesce($2::jsonb ->> 'sort', 'created') AS sort,
       coalesce($2::jsonb ->> 'sort' LIKE '-%', false) AS down,
       split_part($2::jsonb ->> 'cursor', '.', 2)::bigint AS id,
       split_part($2::jsonb ->> 'cursor', '.', 3) AS key,
       (SELECT array_agg(status_rank(s = 'paused', s))
        FROM jsonb_array_elements_text($2::jsonb -> 'status') s) AS ranks,
       (SELECT array_agg(t)
        FROM jsonb_array_elements_text($2::jsonb -> 'type') t) AS types,
       (SELECT array_agg(t)
        FROM jsonb_array_elements_text($2::jsonb -> 'tag') t) AS tags,
       coalesce($2::jsonb ->> 'tag_mode' = 'all', false) AS every_tag,
       lower($2::jsonb ->> 'q') AS q,
       coalesce($2::jsonb ->> 'view' = 'compact', false) AS compact,
       $2::jsonb ?| ARRAY['status', 'type', 'tag', 'q'] AS filtered

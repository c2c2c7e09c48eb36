-- api/monitor_get for several callers at once; each parameter is an array.
-- The last column says which of them the row is for.  OFFSET 0: from one to
-- the next by the index, whatever a plan made for few monitors would do.
SELECT NULL, NULL, r.*, k.nth
FROM unnest($1::bigint[], $2::boolean[], $3::bigint[])
     WITH ORDINALITY k (owner, hidden, id, nth)
CROSS JOIN LATERAL (
    SELECT m.version AS tag,
           (extract(epoch FROM s.last_checked_at) * 1000)::bigint AS checked,
           {{monitor_fields}}
    FROM monitors m JOIN monitor_state s ON s.monitor_id = m.id
    WHERE m.owner_id = k.owner AND m.id = k.id
    OFFSET 0) r

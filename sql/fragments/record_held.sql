), held AS MATERIALIZED (
    -- before anything of a monitor changes: whoever deletes it comes this way
    SELECT m.id FROM monitors m
    WHERE m.id = ANY (ARRAY(SELECT ($6::bigint[])[i]
                            FROM unnest($28::bigint[]) AS t (i)))
    ORDER BY m.id FOR KEY SHARE

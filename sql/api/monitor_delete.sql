-- $1 bigint: the caller, $2 bigint: monitor, $3 jsonb: "_if_match".
WITH old AS (
    SELECT m.id, m.version FROM monitors m
    WHERE m.owner_id = $1::bigint AND m.id = $2::bigint
    FOR UPDATE
), gone AS (
    DELETE FROM monitors m USING old
    WHERE m.owner_id = $1::bigint AND m.id = $2::bigint
      AND coalesce($3::jsonb -> '_if_match' @> to_jsonb(old.version), true)
    RETURNING m.id
)
SELECT CASE WHEN gone.id IS NULL THEN 'version_mismatch' END, '',
       CASE WHEN gone.id IS NULL THEN old.version END
FROM old LEFT JOIN gone ON true

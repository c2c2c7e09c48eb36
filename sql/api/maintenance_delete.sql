-- $1 bigint: the caller, $2 bigint: window, $3 jsonb: "_if_match".  A window
-- that goes on ends now; what was checked in it still does not count.
WITH old AS (
    SELECT w.id, w.version FROM maintenances w
    WHERE w.owner_id = $1::bigint AND w.id = $2::bigint
    FOR UPDATE
), gone AS (
    DELETE FROM maintenances w USING old
    WHERE w.owner_id = $1::bigint AND w.id = $2::bigint
      AND coalesce($3::jsonb -> '_if_match' @> to_jsonb(old.version), true)
    RETURNING w.id
)
SELECT CASE WHEN gone.id IS NULL THEN 'version_mismatch' END, ''
FROM old LEFT JOIN gone ON true

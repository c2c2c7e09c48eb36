-- $1 bigint: the caller, $2 jsonb: ids.
WITH asked AS (
    SELECT DISTINCT i::bigint AS id
    FROM jsonb_array_elements_text($2::jsonb -> 'ids') i
), old AS MATERIALIZED (
    SELECT m.id FROM monitors m
    WHERE m.owner_id = $1::bigint AND m.id IN (SELECT asked.id FROM asked)
    ORDER BY m.id FOR UPDATE
), gone AS (
    DELETE FROM monitors m USING old
    WHERE m.owner_id = $1::bigint AND m.id = old.id
    RETURNING m.id
)
SELECT NULL, json_build_object('items', json_agg(json_build_object(
    'id', asked.id,
    'result', CASE WHEN gone.id IS NULL THEN 'not_found' ELSE 'deleted' END)
    ORDER BY asked.id))
FROM asked LEFT JOIN gone ON gone.id = asked.id

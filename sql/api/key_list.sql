-- $1 bigint: the caller.
SELECT NULL, concat('{"items":[', string_agg(
    {{key_json}}::text, ',' ORDER BY k.id), '],"next_cursor":null}')
FROM api_keys k
WHERE k.owner_id = $1::bigint

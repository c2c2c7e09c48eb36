-- $1 bigint: the caller, $2 jsonb: limit, cursor (last id).
WITH arg AS (
    SELECT coalesce(($2::jsonb ->> 'limit')::integer, 50) AS max,
           coalesce(split_part($2::jsonb ->> 'cursor', '.', 1)::bigint, 0)
               AS after
), page AS (
    SELECT w.id, {{maintenance_json}} AS object,
           row_number() OVER (ORDER BY w.id) AS n
    FROM (SELECT w.* FROM maintenances w, arg
          WHERE w.owner_id = $1::bigint AND w.id > arg.after
          ORDER BY w.id LIMIT (SELECT max + 1 FROM arg)) w
)
SELECT NULL, {{page_json}}

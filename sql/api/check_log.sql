-- $1 bigint: the caller, $2 bigint: 0, $3 jsonb: arguments, see
-- fragments/check_log_page.sql.  Newest first.
WITH {{check_log_page}}
SELECT NULL,
       concat('{"items":[', (
           SELECT string_agg((SELECT row_to_json(o) FROM (SELECT
               page.monitor_id,
{{check_fields}}) o)::text, ',' ORDER BY page.n)
           FROM page LEFT JOIN nodes ON nodes.id = page.node_id, arg
           WHERE page.n <= arg.max),
       '],"next_cursor":',
       coalesce((SELECT to_json(cursor)::text FROM last), 'null'), '}')

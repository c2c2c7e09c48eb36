-- $1 bigint: the caller.
SELECT CASE WHEN NOT EXISTS ({{is_admin}}) THEN 'forbidden' END,
       (SELECT row_to_json(o) FROM (SELECT i.signup) o)
FROM instance i

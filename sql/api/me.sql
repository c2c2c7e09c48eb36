-- $1 bigint: the caller.  A deleted account's token is not valid any more.
SELECT CASE WHEN u.id IS NULL THEN 'invalid_token' END,
       {{user_json}}
FROM (SELECT) one
LEFT JOIN users u ON u.id = $1::bigint AND u.deleted_at IS NULL

-- $1 bigint: the caller, $2 text: seconds that it is good for, $3 text:
-- SHA-256 of its secret in hex, $4 text: address.  Result: error, invitation
-- object, id.
WITH caller AS (
    {{is_admin}}
), i AS (
    INSERT INTO invitations (hash, created_by, expires_at)
    SELECT decode($3, 'hex'), caller.id, now() + $2::integer * interval '1 s'
    FROM caller
    RETURNING *
), told AS (
    INSERT INTO audit (user_id, event, object_id, address)
    SELECT i.created_by, 'invitation_created', i.id, $4::inet FROM i
)
SELECT CASE WHEN i.id IS NULL THEN 'forbidden' END, {{invitation_json}}, i.id
FROM (SELECT) one LEFT JOIN i ON true

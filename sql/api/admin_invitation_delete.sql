-- $1 bigint: the caller, $2 bigint: invitation, $3 text: address.
WITH caller AS (
    {{is_admin}}
), i AS (
    DELETE FROM invitations i USING caller
    WHERE i.id = $2::bigint
    RETURNING i.id
), told AS (
    INSERT INTO audit (user_id, event, object_id, address)
    SELECT caller.id, 'invitation_deleted', i.id, $3::inet FROM i, caller
)
SELECT CASE WHEN NOT EXISTS (SELECT FROM caller) THEN 'forbidden' END, ''
WHERE EXISTS (SELECT FROM i) OR NOT EXISTS (SELECT FROM caller)

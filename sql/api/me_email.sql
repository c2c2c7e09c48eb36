-- $1 bigint: the caller, $2 bigint: the caller's session, which stays,
-- $3 jsonb: email (lower case), $4 text: address.
WITH old AS (
    SELECT o.id, o.email FROM users o WHERE o.id = $1::bigint FOR UPDATE
), u AS (
    UPDATE users u SET email = $3::jsonb ->> 'email'
    FROM old
    WHERE u.id = old.id
    RETURNING u.*, old.email AS old_email
), others AS (
    UPDATE sessions SET ended_at = now()
    FROM u
    WHERE user_id = u.id AND sessions.id <> $2::bigint AND ended_at IS NULL
      AND u.email <> u.old_email
), told AS (
    INSERT INTO audit (user_id, event, name, address)
    SELECT u.id, 'email_changed', u.old_email || ' -> ' || u.email, $4::inet
    FROM u WHERE u.email <> u.old_email
)
SELECT NULL, {{user_json}} FROM u

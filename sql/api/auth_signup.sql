-- $1 text: e-mail (lower case), $2 text: password hash, $3 boolean: sign-up
-- is open in the configuration, $4 text: SHA-256 of the invitation in hex, or
-- empty, $5 text: address.  Result: error, id, role, user object.
--
-- The first account is admin, also while sign-up is closed.  Two first ones
-- at once meet at the row lock of "instance": only one finds it not founded.
-- Requests with one invitation meet at its row lock: it is used up by the
-- first that makes an account.
WITH invitation AS (
    SELECT i.id, i.created_by FROM {{good_invitation}}
      AND i.hash = decode($4, 'hex')
    FOR UPDATE OF i
), founder AS (
    UPDATE instance SET founded = true
    WHERE NOT founded AND $4 = ''
    RETURNING 1
), allowed AS (
    SELECT CASE
        WHEN $4 <> '' THEN
            CASE WHEN NOT EXISTS (SELECT FROM invitation)
            THEN 'invalid_invitation' END
        WHEN NOT EXISTS (SELECT FROM founder)
             AND NOT ($3::boolean AND instance.signup
                                      IS DISTINCT FROM 'closed')
        THEN 'signup_closed' END AS error
    FROM instance
), u AS (
    INSERT INTO users (email, password_hash, role)
    SELECT $1, $2,
           CASE WHEN EXISTS (SELECT FROM founder) THEN 'admin' ELSE 'user' END
    FROM allowed WHERE error IS NULL
    ON CONFLICT (email) DO NOTHING
    RETURNING *
), used AS (
    UPDATE invitations SET used_at = now(), used_by = u.id
    FROM u, invitation
    WHERE invitations.id = invitation.id
), told AS (
    INSERT INTO audit (user_id, event, object_id, name, address)
    SELECT invitation.created_by, 'invitation_used', invitation.id, u.email,
           $5::inet
    FROM u, invitation
)
SELECT CASE WHEN allowed.error IS NOT NULL THEN allowed.error
            WHEN u.id IS NULL THEN 'email_taken' END,
       u.id, u.role, {{user_json}}
FROM allowed LEFT JOIN u ON true

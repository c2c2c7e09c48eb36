-- $1 text: e-mail (lower case), $2 text: password hash, $3 boolean: sign-up
-- is open.  Result: error, id, role, user object.
--
-- The first account is admin, also while sign-up is closed.  Two first ones
-- at once meet at the row lock of "instance": only one finds it not founded.
WITH founder AS (
    UPDATE instance SET founded = true WHERE NOT founded RETURNING 1
), allowed AS (
    SELECT $3::boolean OR EXISTS (SELECT FROM founder) AS yes
), u AS (
    INSERT INTO users (email, password_hash, role)
    SELECT $1, $2,
           CASE WHEN EXISTS (SELECT FROM founder) THEN 'admin' ELSE 'user' END
    FROM allowed WHERE yes
    ON CONFLICT (email) DO NOTHING
    RETURNING *
)
SELECT CASE WHEN NOT allowed.yes THEN 'signup_closed'
            WHEN u.id IS NULL THEN 'email_taken' END,
       u.id, u.role, {{user_json}}
FROM allowed LEFT JOIN u ON true

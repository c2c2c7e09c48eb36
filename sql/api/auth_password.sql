-- $1 bigint: the caller.  Counts the attempt.  Result: seconds to wait,
-- password hash, e-mail.
SELECT throttle(u.email, NULL, 0), u.password_hash, u.email
FROM users u
WHERE u.id = $1::bigint AND u.disabled_at IS NULL

-- $1 text: e-mail (lower case).  Result: password hash, id, role, user
-- object; no row for an unknown one.
SELECT u.password_hash, u.id, u.role, {{user_json}}
FROM users u
WHERE u.email = $1

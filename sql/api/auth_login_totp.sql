-- $1 bigint: user, $2 text: address, $3 integer: free attempts of an
-- address, $4 bigint: version of the password.  Counts the attempt.  Result:
-- seconds to wait, e-mail, secret in hex, last step, id of the secret's key; no
-- row if there is nothing to log in to any more.
SELECT throttle(u.email, $2::inet, $3::integer), u.email,
       encode(u.totp_secret, 'hex'), u.totp_last_step, u.totp_key
FROM users u
WHERE u.id = $1::bigint AND u.disabled_at IS NULL
  AND u.totp_confirmed_at IS NOT NULL
  AND (extract(epoch FROM u.password_changed_at) * 1000000)::bigint
      = $4::bigint

-- $1 text: e-mail (lower case), $2 text: address.
INSERT INTO audit (user_id, event, address)
SELECT u.id, 'sign_in_failed', $2::inet FROM users u WHERE u.email = $1

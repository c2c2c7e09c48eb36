-- $1 text: e-mail (lower case), $2 text: SHA-256 of the token in hex, $3
-- text: what the mail says, sealed, $4 text: id of the key, $5 text: address.
--
-- Three links in ten minutes are enough: all of them are in that mailbox.
WITH u AS (
    SELECT u.id, u.email FROM users u
    WHERE u.email = $1 AND u.disabled_at IS NULL
      AND (SELECT count(*) FROM password_resets p
           WHERE p.user_id = u.id AND p.expires_at > now()) < 3
), link AS (
    INSERT INTO password_resets (user_id, email, hash)
    SELECT u.id, u.email, decode($2, 'hex') FROM u
    RETURNING id, user_id, email, expires_at
), mail AS (
    INSERT INTO account_mails (user_id, email, subject, secrets, secrets_key,
                               expires_at)
    SELECT l.user_id, l.email, 'Choose a new password', $3, $4, l.expires_at
    FROM link l
)
INSERT INTO audit (user_id, event, address)
SELECT l.user_id, 'password_reset_requested', $5::inet FROM link l

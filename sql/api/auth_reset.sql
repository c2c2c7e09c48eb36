-- $1 text: SHA-256 of the token in hex, $2 text: password hash, $3 text:
-- address.  Result: error.
--
-- Requests with one link, or with several of one account, meet at the row
-- lock of the account: for the second one the password has changed since.
WITH good AS (
    SELECT u.id, u.email, p.id AS link FROM {{good_reset}}
      AND p.hash = decode($1, 'hex')
    FOR UPDATE OF u
), used AS (
    UPDATE password_resets SET used_at = now()
    FROM good WHERE password_resets.id = good.link
), u AS (
    UPDATE users SET
        password_hash = $2, password_changed_at = clock_timestamp()
    FROM good WHERE users.id = good.id
    RETURNING users.id, users.email
), ended AS (
    UPDATE sessions SET ended_at = now()
    FROM u WHERE user_id = u.id AND ended_at IS NULL
), told AS (
    INSERT INTO audit (user_id, event, address)
    SELECT u.id, 'password_reset', $3::inet FROM u
), mail AS (
    INSERT INTO account_mails (user_id, email, subject, body, expires_at)
    SELECT u.id, u.email, 'Your password was changed',
           concat('The password of your account was changed with a link from '
                  'a mail, from ', $3, '. All sessions have ended.',
                  chr(10), chr(10),
                  'If that was not you, somebody reads your mails: secure '
                  'your mailbox first, then ask for another link.'),
           now() + interval '1 day'
    FROM u
), owner AS MATERIALIZED (
    SELECT throttle_refund(u.email, $3::inet, true) FROM u
)
SELECT CASE WHEN NOT EXISTS (SELECT FROM u) THEN 'invalid_reset_link' END
FROM (SELECT count(*) FROM owner) o

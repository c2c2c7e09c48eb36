-- $1 bigint: user, $2 text: why, $3 text: address.  A refusal that repeats
-- within a minute is noted once: a client cannot fill the table with them.
INSERT INTO audit (user_id, event, name, address)
SELECT u.id, 'access_denied', $2, $3::inet
FROM users u
WHERE u.id = $1::bigint
  AND NOT EXISTS (
      SELECT FROM (SELECT a.event, a.name, a.address, a.at
                   FROM audit a
                   WHERE a.user_id = $1::bigint
                   ORDER BY a.id DESC LIMIT 20) a
      WHERE a.event = 'access_denied' AND a.name = $2
        AND a.address = $3::inet AND a.at > now() - interval '1 min')

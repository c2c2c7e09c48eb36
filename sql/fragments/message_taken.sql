-- One more message of the caller, $1, that is no alert; 10 in a minute.
INSERT INTO throttles AS t (key, attempts)
SELECT 'm:' || $1::bigint, 1
ON CONFLICT (key) DO UPDATE SET
    attempts = CASE WHEN t.since < now() - interval '1 min' THEN 1
               ELSE t.attempts + 1 END,
    since = CASE WHEN t.since < now() - interval '1 min' THEN now()
            ELSE t.since END,
    last_at = now()
RETURNING t.attempts > 10 AS too_many,
          ceil(extract(epoch FROM t.since + interval '1 min' - now()))
              AS wait

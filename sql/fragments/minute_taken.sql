-- One more of what an account may have "most" (key, n) of in a minute.
INSERT INTO throttles AS t (key, attempts)
SELECT key, 1 FROM most
ON CONFLICT (key) DO UPDATE SET
    attempts = CASE WHEN t.since < now() - interval '1 min' THEN 1
               ELSE t.attempts + 1 END,
    since = CASE WHEN t.since < now() - interval '1 min' THEN now()
            ELSE t.since END,
    last_at = now()
RETURNING t.attempts > (SELECT n FROM most) AS too_many,
          ceil(extract(epoch FROM t.since + interval '1 min' - now()))
              AS wait

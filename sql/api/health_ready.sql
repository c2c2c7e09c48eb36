-- The database answers and a checker was seen in the last 30 seconds.
SELECT CASE WHEN NOT EXISTS (
           SELECT FROM checkers WHERE seen_at > now() - interval '30 s')
       THEN 'checker_missing' END,
       '{"status":"ok"}'

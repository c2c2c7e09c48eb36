-- What the live streams of a worker are to be told.
--
-- $1 bigint[]  owners, one for each group of streams
-- $2 text[]    what each has ("next" of an earlier answer), or empty: nothing
-- $3 bigint[]  API keys that streams were opened with
--
-- First a row (0, NULL, "next" for all), then (place in $1 from 1, NULL, body)
-- for each group that there is news for, and (-1, key, NULL) for keys that are
-- not good any more.
WITH entry AS (
    SELECT u.n, u.owner_id, nullif(u.since, '') AS since
    FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY
         AS u (owner_id, since, n)
), {{changed}}
SELECT 0::bigint, NULL::bigint, moment.token FROM moment
UNION ALL
SELECT answer.n, NULL, answer.body FROM answer WHERE answer.news
UNION ALL
SELECT -1, u.key, NULL
FROM unnest($3::bigint[]) AS u (key)
WHERE NOT EXISTS (
    SELECT FROM api_keys k JOIN users o ON o.id = k.owner_id
    WHERE k.id = u.key AND o.disabled_at IS NULL
      AND (k.expires_at IS NULL OR k.expires_at > now()))

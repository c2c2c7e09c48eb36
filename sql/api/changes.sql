-- $1 bigint: the caller, $2 jsonb: since.
WITH entry AS (
    SELECT 1 AS n, $1::bigint AS owner_id, $2::jsonb ->> 'since' AS since
), {{changed}}
SELECT NULL, answer.body FROM answer

-- Messages, deliveries and windows that are long over.  No parameters.
--
-- One row: 1 if there is more to do at once.

WITH message AS (
    -- the oldest have the lowest ids: nothing else is read
    DELETE FROM outbox WHERE id IN (
        SELECT o.id FROM (SELECT x.id, x.created_at, x.state FROM outbox x
                          ORDER BY x.id LIMIT 5000) o
        WHERE o.created_at < now() - interval '30 days'
          AND o.state NOT IN ('pending', 'held'))
    RETURNING id
), delivery AS (
    DELETE FROM deliveries WHERE id IN (
        SELECT d.id FROM (SELECT x.id, x.at FROM deliveries x
                          ORDER BY x.id LIMIT 5000) d
        WHERE d.at < now() - interval '30 days')
    RETURNING id
), span AS (
    DELETE FROM maintenance_spans
    -- raw history has them as long
    WHERE ends_at < now() - interval '400 days'
)
SELECT ((SELECT count(*) FROM message) = 5000
        OR (SELECT count(*) FROM delivery) = 5000)::integer

-- The next part of what a deleted account leaves behind.  No parameters.
--
-- One row: 1 if there is more to do at once.

WITH gone AS (
    SELECT u.id FROM users u WHERE u.deleted_at IS NOT NULL
    ORDER BY u.id LIMIT 1
), gone_monitor AS (
    DELETE FROM monitors WHERE id IN (
        SELECT m.id FROM gone JOIN monitors m ON m.owner_id = gone.id
        ORDER BY m.id LIMIT 2000)
), gone_audit AS (
    DELETE FROM audit WHERE id IN (
        SELECT a.id FROM gone JOIN audit a ON a.user_id = gone.id
        ORDER BY a.id LIMIT 10000)
), gone_user AS (
    -- the last of it
    DELETE FROM users WHERE id IN (
        SELECT gone.id FROM gone
        WHERE NOT EXISTS (SELECT FROM monitors m WHERE m.owner_id = gone.id)
          AND NOT EXISTS (SELECT FROM audit a WHERE a.user_id = gone.id))
)
SELECT count(*) FROM gone

-- Checkers, tombstones, sessions and the like that nobody needs any more, a
-- bounded part of it each time.  No parameters.
--
-- One row: 0, the rest can wait.

WITH checker AS (
    DELETE FROM checkers c WHERE c.seen_at < now() - interval '1 day'
), tombstone AS (
    DELETE FROM monitor_tombstones WHERE deleted_at < now() - interval '1 day'
), session AS (
    -- idle for 7 days is the end of one, see auth_refresh.sql
    DELETE FROM sessions WHERE id IN (
        SELECT s.id FROM sessions s
        WHERE s.ended_at < now() - interval '30 days'
           OR s.last_used_at < now() - interval '37 days'
        LIMIT 10000)
), token AS (
    DELETE FROM refresh_tokens WHERE hash IN (
        SELECT r.hash FROM sessions s
        JOIN refresh_tokens r ON r.session_id = s.id
        WHERE s.ended_at < now() - interval '1 day'
        LIMIT 10000)
), session_end AS (
    DELETE FROM session_ends WHERE session_id IN (
        SELECT e.session_id FROM session_ends e
        WHERE e.ended_at < now() - interval '1 hour'
        LIMIT 10000)
), throttle AS (
    DELETE FROM throttles WHERE key IN (
        SELECT t.key FROM throttles t
        WHERE t.last_at < now() - interval '1 day'
        LIMIT 10000)
), invitation AS (
    DELETE FROM invitations WHERE id IN (
        SELECT i.id FROM invitations i
        WHERE least(i.used_at, i.expires_at) < now() - interval '30 days'
        LIMIT 10000)
), link AS (
    DELETE FROM password_resets WHERE id IN (
        SELECT p.id FROM password_resets p
        WHERE p.expires_at < now() - interval '1 day'
        ORDER BY p.id LIMIT 10000)
), mail AS (
    DELETE FROM account_mails WHERE id IN (
        SELECT a.id FROM account_mails a
        WHERE a.expires_at < now() - interval '1 day'
        ORDER BY a.id LIMIT 10000)
), old_audit AS (
    -- the oldest have the lowest ids: nothing else is read
    DELETE FROM audit WHERE id IN (
        SELECT o.id FROM (SELECT a.id, a.at FROM audit a
                          ORDER BY a.id LIMIT 10000) o
        WHERE o.at < now() - interval '1 year')
)
SELECT 0

-- Partitions for the days around now; checkers and tombstones that nobody
-- needs any more.  No parameters.
--
-- One row: number of partitions made.

WITH checker AS (
    DELETE FROM checkers c WHERE c.seen_at < now() - interval '1 day'
), tombstone AS (
    DELETE FROM monitor_tombstones WHERE deleted_at < now() - interval '1 day'
)
SELECT ensure_check_partitions((now() AT TIME ZONE 'UTC')::date - 2,
                               (now() AT TIME ZONE 'UTC')::date + 7)

-- Partitions for the days around now, before the first result is written.
-- No parameters; one row: number of partitions made.
SELECT ensure_check_partitions((now() AT TIME ZONE 'UTC')::date - 2,
                               (now() AT TIME ZONE 'UTC')::date + 7)

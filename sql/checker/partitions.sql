-- Partitions for the next hours, before the first result is written.
-- No parameters; one row: number of partitions made.
SELECT check_parts_ahead(now(), 12)

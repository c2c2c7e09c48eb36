-- Partitions of checks for the next hours.  No parameters.
--
-- One row: 0, there is no more to do.
SELECT 0 * check_parts_ahead(now(), 12)

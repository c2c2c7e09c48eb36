-- Closes hours that have been over for 20 minutes: by then their results are
-- here, but for those that had to wait in the spool.  No parameters.
--
-- One row: 1 if there is more to do at once.
SELECT check_part_close(now() - interval '20 minutes')::integer

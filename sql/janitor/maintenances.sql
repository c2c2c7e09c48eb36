-- The next maintenance windows of all accounts.  No parameters.
--
-- One row: 0, the rest can wait.

SELECT 0 FROM maintenance_refresh(NULL)

-- Folds late results into their packs.  No parameters.
--
-- One row: 1 if there is more to do at once.
SELECT check_late_fold(1)::integer

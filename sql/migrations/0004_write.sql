-- Room for HOT updates in monitor_state.
--
-- A page is pruned before an update when less of it is free than fillfactor
-- leaves, which was always: nearly every update pruned its page first.  Now a
-- row is born with ballast that its first update drops: some 32 rows to a
-- page, room for all of them to be updated in one batch, and about 17 updates
-- from one pruning to the next.  docs/writing.md has the figures.

ALTER TABLE monitor_state ADD COLUMN ballast text DEFAULT repeat('.', 80);
ALTER TABLE monitor_state SET (fillfactor = 60);

COMMENT ON COLUMN monitor_state.ballast IS
    'keeps room in the page for updates; the first update sets it to NULL';

-- A result that waited while its monitor was given another target, or was
-- paused, says nothing about what is checked now.

ALTER TABLE monitor_state ADD COLUMN revision bigint;

COMMENT ON COLUMN monitor_state.revision IS
    'monitors.revision of the last reset to pending; results of an older one '
    'do not change this row';

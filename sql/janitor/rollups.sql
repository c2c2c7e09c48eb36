-- One step of the rollups: closes an hour, makes the rows of some monitors,
-- does again what came late.  No parameters.

SELECT rollup_step()::integer

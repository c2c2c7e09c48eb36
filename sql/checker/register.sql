-- A checker makes itself known.
--
-- $1 text    node's name
-- $2 text    version
--
-- One row: checker's id, node's id, xmin of the snapshot (see changes.sql).

WITH node AS (
    INSERT INTO nodes (name) VALUES ($1)
    ON CONFLICT (name) DO UPDATE SET name = excluded.name
    RETURNING id
)
INSERT INTO checkers (node_id, version)
SELECT id, $2 FROM node
RETURNING id, node_id, pg_snapshot_xmin(pg_current_snapshot())::text

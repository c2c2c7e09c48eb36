-- What changed, for whoever looks on: a deleted monitor keeps its owner for a
-- day, and live streams say that they are there.

-- what deletes monitors has them first as well
LOCK TABLE monitors IN SHARE MODE;

ALTER TABLE monitor_tombstones ADD COLUMN owner_id bigint;

CREATE INDEX monitor_tombstones_owner_idx
    ON monitor_tombstones (owner_id, revision);
CREATE INDEX monitors_owner_revision_idx ON monitors (owner_id, revision);

CREATE TABLE watch (
    id      boolean PRIMARY KEY DEFAULT true CHECK (id),
    until   timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 50);
COMMENT ON TABLE watch IS
    'one row; until then somebody has live events: checkers tell about what '
    'they store';

INSERT INTO watch DEFAULT VALUES;


ALTER TABLE checkers ADD COLUMN stats jsonb;
COMMENT ON COLUMN checkers.stats IS
    'what it has to do, written every 10 s, for GET /system';


CREATE OR REPLACE FUNCTION monitors_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('uptime', 'monitors');
    PERFORM pg_notify('uptime_live', '');

    IF TG_OP = 'DELETE' THEN
        INSERT INTO monitor_tombstones (monitor_id, shard, owner_id)
        VALUES (OLD.id, OLD.shard, OLD.owner_id)
        ON CONFLICT DO NOTHING;
        RETURN OLD;
    END IF;

    NEW.revision := pg_current_xact_id();
    RETURN NEW;
END
$$;

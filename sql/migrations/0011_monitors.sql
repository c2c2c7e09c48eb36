-- Lists of very many monitors: sorted and searched without reading all.

-- Whose a monitor is and whether it is paused, beside its status, so that one
-- index knows who is not up.  An index on what does not change keeps updates
-- HOT: only a change of status writes to it, not every check.

-- what deletes monitors has them first as well
LOCK TABLE monitors IN SHARE ROW EXCLUSIVE MODE;

ALTER TABLE monitor_state
    ADD COLUMN owner_id bigint,
    ADD COLUMN paused   boolean NOT NULL DEFAULT false;

UPDATE monitor_state s SET owner_id = m.owner_id, paused = m.paused
FROM monitors m WHERE m.id = s.monitor_id;

ALTER TABLE monitor_state ALTER COLUMN owner_id SET NOT NULL;


-- Problems first.

CREATE FUNCTION status_rank(paused boolean, status text) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (CASE WHEN paused THEN 6
            WHEN status = 'down' THEN 1
            WHEN status = 'degraded' THEN 2
            WHEN status = 'unknown' THEN 3
            WHEN status = 'pending' THEN 4
            ELSE 5 END)::smallint
$$;

CREATE INDEX monitor_state_not_up_idx
    ON monitor_state (owner_id, status_rank(paused, status), monitor_id)
    WHERE status_rank(paused, status) <> 5;
CREATE INDEX monitor_state_owner_idx ON monitor_state (owner_id, monitor_id);


CREATE OR REPLACE FUNCTION monitors_state() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO monitor_state (monitor_id, owner_id, paused)
    VALUES (NEW.id, NEW.owner_id, NEW.paused)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;

CREATE FUNCTION monitors_paused() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE monitor_state SET paused = NEW.paused WHERE monitor_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER monitors_paused AFTER UPDATE OF paused ON monitors
    FOR EACH ROW WHEN (OLD.paused <> NEW.paused)
    EXECUTE FUNCTION monitors_paused();


-- The row of a monitor's state goes as it came, by a trigger: a foreign key,
-- which no result ever changes, costs each of them a seventh of its time in the
-- database.

ALTER TABLE monitor_state DROP CONSTRAINT monitor_state_monitor_id_fkey;

CREATE FUNCTION monitors_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- in the writer's order
    PERFORM FROM monitor_state s
    WHERE s.monitor_id IN (SELECT g.id FROM gone g)
    ORDER BY s.monitor_id FOR UPDATE;

    DELETE FROM monitor_state s
    WHERE s.monitor_id IN (SELECT g.id FROM gone g);

    RETURN NULL;
END
$$;

CREATE TRIGGER monitors_gone AFTER DELETE ON monitors
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION monitors_gone();


-- By bytes, whatever the database's collation, so that a place in the list
-- stays the same place.

CREATE INDEX monitors_name_idx
    ON monitors (owner_id, (lower(name) COLLATE "C"), id);
CREATE INDEX monitors_tags_idx ON monitors USING gin (tags);


-- What a search looks at.  Neither name nor URL has a line feed.  Without
-- pg_trgm (a trusted extension, of PostgreSQL's contrib package) a search
-- that finds little reads all monitors of its account.

CREATE FUNCTION monitor_text(name text, url text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(name) || chr(10) || lower(url)
$$;

DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX monitors_text_idx
        ON monitors USING gin (monitor_text(name, url) gin_trgm_ops);
EXCEPTION WHEN insufficient_privilege OR undefined_file
               OR feature_not_supported OR undefined_object THEN
    RAISE NOTICE 'pg_trgm is not there: searches are slower';
END
$$;

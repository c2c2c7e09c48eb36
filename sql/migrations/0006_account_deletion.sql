-- An account with very many rows goes in two steps: at once nobody can use or
-- see it, and the checker deletes its rows bit by bit.

ALTER TABLE users ADD COLUMN deleted_at timestamptz;
COMMENT ON COLUMN users.deleted_at IS
    'its owner deleted the account; housekeep.sql deletes the rest';

CREATE INDEX users_deleted_idx ON users (id) WHERE deleted_at IS NOT NULL;


-- As before, but silent for accounts that are on their way out.

CREATE OR REPLACE FUNCTION audit_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        -- not while the account itself goes
        INSERT INTO audit (user_id, event, object_id, name)
        SELECT u.id, TG_ARGV[0] || '_deleted', OLD.id, OLD.name
        FROM users u WHERE u.id = OLD.owner_id AND u.deleted_at IS NULL;
    ELSE
        INSERT INTO audit (user_id, event, object_id, name)
        VALUES (NEW.owner_id,
                TG_ARGV[0] || CASE TG_OP WHEN 'INSERT' THEN '_created'
                              ELSE '_changed' END,
                NEW.id, NEW.name);
    END IF;

    RETURN NULL;
END
$$;

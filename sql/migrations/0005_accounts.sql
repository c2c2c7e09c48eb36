-- Two-factor secrets are sealed, a refresh token knows its child, and an
-- account with very many monitors is disabled in one row.

ALTER TABLE users
    ADD COLUMN totp_key   text,
    ADD COLUMN enabled_at timestamptz,
    ADD COLUMN revision   xid8;
COMMENT ON COLUMN users.totp_key IS
    'id of the key in uptime_token_key_file that totp_secret is sealed with; '
    'NULL: it is not (before this version)';
COMMENT ON COLUMN users.enabled_at IS
    'when an administrator enabled the account again: what its monitors were '
    'before that does not count any more';
COMMENT ON COLUMN users.revision IS
    'the transaction that disabled or enabled the account: checkers look for '
    'it as for monitors.revision';

CREATE INDEX users_revision_idx ON users (revision)
    WHERE revision IS NOT NULL;

ALTER TABLE refresh_tokens ADD COLUMN child bytea;
COMMENT ON COLUMN refresh_tokens.child IS
    'hash of the token that this one was exchanged for';


-- Whoever disables an account or takes a role away, with this program or by
-- hand: what was given out with it ends, and checkers read the owner's
-- monitors again.  Neither depends on how many monitors there are.

DROP TRIGGER users_access ON users;

CREATE OR REPLACE FUNCTION users_access() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.disabled_at IS NOT NULL OR NEW.role <> 'admin' THEN
        UPDATE sessions SET ended_at = now()
        WHERE user_id = NEW.id AND ended_at IS NULL;
    END IF;

    IF (OLD.disabled_at IS NULL) <> (NEW.disabled_at IS NULL) THEN
        PERFORM pg_notify('uptime', 'monitors');
        NEW.revision := pg_current_xact_id();
    END IF;

    IF OLD.disabled_at IS NOT NULL AND NEW.disabled_at IS NULL THEN
        NEW.enabled_at := now();
    END IF;

    RETURN NEW;
END
$$;

CREATE TRIGGER users_access BEFORE UPDATE OF disabled_at, role ON users
    FOR EACH ROW WHEN (OLD.disabled_at IS DISTINCT FROM NEW.disabled_at
                       OR OLD.role <> NEW.role)
    EXECUTE FUNCTION users_access();

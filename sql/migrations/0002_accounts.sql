-- Accounts: sessions with rotating refresh tokens, API keys, throttling,
-- two-factor, invitations, audit trail.

ALTER TABLE instance
    ADD COLUMN signup text CHECK (signup IN ('open', 'closed'));
COMMENT ON COLUMN instance.signup IS
    'closed: an administrator closed what the configuration opens';

ALTER TABLE users
    ADD COLUMN disabled_at timestamptz,
    ADD COLUMN password_changed_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN totp_secret bytea,
    ADD COLUMN totp_confirmed_at timestamptz,
    ADD COLUMN totp_last_step bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN users.totp_last_step IS
    'time step of the last code that was accepted: none is good twice';


CREATE TABLE recovery_codes (
    user_id     bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash        bytea NOT NULL,
    used_at     timestamptz,
    PRIMARY KEY (user_id, hash)
);


-- A session is a family of refresh tokens; each is good once and has one
-- child.

CREATE TABLE sessions (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id       bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at    timestamptz NOT NULL DEFAULT now(),
    last_used_at  timestamptz NOT NULL DEFAULT now(),
    ended_at      timestamptz,
    address       inet,
    user_agent    text
);

CREATE INDEX sessions_user_idx ON sessions (user_id, id);

CREATE TABLE refresh_tokens (
    hash        bytea PRIMARY KEY,
    session_id  bigint NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    created_at  timestamptz NOT NULL DEFAULT now(),
    used_at     timestamptz
);

CREATE INDEX refresh_tokens_session_idx ON refresh_tokens (session_id);
COMMENT ON TABLE refresh_tokens IS
    'SHA-256 of 256 random bits each: a plain hash is enough';


-- What workers poll: access tokens of these sessions are refused.

CREATE TABLE session_ends (
    session_id  bigint PRIMARY KEY,
    ended_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX session_ends_ended_idx ON session_ends (ended_at);

CREATE FUNCTION sessions_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO session_ends (session_id) VALUES (OLD.id)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;

CREATE TRIGGER sessions_ended AFTER UPDATE OF ended_at ON sessions
    FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL)
    EXECUTE FUNCTION sessions_ended();

-- one that was not used for an hour has no access token left

CREATE TRIGGER sessions_deleted AFTER DELETE ON sessions
    FOR EACH ROW WHEN (OLD.ended_at IS NULL
                       AND OLD.last_used_at > now() - interval '1 hour')
    EXECUTE FUNCTION sessions_ended();


-- Whoever disables an account or takes a role away, with this program or by
-- hand: what was given out with it ends, and checkers read the owner's
-- monitors again.  An account that comes back starts as if it was resumed.

CREATE FUNCTION users_access() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.disabled_at IS NOT NULL OR NEW.role <> 'admin' THEN
        UPDATE sessions SET ended_at = now()
        WHERE user_id = NEW.id AND ended_at IS NULL;
    END IF;

    IF OLD.disabled_at IS NOT NULL AND NEW.disabled_at IS NULL THEN
        UPDATE monitor_state s
        SET status = 'pending', status_since = now(), told = NULL, fails = 0
        FROM monitors m
        WHERE m.owner_id = NEW.id AND NOT m.paused AND s.monitor_id = m.id;
    END IF;

    IF (OLD.disabled_at IS NULL) <> (NEW.disabled_at IS NULL) THEN
        UPDATE monitors SET revision = pg_current_xact_id()
        WHERE owner_id = NEW.id AND NOT paused;
    END IF;

    RETURN NULL;
END
$$;

CREATE TRIGGER users_access AFTER UPDATE OF disabled_at, role ON users
    FOR EACH ROW WHEN (OLD.disabled_at IS DISTINCT FROM NEW.disabled_at
                       OR OLD.role <> NEW.role)
    EXECUTE FUNCTION users_access();


CREATE TABLE api_keys (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id      bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name          text NOT NULL,
    scope         text NOT NULL CHECK (scope IN ('read', 'write')),
    hash          bytea NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    last_used_at  timestamptz,
    expires_at    timestamptz
);

CREATE INDEX api_keys_owner_idx ON api_keys (owner_id, id);


-- Attempts to log in, by account ("a:<mail>") and by address ("n:<network>").

CREATE TABLE throttles (
    key         text PRIMARY KEY,
    attempts    integer NOT NULL,
    since       timestamptz NOT NULL DEFAULT now(),
    last_at     timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 70);

-- Counts an attempt for a mail address (or NULL) and for the network of an
-- address (burst 0: not).  Result: 0, go on; or the seconds to wait, and
-- nothing is counted.  Attempts beyond the free ones of a window wait 1, 2,
-- 4, ... up to 900 s after the one before.  The rows are locked in one
-- order, by name, so that parallel attempts come one after the other.

CREATE FUNCTION throttle_network(address inet) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT 'n:' || CASE
        WHEN family(address) = 4 OR address <<= inet '::ffff:0:0/96'
            THEN replace(host(address), '::ffff:', '')
        ELSE network(set_masklen(address, 64))::text END
$$;

CREATE FUNCTION throttle(mail text, address inet, burst integer)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    keys CONSTANT text[] := array_remove(ARRAY['a:' || mail,
        CASE WHEN burst > 0 THEN throttle_network(address) END], NULL);
    moment timestamptz;
    next_at timestamptz;
BEGIN
    INSERT INTO throttles (key, attempts) SELECT unnest(keys), 0
    ON CONFLICT DO NOTHING;

    PERFORM FROM throttles t WHERE t.key = ANY (keys)
    ORDER BY t.key FOR UPDATE;

    moment := clock_timestamp();

    SELECT max(t.last_at + interval '1 s' * least(900, 2 ^ least(20,
               t.attempts - CASE left(t.key, 1) WHEN 'a' THEN 10
                            ELSE burst END)))
    INTO next_at
    FROM throttles t
    WHERE t.key = ANY (keys)
      AND t.attempts >= CASE left(t.key, 1) WHEN 'a' THEN 10 ELSE burst END;

    IF next_at > moment THEN
        RETURN ceil(extract(epoch FROM next_at - moment));
    END IF;

    UPDATE throttles t SET
        attempts = CASE WHEN w.past THEN 1 ELSE t.attempts + 1 END,
        since = CASE WHEN w.past THEN moment ELSE t.since END,
        last_at = moment
    FROM (SELECT o.key, o.since < moment - CASE left(o.key, 1)
                     WHEN 'a' THEN interval '15 min'
                     ELSE interval '1 hour' END AS past
          FROM throttles o WHERE o.key = ANY (keys)) w
    WHERE t.key = w.key;

    RETURN 0;
END
$$;

-- After a success: its attempt counts no more, and if the account is proven,
-- none of the account's does.

CREATE FUNCTION throttle_refund(mail text, address inet, proven boolean)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE throttles t SET
        attempts = CASE WHEN proven THEN 0 ELSE greatest(t.attempts - 1, 0) END
    WHERE t.key = 'a:' || mail;

    UPDATE throttles t SET attempts = greatest(t.attempts - 1, 0)
    WHERE t.key = throttle_network(address);
END
$$;


CREATE TABLE invitations (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash        bytea NOT NULL UNIQUE,
    created_by  bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    used_by     bigint REFERENCES users (id) ON DELETE SET NULL,
    used_at     timestamptz
);


CREATE TABLE audit (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id     bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    at          timestamptz NOT NULL DEFAULT now(),
    event       text NOT NULL,
    object_id   bigint,
    name        text,
    address     inet
);

CREATE INDEX audit_user_idx ON audit (user_id, id);
COMMENT ON TABLE audit IS
    'what happened to an account, for its owner; never a secret';


-- Changes to a tenant's objects, whoever makes them.  Arguments: the kind of
-- object.  Checks write monitor_state, so monitors change by people only.

CREATE FUNCTION audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        -- not while the account itself goes
        INSERT INTO audit (user_id, event, object_id, name)
        SELECT u.id, TG_ARGV[0] || '_deleted', OLD.id, OLD.name
        FROM users u WHERE u.id = OLD.owner_id;
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

CREATE TRIGGER monitors_audit AFTER INSERT OR DELETE OR UPDATE OF version
    ON monitors FOR EACH ROW EXECUTE FUNCTION audit_change('monitor');
CREATE TRIGGER api_keys_audit AFTER INSERT OR DELETE
    ON api_keys FOR EACH ROW EXECUTE FUNCTION audit_change('key');

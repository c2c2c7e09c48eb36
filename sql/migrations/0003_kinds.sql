-- More kinds of monitors than http, and what they check and expect.

ALTER TABLE monitors
    DROP CONSTRAINT monitors_type_check,
    ADD CONSTRAINT monitors_type_check CHECK (
        type IN ('http', 'tcp', 'tls', 'dns', 'icmp', 'push')),
    ADD COLUMN auth            text NOT NULL DEFAULT 'none'
                               CHECK (auth IN ('none', 'basic', 'bearer')),
    ADD COLUMN auth_user       text,
    ADD COLUMN auth_secret     text,
    ADD COLUMN ip_version      text NOT NULL DEFAULT 'any'
                               CHECK (ip_version IN ('any', '4', '6')),
    ADD COLUMN tls_server_name text,
    ADD COLUMN tls_resume      boolean NOT NULL DEFAULT false,
    ADD COLUMN cert_min_days   integer,
    ADD COLUMN assertions      jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN upside_down     boolean NOT NULL DEFAULT false,
    ADD COLUMN grace           integer NOT NULL DEFAULT 60,
    ADD COLUMN push_token      text UNIQUE,
    -- one row that cannot be read would keep all others from being read
    ADD CONSTRAINT monitors_headers_check
        CHECK (jsonb_typeof(headers) = 'object'),
    ADD CONSTRAINT monitors_assertions_check
        CHECK (jsonb_typeof(assertions) = 'array');

COMMENT ON COLUMN monitors.url IS
    'http and https; tcp, tls and icmp with host and port; dns as in RFC '
    '4501; push: for pushes';
COMMENT ON COLUMN monitors.grace IS
    'push: seconds after the interval until it is late';


-- What was pushed last, rewritten by every push.

CREATE TABLE pushes (
    monitor_id  bigint PRIMARY KEY
                REFERENCES monitors (id) ON DELETE CASCADE,
    pushed_at   timestamptz NOT NULL,
    up          boolean NOT NULL,
    latency_us  integer,
    message     text
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01);


-- Going on after a pause counts as a push: the next one is awaited from then.

CREATE FUNCTION push_resumed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE pushes SET pushed_at = now(), up = true, latency_us = NULL,
                      message = NULL
    WHERE monitor_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER push_resumed AFTER UPDATE OF paused ON monitors
    FOR EACH ROW WHEN (NEW.type = 'push' AND OLD.paused AND NOT NEW.paused)
    EXECUTE FUNCTION push_resumed();


-- Whether anybody was here to take a push.

CREATE TABLE pulse (
    id          boolean PRIMARY KEY DEFAULT true CHECK (id),
    beat_at     timestamptz NOT NULL DEFAULT now(),
    gap_to      timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 50);
COMMENT ON TABLE pulse IS
    'one row; gap_to: end of the last time in which no checker renewed its '
    'leases for more than 20 s, so that pushes may have been lost';

INSERT INTO pulse DEFAULT VALUES;

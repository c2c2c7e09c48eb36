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
    ADD COLUMN push_token      text UNIQUE;

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

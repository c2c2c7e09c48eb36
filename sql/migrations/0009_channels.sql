-- Channels: where an account's alerts go, and which monitors use them.

CREATE TABLE channels (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id      bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name          text NOT NULL,
    kind          text NOT NULL,
    config        jsonb NOT NULL DEFAULT '{}'
                  CHECK (jsonb_typeof(config) = 'object'),
    secrets       text,
    secrets_key   text,
    templates     jsonb NOT NULL DEFAULT '{}'
                  CHECK (jsonb_typeof(templates) = 'object'),
    events        text[] NOT NULL
                  CHECK (events <@ '{down,up,degraded,cert}'),
    resend_after  integer CHECK (resend_after BETWEEN 1 AND 10080),
    enabled       boolean NOT NULL DEFAULT true,
    is_default    boolean NOT NULL DEFAULT false,
    failed_at     timestamptz,
    failure       text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    version       integer NOT NULL DEFAULT 1,
    CHECK ((secrets IS NULL) = (secrets_key IS NULL))
);

CREATE INDEX channels_owner_idx ON channels (owner_id, id);

COMMENT ON COLUMN channels.kind IS
    'a row of src/alert/ngx_uptime_alert_kinds.c';
COMMENT ON COLUMN channels.secrets IS
    'members of the configuration that nobody may read again, as one JSON '
    'object, sealed with the key secrets_key of uptime_token_key_file; '
    'config has ******** in their place';
COMMENT ON COLUMN channels.resend_after IS
    'minutes between reminders while a monitor is down; NULL: none';
COMMENT ON COLUMN channels.failure IS
    'why the last message was refused for good; NULL once one is delivered '
    'or the channel is changed';

CREATE TRIGGER channels_audit AFTER INSERT OR DELETE OR UPDATE OF version
    ON channels FOR EACH ROW EXECUTE FUNCTION audit_change('channel');


-- Both sides are one account's; whoever writes a row has to see to that.

CREATE TABLE monitor_channels (
    monitor_id  bigint NOT NULL REFERENCES monitors (id) ON DELETE CASCADE,
    channel_id  bigint NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    PRIMARY KEY (monitor_id, channel_id)
);

CREATE INDEX monitor_channels_channel_idx
    ON monitor_channels (channel_id, monitor_id);


-- Links that were sent to somebody who has forgotten a password.

CREATE TABLE password_resets (
    hash        bytea PRIMARY KEY,
    user_id     bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL DEFAULT now() + interval '10 minutes',
    used_at     timestamptz
);

CREATE INDEX password_resets_user_idx ON password_resets (user_id);
COMMENT ON TABLE password_resets IS
    'SHA-256 of 256 random bits each: a plain hash is enough';

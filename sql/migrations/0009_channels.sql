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
CREATE INDEX channels_failing_idx ON channels (failed_at)
    WHERE enabled AND failed_at IS NOT NULL;

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


-- monitors.channel_ids is what was asked for, by whatever statement writes
-- monitors; this makes the rows of it.  A new monitor that asks for nothing
-- takes the default channels.  A channel that is somebody else's is left out.

ALTER TABLE monitors ADD COLUMN channel_ids bigint[];
COMMENT ON COLUMN monitors.channel_ids IS
    'may name channels that were deleted since';

CREATE FUNCTION monitors_default_channels() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.channel_ids := ARRAY(
        SELECT c.id FROM channels c
        WHERE c.owner_id = NEW.owner_id AND c.is_default ORDER BY c.id);
    RETURN NEW;
END
$$;

CREATE TRIGGER monitors_default_channels BEFORE INSERT ON monitors
    FOR EACH ROW WHEN (NEW.channel_ids IS NULL)
    EXECUTE FUNCTION monitors_default_channels();

CREATE FUNCTION monitors_channels() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM monitor_channels n
    WHERE n.monitor_id = NEW.id AND n.channel_id <> ALL (NEW.channel_ids);

    INSERT INTO monitor_channels (monitor_id, channel_id)
    SELECT NEW.id, c.id FROM channels c
    WHERE c.owner_id = NEW.owner_id AND c.id = ANY (NEW.channel_ids)
    ON CONFLICT DO NOTHING;

    RETURN NULL;
END
$$;

CREATE TRIGGER monitors_channels AFTER INSERT OR UPDATE OF channel_ids
    ON monitors FOR EACH ROW WHEN (NEW.channel_ids IS NOT NULL)
    EXECUTE FUNCTION monitors_channels();


-- A forgotten password: links, and the mails of the server to an account.

CREATE TABLE password_resets (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id     bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    email       text NOT NULL,
    hash        bytea NOT NULL UNIQUE,
    created_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL DEFAULT now() + interval '10 minutes',
    used_at     timestamptz
);

CREATE INDEX password_resets_user_idx ON password_resets (user_id, expires_at);

COMMENT ON TABLE password_resets IS
    'a link is over when it was used, and when the password or the address '
    'that it went to has changed since';

CREATE TABLE account_mails (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id      bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    email        text NOT NULL,
    subject      text NOT NULL,
    body         text,
    secrets      text,
    secrets_key  text,
    state        text NOT NULL DEFAULT 'pending'
                 CHECK (state IN ('pending', 'sent', 'failed')),
    message_id   text NOT NULL
                 DEFAULT 'msg_' || replace(gen_random_uuid()::text, '-', ''),
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    next_at      timestamptz NOT NULL DEFAULT now(),
    lease_until  timestamptz,
    attempts     integer NOT NULL DEFAULT 0,
    detail       text
);

CREATE INDEX account_mails_pending_idx ON account_mails (id)
    WHERE state = 'pending';
CREATE INDEX account_mails_user_idx ON account_mails (user_id);

COMMENT ON COLUMN account_mails.secrets IS
    'in place of body: text and link, sealed as channels.secrets; gone when '
    'the mail is';
COMMENT ON COLUMN account_mails.attempts IS
    'as of outbox: counts claims, and so it is the token of the last one';

-- Secrets of monitors are sealed with a key that is not in the database
-- (docs/secrets.md).  Rows from before stay readable; a checker seals them.

COMMENT ON COLUMN monitors.auth_secret IS
    'password or token: "sealed", key id and box in hex with tabs between; '
    'without that form as it is';

CREATE INDEX monitors_secret_idx ON monitors (id)
    WHERE auth_secret IS NOT NULL;

ALTER TABLE checkers ADD COLUMN opens boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN checkers.opens IS
    'it has the keys of sealed secrets; nothing is sealed while a live checker '
    'has not';

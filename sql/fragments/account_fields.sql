-- What takes the account's lock when it changes: see host_rates() and
-- parent_cycles().
ARRAY['url', 'type', 'interval', 'paused', 'parent_id']

-- What a year of watching leaves behind, for the monitors of seed.mjs:
-- deterministic but for the clock.  Noise comes from hashes.
--
-- :owner  account, :story  JSON, see seed.mjs, :version  of the server

\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;

CREATE TEMP TABLE story ON COMMIT DROP AS
SELECT s.*, m.interval, m.type, date_bin('1 min', now(), 'epoch') AS at
FROM json_to_recordset(:'story') AS s (id bigint, base integer, spread real,
    state text, cause text, http_status smallint, since integer, cert integer)
JOIN monitors m ON m.id = s.id;

CREATE TEMP TABLE outage ON COMMIT DROP AS
SELECT (t ->> 'id')::bigint AS id,
       date_bin('1 min', now(), 'epoch')
       - (o ->> 'ago')::integer * interval '1 min' AS since,
       date_bin('1 min', now(), 'epoch')
       - ((o ->> 'ago')::integer - (o ->> 'minutes')::integer)
       * interval '1 min' AS until,
       o ->> 'outcome' AS outcome, o ->> 'cause' AS cause,
       (o ->> 'http_status')::smallint AS http_status,
       coalesce((o ->> 'open')::boolean, false) AS open,
       o ->> 'by' AS acknowledged_by, o -> 'evidence' AS evidence
FROM json_array_elements(:'story') t, json_array_elements(t -> 'outages') o;

CREATE FUNCTION pg_temp.noise(a bigint, b bigint) RETURNS float8
LANGUAGE sql IMMUTABLE AS
$$ SELECT (hashint8extended(a * 1000003 + b, 7) & 1048575) / 1048576.0 $$;

INSERT INTO nodes (name) VALUES ('fra-1'), ('fra-2')
ON CONFLICT DO NOTHING;

-- raw results of 25 hours
INSERT INTO checks (monitor_id, slot, checked_at, latency_us, dns_us,
                    connect_us, tls_us, ttfb_us, node_id, attempt, http_status,
                    outcome, cause)
SELECT s.id, g.slot, g.slot + interval '7 ms',
       CASE WHEN NOT w.bad AND s.type <> 'push' THEN v.us END,
       CASE WHEN NOT w.bad AND s.type = 'http' THEN v.us * 5 / 100 END,
       CASE WHEN NOT w.bad AND s.type = 'http' THEN v.us * 14 / 100 END,
       CASE WHEN NOT w.bad AND s.type = 'http' THEN v.us * 24 / 100 END,
       CASE WHEN NOT w.bad AND s.type = 'http' THEN v.us * 45 / 100 END,
       (SELECT id FROM nodes WHERE name = 'fra-1'), 1,
       CASE WHEN s.type = 'http' THEN coalesce(o.http_status,
            CASE WHEN o.id IS NULL OR o.outcome = 'degraded'
                 THEN 200 END) END,
       coalesce(o.outcome, 'up'), o.cause
FROM story s
CROSS JOIN LATERAL generate_series(
    date_bin(s.interval * interval '1 s', s.at - interval '25 hours', 'epoch'),
    s.at, s.interval * interval '1 s') g (slot)
LEFT JOIN outage o ON o.id = s.id AND g.slot >= o.since AND g.slot < o.until
CROSS JOIN LATERAL (SELECT extract(epoch FROM g.slot)::bigint / s.interval
    AS n) n
CROSS JOIN LATERAL (SELECT (s.base * 1000.0
    * (1 + 0.14 * sin((extract(epoch FROM g.slot) / 86400 - 0.35) * 2 * pi()))
    * (1 + s.spread * (pg_temp.noise(s.id, n.n) - 0.4))
    * CASE WHEN pg_temp.noise(n.n, s.id) > 0.985
           THEN 1.6 + 1.4 * pg_temp.noise(s.id + 99, n.n) ELSE 1 END
    * CASE WHEN o.outcome = 'degraded' THEN 4.2 ELSE 1 END)::integer AS us) v
CROSS JOIN LATERAL (SELECT coalesce(o.outcome = 'down'
    AND o.http_status IS NULL, false) AS bad) w
WHERE s.state NOT IN ('paused', 'pending');

-- hours of a month, days of a year
SELECT count(ensure_rollup_partitions(now() - m * interval '1 month'))
FROM generate_series(-1, 13) m \g /dev/null

CREATE TEMP TABLE span ON COMMIT DROP AS
SELECT s.id, s.interval, s.type, s.spread, x.kind, g.t,
       x.step / s.interval AS n,
       s.base * 1000 * (1 + 0.1 * (pg_temp.noise(s.id,
           extract(epoch FROM g.t)::bigint / 3600) - 0.5)
           + CASE WHEN x.kind = 'hour' THEN 0.14 * sin((extract(epoch FROM g.t)
                  / 86400 - 0.35) * 2 * pi()) ELSE 0 END) AS us,
       coalesce((SELECT sum(extract(epoch FROM
           least(o.until, g.t + x.step * interval '1 s')
           - greatest(o.since, g.t)))
           FROM outage o WHERE o.id = s.id AND o.outcome = 'down'
             AND o.until > g.t AND o.since < g.t + x.step * interval '1 s'),
           0)::integer AS down_s
FROM story s
CROSS JOIN (VALUES ('hour', 3600, interval '31 days'),
                   ('day', 86400, interval '364 days'))
    x (kind, step, back)
CROSS JOIN LATERAL generate_series(date_trunc(x.kind, now() - x.back),
    date_trunc(x.kind, now()) - x.step * interval '1 s',
    x.step * interval '1 s') g (t)
WHERE s.state NOT IN ('paused', 'pending') AND s.type <> 'push'
  AND (x.kind = 'day' OR g.t < now() - interval '25 hours');

INSERT INTO rollup_hours
SELECT p.id, p.t, p.us * up.n, p.us * up.n * 0.05, p.us * up.n * 0.14,
       p.us * up.n * 0.24, p.us * up.n * 0.45, p.us * 0.72, p.us * 1.9,
       p.down_s, up.n, up.n, 0, p.n - up.n, 0,
       CASE WHEN p.n > up.n THEN ARRAY[q.n, q.n, q.n, up.n - 3 * q.n,
            0, 0, 0, 0, p.n - up.n, 0, 0, 0, 0, 0, 0, 0]
       ELSE ARRAY[q.n, q.n, q.n, up.n - 3 * q.n] END,
       CASE WHEN up.n > 0 THEN h.hist END
FROM span p
CROSS JOIN LATERAL (SELECT greatest(0, p.n - p.down_s / p.interval) AS n) up
CROSS JOIN LATERAL (SELECT up.n / 4 AS n) q
CROSS JOIN LATERAL (SELECT array_agg(b.bucket * 65536 + b.n ORDER BY b.bucket)
    AS hist FROM (SELECT hist_bucket((p.us * x.place)::integer) AS bucket,
    sum(greatest(1, up.n * x.part / 20))::integer AS n FROM (VALUES (0.8, 3),
    (0.9, 5), (0.97, 5), (1.08, 4), (1.2, 2), (1.5, 1), (1.9, 0))
    x (place, part) GROUP BY 1) b) h
WHERE p.kind = 'hour';

INSERT INTO rollup_days
SELECT p.id, p.t::date, p.us * up.n, p.us * up.n * 0.05, p.us * up.n * 0.14,
       p.us * up.n * 0.24, p.us * up.n * 0.45, p.us * 0.7, p.us * 2.6,
       p.down_s, up.n, up.n, 0, p.n - up.n, 0,
       ARRAY(SELECT (up.n * i / 96)::smallint FROM generate_series(1, 96) i),
       NULL,
       CASE WHEN p.n > up.n THEN ARRAY(SELECT ((p.n - up.n) * i / 96)::smallint
            FROM generate_series(1, 96) i) END, NULL,
       CASE WHEN up.n > 0 THEN h.hist END
FROM span p
CROSS JOIN LATERAL (SELECT greatest(0, p.n - p.down_s / p.interval) AS n) up
CROSS JOIN LATERAL (SELECT array_agg(b.bucket * 65536 + b.n ORDER BY b.bucket)
    AS hist FROM (SELECT hist_bucket((p.us * x.place)::integer) AS bucket,
    sum(greatest(1, up.n * x.part / 20))::integer AS n FROM (VALUES (0.8, 3),
    (0.9, 5), (0.97, 5), (1.08, 4), (1.2, 2), (1.5, 1), (2.2, 0))
    x (place, part) GROUP BY 1) b) h
WHERE p.kind = 'day';

SELECT count(rollup_hours_keep(ARRAY(SELECT id FROM story),
    array_fill(h, ARRAY[(SELECT count(*)::integer FROM story)])))
FROM generate_series(date_trunc('hour', now() - interval '25 hours'),
    date_trunc('hour', now()) - interval '1 hour', '1 hour') h \g /dev/null
UPDATE rollup_cursor SET hour = date_trunc('hour', now()), phase = 'open';

-- how they are now
UPDATE monitor_state st
SET status = s.state, told = s.state, last_outcome = s.state,
    status_since = s.at - s.since * interval '1 min',
    told_since = s.at - s.since * interval '1 min',
    last_slot = s.at, last_checked_at = now() - interval '4 s'
        - (s.id % 19) * interval '1 s', last_attempt = 1,
    last_cause = s.cause, last_http_status = CASE WHEN s.type = 'http'
        THEN coalesce(s.http_status, 200) END,
    last_latency_us = CASE WHEN s.base > 0 AND (s.state <> 'down'
        OR s.http_status IS NOT NULL) THEN s.base * 1000
        * CASE WHEN s.state = 'degraded' THEN 4.1 ELSE 1 END END,
    cert_expires_at = CASE WHEN s.cert > 0
        THEN s.at + s.cert * interval '1 day' - interval '5 hours' END,
    fails = CASE WHEN s.state = 'down' THEN s.since ELSE 0 END
FROM story s WHERE s.id = st.monitor_id AND s.state NOT IN ('paused', 'pending');
UPDATE monitor_state st SET last_latency_us = c.latency_us
FROM story s JOIN checks c ON c.monitor_id = s.id AND c.slot = s.at
WHERE s.id = st.monitor_id AND c.latency_us IS NOT NULL;
UPDATE monitor_state st SET status_since = s.at - CASE s.state
    WHEN 'paused' THEN interval '3 days' ELSE interval '5 hours' END
FROM story s WHERE s.id = st.monitor_id AND s.state IN ('paused', 'pending');
SELECT monitor_stats_refresh(ARRAY(SELECT id FROM story)) \g /dev/null

UPDATE monitors m SET created_at = now() - interval '400 days'
    - m.id * interval '31 hours', revision = pg_current_xact_id()
FROM story s WHERE s.id = m.id;

INSERT INTO incidents (owner_id, monitor_id, started_at, confirmed_at, ended_at,
    end_reason, cause, http_status, attempts, evidence, acknowledged_at,
    acknowledged_by)
SELECT :owner, o.id, o.since, o.since + interval '61 seconds',
       CASE WHEN NOT o.open THEN o.until END,
       CASE WHEN NOT o.open THEN 'recovered' END, o.cause, o.http_status, 2,
       coalesce(o.evidence, '{}'),
       CASE WHEN o.acknowledged_by IS NOT NULL
            THEN o.since + interval '6 min' END, o.acknowledged_by
FROM outage o WHERE o.outcome = 'down' ORDER BY o.since;

-- colleagues, with the owner's password
INSERT INTO users (email, password_hash, role, created_at, disabled_at)
SELECT u.email, o.password_hash, u.role,
       now() - u.days * interval '1 day',
       CASE WHEN u.off THEN now() - interval '12 days' END
FROM users o, (VALUES ('amira@northwind.example', 'admin', 310, false),
    ('jonas.lindqvist@northwind.example', 'user', 204, false),
    ('contractor@agency.example', 'user', 96, true),
    ('support@northwind.example', 'user', 41, false),
    ('new@northwind.example', 'user', 0, false))
    u (email, role, days, off)
WHERE o.id = :owner;

UPDATE sessions SET address = '203.0.113.24', user_agent = 'Mozilla/5.0 '
    '(Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like '
    'Gecko) Chrome/141.0.0.0 Safari/537.36'
WHERE user_id = :owner;
INSERT INTO sessions (user_id, created_at, last_used_at, address, user_agent)
SELECT u.id, now() - s.made * interval '1 hour',
       now() - s.used * interval '1 min', s.address::inet, s.agent
FROM users u JOIN (VALUES
    (:owner, 310, 52, '198.51.100.7', 'Mozilla/5.0 (iPhone; CPU iPhone OS '
     '18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) '
     'Version/18.6 Mobile/15E148 Safari/604.1'),
    (:owner, 900, 3100, '203.0.113.24', 'Mozilla/5.0 (X11; Linux x86_64; '
     'rv:144.0) Gecko/20100101 Firefox/144.0'))
    s (id, made, used, address, agent) ON s.id = u.id;
INSERT INTO sessions (user_id, last_used_at)
SELECT id, now() - (length(email) * 37) * interval '1 min' FROM users
WHERE id <> :owner AND email NOT LIKE 'new@%';

UPDATE users SET created_at = now() - interval '431 days' WHERE id = :owner;
UPDATE audit SET address = '203.0.113.24', at = now() - interval '340 days'
    + (id - (SELECT min(id) FROM audit WHERE user_id = :owner))
    * interval '4 days 3 hours 11 min'
WHERE user_id = :owner;
DELETE FROM audit WHERE user_id = :owner AND event = 'invitation_created';
INSERT INTO audit (user_id, at, event, name, address)
SELECT :owner, now() - a.hours * interval '1 hour', a.event, a.name,
       '203.0.113.24'
FROM (VALUES (700, 'password_changed', NULL), (310, 'signed_in', NULL),
    (96, 'sign_in_failed', NULL), (95, 'signed_in', NULL),
    (3, 'invitation_created', NULL))
    a (hours, event, name);
UPDATE api_keys SET created_at = now() - interval '83 days',
    last_used_at = now() - id * interval '47 min' WHERE owner_id = :owner;

-- what channels did
INSERT INTO deliveries (owner_id, channel_id, at, message_id, event,
    monitor_id, attempt, status, code, detail)
SELECT :owner, c.id, o.since + x.late * interval '1 s',
       'msg_' || md5(o.since::text || c.id || x.event), x.event, o.id, 1,
       'delivered', k.code, k.detail
FROM outage o CROSS JOIN channels c
JOIN (VALUES ('email', 250, '2.0.0 Ok: queued'), ('slack', 200, 'ok'),
    ('webhook', 202, NULL)) k (kind, code, detail) ON k.kind = c.kind
CROSS JOIN LATERAL (VALUES ('down', 63), ('up',
    extract(epoch FROM o.until - o.since)::integer + 3)) x (event, late)
WHERE o.outcome = 'down' AND c.owner_id = :owner AND c.kind <> 'ntfy'
  AND (x.event = 'down' OR NOT o.open)
ORDER BY 3;
INSERT INTO deliveries (owner_id, channel_id, at, message_id, event,
    monitor_id, attempt, status, code, detail)
SELECT :owner, c.id, now() - (14 - 4 * n) * interval '1 min', 'msg_' || md5('x'),
       'down', (SELECT id FROM outage WHERE open ORDER BY since DESC LIMIT 1),
       n, 'temporary', 503, 'the server answered 503'
FROM channels c, generate_series(1, 3) n
WHERE c.owner_id = :owner AND c.kind = 'ntfy';
UPDATE channels SET failed_at = now() - interval '2 min',
    failure = 'the server answered 503'
WHERE owner_id = :owner AND kind = 'ntfy';
COMMIT;

UPDATE janitor_tasks SET ran_at = now() - (3 + length(name) * 7 % 53)
    * interval '1 s';

-- two checkers that are alive, for the system page
INSERT INTO checkers (node_id, version, started_at, seen_at, stats)
SELECT n.id, :'version',
       now() - interval '19 days', now() + interval '1 second',
       json_build_object('checks_per_second', 0.21 + n.id / 50.0,
           'start_delay_p99_ms', 4, 'start_delay_max_ms', 41,
           'loop_lag_p99_ms', 1, 'loop_lag_max_ms', 17, 'monitors', 9,
           'in_flight', 1, 'queue_rows', 0, 'spool_bytes', 0,
           'results_dropped', 0)
FROM nodes n WHERE n.name LIKE 'fra-%';
UPDATE shards SET lease_until = now() + interval '1 hour', epoch = epoch + 1,
    checker_id = (SELECT max(id) - 1 FROM checkers)
    + shard % 2;
ANALYZE;

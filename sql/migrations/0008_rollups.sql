-- Rollups: one row for each monitor and hour, and for each monitor and day.
-- docs/rollups.md tells how they are made.

-- Histograms of latency.  Bucket b holds the microseconds in (g^(b-1), g^b],
-- g = 1.02 / 0.98; the value that stands for all of it is wrong by 2 % at
-- most.  An element of a histogram is bucket * 65536 + count, in ascending
-- order; counts of a bucket that do not fit make another element.

CREATE FUNCTION hist_bucket(p_us integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ceil(ln(greatest(p_us, 1)::float8) / ln(1.02::float8 / 0.98))
           ::integer
$$;

CREATE FUNCTION hist_us(p_bucket integer) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT 0.98 * (1.02::float8 / 0.98) ^ p_bucket
$$;

-- Place i of the state is bucket i - 1.

CREATE FUNCTION hist_merge_row(p_state bigint[], p_hist integer[])
RETURNS bigint[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    v_element integer;
BEGIN
    IF p_state IS NULL THEN
        p_state := array_fill(0::bigint, ARRAY[560]);
    END IF;

    IF p_hist IS NOT NULL THEN
        FOREACH v_element IN ARRAY p_hist LOOP
            p_state[(v_element >> 16) + 1] :=
                p_state[(v_element >> 16) + 1] + (v_element & 65535);
        END LOOP;
    END IF;

    RETURN p_state;
END
$$;

CREATE FUNCTION hist_merge_end(p_state bigint[]) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_agg((b.place::integer - 1) * 65536
                     + least(b.n - k.i * 65535, 65535)::integer
                     ORDER BY b.place, k.i DESC)
    FROM unnest(p_state) WITH ORDINALITY b (n, place),
         generate_series(0, (b.n - 1) / 65535) k (i)
    WHERE b.n > 0
$$;

CREATE AGGREGATE hist_merge(integer[]) (
    SFUNC = hist_merge_row, STYPE = bigint[], FINALFUNC = hist_merge_end,
    PARALLEL = SAFE
);

-- The latency in microseconds that a share p_q of all did not exceed.

CREATE FUNCTION hist_quantile(p_hist integer[], p_q float8) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT hist_us(min(c.bucket)) FROM (
        SELECT e >> 16 AS bucket,
               sum(e & 65535) OVER (ORDER BY e) AS upto,
               sum(e & 65535) OVER () AS n
        FROM unnest(p_hist) e) c
    WHERE c.upto >= greatest(p_q * c.n, 1)
$$;


-- A slot counts once, by its last attempt: retries confirm, they are no
-- checks of their own.

CREATE FUNCTION slots_of(p_monitor bigint, p_from timestamptz,
                         p_to timestamptz)
RETURNS TABLE (slot timestamptz, outcome text, latency_us integer,
               dns_us integer, connect_us integer, tls_us integer,
               ttfb_us integer)
LANGUAGE sql STABLE AS $$
    SELECT DISTINCT ON (c.slot) c.slot, c.outcome, c.latency_us, c.dns_us,
           c.connect_us, c.tls_us, c.ttfb_us
    FROM checks_of(p_monitor, p_from, p_to) c
    ORDER BY c.slot DESC, c.attempt DESC
$$;


CREATE TABLE rollup_hours (
    monitor_id   bigint NOT NULL,
    hour         timestamptz NOT NULL,
    latency_sum  bigint,
    dns_sum      bigint,
    connect_sum  bigint,
    tls_sum      bigint,
    ttfb_sum     bigint,
    latency_min  integer,
    latency_max  integer,
    down_s       integer NOT NULL,
    timed        smallint NOT NULL,
    up           smallint NOT NULL,
    degraded     smallint NOT NULL,
    down         smallint NOT NULL,
    unknown      smallint NOT NULL,
    quarters     smallint[] NOT NULL,
    hist         integer[],
    PRIMARY KEY (monitor_id, hour)
) PARTITION BY RANGE (hour);

COMMENT ON TABLE rollup_hours IS
    'what was checked in an hour; slots by their last attempt; latency and '
    'phases (microseconds) of the timed ones, which were up or degraded';
COMMENT ON COLUMN rollup_hours.down_s IS
    'seconds: each slot that was down stands for the interval';
COMMENT ON COLUMN rollup_hours.quarters IS
    'up in each quarter of an hour, then degraded, down, unknown; what is '
    'not there is 0';

CREATE TABLE rollup_days (
    monitor_id   bigint NOT NULL,
    day          date NOT NULL,
    latency_sum  bigint,
    dns_sum      bigint,
    connect_sum  bigint,
    tls_sum      bigint,
    ttfb_sum     bigint,
    latency_min  integer,
    latency_max  integer,
    down_s       integer NOT NULL,
    timed        integer NOT NULL,
    up           integer NOT NULL,
    degraded     integer NOT NULL,
    down         integer NOT NULL,
    unknown      integer NOT NULL,
    up_upto       smallint[],
    degraded_upto smallint[],
    down_upto     smallint[],
    unknown_upto  smallint[],
    hist         integer[],
    PRIMARY KEY (monitor_id, day)
) PARTITION BY RANGE (day);

COMMENT ON TABLE rollup_days IS 'the same for days of UTC';
COMMENT ON COLUMN rollup_days.up_upto IS
    'how many from the start of the day to the end of each of its 96 '
    'quarters of an hour, so that days of other time zones can be cut out; '
    'NULL: none';


-- What is to be rolled up next: see rollup_step().

CREATE TABLE rollup_cursor (
    id       boolean PRIMARY KEY DEFAULT true CHECK (id),
    hour     timestamptz NOT NULL,
    phase    text NOT NULL DEFAULT 'open'
             CHECK (phase IN ('open', 'hours', 'day')),
    after    bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE rollup_cursor IS
    'one row; the hour that is rolled up once it is over, or now; monitors '
    'up to "after" are done';

-- Each partition with rows lies in the past of the first hour.

DO $$
DECLARE
    v_first timestamptz := now();
    v_day   timestamptz;
    v_found boolean;
    v_name  text;
BEGIN
    FOR v_name IN
        SELECT c.relname FROM pg_inherits i
        JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'checks'::regclass
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', v_name)
        INTO v_found;
        CONTINUE WHEN NOT v_found OR v_name !~ '_\d{8}$';
        v_day := right(v_name, 8)::date::timestamp AT TIME ZONE 'UTC';
        v_first := least(v_first, v_day);
    END LOOP;

    INSERT INTO rollup_cursor (hour)
    VALUES (date_bin('1 hour', v_first, 'epoch'));
END
$$;


-- Slots before this are rolled up, or are being: a result that comes later
-- leaves a mark.  It stands in shards because the writer holds these rows.

ALTER TABLE shards
    ADD COLUMN closed_to timestamptz NOT NULL DEFAULT '-infinity';

CREATE TABLE rollup_marks (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    monitor_id  bigint NOT NULL,
    hour        timestamptz
);
COMMENT ON TABLE rollup_marks IS
    'results that came late: the hour has to be rolled up again; NULL: the '
    'status changed, only monitor_stats has to be refreshed';

-- By the writer, with each of them once or more.  Not part of its statement:
-- hardly any batch has one.

CREATE FUNCTION rollup_mark(p_monitors bigint[], p_slots timestamptz[])
RETURNS void LANGUAGE sql STRICT AS $$
    INSERT INTO rollup_marks (monitor_id, hour)
    SELECT DISTINCT u.monitor, date_bin('1 hour', u.slot, 'epoch')
    FROM unnest(p_monitors, p_slots) AS u (monitor, slot)
$$;


CREATE TABLE rollup_gone (monitor_id bigint PRIMARY KEY);
COMMENT ON TABLE rollup_gone IS
    'monitors that were deleted and may have rollups or packs';

CREATE FUNCTION rollup_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO rollup_gone (monitor_id) SELECT g.id FROM gone g
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;

CREATE TRIGGER rollup_gone AFTER DELETE ON monitors
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION rollup_gone();


CREATE TABLE monitor_stats (
    monitor_id    bigint PRIMARY KEY,
    uptime_24h    real,
    uptime_30d    real,
    p95_24h_us    real,
    letters       text NOT NULL,
    letters_to    timestamptz NOT NULL,
    refreshed_at  timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);
COMMENT ON TABLE monitor_stats IS
    'what lists show of the past: made with each hour and when the status '
    'changes; no row: nothing is known';
COMMENT ON COLUMN monitor_stats.letters IS
    '48 half hours up to letters_to: u up, g degraded, d down, n unknown, '
    '. nothing';


-- The letters of now: those since letters_to are what the status says, and
-- nothing if nobody refreshed them for long.

CREATE FUNCTION monitor_letters(p_letters text, p_to timestamptz,
                                p_status text)
RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN p_letters IS NULL OR now() >= p_to + interval '1 day'
            THEN repeat('.', 48)
        WHEN now() < p_to THEN p_letters
        ELSE rpad(substr(p_letters,
                         floor(extract(epoch FROM now() - p_to) / 1800)
                         ::integer + 2), 48,
                  CASE WHEN now() > p_to + interval '2 hours' THEN '.'
                       WHEN p_status = 'up' THEN 'u'
                       WHEN p_status = 'degraded' THEN 'g'
                       WHEN p_status = 'down' THEN 'd'
                       WHEN p_status = 'unknown' THEN 'n'
                       ELSE '.' END) END
$$;


-- Where the rollups of each of these monitors end.

CREATE FUNCTION rollup_edges(p_ids bigint[])
RETURNS TABLE (id bigint, hour timestamptz, day date)
LANGUAGE sql STABLE AS $$
    SELECT u.id,
           CASE WHEN c.phase = 'day' OR c.phase = 'hours' AND u.id <= c.after
           THEN c.hour + interval '1 hour' ELSE c.hour END,
           (c.hour AT TIME ZONE 'UTC')::date
           + CASE WHEN c.phase = 'day' AND u.id <= c.after
             THEN 1 ELSE 0 END
    FROM unnest(p_ids) u (id) CROSS JOIN rollup_cursor c
$$;


-- Rows for pairs of a monitor and an hour, from raw results.  Without any
-- there is no row.

CREATE FUNCTION rollup_hours_made(p_ids bigint[], p_hours timestamptz[])
RETURNS SETOF rollup_hours LANGUAGE plpgsql STABLE ROWS 100
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY
    WITH slot AS MATERIALIZED (
        SELECT w.monitor_id, w.hour, m.interval,
               CASE s.outcome WHEN 'up' THEN 0 WHEN 'degraded' THEN 4
                              WHEN 'down' THEN 8 ELSE 12 END
               + date_part('minute', s.slot AT TIME ZONE 'UTC')::integer / 15
               AS place,
               CASE WHEN s.outcome IN ('up', 'degraded')
                    THEN s.latency_us END AS us,
               s.dns_us, s.connect_us, s.tls_us, s.ttfb_us
        FROM unnest(p_ids, p_hours) w (monitor_id, hour)
        JOIN monitors m ON m.id = w.monitor_id
        CROSS JOIN LATERAL slots_of(w.monitor_id, w.hour,
                                    w.hour + interval '1 hour') s
    ), place AS (
        SELECT s.monitor_id, s.hour, s.place, 1 AS n FROM slot s
        UNION ALL
        -- all places that are in the array
        SELECT w.monitor_id, w.hour, g.place, 0
        FROM (SELECT s.monitor_id, s.hour,
                     CASE WHEN max(s.place) < 4 THEN 3 ELSE 15 END AS last
              FROM slot s GROUP BY s.monitor_id, s.hour) w
        CROSS JOIN LATERAL generate_series(0, w.last) g (place)
    ), quarter AS (
        SELECT p.monitor_id, p.hour,
               array_agg(p.n::smallint ORDER BY p.place) AS counts
        FROM (SELECT p.monitor_id, p.hour, p.place, sum(p.n) AS n
              FROM place p GROUP BY p.monitor_id, p.hour, p.place) p
        GROUP BY p.monitor_id, p.hour
    ), hist AS (
        SELECT b.monitor_id, b.hour,
               array_agg(b.bucket * 65536 + b.n ORDER BY b.bucket) AS hist
        FROM (SELECT s.monitor_id, s.hour, hist_bucket(s.us) AS bucket,
                     count(*)::integer AS n
              FROM slot s WHERE s.us IS NOT NULL
              GROUP BY s.monitor_id, s.hour, hist_bucket(s.us)) b
        GROUP BY b.monitor_id, b.hour
    ), total AS (
        SELECT s.monitor_id, s.hour, max(s.interval) AS interval,
               sum(s.us)::bigint AS latency_sum,
               sum(s.dns_us) FILTER (WHERE s.us IS NOT NULL)::bigint
                   AS dns_sum,
               sum(s.connect_us) FILTER (WHERE s.us IS NOT NULL)::bigint
                   AS connect_sum,
               sum(s.tls_us) FILTER (WHERE s.us IS NOT NULL)::bigint
                   AS tls_sum,
               sum(s.ttfb_us) FILTER (WHERE s.us IS NOT NULL)::bigint
                   AS ttfb_sum,
               min(s.us) AS latency_min, max(s.us) AS latency_max,
               count(s.us)::smallint AS timed,
               count(*) FILTER (WHERE s.place < 4)::smallint AS up,
               count(*) FILTER (WHERE s.place BETWEEN 4 AND 7)::smallint
                   AS degraded,
               count(*) FILTER (WHERE s.place BETWEEN 8 AND 11)::smallint
                   AS down,
               count(*) FILTER (WHERE s.place > 11)::smallint AS unknown
        FROM slot s GROUP BY s.monitor_id, s.hour
    )
    SELECT t.monitor_id, t.hour, t.latency_sum, t.dns_sum, t.connect_sum,
           t.tls_sum, t.ttfb_sum, t.latency_min, t.latency_max,
           t.down * t.interval, t.timed, t.up, t.degraded, t.down, t.unknown,
           q.counts, h.hist
    FROM total t
    JOIN quarter q ON q.monitor_id = t.monitor_id AND q.hour = t.hour
    LEFT JOIN hist h ON h.monitor_id = t.monitor_id AND h.hour = t.hour;
END
$$;


-- The hours of some monitors, the last ones made from raw results.  p_from
-- is a whole hour.

CREATE FUNCTION hours_of(p_ids bigint[], p_from timestamptz,
                         p_to timestamptz)
RETURNS SETOF rollup_hours LANGUAGE plpgsql STABLE ROWS 100
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_ids    bigint[];
    v_hours  timestamptz[];
BEGIN
    RETURN QUERY
    SELECT h.* FROM rollup_edges(p_ids) w
    -- by the key, for each: never all of a partition
    CROSS JOIN LATERAL (
        SELECT * FROM rollup_hours o
        WHERE o.monitor_id = w.id AND o.hour >= p_from AND o.hour < p_to
              AND o.hour < w.hour
        OFFSET 0) h;

    SELECT array_agg(w.id), array_agg(g.hour) INTO v_ids, v_hours
    FROM rollup_edges(p_ids) w
    CROSS JOIN LATERAL generate_series(greatest(p_from, w.hour),
        least(p_to, now()) - interval '1 us', interval '1 hour') g (hour);

    IF v_ids IS NOT NULL THEN
        RETURN QUERY SELECT * FROM rollup_hours_made(v_ids, v_hours);
    END IF;
END
$$;


-- Rows for some monitors and a day of UTC, from hours.

CREATE FUNCTION rollup_days_made(p_ids bigint[], p_day date)
RETURNS SETOF rollup_days LANGUAGE plpgsql STABLE ROWS 100
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_start  CONSTANT timestamptz := p_day::timestamp AT TIME ZONE 'UTC';
BEGIN
    RETURN QUERY
    WITH h AS MATERIALIZED (
        SELECT p_day AS day, extract(epoch FROM h.hour - v_start)::integer
                             / 900 AS quarter, h.*
        FROM hours_of(p_ids, v_start, v_start + interval '24 hours') h
    ), n AS MATERIALIZED (
        SELECT h.monitor_id, h.day, (c.place - 1) / 4 AS outcome,
               h.quarter + (c.place - 1) % 4 AS quarter, c.n
        FROM h CROSS JOIN LATERAL
             unnest(h.quarters) WITH ORDINALITY c (n, place)
        WHERE c.n > 0
    ), upto AS (
        SELECT u.monitor_id, u.day, u.outcome,
               array_agg(u.upto ORDER BY u.quarter) AS counts
        FROM (SELECT a.monitor_id, a.day, a.outcome, a.quarter,
                     (sum(sum(a.n)) OVER (PARTITION BY a.monitor_id, a.day,
                                          a.outcome ORDER BY a.quarter))
                     ::smallint AS upto
              FROM (SELECT * FROM n
                    UNION ALL
                    SELECT o.monitor_id, o.day, o.outcome, g.quarter, 0
                    FROM (SELECT DISTINCT n.monitor_id, n.day, n.outcome
                          FROM n) o
                    CROSS JOIN generate_series(0, 95) g (quarter)) a
              GROUP BY a.monitor_id, a.day, a.outcome, a.quarter) u
        GROUP BY u.monitor_id, u.day, u.outcome
    ), outcome AS (
        -- one of a kind each: min() takes it
        SELECT u.monitor_id, u.day,
               min(u.counts) FILTER (WHERE u.outcome = 0) AS up,
               min(u.counts) FILTER (WHERE u.outcome = 1) AS degraded,
               min(u.counts) FILTER (WHERE u.outcome = 2) AS down,
               min(u.counts) FILTER (WHERE u.outcome = 3) AS unknown
        FROM upto u GROUP BY u.monitor_id, u.day
    ), total AS (
        SELECT h.monitor_id, h.day, sum(h.latency_sum)::bigint AS latency,
               sum(h.dns_sum)::bigint AS dns,
               sum(h.connect_sum)::bigint AS connect,
               sum(h.tls_sum)::bigint AS tls, sum(h.ttfb_sum)::bigint AS ttfb,
               min(h.latency_min) AS min, max(h.latency_max) AS max,
               sum(h.down_s)::integer AS down_s,
               sum(h.timed)::integer AS timed, sum(h.up)::integer AS up,
               sum(h.degraded)::integer AS degraded,
               sum(h.down)::integer AS down,
               sum(h.unknown)::integer AS unknown,
               hist_merge(h.hist) AS hist
        FROM h GROUP BY h.monitor_id, h.day
    )
    SELECT t.monitor_id, t.day, t.latency, t.dns, t.connect, t.tls, t.ttfb,
           t.min, t.max, t.down_s, t.timed, t.up, t.degraded, t.down,
           t.unknown, o.up, o.degraded, o.down, o.unknown, t.hist
    FROM total t
    JOIN outcome o ON o.monitor_id = t.monitor_id AND o.day = t.day;
END
$$;


-- The days of some monitors from p_from to p_to, which is not one of them.

CREATE FUNCTION days_of(p_ids bigint[], p_from date, p_to date)
RETURNS SETOF rollup_days LANGUAGE plpgsql STABLE ROWS 100
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_ids  bigint[];
    v_day  date;
BEGIN
    RETURN QUERY
    SELECT d.* FROM rollup_edges(p_ids) w
    CROSS JOIN LATERAL (
        SELECT * FROM rollup_days o
        WHERE o.monitor_id = w.id AND o.day >= p_from AND o.day < p_to
              AND o.day < w.day
        OFFSET 0) d;

    FOR v_ids, v_day IN
        SELECT array_agg(w.id), g.day::date
        FROM rollup_edges(p_ids) w
        CROSS JOIN LATERAL generate_series(
            greatest(p_from, w.day)::timestamp,
            least(p_to - 1, (now() AT TIME ZONE 'UTC')::date)::timestamp,
            interval '1 day') g (day)
        GROUP BY g.day
    LOOP
        RETURN QUERY SELECT * FROM rollup_days_made(v_ids, v_day);
    END LOOP;
END
$$;


-- The partitions for a time, made if they are missing: hours by month, days
-- by year.  Made apart and attached, so that nobody waits.

CREATE FUNCTION ensure_rollup_partitions(p_time timestamptz)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_time  CONSTANT timestamp := p_time AT TIME ZONE 'UTC';
    v_made  integer := 0;
    v       record;
BEGIN
    FOR v IN
        SELECT p.parent, p.name, p.low, p.high
        FROM (VALUES
            ('rollup_hours', 'rollup_hours_' || to_char(v_time, 'YYYYMM'),
             date_trunc('month', v_time)::text || '+00',
             (date_trunc('month', v_time) + interval '1 month')::text
             || '+00'),
            ('rollup_days', 'rollup_days_' || to_char(v_time, 'YYYY'),
             date_trunc('year', v_time)::date::text,
             (date_trunc('year', v_time) + interval '1 year')::date::text)
        ) p (parent, name, low, high)
        WHERE to_regclass(p.name) IS NULL
    LOOP
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS '
                       'INCLUDING CONSTRAINTS)', v.name, v.parent);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I '
                       'FOR VALUES FROM (%L) TO (%L)', v.parent, v.name,
                       v.low, v.high);
        v_made := v_made + 1;
    END LOOP;

    RETURN v_made;
END
$$;


-- Making them again changes nothing, or what came late: slots only ever get
-- more, so a row that would count fewer than the one that is there was made
-- from raw results, or hours, that are gone by now.

CREATE FUNCTION rollup_hours_keep(p_ids bigint[], p_hours timestamptz[])
RETURNS void LANGUAGE sql AS $$
    INSERT INTO rollup_hours AS o
    SELECT * FROM rollup_hours_made(p_ids, p_hours)
    ON CONFLICT (monitor_id, hour) DO UPDATE
    SET latency_sum = excluded.latency_sum, dns_sum = excluded.dns_sum,
        connect_sum = excluded.connect_sum, tls_sum = excluded.tls_sum,
        ttfb_sum = excluded.ttfb_sum, latency_min = excluded.latency_min,
        latency_max = excluded.latency_max, down_s = excluded.down_s,
        timed = excluded.timed, up = excluded.up,
        degraded = excluded.degraded, down = excluded.down,
        unknown = excluded.unknown, quarters = excluded.quarters,
        hist = excluded.hist
    WHERE excluded.up + excluded.degraded + excluded.down + excluded.unknown
          >= o.up + o.degraded + o.down + o.unknown
$$;

CREATE FUNCTION rollup_days_keep(p_ids bigint[], p_day date)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO rollup_days AS o
    SELECT * FROM rollup_days_made(p_ids, p_day)
    ON CONFLICT (monitor_id, day) DO UPDATE
    SET latency_sum = excluded.latency_sum, dns_sum = excluded.dns_sum,
        connect_sum = excluded.connect_sum, tls_sum = excluded.tls_sum,
        ttfb_sum = excluded.ttfb_sum, latency_min = excluded.latency_min,
        latency_max = excluded.latency_max, down_s = excluded.down_s,
        timed = excluded.timed, up = excluded.up,
        degraded = excluded.degraded, down = excluded.down,
        unknown = excluded.unknown, up_upto = excluded.up_upto,
        degraded_upto = excluded.degraded_upto,
        down_upto = excluded.down_upto, unknown_upto = excluded.unknown_upto,
        hist = excluded.hist
    WHERE excluded.up + excluded.degraded + excluded.down + excluded.unknown
          >= o.up + o.degraded + o.down + o.unknown
$$;


-- What lists show of these monitors: the last 24 hours and 30 days, by
-- quarters of an hour, with raw results where there are no rollups yet.

CREATE FUNCTION monitor_stats_refresh(p_ids bigint[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_now    CONSTANT timestamptz := now();
    v_today  CONSTANT date := (v_now AT TIME ZONE 'UTC')::date;
    v_since  CONSTANT timestamptz := date_bin('15 min', v_now, 'epoch')
                                     - interval '24 hours';
    v_end    CONSTANT timestamptz := date_bin('30 min', v_now, 'epoch')
                                     + interval '30 min';
    -- quarters of the first of 31 days that are too old
    v_skip   CONSTANT integer := floor(extract(epoch FROM
                 (v_now AT TIME ZONE 'UTC')::time) / 900);
BEGIN
    INSERT INTO monitor_stats AS o (monitor_id, uptime_24h, uptime_30d,
                                    p95_24h_us, letters, letters_to)
    WITH w AS MATERIALIZED (
        SELECT u.id, u.day::timestamp AT TIME ZONE 'UTC' AS edge, u.day
        FROM rollup_edges(p_ids) u
    ), h AS MATERIALIZED (
        SELECT h.*, h.hour >= w.edge AS fresh
        FROM hours_of(p_ids,
            least(date_bin('1 hour', v_since, 'epoch'),
                  (SELECT min(w.edge) FROM w)), v_now) h
        JOIN w ON w.id = h.monitor_id
    ), quarter AS MATERIALIZED (
        SELECT h.monitor_id, (c.place - 1) / 4 AS outcome, c.n,
               h.hour + (c.place - 1) % 4 * interval '15 min' AS start
        FROM h CROSS JOIN LATERAL
             unnest(h.quarters) WITH ORDINALITY c (n, place)
        WHERE c.n > 0
    ), day AS (
        SELECT q.monitor_id,
               sum(q.n) FILTER (WHERE q.outcome < 2) AS good,
               sum(q.n) FILTER (WHERE q.outcome < 3) AS known
        FROM quarter q WHERE q.start >= v_since GROUP BY q.monitor_id
    ), half AS (
        -- 0: nothing, 1: unknown, 2: up, 3: degraded, 4: down
        SELECT q.monitor_id,
               (extract(epoch FROM v_end - q.start)::integer - 1) / 1800
                   AS ago,
               CASE q.outcome WHEN 3 THEN 1 ELSE q.outcome + 2 END AS worst
        FROM quarter q WHERE q.start >= v_end - interval '24 hours'
        UNION ALL
        SELECT w.id, g.ago, 0
        FROM w CROSS JOIN generate_series(0, 47) g (ago)
    ), word AS (
        SELECT b.monitor_id,
               string_agg(substr('.nugd', b.worst + 1, 1), ''
                          ORDER BY b.ago DESC) AS letters
        FROM (SELECT half.monitor_id, half.ago,
                     max(half.worst)::integer AS worst
              FROM half GROUP BY half.monitor_id, half.ago) b
        GROUP BY b.monitor_id
    ), month AS (
        SELECT a.monitor_id, sum(a.good) AS good, sum(a.known) AS known
        FROM (SELECT h.monitor_id, h.up + h.degraded AS good,
                     h.up + h.degraded + h.down AS known
              FROM h WHERE h.fresh
              UNION ALL
              SELECT d.monitor_id, d.up + d.degraded - coalesce(s.up, 0)
                                   - coalesce(s.degraded, 0),
                     d.up + d.degraded + d.down - coalesce(s.up, 0)
                     - coalesce(s.degraded, 0) - coalesce(s.down, 0)
              FROM w
              CROSS JOIN LATERAL (
                  SELECT o.* FROM rollup_days o
                  WHERE o.monitor_id = w.id AND o.day >= v_today - 30
                        AND o.day < w.day
                  OFFSET 0) d
              LEFT JOIN LATERAL (
                  SELECT d.up_upto[v_skip] AS up,
                         d.degraded_upto[v_skip] AS degraded,
                         d.down_upto[v_skip] AS down
                  WHERE d.day = v_today - 30) s ON true) a
        GROUP BY a.monitor_id
    ), latency AS (
        SELECT m.monitor_id, hist_quantile(m.hist, 0.95) AS p95
        FROM (SELECT h.monitor_id, array_agg(e ORDER BY e) AS hist
              FROM h CROSS JOIN LATERAL unnest(h.hist) e
              GROUP BY h.monitor_id) m
    )
    SELECT m.id, day.good / nullif(day.known, 0)::float8,
           month.good / nullif(month.known, 0)::float8, latency.p95,
           word.letters, v_end
    FROM monitors m
    JOIN word ON word.monitor_id = m.id
    LEFT JOIN day ON day.monitor_id = m.id
    LEFT JOIN month ON month.monitor_id = m.id
    LEFT JOIN latency ON latency.monitor_id = m.id
    WHERE m.id = ANY (p_ids)
    ON CONFLICT (monitor_id) DO UPDATE
    SET uptime_24h = excluded.uptime_24h, uptime_30d = excluded.uptime_30d,
        p95_24h_us = excluded.p95_24h_us, letters = excluded.letters,
        letters_to = excluded.letters_to, refreshed_at = now();
END
$$;


-- What came late, and whose status changed.  Returns the number of marks.

CREATE FUNCTION rollup_marked(p_limit integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    v_ids    bigint[];
    v_hours  timestamptz[];
    v_all    bigint[];
    v_day    date;
    v_n      integer;
BEGIN
    WITH taken AS (
        DELETE FROM rollup_marks WHERE id IN (
            SELECT id FROM rollup_marks ORDER BY id LIMIT p_limit)
        RETURNING monitor_id, hour
    ), pair AS (
        SELECT DISTINCT monitor_id, hour FROM taken
    )
    SELECT (SELECT count(*) FROM taken),
           array_agg(p.monitor_id) FILTER (WHERE p.hour IS NOT NULL),
           array_agg(p.hour) FILTER (WHERE p.hour IS NOT NULL),
           array_agg(DISTINCT p.monitor_id)
    INTO v_n, v_ids, v_hours, v_all
    FROM pair p;

    IF v_n = 0 THEN
        RETURN 0;
    END IF;

    IF v_ids IS NOT NULL THEN
        PERFORM ensure_rollup_partitions(t.h)
        FROM (SELECT DISTINCT date_trunc('month', u.h, 'UTC') AS h
              FROM unnest(v_hours) u (h)) t;
        PERFORM rollup_hours_keep(v_ids, v_hours);

        FOR v_ids, v_day IN
            SELECT array_agg(DISTINCT u.id), (u.hour AT TIME ZONE 'UTC')::date
            FROM unnest(v_ids, v_hours) u (id, hour)
            JOIN rollup_edges(v_ids) w ON w.id = u.id
            WHERE (u.hour AT TIME ZONE 'UTC')::date < w.day
            GROUP BY 2
        LOOP
            PERFORM rollup_days_keep(v_ids, v_day);
        END LOOP;
    END IF;

    PERFORM monitor_stats_refresh(v_all);
    RETURN v_n;
END
$$;


-- Deletes a part of what deleted monitors left; true: there is more.

CREATE FUNCTION rollup_gone_step() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    v_ids  bigint[];
    v_n    bigint;
BEGIN
    v_ids := ARRAY(SELECT g.monitor_id FROM rollup_gone g
                   ORDER BY g.monitor_id LIMIT 100);

    IF v_ids = '{}' THEN
        RETURN false;
    END IF;

    WITH hour AS (
        DELETE FROM rollup_hours h USING (
            SELECT o.monitor_id, o.hour FROM rollup_hours o
            WHERE o.monitor_id = ANY (v_ids) LIMIT 5000) d
        WHERE h.monitor_id = d.monitor_id AND h.hour = d.hour
        RETURNING 1
    ), day AS (
        DELETE FROM rollup_days h USING (
            SELECT o.monitor_id, o.day FROM rollup_days o
            WHERE o.monitor_id = ANY (v_ids) LIMIT 5000) d
        WHERE h.monitor_id = d.monitor_id AND h.day = d.day
        RETURNING 1
    ), pack AS (
        DELETE FROM check_packs p USING (
            SELECT o.monitor_id, o.hour FROM check_packs o
            WHERE o.monitor_id = ANY (v_ids) LIMIT 1000) d
        WHERE p.monitor_id = d.monitor_id AND p.hour = d.hour
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM hour) + (SELECT count(*) FROM day)
           + (SELECT count(*) FROM pack)
    INTO v_n;

    IF v_n = 0 THEN
        DELETE FROM monitor_stats WHERE monitor_id = ANY (v_ids);
        DELETE FROM rollup_gone WHERE monitor_id = ANY (v_ids);
    END IF;

    RETURN true;
END
$$;


-- One step, a transaction of its own: a bounded part of the work.  Returns
-- true if there is more to do at once.  Only one process is in here at a
-- time; each statement sees what was committed before it began, so after the
-- lock everything that an earlier step did.
--
-- An hour is closed first: from then on results of it leave marks.  The lock
-- on shards waits for the writers that did not know it.  So what the
-- following steps do not see was marked.

CREATE FUNCTION rollup_step(p_monitors integer DEFAULT 100)
RETURNS boolean LANGUAGE plpgsql SET lock_timeout = '20ms' AS $$
DECLARE
    c        rollup_cursor;
    v_ids    bigint[];
    v_end    timestamptz;
BEGIN
    PERFORM FROM rollup_cursor FOR UPDATE SKIP LOCKED;

    IF NOT FOUND THEN
        RETURN false;
    END IF;

    SELECT * INTO c FROM rollup_cursor;
    v_end := c.hour + interval '1 hour';

    IF c.phase = 'open' THEN
        IF rollup_marked(p_monitors) > 0 OR rollup_gone_step() THEN
            RETURN true;
        END IF;

        -- retries and a slow flush have their time
        IF now() < v_end + interval '1 min' THEN
            RETURN false;
        END IF;

        PERFORM ensure_rollup_partitions(t) FROM unnest(ARRAY[c.hour,
            greatest(c.hour, now()) + interval '7 days']) t;
        PERFORM FROM shards ORDER BY shard FOR NO KEY UPDATE;
        UPDATE shards SET closed_to = v_end WHERE closed_to < v_end;
        UPDATE rollup_cursor SET phase = 'hours', after = 0;
        RETURN true;
    END IF;

    v_ids := ARRAY(SELECT m.id FROM monitors m WHERE m.id > c.after
                   ORDER BY m.id LIMIT p_monitors);

    IF c.phase = 'hours' THEN
        PERFORM rollup_hours_keep(v_ids,
            array_fill(c.hour, ARRAY[cardinality(v_ids)]));
    ELSE
        PERFORM rollup_days_keep(v_ids, (c.hour AT TIME ZONE 'UTC')::date);
    END IF;

    IF cardinality(v_ids) = p_monitors THEN
        UPDATE rollup_cursor SET after = v_ids[p_monitors];
    ELSIF c.phase = 'hours'
          AND (v_end AT TIME ZONE 'UTC')::time = '00:00'
    THEN
        UPDATE rollup_cursor SET phase = 'day', after = 0;
    ELSE
        UPDATE rollup_cursor SET hour = v_end, phase = 'open', after = 0;
    END IF;

    -- not for hours that only have to be made up for
    IF c.phase = 'hours' AND now() < v_end + interval '2 hours' THEN
        PERFORM monitor_stats_refresh(v_ids);
    END IF;

    RETURN true;
END
$$;


-- Drops a partition that ends before the time until which rows are kept; NULL:
-- for ever.  True: there may be more.

CREATE FUNCTION rollup_drop(p_hours timestamptz, p_days timestamptz)
RETURNS boolean LANGUAGE plpgsql SET lock_timeout = '20ms' AS $$
DECLARE
    v_name  text;
BEGIN
    SELECT c.relname INTO v_name
    FROM pg_inherits i
    JOIN pg_class c ON c.oid = i.inhrelid
    WHERE CASE i.inhparent
          WHEN 'rollup_hours'::regclass
          THEN (to_date(right(c.relname, 6), 'YYYYMM') + interval '1 month')
               AT TIME ZONE 'UTC' <= p_hours
          WHEN 'rollup_days'::regclass
          THEN (to_date(right(c.relname, 4), 'YYYY') + interval '1 year')
               AT TIME ZONE 'UTC' <= p_days
          ELSE false END
    ORDER BY c.relname LIMIT 1;

    IF v_name IS NULL THEN
        RETURN false;
    END IF;

    EXECUTE format('DROP TABLE %I', v_name);
    RETURN true;
END
$$;


-- A name of the time zone database; not what PostgreSQL takes besides.

CREATE FUNCTION is_time_zone(p_name text) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF p_name !~ '^[A-Za-z_]+(/[A-Za-z0-9_+-]+)*$' THEN
        RETURN false;
    END IF;

    PERFORM now() AT TIME ZONE p_name;
    RETURN true;
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN false;
END
$$;


-- Who is an administrator is asked whenever one goes.

CREATE INDEX users_admin_idx ON users (id) WHERE role = 'admin';

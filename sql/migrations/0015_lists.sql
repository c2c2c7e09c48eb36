-- Lists of very large accounts: what a page costs does not depend on how many
-- monitors there are, and small accounts do not pay for large ones.
--
-- Functions, because only the branch that is taken costs anything, and because
-- the planner, which plans for all accounts at once, would read whole tables
-- where one account has nearly all of the monitors.


-- How many monitors an account has; counting them takes as long as there are
-- many.

CREATE TABLE account_monitors (
    owner_id bigint PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    n        bigint NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE account_monitors IS
    'how many monitors an account has; no row: none';

-- what inserts and deletes monitors has them first as well
LOCK TABLE monitors IN SHARE ROW EXCLUSIVE MODE;

INSERT INTO account_monitors (owner_id, n)
SELECT owner_id, count(*) FROM monitors GROUP BY owner_id;

CREATE FUNCTION monitors_more() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO account_monitors AS a (owner_id, n)
    SELECT m.owner_id, count(*) FROM made m
    GROUP BY m.owner_id ORDER BY m.owner_id
    ON CONFLICT (owner_id) DO UPDATE SET n = a.n + excluded.n;
    RETURN NULL;
END
$$;

CREATE FUNCTION monitors_fewer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- in the order of the others
    PERFORM FROM account_monitors a
    WHERE a.owner_id IN (SELECT g.owner_id FROM gone g)
    ORDER BY a.owner_id FOR NO KEY UPDATE;

    UPDATE account_monitors a SET n = a.n - g.n
    FROM (SELECT o.owner_id, count(*) AS n FROM gone o
          GROUP BY o.owner_id) g
    WHERE a.owner_id = g.owner_id;
    RETURN NULL;
END
$$;

CREATE TRIGGER monitors_more AFTER INSERT ON monitors
    REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION monitors_more();
CREATE TRIGGER monitors_fewer AFTER DELETE ON monitors
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION monitors_fewer();


-- An account's monitors by status; those that are up are the rest.

CREATE FUNCTION monitor_counts(p_owner bigint, OUT up bigint,
    OUT degraded bigint, OUT down bigint, OUT unknown bigint,
    OUT paused bigint, OUT pending bigint)
LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_bitmapscan = off
SET max_parallel_workers_per_gather = 0 AS $$
DECLARE
    v_n  bigint[];
BEGIN
    v_n := ARRAY(
        SELECT (SELECT count(*) FROM monitor_state s
                WHERE s.owner_id = p_owner
                  AND status_rank(s.paused, s.status) <> 5
                  AND status_rank(s.paused, s.status) = r.rank)
        FROM unnest('{1,2,3,4,5,6}'::smallint[]) r (rank));

    down := v_n[1];
    degraded := v_n[2];
    unknown := v_n[3];
    pending := v_n[4];
    paused := v_n[6];
    up := coalesce((SELECT a.n FROM account_monitors a
                    WHERE a.owner_id = p_owner), 0)
          - down - degraded - unknown - pending - paused;
END
$$;


-- The order by uptime has an index, which needs the owner beside it and a row
-- for each monitor.

ALTER TABLE monitor_stats
    ADD COLUMN owner_id bigint,
    ALTER COLUMN letters SET DEFAULT repeat('.', 48),
    ALTER COLUMN letters_to SET DEFAULT '-infinity';

DELETE FROM monitor_stats st
WHERE NOT EXISTS (SELECT FROM monitors m WHERE m.id = st.monitor_id);

INSERT INTO monitor_stats AS o (monitor_id, owner_id)
SELECT m.id, m.owner_id FROM monitors m
ON CONFLICT (monitor_id) DO UPDATE SET owner_id = excluded.owner_id;

ALTER TABLE monitor_stats ALTER COLUMN owner_id SET NOT NULL;

COMMENT ON TABLE monitor_stats IS
    'what lists show of the past: made with each hour and when the status '
    'changes';

-- As a list is sorted and a cursor says it: millionths, from 1 on.

CREATE FUNCTION uptime_key(p_uptime real) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (p_uptime * 1000000)::bigint + 1
$$;

CREATE INDEX monitor_stats_uptime_idx
    ON monitor_stats (owner_id, uptime_key(uptime_30d), monitor_id);


CREATE OR REPLACE FUNCTION monitors_state() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO monitor_state (monitor_id, owner_id, paused)
    VALUES (NEW.id, NEW.owner_id, NEW.paused)
    ON CONFLICT DO NOTHING;
    INSERT INTO monitor_stats (monitor_id, owner_id)
    VALUES (NEW.id, NEW.owner_id)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;


-- Both rows go as they came.

CREATE OR REPLACE FUNCTION monitors_gone() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    -- in the order of the writer and of monitor_stats_refresh()
    PERFORM FROM monitor_state s
    WHERE s.monitor_id IN (SELECT g.id FROM gone g)
    ORDER BY s.monitor_id FOR UPDATE;

    DELETE FROM monitor_state s
    WHERE s.monitor_id IN (SELECT g.id FROM gone g);

    PERFORM FROM monitor_stats st
    WHERE st.monitor_id IN (SELECT g.id FROM gone g)
    ORDER BY st.monitor_id FOR UPDATE;

    DELETE FROM monitor_stats st
    WHERE st.monitor_id IN (SELECT g.id FROM gone g);

    RETURN NULL;
END
$$;


-- What lists show of these monitors: the last 24 hours and 30 days, by
-- quarters of an hour, with raw results where there are no rollups yet.  As it
-- was, with the owner.

CREATE OR REPLACE FUNCTION monitor_stats_refresh(p_ids bigint[]) RETURNS void
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
    INSERT INTO monitor_stats AS o (monitor_id, owner_id, uptime_24h,
                                    uptime_30d, p95_24h_us, letters,
                                    letters_to)
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
    SELECT m.id, m.owner_id, day.good / nullif(day.known, 0)::float8,
           month.good / nullif(month.known, 0)::float8, latency.p95,
           word.letters, v_end
    FROM monitors m
    JOIN word ON word.monitor_id = m.id
    LEFT JOIN day ON day.monitor_id = m.id
    LEFT JOIN month ON month.monitor_id = m.id
    LEFT JOIN latency ON latency.monitor_id = m.id
    WHERE m.id = ANY (p_ids)
    ORDER BY m.id
    ON CONFLICT (monitor_id) DO UPDATE
    SET uptime_24h = excluded.uptime_24h, uptime_30d = excluded.uptime_30d,
        p95_24h_us = excluded.p95_24h_us, letters = excluded.letters,
        letters_to = excluded.letters_to, refreshed_at = now();
END
$$;


-- The first p_limit of an account's monitors behind a place in an order, which
-- a key and an id say (NULL: from the start).  Of the order by status only
-- p_ranks, if there are any.
--
-- (owner_id, id) are compared as rows, or the planner could take the index of
-- ids, and look through everybody's monitors.  The latency of the last check
-- changes with every check and has no index: a narrow row of each monitor is
-- read.  What has no latency or no uptime is last, whatever the direction.

CREATE FUNCTION monitor_window(p_owner bigint, p_sort text, p_down boolean,
                               p_key text, p_id bigint, p_ranks smallint[],
                               p_limit integer)
RETURNS bigint[] LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET max_parallel_workers_per_gather = 0 AS $$
DECLARE
    v_first  CONSTANT bigint := 0;
    v_last   CONSTANT bigint := 9223372036854775807;
    v_id     bigint := coalesce(p_id, CASE WHEN p_down THEN v_last ELSE 0 END);
    v_key    bigint;
    v_ids    bigint[] := '{}';
    v_rank   smallint;
BEGIN
    IF p_sort = 'created' THEN
        IF p_down THEN
            RETURN ARRAY(
                SELECT m.id FROM monitors m
                WHERE (m.owner_id, m.id) < (p_owner, v_id)
                  AND m.owner_id >= p_owner
                ORDER BY m.owner_id DESC, m.id DESC LIMIT p_limit);
        END IF;

        RETURN ARRAY(
            SELECT m.id FROM monitors m
            WHERE (m.owner_id, m.id) > (p_owner, v_id)
              AND m.owner_id <= p_owner
            ORDER BY m.owner_id, m.id LIMIT p_limit);
    END IF;

    IF p_sort = 'name' THEN
        IF p_down THEN
            RETURN ARRAY(
                SELECT m.id FROM monitors m
                WHERE m.owner_id = p_owner
                  AND (lower(m.name) COLLATE "C", m.id)
                      < (coalesce(p_key, U&'\+10FFFF'), v_id)
                ORDER BY lower(m.name) COLLATE "C" DESC, m.id DESC
                LIMIT p_limit);
        END IF;

        RETURN ARRAY(
            SELECT m.id FROM monitors m
            WHERE m.owner_id = p_owner
              AND (lower(m.name) COLLATE "C", m.id)
                  > (coalesce(p_key, ''), v_id)
            ORDER BY lower(m.name) COLLATE "C", m.id LIMIT p_limit);
    END IF;

    v_key := coalesce(p_key::bigint,
                      CASE WHEN p_down THEN v_last ELSE v_first END);

    IF p_sort = 'latency' THEN
        IF p_down AND v_key > 0 THEN
            v_ids := ARRAY(
                SELECT s.monitor_id FROM monitor_state s
                WHERE s.owner_id = p_owner AND s.last_latency_us < v_key
                  AND (s.last_latency_us + 1 < v_key OR s.monitor_id < v_id)
                ORDER BY s.last_latency_us DESC, s.monitor_id DESC
                LIMIT p_limit);
            v_id := v_last;

        ELSIF NOT p_down AND v_key < 4294967296 THEN
            v_ids := ARRAY(
                SELECT s.monitor_id FROM monitor_state s
                WHERE s.owner_id = p_owner AND s.last_latency_us + 1 >= v_key
                  AND (s.last_latency_us >= v_key OR s.monitor_id > v_id)
                ORDER BY s.last_latency_us, s.monitor_id LIMIT p_limit);
            v_id := 0;
        END IF;

        IF cardinality(v_ids) < p_limit THEN
            v_ids := v_ids || ARRAY(
                SELECT s.monitor_id FROM monitor_state s
                WHERE s.owner_id = p_owner AND s.last_latency_us IS NULL
                  AND CASE WHEN p_down THEN s.monitor_id < v_id
                      ELSE s.monitor_id > v_id END
                ORDER BY CASE WHEN p_down THEN -s.monitor_id
                         ELSE s.monitor_id END
                LIMIT p_limit - cardinality(v_ids));
        END IF;

        RETURN v_ids;
    END IF;

    IF p_sort = 'uptime' THEN
        IF p_down AND v_key > 0 THEN
            v_ids := ARRAY(
                SELECT st.monitor_id FROM monitor_stats st
                WHERE st.owner_id = p_owner
                  AND (uptime_key(st.uptime_30d), st.monitor_id)
                      < (v_key, v_id)
                  AND EXISTS (SELECT FROM monitors m
                              WHERE m.id = st.monitor_id)
                ORDER BY uptime_key(st.uptime_30d) DESC, st.monitor_id DESC
                LIMIT p_limit);
            v_id := v_last;

        ELSIF NOT p_down AND v_key < 4294967296 THEN
            v_ids := ARRAY(
                SELECT st.monitor_id FROM monitor_stats st
                WHERE st.owner_id = p_owner
                  AND (uptime_key(st.uptime_30d), st.monitor_id)
                      > (v_key, v_id)
                  AND EXISTS (SELECT FROM monitors m
                              WHERE m.id = st.monitor_id)
                ORDER BY uptime_key(st.uptime_30d), st.monitor_id
                LIMIT p_limit);
            v_id := 0;
        END IF;

        IF cardinality(v_ids) < p_limit AND p_down THEN
            v_ids := v_ids || ARRAY(
                SELECT st.monitor_id FROM monitor_stats st
                WHERE st.owner_id = p_owner
                  AND uptime_key(st.uptime_30d) IS NULL
                  AND st.monitor_id < v_id
                  AND EXISTS (SELECT FROM monitors m
                              WHERE m.id = st.monitor_id)
                ORDER BY uptime_key(st.uptime_30d) DESC, st.monitor_id DESC
                LIMIT p_limit - cardinality(v_ids));

        ELSIF cardinality(v_ids) < p_limit THEN
            v_ids := v_ids || ARRAY(
                SELECT st.monitor_id FROM monitor_stats st
                WHERE st.owner_id = p_owner
                  AND uptime_key(st.uptime_30d) IS NULL
                  AND st.monitor_id > v_id
                  AND EXISTS (SELECT FROM monitors m
                              WHERE m.id = st.monitor_id)
                ORDER BY uptime_key(st.uptime_30d), st.monitor_id
                LIMIT p_limit - cardinality(v_ids));
        END IF;

        RETURN v_ids;
    END IF;

    -- by status: a part for each, until there are enough
    FOREACH v_rank IN ARRAY CASE WHEN p_down THEN ARRAY[6, 5, 4, 3, 2, 1]
                            ELSE ARRAY[1, 2, 3, 4, 5, 6] END
    LOOP
        EXIT WHEN cardinality(v_ids) >= p_limit;
        CONTINUE WHEN v_rank <> ALL (p_ranks)
                      OR CASE WHEN p_down THEN v_rank > v_key
                         ELSE v_rank < v_key END;

        IF v_rank <> v_key THEN
            v_id := CASE WHEN p_down THEN v_last ELSE 0 END;
        END IF;

        IF v_rank = 5 THEN
            v_ids := v_ids || monitors_up(p_owner, p_down, v_id,
                                          p_limit - cardinality(v_ids));

        ELSIF p_down THEN
            v_ids := v_ids || ARRAY(
                SELECT s.monitor_id FROM monitor_state s
                WHERE s.owner_id = p_owner
                  AND status_rank(s.paused, s.status) <> 5
                  AND status_rank(s.paused, s.status) = v_rank
                  AND s.monitor_id < v_id
                ORDER BY s.monitor_id DESC
                LIMIT p_limit - cardinality(v_ids));

        ELSE
            v_ids := v_ids || ARRAY(
                SELECT s.monitor_id FROM monitor_state s
                WHERE s.owner_id = p_owner
                  AND status_rank(s.paused, s.status) <> 5
                  AND status_rank(s.paused, s.status) = v_rank
                  AND s.monitor_id > v_id
                ORDER BY s.monitor_id
                LIMIT p_limit - cardinality(v_ids));
        END IF;
    END LOOP;

    RETURN v_ids;
END
$$;


-- Those that are up, in the order of ids.

CREATE FUNCTION monitors_up(p_owner bigint, p_down boolean, p_id bigint,
                            p_limit integer)
RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF p_down THEN
        RETURN ARRAY(
            SELECT s.monitor_id FROM monitor_state s
            WHERE (s.owner_id, s.monitor_id) < (p_owner, p_id)
              AND s.owner_id >= p_owner
              AND status_rank(s.paused, s.status) = 5
            ORDER BY s.owner_id DESC, s.monitor_id DESC LIMIT p_limit);
    END IF;

    RETURN ARRAY(
        SELECT s.monitor_id FROM monitor_state s
        WHERE (s.owner_id, s.monitor_id) > (p_owner, p_id)
          AND s.owner_id <= p_owner
          AND status_rank(s.paused, s.status) = 5
        ORDER BY s.owner_id, s.monitor_id LIMIT p_limit);
END
$$;


-- What a request wants, out of its arguments.

CREATE TYPE monitor_filter AS (
    types     text[],
    tags      text[],
    every_tag boolean,
    q         text,
    ranks     smallint[]
);

CREATE FUNCTION monitor_filter(p_args jsonb) RETURNS monitor_filter
LANGUAGE sql IMMUTABLE AS $$
    SELECT ROW(
        (SELECT array_agg(t) FROM jsonb_array_elements_text(p_args -> 'type')
                                  t),
        (SELECT array_agg(t) FROM jsonb_array_elements_text(p_args -> 'tag')
                                  t),
        coalesce(p_args ->> 'tag_mode' = 'all', false),
        lower(p_args ->> 'q'),
        (SELECT array_agg(status_rank(s = 'paused', s))
         FROM jsonb_array_elements_text(p_args -> 'status') s)
    )::monitor_filter
$$;

-- Inlined.

CREATE FUNCTION monitor_wanted(p_type text, p_tags text[], p_text text,
                               p_rank smallint, f monitor_filter)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT (f.types IS NULL OR p_type = ANY (f.types))
       AND (f.tags IS NULL OR CASE WHEN f.every_tag THEN p_tags @> f.tags
                              ELSE p_tags && f.tags END)
       AND (f.q IS NULL OR strpos(p_text, f.q) > 0)
       AND (f.ranks IS NULL OR p_rank = ANY (f.ranks))
$$;


-- Those of p_ids that are wanted, in their order, p_limit at most.

CREATE FUNCTION monitors_wanted(p_owner bigint, p_ids bigint[],
                                f monitor_filter, p_limit integer)
RETURNS bigint[] LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET max_parallel_workers_per_gather = 0 AS $$
BEGIN
    RETURN ARRAY(
        SELECT u.id FROM unnest(p_ids) WITH ORDINALITY u (id, n)
        JOIN monitors m ON m.id = u.id AND m.owner_id = p_owner
        JOIN monitor_state s ON s.monitor_id = u.id
        WHERE monitor_wanted(m.type, m.tags, monitor_text(m.name, m.url),
                             status_rank(s.paused, s.status), f)
        ORDER BY u.n LIMIT p_limit);
END
$$;


-- p_limit of those that are wanted, NULL: all, by the index that leaves the
-- fewest to look at, which is for us to say: the planner does not know the
-- arguments.  owner_id + 0: not by the index of owners.

CREATE FUNCTION monitors_found(p_owner bigint, f monitor_filter,
                               p_limit integer)
RETURNS bigint[] LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET max_parallel_workers_per_gather = 0 AS $$
BEGIN
    IF f.ranks IS NOT NULL AND NOT 5 = ANY (f.ranks) THEN
        RETURN ARRAY(
            SELECT m.id FROM monitor_state s
            JOIN monitors m ON m.id = s.monitor_id
            WHERE s.owner_id = p_owner AND m.owner_id + 0 = p_owner
              AND status_rank(s.paused, s.status) <> 5
              AND status_rank(s.paused, s.status) = ANY (f.ranks)
              AND monitor_wanted(m.type, m.tags, monitor_text(m.name, m.url),
                                 status_rank(s.paused, s.status), f)
            LIMIT p_limit);
    END IF;

    IF length(f.q) > 2 AND to_regclass('monitors_text_idx') IS NOT NULL THEN
        RETURN ARRAY(
            SELECT m.id FROM monitors m
            JOIN monitor_state s ON s.monitor_id = m.id
            WHERE m.owner_id + 0 = p_owner
              AND monitor_text(m.name, m.url) LIKE
                  '%' || regexp_replace(f.q, '([\\%_])', '\\\1', 'g') || '%'
              AND monitor_wanted(m.type, m.tags, monitor_text(m.name, m.url),
                                 status_rank(s.paused, s.status), f)
            LIMIT p_limit);
    END IF;

    IF f.tags IS NOT NULL THEN
        RETURN ARRAY(
            SELECT m.id FROM monitors m
            JOIN monitor_state s ON s.monitor_id = m.id
            WHERE m.owner_id + 0 = p_owner AND m.tags && f.tags
              AND monitor_wanted(m.type, m.tags, monitor_text(m.name, m.url),
                                 status_rank(s.paused, s.status), f)
            LIMIT p_limit);
    END IF;

    RETURN ARRAY(
        SELECT m.id FROM monitors m
        JOIN monitor_state s ON s.monitor_id = m.id
        WHERE m.owner_id = p_owner
          AND monitor_wanted(m.type, m.tags, monitor_text(m.name, m.url),
                             status_rank(s.paused, s.status), f)
        LIMIT p_limit);
END
$$;


-- The key of monitors in an order, as a cursor has it.

CREATE FUNCTION monitor_keys(p_sort text, p_down boolean, p_ids bigint[])
RETURNS TABLE (id bigint, num bigint, txt text) LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET max_parallel_workers_per_gather = 0 AS $$
DECLARE
    v_none  CONSTANT bigint := CASE WHEN p_down THEN 0 ELSE 4294967296 END;
BEGIN
    IF p_sort = 'created' THEN
        RETURN QUERY SELECT u.id, NULL::bigint, NULL::text
        FROM unnest(p_ids) u (id);
    ELSIF p_sort = 'name' THEN
        RETURN QUERY SELECT m.id, NULL::bigint, lower(m.name)
        FROM unnest(p_ids) u (id) JOIN monitors m ON m.id = u.id;
    ELSIF p_sort = 'uptime' THEN
        RETURN QUERY
        SELECT u.id, coalesce(uptime_key(st.uptime_30d), v_none), NULL::text
        FROM unnest(p_ids) u (id)
        LEFT JOIN monitor_stats st ON st.monitor_id = u.id;
    ELSE
        RETURN QUERY
        SELECT u.id, CASE p_sort
                     WHEN 'status' THEN status_rank(s.paused, s.status)::bigint
                     ELSE coalesce(s.last_latency_us + 1::bigint, v_none) END,
               NULL::text
        FROM unnest(p_ids) u (id)
        JOIN monitor_state s ON s.monitor_id = u.id;
    END IF;
END
$$;


-- Those of p_ids behind a place in an order, the first p_limit.

CREATE FUNCTION monitors_sorted(p_ids bigint[], p_sort text, p_down boolean,
                                p_key text, p_id bigint, p_limit integer)
RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(
        SELECT k.id FROM monitor_keys(p_sort, p_down, p_ids) k
        WHERE CASE WHEN p_id IS NULL THEN true
              WHEN p_sort = 'created' AND p_down THEN k.id < p_id
              WHEN p_sort = 'created' THEN k.id > p_id
              WHEN p_sort = 'name' AND p_down
              THEN (k.txt COLLATE "C", k.id) < (p_key, p_id)
              WHEN p_sort = 'name'
              THEN (k.txt COLLATE "C", k.id) > (p_key, p_id)
              WHEN p_down THEN (k.num, k.id) < (p_key::bigint, p_id)
              ELSE (k.num, k.id) > (p_key::bigint, p_id) END
        ORDER BY CASE WHEN p_down THEN -k.num ELSE k.num END,
                 CASE WHEN NOT p_down THEN k.txt END COLLATE "C",
                 CASE WHEN p_down THEN k.txt END COLLATE "C" DESC,
                 CASE WHEN p_down THEN -k.id ELSE k.id END
        LIMIT p_limit);
END
$$;


-- A page of GET /monitors, and in its rows the cursor of the next one.
--
-- With a filter the next few are looked through first, then the next 2,000: a
-- filter that lets most of them pass has its page.  Only if that was not
-- enough all that pass are found, and sorted.  Where an index has those that
-- pass, and they are few, they come first: by status, and by tag in the order by
-- latency, whose next few are known only when all were looked at.

CREATE FUNCTION monitor_page(p_owner bigint, p_args jsonb)
RETURNS TABLE (n bigint, id bigint, next text) LANGUAGE plpgsql STABLE
ROWS 50 AS $$
DECLARE
    v_max     CONSTANT integer := coalesce((p_args ->> 'limit')::integer, 50);
    v_order   CONSTANT text := coalesce(p_args ->> 'sort', 'created');
    v_sort    CONSTANT text := ltrim(v_order, '-');
    v_down    CONSTANT boolean := v_order LIKE '-%';
    v_after   CONSTANT bigint := split_part(p_args ->> 'cursor', '.', 2);
    v_key     text := nullif(split_part(p_args ->> 'cursor', '.', 3), '');
    v_filter  monitor_filter;
    v_ids     bigint[];
    v_near    bigint[];
    v_found   bigint[];
    v_part    integer;
    v_next    text;
BEGIN
    IF v_sort = 'name' THEN
        v_key := convert_from(decode(v_key, 'hex'), 'UTF8');
    END IF;

    IF NOT p_args ?| ARRAY['status', 'type', 'tag', 'q'] THEN
        v_ids := monitor_window(p_owner, v_sort, v_down, v_key, v_after, NULL,
                                v_max + 1);
    ELSE
        v_filter := monitor_filter(p_args);

        IF v_sort <> 'status' AND NOT 5 = ANY (v_filter.ranks)
           OR v_sort = 'latency' AND v_filter.tags IS NOT NULL
        THEN
            v_found := monitors_found(p_owner, v_filter, 2001);
        END IF;

        IF v_found IS NULL OR cardinality(v_found) > 2000 THEN
            v_found := NULL;

            FOREACH v_part IN ARRAY CASE WHEN v_sort = 'latency'
                                              OR v_max > 200
                                    THEN ARRAY[2000] ELSE ARRAY[300, 2000] END
            LOOP
                v_near := monitor_window(p_owner, v_sort, v_down, v_key,
                                         v_after, v_filter.ranks, v_part);
                v_ids := monitors_wanted(p_owner, v_near, v_filter, v_max + 1);
                EXIT WHEN cardinality(v_ids) > v_max
                          OR cardinality(v_near) < v_part;
            END LOOP;

            IF cardinality(v_ids) <= v_max AND cardinality(v_near) = v_part
            THEN
                v_found := monitors_found(p_owner, v_filter, NULL);
            END IF;
        END IF;

        IF v_found IS NOT NULL THEN
            v_ids := monitors_sorted(v_found, v_sort, v_down, v_key, v_after,
                                     v_max + 1);
        END IF;
    END IF;

    IF cardinality(v_ids) > v_max THEN
        SELECT concat_ws('.', v_order, k.id, k.num,
                         encode(convert_to(k.txt, 'UTF8'), 'hex'))
        INTO v_next FROM monitor_keys(v_sort, v_down, v_ids[v_max:v_max]) k;
    END IF;

    RETURN QUERY
    SELECT u.n, u.id, v_next
    FROM unnest(v_ids[:v_max]) WITH ORDINALITY u (id, n);
END
$$;

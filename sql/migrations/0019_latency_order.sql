-- The order by latency has an index: it is that of the 95th percentile of the
-- last 24 hours, as lists show it.  It was that of the last check, which is
-- another each time: an index of it would end HOT updates, reading it cost some 50 ms
-- for 100,000 monitors, and pages moved under who turned them.


-- As a cursor says it: from 1 on.

CREATE FUNCTION latency_key(p_latency real) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT p_latency::bigint + 1
$$;

CREATE INDEX monitor_stats_latency_idx
    ON monitor_stats (owner_id, latency_key(p95_24h_us), monitor_id);


-- The first p_limit of an account's monitors behind a place in an order, which
-- a key and an id say (NULL: from the start).  Of the order by status only
-- p_ranks, if there are any.  As it was, but for latency.
--
-- (owner_id, id) are compared as rows, or the planner could take the index of
-- ids, and look through everybody's monitors.  What has no latency or no uptime
-- is last, whatever the direction.

CREATE OR REPLACE FUNCTION monitor_window(p_owner bigint, p_sort text,
                                          p_down boolean, p_key text,
                                          p_id bigint, p_ranks smallint[],
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
                SELECT st.monitor_id FROM monitor_stats st
                WHERE st.owner_id = p_owner
                  AND (latency_key(st.p95_24h_us), st.monitor_id)
                      < (v_key, v_id)
                  AND EXISTS (SELECT FROM monitors m
                              WHERE m.id = st.monitor_id)
                ORDER BY latency_key(st.p95_24h_us) DESC, st.monitor_id DESC
                LIMIT p_limit);
            v_id := v_last;

        ELSIF NOT p_down AND v_key < 4294967296 THEN
            v_ids := ARRAY(
                SELECT st.monitor_id FROM monitor_stats st
                WHERE st.owner_id = p_owner
                  AND (latency_key(st.p95_24h_us), st.monitor_id)
                      > (v_key, v_id)
                  AND EXISTS (SELECT FROM monitors m
                              WHERE m.id = st.monitor_id)
                ORDER BY latency_key(st.p95_24h_us), st.monitor_id
                LIMIT p_limit);
            v_id := 0;
        END IF;

        IF cardinality(v_ids) < p_limit AND p_down THEN
            v_ids := v_ids || ARRAY(
                SELECT st.monitor_id FROM monitor_stats st
                WHERE st.owner_id = p_owner
                  AND latency_key(st.p95_24h_us) IS NULL
                  AND st.monitor_id < v_id
                  AND EXISTS (SELECT FROM monitors m
                              WHERE m.id = st.monitor_id)
                ORDER BY latency_key(st.p95_24h_us) DESC, st.monitor_id DESC
                LIMIT p_limit - cardinality(v_ids));

        ELSIF cardinality(v_ids) < p_limit THEN
            v_ids := v_ids || ARRAY(
                SELECT st.monitor_id FROM monitor_stats st
                WHERE st.owner_id = p_owner
                  AND latency_key(st.p95_24h_us) IS NULL
                  AND st.monitor_id > v_id
                  AND EXISTS (SELECT FROM monitors m
                              WHERE m.id = st.monitor_id)
                ORDER BY latency_key(st.p95_24h_us), st.monitor_id
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


-- The key of monitors in an order, as a cursor has it.  As it was, but for
-- latency.

CREATE OR REPLACE FUNCTION monitor_keys(p_sort text, p_down boolean,
                                        p_ids bigint[])
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
    ELSIF p_sort = 'status' THEN
        RETURN QUERY
        SELECT u.id, status_rank(s.paused, s.status)::bigint, NULL::text
        FROM unnest(p_ids) u (id)
        JOIN monitor_state s ON s.monitor_id = u.id;
    ELSE
        RETURN QUERY
        SELECT u.id, coalesce(CASE p_sort
                     WHEN 'uptime' THEN uptime_key(st.uptime_30d)
                     ELSE latency_key(st.p95_24h_us) END, v_none), NULL::text
        FROM unnest(p_ids) u (id)
        LEFT JOIN monitor_stats st ON st.monitor_id = u.id;
    END IF;
END
$$;


-- A page of GET /monitors, and in its rows the cursor of the next one.
--
-- With a filter the next few are looked through first, then the next 2,000: a
-- filter that lets most of them pass has its page.  Only if that was not
-- enough all that pass are found, and sorted.  Where an index has those that
-- pass by status, and they are few, they come first.  As it was, but that
-- latency is an order like others.

CREATE OR REPLACE FUNCTION monitor_page(p_owner bigint, p_args jsonb)
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

        IF v_sort <> 'status' AND NOT 5 = ANY (v_filter.ranks) THEN
            v_found := monitors_found(p_owner, v_filter, 2001);
        END IF;

        IF v_found IS NULL OR cardinality(v_found) > 2000 THEN
            v_found := NULL;

            FOREACH v_part IN ARRAY CASE WHEN v_max > 200 THEN ARRAY[2000]
                                    ELSE ARRAY[300, 2000] END
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

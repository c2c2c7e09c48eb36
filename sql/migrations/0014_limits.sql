-- What one account may ask of one host, and how many monitors it may have, also
-- when it asks several times at once.

-- Whom a monitor asks: the host of its URL, of dns without a server the name.

CREATE FUNCTION url_host(url text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(substring(
        url FROM '^[A-Za-z]+:(?://)?(\[[^]]*\]|[^/:?#]*)'))
$$;

CREATE INDEX monitors_host_idx ON monitors (owner_id, url_host(url))
    WHERE NOT paused AND type <> 'push';


-- Whoever is about to go nearer to a limit of the account waits for the others
-- here, until the end of the transaction.  What counts afterwards has to be a
-- statement of its own: the one that waited still sees what was before.

CREATE FUNCTION account_lock(p_owner bigint) RETURNS void
LANGUAGE sql VOLATILE AS $$
    SELECT pg_advisory_xact_lock(
        hashtextextended('uptime limits of ' || p_owner, 0))
$$;


-- How many monitors the account may still make; a quota of 0: any number.

CREATE FUNCTION monitor_room(p_owner bigint, p_quota bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_used  bigint;
BEGIN
    IF p_quota = 0 THEN
        RETURN 9223372036854775807;
    END IF;

    PERFORM account_lock(p_owner);

    SELECT count(*) INTO v_used
    FROM (SELECT FROM monitors q WHERE q.owner_id = p_owner
          LIMIT p_quota) q;

    RETURN p_quota - v_used;
END
$$;


-- Of monitors as they are to be (place n, id or NULL, URL, seconds between
-- checks; those that are paused or wait for pushes are not among them): the
-- places that would make the account ask a host more often than p_limit times a
-- minute, with the host and how often it is asked now.  One that asks its host
-- no more often than before is never among them.

CREATE FUNCTION host_rates(p_owner bigint, p_limit bigint, p_n bigint[],
    p_id bigint[], p_url text[], p_interval integer[])
RETURNS TABLE (n bigint, host text, used numeric)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF p_limit = 0 OR p_n IS NULL THEN
        RETURN;
    END IF;

    PERFORM account_lock(p_owner);

    RETURN QUERY
    WITH given AS (
        SELECT g.n, g.id, url_host(g.url) AS host, 60.0 / g.every AS rate
        FROM unnest(p_n, p_id, p_url, p_interval) g (n, id, url, every)
    ), more AS (
        SELECT g.n, g.host, g.rate - coalesce(had.rate, 0) AS rate
        FROM given g LEFT JOIN LATERAL (
            SELECT 60.0 / q.interval AS rate
            FROM monitors q
            WHERE q.id = g.id AND q.owner_id = p_owner
              AND NOT q.paused AND q.type <> 'push'
              AND url_host(q.url) = g.host) had ON true
    ), sums AS (
        SELECT m.n, m.host,
               sum(m.rate) OVER (PARTITION BY m.host ORDER BY m.n) AS rate
        FROM more m
        WHERE m.rate > 0
    ), now AS MATERIALIZED (
        SELECT h.host, coalesce((
                   SELECT sum(60.0 / q.interval)
                   FROM monitors q
                   WHERE q.owner_id = p_owner
                     AND NOT q.paused AND q.type <> 'push'
                     AND url_host(q.url) = h.host), 0) AS rate
        FROM (SELECT DISTINCT sums.host FROM sums) h
    )
    SELECT sums.n, sums.host, round(now.rate, 1)
    FROM sums JOIN now ON now.host = sums.host
    WHERE round(now.rate + sums.rate, 6) > p_limit;
END
$$;

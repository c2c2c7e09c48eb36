-- What changed for each "entry" (n, owner_id, since), a CTE that comes before.
-- "since" is the "next" of an earlier answer: seconds since 1970, a dot, the
-- snapshot that was read.  A row counts as changed if the transaction that
-- wrote it is not visible in that snapshot; monitor_state has no column for
-- that and needs none, because xmin tells: age() picks the few rows that may
-- have changed, and only for those the 32 bits of xmin become an xid8.
--
-- Without "since", with one that is older than tombstones are, with one of
-- another database and with more than 5000 changes the whole list has to be
-- read again ("resync").
moment AS MATERIALIZED (
    SELECT m.xmax,
           extract(epoch FROM now())::bigint || '.'
           || CASE WHEN length(m.snapshot::text) <= 200 THEN m.snapshot::text
              ELSE m.xmin || ':' || m.xmin || ':' END AS token
    FROM (SELECT pg_current_snapshot() AS snapshot,
                 pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin,
                 pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS xmax
         ) m
), asked AS MATERIALIZED (
    SELECT e.n, e.owner_id, e.snapshot,
           age((pg_snapshot_xmin(e.snapshot)::text::bigint
                & 4294967295)::text::xid) AS age
    FROM (SELECT e.n, e.owner_id,
                 CASE WHEN split_part(e.since, '.', 1)::bigint
                           > extract(epoch FROM now()) - 43200
                       AND pg_snapshot_xmax(
                               split_part(e.since, '.', 2)::pg_snapshot)
                           ::text::bigint <= moment.xmax
                 THEN split_part(e.since, '.', 2)::pg_snapshot END AS snapshot
          FROM entry e, moment) e
), found AS MATERIALIZED (
    SELECT a.n, a.owner_id, c.ids, d.ids AS deleted,
           a.snapshot IS NULL OR coalesce(cardinality(c.ids), 0) > 5000
           OR coalesce(cardinality(d.ids), 0) > 5000 AS resync
    FROM asked a, moment,
    LATERAL (
        SELECT array_agg(i.id) AS ids FROM (
            (SELECT s.monitor_id AS id
             FROM monitors m JOIN monitor_state s ON s.monitor_id = m.id
             WHERE m.owner_id = a.owner_id AND age(s.xmin) <= a.age
               AND NOT pg_visible_in_snapshot(
                   (moment.xmax - ((moment.xmax - s.xmin::text::bigint)
                                   & 4294967295))::text::xid8, a.snapshot)
             LIMIT 5001)
            UNION
            (SELECT m.id FROM monitors m
             WHERE m.owner_id = a.owner_id
               AND m.revision >= pg_snapshot_xmin(a.snapshot)
               AND NOT pg_visible_in_snapshot(m.revision, a.snapshot)
             LIMIT 5001)) i) c,
    LATERAL (
        SELECT array_agg(t.monitor_id) AS ids FROM (
            SELECT t.monitor_id FROM monitor_tombstones t
            WHERE t.owner_id = a.owner_id
              AND t.revision >= pg_snapshot_xmin(a.snapshot)
              AND NOT pg_visible_in_snapshot(t.revision, a.snapshot)
            LIMIT 5001) t) d
), answer AS (
    SELECT f.n,
           concat('{"monitors":[', CASE WHEN NOT f.resync THEN (
               SELECT string_agg((SELECT row_to_json(o) FROM (SELECT
                          m.id,
                          m.version,
                          m.name,
                          CASE WHEN m.paused THEN 'paused' ELSE s.status END
                              AS status,
                          rfc3339(s.status_since) AS status_since,
                          {{last_check_json}} AS last_check,
                          rfc3339(s.cert_expires_at) AS cert_expires_at)
                          o)::text, ',')
               FROM monitors m JOIN monitor_state s ON s.monitor_id = m.id
               WHERE m.id = ANY (f.ids) AND m.owner_id = f.owner_id) END,
               '],"deleted":[', CASE WHEN NOT f.resync
                                THEN array_to_string(f.deleted, ',') END,
               '],"resync":', f.resync::text, ',"next":"', moment.token, '"}')
               AS body,
           f.resync OR f.ids IS NOT NULL OR f.deleted IS NOT NULL AS news
    FROM found f, moment
)

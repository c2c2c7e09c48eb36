-- $1 bigint: the caller, $2 text: version of the server that answers, $3 json:
-- the processes of its nginx.
WITH live AS (
    SELECT n.name, c.id, c.version, c.started_at, c.seen_at, c.stats,
           (SELECT count(*) FROM shards s
            WHERE s.checker_id = c.id AND s.lease_until > now()) AS shards
    FROM checkers c JOIN nodes n ON n.id = c.node_id
    WHERE c.seen_at > now() - interval '15 s'
), part AS (
    SELECT c.oid FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'checks'::regclass
)
SELECT CASE WHEN NOT EXISTS ({{is_admin}}) THEN 'forbidden' END,
       (SELECT row_to_json(o) FROM (SELECT
           $2::text AS version,
           (SELECT coalesce(json_agg(x ORDER BY x.name, x.started_at), '[]')
            FROM (SELECT l.name, l.version,
                         rfc3339(l.started_at) AS started_at,
                         rfc3339(l.seen_at) AS seen_at, l.shards,
                         l.stats FROM live l) x) AS nodes,
           (SELECT row_to_json(x) FROM (SELECT
                count(*) AS shards,
                count(*) FILTER (WHERE s.lease_until > now()) AS held,
                count(*) FILTER (WHERE s.lease_until <= now()) AS free
                FROM shards s) x) AS leases,
           $3::json AS processes,
           (SELECT row_to_json(x) FROM (SELECT
                coalesce(sum((l.stats ->> 'checks_per_second')::float8), 0)
                    AS per_second,
                coalesce(sum((l.stats ->> 'in_flight')::bigint), 0)
                    AS in_flight,
                max((l.stats ->> 'start_delay_p99_ms')::bigint)
                    AS start_delay_p99_ms,
                coalesce(sum((l.stats ->> 'queue_rows')::bigint), 0)
                    AS queue_rows,
                coalesce(sum((l.stats ->> 'spool_bytes')::bigint), 0)
                    AS spool_bytes,
                coalesce(sum((l.stats ->> 'results_dropped')::bigint), 0)
                    AS results_dropped
                FROM live l) x) AS checks,
           (SELECT row_to_json(x) FROM (SELECT
                current_setting('server_version') AS version,
                (SELECT max(version) FROM schema_migrations)
                    AS schema_version,
                pg_database_size(current_database()) AS size_bytes,
                (SELECT count(*) FROM pg_stat_activity a
                 WHERE a.datname = current_database()) AS connections,
                current_setting('max_connections')::integer
                    AS max_connections,
                (SELECT count(*) FROM part) AS partitions,
                (SELECT coalesce(sum(pg_total_relation_size(part.oid)), 0)
                 FROM part)::bigint AS checks_bytes) x) AS database,
           (SELECT row_to_json(x) FROM (SELECT
                (SELECT rfc3339(r.hour) FROM rollup_cursor r) AS hour,
                (SELECT count(m.hour) FROM (
                     SELECT r.hour FROM rollup_marks r
                     ORDER BY r.id LIMIT 10000) m) AS late) x) AS rollups,
           (SELECT row_to_json(x) FROM (SELECT
                count(*) FILTER (WHERE o.state = 'pending') AS waiting,
                count(*) FILTER (WHERE o.state = 'held') AS held,
                round(coalesce(greatest(extract(epoch FROM now() - min(
                    o.next_at) FILTER (WHERE o.state = 'pending')), 0), 0))
                    AS behind_s,
                (SELECT count(*) FROM (
                     SELECT FROM channels c
                     WHERE c.enabled AND c.failed_at IS NOT NULL
                     ORDER BY c.failed_at LIMIT 10000) c)
                    AS failing_channels
                FROM outbox o WHERE o.state IN ('pending', 'held')) x)
               AS alerts,
           (SELECT coalesce(json_agg(x ORDER BY x.name), '[]')
            FROM (SELECT j.name, rfc3339(j.ran_at) AS ran_at, j.error
                  FROM janitor_tasks j) x) AS tasks) o)

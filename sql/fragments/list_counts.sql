-- The caller's monitors by status; the ones that are up are the rest.
SELECT t.n - coalesce(sum(o.n), 0) AS up,
       coalesce(sum(o.n) FILTER (WHERE o.rank = 2), 0) AS degraded,
       coalesce(sum(o.n) FILTER (WHERE o.rank = 1), 0) AS down,
       coalesce(sum(o.n) FILTER (WHERE o.rank = 3), 0) AS unknown,
       coalesce(sum(o.n) FILTER (WHERE o.rank = 6), 0) AS paused,
       coalesce(sum(o.n) FILTER (WHERE o.rank = 4), 0) AS pending
FROM (SELECT count(*) AS n FROM monitors m
      WHERE m.owner_id = $1::bigint) t
LEFT JOIN (SELECT status_rank(s.paused, s.status) AS rank, count(*) AS n
           FROM monitor_state s
           WHERE s.owner_id = $1::bigint
             AND status_rank(s.paused, s.status) <> 5
           GROUP BY 1) o ON true
GROUP BY t.n

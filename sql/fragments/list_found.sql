-- All monitors of the caller that are wanted, if far says so; by the index
-- that leaves the fewest to look at, which is for us to say: the planner does
-- not know the arguments.  owner_id + 0: not by the index of owners.
SELECT m.id, m.name
FROM arg, monitors m
WHERE (SELECT way = 'text' FROM far)
  AND m.owner_id + 0 = $1::bigint
  AND monitor_text(m.name, m.url) LIKE
      '%' || regexp_replace(arg.q, '([\\%_])', '\\\1', 'g') || '%'
  AND {{list_filter}}
UNION ALL
SELECT m.id, m.name
FROM arg, monitors m
WHERE (SELECT way = 'tags' FROM far)
  AND m.owner_id + 0 = $1::bigint AND m.tags && (SELECT tags FROM arg)
  AND {{list_filter}}
UNION ALL
SELECT m.id, m.name
FROM arg, monitor_state n JOIN monitors m ON m.id = n.monitor_id
WHERE (SELECT way = 'status' FROM far)
  AND n.owner_id = $1::bigint AND m.owner_id = $1::bigint
  AND status_rank(n.paused, n.status) <> 5
  AND status_rank(n.paused, n.status) = ANY (arg.ranks)
  AND {{list_filter}}
UNION ALL
SELECT m.id, m.name
FROM arg, monitors m
WHERE (SELECT way = 'all' FROM far)
  AND m.owner_id = $1::bigint
  AND {{list_filter}}

-- Of all (id, num) the first ones behind the cursor.
SELECT a.id, a.num, NULL::text AS txt
FROM arg, a
WHERE CASE WHEN arg.id IS NULL THEN true
      WHEN arg.down THEN (a.num, a.id) < (arg.key::bigint, arg.id)
      ELSE (a.num, a.id) > (arg.key::bigint, arg.id) END
ORDER BY CASE WHEN arg.down THEN -a.num ELSE a.num END,
         CASE WHEN arg.down THEN -a.id ELSE a.id END
LIMIT (SELECT max + 1 FROM arg)

-- How list_found goes about it.
CASE WHEN arg.ranks IS NOT NULL AND NOT 5 = ANY (arg.ranks) THEN 'status'
     WHEN length(arg.q) > 2
          AND to_regclass('monitors_text_idx') IS NOT NULL THEN 'text'
     WHEN arg.tags IS NOT NULL THEN 'tags'
     ELSE 'all' END

-- What stands behind the items of a list, in the row of the first.
CASE WHEN coalesce(page.n, 1) = 1 THEN
    concat('"next_cursor":', coalesce(to_json(page.next)::text, 'null'),
           ',"counts":', (SELECT row_to_json(c) FROM monitor_counts($1::bigint)
                                                     c)) END

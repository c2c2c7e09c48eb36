-- Whether the monitor m is wanted.
(arg.types IS NULL OR m.type = ANY (arg.types))
AND (arg.tags IS NULL
     OR CASE WHEN arg.every_tag THEN m.tags @> arg.tags
        ELSE m.tags && arg.tags END)
AND (arg.q IS NULL OR strpos(monitor_text(m.name, m.url), arg.q) > 0)
AND (arg.ranks IS NULL
     OR (SELECT status_rank(s.paused, s.status) FROM monitor_state s
         WHERE s.monitor_id = m.id) = ANY (arg.ranks))

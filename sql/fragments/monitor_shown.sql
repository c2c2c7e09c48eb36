-- The monitor m, without what a key that may only read must not know.
CASE WHEN {{may_write}} THEN {{monitor_json}}
ELSE (SELECT {{monitor_json}}
      FROM jsonb_populate_record(m, CASE m.type WHEN 'push'
               THEN '{"push_token": "********"}' ELSE '{}'::jsonb END) m) END

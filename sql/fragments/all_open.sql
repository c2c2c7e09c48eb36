-- Every checker that lives can open sealed secrets; one of an earlier version
-- would send them as they are.
NOT EXISTS (SELECT FROM checkers c
            WHERE NOT c.opens AND c.seen_at > now() - interval '1 min')

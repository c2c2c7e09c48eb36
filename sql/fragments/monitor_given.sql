-- What the client sent, fields, for the monitor n.  A secret that was read
-- comes back masked.
SELECT g.n, CASE WHEN g.fields ->> 'auth_secret' = '********'
            THEN g.fields - 'auth_secret' ELSE g.fields END AS fields

-- What the client sent, fields.  A secret that was read comes back masked.
SELECT CASE WHEN fields ->> 'auth_secret' = '********'
       THEN fields - 'auth_secret' ELSE fields END AS fields

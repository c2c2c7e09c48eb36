-- $1 boolean: sign-up is open in the configuration, $2 text: SHA-256 of the
-- invitation in hex, or empty.  Result: error.
--
-- Before the password is hashed, which costs much; auth_signup.sql decides.
SELECT CASE
    WHEN $2 <> '' THEN
        CASE WHEN NOT EXISTS (SELECT FROM {{good_invitation}}
                              AND i.hash = decode($2, 'hex'))
        THEN 'invalid_invitation' END
    WHEN instance.founded
         AND NOT ($1::boolean AND instance.signup IS DISTINCT FROM 'closed')
    THEN 'signup_closed' END
FROM instance

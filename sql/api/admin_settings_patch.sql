-- $1 bigint: the caller, $2 jsonb: signup, $3 text: address.
WITH caller AS (
    {{is_admin}}
    FOR SHARE
), old AS (
    SELECT o.id, o.signup FROM instance o FOR UPDATE
), i AS (
    UPDATE instance i SET signup = $2::jsonb ->> 'signup'
    FROM old, caller
    WHERE i.id = old.id
    RETURNING i.signup, i.signup IS DISTINCT FROM old.signup AS changed
), told AS (
    INSERT INTO audit (user_id, event, name, address)
    SELECT caller.id, 'settings_changed',
           'signup: ' || coalesce(i.signup, 'as configured'), $3::inet
    FROM i, caller WHERE i.changed
)
SELECT CASE WHEN i IS NULL THEN 'forbidden' END,
       (SELECT row_to_json(o) FROM (SELECT i.signup) o)
FROM (SELECT) one LEFT JOIN i ON true

-- $1 bigint: the caller, $2 bigint: monitor.
-- Result: as of monitor_test.
WITH m AS (
    SELECT m.* FROM monitors m
    WHERE m.owner_id = $1::bigint AND m.id = $2::bigint
), most (key, n) AS (
    -- checks that somebody waits for
    VALUES ('c:' || $1::bigint, 30)
), taken AS (
    {{minute_taken}}
)
SELECT CASE WHEN m.type = 'push' THEN 'push_monitor'
            WHEN taken.too_many THEN 'too_many_requests' END,
       NULL, taken.wait,
       {{target_row}}
FROM m, taken

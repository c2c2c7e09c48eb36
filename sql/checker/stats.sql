-- What a checker has to do, for /system of any node.
--
-- $1 bigint  checker
-- $2 jsonb   see ngx_uptime_gauges.c

UPDATE checkers SET stats = $2::jsonb WHERE id = $1::bigint

-- checker/record after the INSERT
), told AS MATERIALIZED (
    SELECT i, monitor_id FROM kept WHERE counts AND i = ANY ($28::bigint[])
)

-- checker/record, with the same parameters but the last, for a batch without
-- transitions, which nearly all are: that a statement says who is told costs a
-- tenth of it, told or not.

{{record_fence}}
), held AS MATERIALIZED (
    SELECT WHERE $28::bigint[] IS NULL
{{record_store}}
    RETURNING monitor_id
)
{{record_count}}

-- checker/record, with the same parameters, for a batch of which some rows are
-- stored already: they change nothing and are told to nobody again.

{{record_fence}}
{{record_held}}
{{record_store}}
    ON CONFLICT DO NOTHING RETURNING monitor_id
{{record_told}}
{{record_count}}
{{record_events}}

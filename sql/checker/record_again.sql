-- checker/record, with the same parameters, for a batch of which some rows are
-- stored already: they change nothing and are told to nobody again.

{{record_store}}
    ON CONFLICT DO NOTHING
{{record_told}}

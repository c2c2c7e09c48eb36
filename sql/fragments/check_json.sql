-- A check, from page and nodes, as JSON text.
(SELECT row_to_json(o) FROM (SELECT
{{check_fields}}) o)::text

-- The operator is told of trouble of this host's network, once in an hour.
--
-- $1 bigint  channel; 0: those of administrators
-- $2 text    network: all canaries fail; names: no name of theirs is found
--
-- One row: number of messages.

SELECT alert_operator($1::bigint, 'network',
    CASE $2::text WHEN 'names' THEN 'uptime: no name is found'
    ELSE 'uptime: no network' END,
    CASE $2::text WHEN 'names'
    THEN 'A checker finds the name of no canary: it is its own resolver. '
         'Lookups that fail are unknown since then, and nobody was alerted.'
    ELSE 'All canaries of a checker failed: it is its own network. Failures '
         'are unknown since then, and nobody was alerted.' END)

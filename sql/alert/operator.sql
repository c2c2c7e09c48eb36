-- The operator is told that all canaries fail, once in an hour.
--
-- $1 bigint  channel; 0: those of administrators
--
-- One row: number of messages.

SELECT alert_operator($1::bigint, 'network', 'uptime: no network',
                      'All canaries of a checker failed: it is its own '
                      'network. Failures are unknown since then, and nobody '
                      'was alerted.')

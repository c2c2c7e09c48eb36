-- Messages to be sent now, each for a minute; nobody else gets them.
--
-- $1 integer  at most so many
--
-- A row for each, in the order of alert_claim() in 0010_alerts.sql.

SELECT * FROM alert_claim($1::bigint::integer)

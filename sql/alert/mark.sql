-- What became of a message.
--
-- $1 bigint   id
-- $2 bigint   attempt, as it was claimed
-- $3 text     delivered, partial, temporary or permanent
-- $4 bigint   s, not before; 0: not said
-- $5 bigint   status of HTTP or SMTP; 0: none
-- $6 text     what the provider answered
-- $7 text     temporary: a JSON list of the addresses that do not have it yet;
--             empty: nobody has it
--
-- One row: sent, retry, failed, or late: somebody else has it by now.

SELECT alert_mark($1::bigint, $2::bigint::integer, $3::text,
                  $4::bigint::integer, $5::bigint::integer, $6::text,
                  $7::text)

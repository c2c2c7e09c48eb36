-- What became of a mail to an account.
--
-- $1 bigint   id
-- $2 bigint   attempt, as it was claimed
-- $3 text     delivered, temporary or permanent
-- $4 bigint   s, not before; 0: not said
-- $5 bigint   status of SMTP; 0: none
-- $6 text     what the server answered
--
-- One row: sent, pending, failed, or late: somebody else has it by now.

SELECT account_mail_mark($1::bigint, $2::bigint::integer, $3::text,
                         $4::bigint::integer,
                         concat_ws(': ', nullif($5::bigint, 0), $6::text))

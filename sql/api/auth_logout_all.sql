-- $1 bigint: the caller, $2 text: address.  Ends every session.
WITH ended AS (
    UPDATE sessions SET ended_at = now()
    WHERE user_id = $1::bigint AND ended_at IS NULL
), told AS (
    INSERT INTO audit (user_id, event, address)
    VALUES ($1::bigint, 'signed_out_all', $2::inet)
)
SELECT NULL, ''

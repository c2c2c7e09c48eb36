-- $1 bigint: microseconds since the epoch, or 0 at first.  Sessions that have
-- ended since then, and not longer ago than an access token lives.
-- Result: session, time in microseconds.
SELECT e.session_id, (extract(epoch FROM e.ended_at) * 1000000)::bigint
FROM session_ends e
WHERE e.ended_at > greatest(
    now() - interval '15 min',
    timestamptz 'epoch' + $1::bigint * interval '1 microsecond')
ORDER BY e.ended_at

-- Stores a batch of results and what they change.
--
-- $1  bigint     checker that made them
-- $2  integer    node
-- $3  smallint[] the shards that occur, each once
-- $4  text[]     names of statuses, for $12, $20 and $22
-- $5  text[]     names of causes, for $13
-- $6 to $27 are arrays with one element for each result, in the order of monitor,
-- slot and attempt.  No element is NULL, so that each is found without a search.
-- Times are seconds since 1970: a timestamptz[] is taken apart and put together
-- again for each element while it is received.
-- $6  bigint[]   monitor
-- $7  smallint[] shard
-- $8  bigint[]   epoch under which the checker held it
-- $9  float8[]   slot
-- $10 smallint[] attempt
-- $11 float8[]   start of the check
-- $12 smallint[] outcome
-- $13 smallint[] cause; 0: none
-- $14 smallint[] HTTP status; 0: none
-- $15 ... $19 integer[] microseconds; -1: none: all in all, DNS, connect, TLS,
--                first byte
-- $20 smallint[] monitor's status after the result
-- $21 float8[]   since
-- $22 smallint[] last definite status after the result; 0: none
-- $23 float8[]   since; -infinity: none
-- $24 smallint[] failures in a row after the result
-- $25 float8[]   end of the certificate; -infinity: none
-- $26 smallint[] 1: the newest of its monitor in this batch
-- $27 bigint[]   revision of the monitor that was checked
-- $28 bigint[]   not for each result, but the places (from 1) of those of which
--                people are to be told
-- $29 text[]     for each of those what was seen, a JSON object, or empty
--
-- A result counts if the checker still holds the shard, and it is kept if it
-- was there before somebody else took the shard.  The share lock makes a
-- takeover wait for this statement or this statement see the takeover.
-- Results of a monitor that was deleted are not stored.  Those of a target that
-- was exchanged meanwhile, or from before a pause, are history only.  What comes
-- later than its rollup, or changes the status, leaves a mark (docs/rollups.md).
--
-- Columns are read by place: unnest() of them all costs more than the rest.
-- "told" is empty but for transitions; nothing is joined for the others.
--
-- First a row (0, number of results stored, nothing or ''), then for each
-- transition that was stored and counts (place in the arrays from 1, name,
-- url).  Live streams, if there are any, are told once.
--
-- This form fails (23505) if one of the rows is there already: ON CONFLICT costs
-- a sixth of the statement and hardly ever meets one.  Then record_again is
-- sent.

{{record_fence}}
{{record_held}}
{{record_store}}
    RETURNING monitor_id
{{record_told}}
{{record_count}}
{{record_events}}

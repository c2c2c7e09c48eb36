-- Settings of a new session.  A wait for a lock ends after PostgreSQL has looked
-- for a deadlock (deadlock_timeout, 1 s): that is told apart and tried again.
-- $1 text: statement_timeout in ms; result: one row, ignored.
SELECT set_config('statement_timeout', $1, false),
       set_config('lock_timeout', '1500', false),
       set_config('idle_in_transaction_session_timeout', '5000', false),
       set_config('timezone', 'UTC', false),
       set_config('datestyle', 'ISO, YMD', false),
       set_config('client_encoding', 'UTF8', false),
       -- compiling a statement costs more than any of ours takes, and so does
       -- planning one each time: a large one 5 to 10 ms.  Partitions are left
       -- out when it runs.
       set_config('jit', 'off', false),
       set_config('plan_cache_mode', 'force_generic_plan', false)

-- Somebody has live events, for the next 30 s.  No parameters.

UPDATE watch SET until = now() + interval '30 s'
WHERE until < now() + interval '20 s'

-- What host_rates() says of place r.n, as an error; the limit is
-- rules.host_rate.
SELECT r.n, 'interval', 'host_rate_exceeded',
       format('must be longer, here or of your other monitors of %s: they '
              'check it %s times a minute, and all of them together may do '
              'so %s times; or pause some',
              r.host, trim_scale(r.used), rules.host_rate)

-- News for workers that have live events: something was stored.

LISTEN uptime_live

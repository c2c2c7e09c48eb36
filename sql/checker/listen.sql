-- News for checkers: "monitors" changed, "shards" were given back.

LISTEN uptime

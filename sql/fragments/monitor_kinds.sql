-- Which fields have a meaning: for any type, and for some.
'{
    "any":  ["name", "type", "url", "interval", "timeout",
             "failure_threshold", "retry_interval", "tags", "paused",
             "upside_down", "channel_ids", "parent_id"],
    "http": ["method", "headers", "body", "expected_status", "keyword",
             "keyword_mode", "follow_redirects", "max_redirects",
             "verify_tls", "degraded_after_ms", "cert_warn_days",
             "cert_min_days", "auth", "auth_user", "auth_secret",
             "ip_version", "tls_server_name", "tls_resume", "assertions"],
    "tcp":  ["body", "keyword", "keyword_mode", "degraded_after_ms",
             "ip_version"],
    "tls":  ["verify_tls", "degraded_after_ms", "cert_warn_days",
             "cert_min_days", "ip_version", "tls_server_name"],
    "dns":  ["keyword", "keyword_mode", "degraded_after_ms", "ip_version"],
    "icmp": ["degraded_after_ms", "ip_version"],
    "push": ["grace", "degraded_after_ms"]
}'::jsonb

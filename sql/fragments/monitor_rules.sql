SELECT {{monitor_defaults}} AS defaults, {{monitor_kinds}} AS kinds

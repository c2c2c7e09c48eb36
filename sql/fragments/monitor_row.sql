m.id, m.shard, m.revision::text::bigint AS revision,
{{monitor_tail}}

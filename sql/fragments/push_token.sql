replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')

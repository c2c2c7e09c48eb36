-- What is wrong with the window f of the caller, $1; kept: monitor ids that it
-- had before, which may be deleted by now.
SELECT p.field, p.code, p.message
FROM f CROSS JOIN kept CROSS JOIN LATERAL (VALUES
    ('starts_at', 'required', 'must be given for a window that comes once',
     f.kind = 'once' AND f.starts_at IS NULL),
    ('ends_at', 'required', 'must be given for a window that comes once',
     f.kind = 'once' AND f.ends_at IS NULL),
    ('ends_at', 'out_of_range',
     'must be after the start, by 90 days at most',
     f.kind = 'once'
     AND (f.ends_at <= f.starts_at
          OR f.ends_at > f.starts_at + interval '90 days')),
    ('duration', 'required', 'must be given for a window that comes again',
     f.kind <> 'once' AND f.duration IS NULL),
    ('weekdays', 'required', 'must be given for a weekly window',
     f.kind = 'weekly' AND cardinality(coalesce(f.weekdays, '{}')) = 0),
    ('weekdays', 'out_of_range', 'must be from 1, Monday, to 7, Sunday',
     NOT f.weekdays <@ '{1,2,3,4,5,6,7}'),
    ('start_time', 'required', 'must be given for a weekly window',
     f.kind = 'weekly' AND f.start_time IS NULL),
    ('start_time', 'bad_time', 'must be HH:MM',
     f.start_time !~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
    ('cron', 'required', 'must be given for a window of this kind',
     f.kind = 'cron' AND f.cron IS NULL),
    ('cron', 'bad_cron',
     'must be five fields: minute, hour, day, month, weekday; as numbers, '
     'with * , - and /',
     f.cron IS NOT NULL AND (cron_parse(f.cron)).minutes IS NULL),
    ('cron', 'too_often', 'must not start more than 24 times a day',
     f.cron IS NOT NULL
     AND cardinality((cron_parse(f.cron)).minutes)
         * cardinality((cron_parse(f.cron)).hours) > 24),
    ('cron', 'never', 'must name a day that there is',
     (cron_parse(f.cron)).minutes IS NOT NULL AND NOT EXISTS (
         SELECT FROM cron_times(f.cron, 'UTC', now(),
                                now() + interval '5 years', 1))),
    ('timezone', 'bad_timezone',
     'must be a name of the IANA database, such as Europe/Berlin, or UTC',
     NOT is_timezone(f.timezone)),
    ('monitor_ids', 'required', 'or tags must say which monitors',
     cardinality(f.monitor_ids) + cardinality(f.tags) = 0),
    ('monitor_ids', 'not_found', 'must be monitors of yours',
     EXISTS (SELECT FROM unnest(f.monitor_ids) i (id)
             WHERE i.id <> ALL (kept.ids) AND NOT EXISTS (SELECT FROM monitors m
                               WHERE m.owner_id = $1::bigint
                                 AND m.id = i.id)))
) p (field, code, message, is_wrong)
WHERE p.is_wrong

CASE WHEN i.cause = 'http_status' THEN 'HTTP status ' || i.http_status
     ELSE replace(i.cause, '_', ' ')
          || coalesce(' (HTTP status ' || i.http_status || ')', '') END

incident_error(i.cause, i.http_status)

json_agg(json_build_object('field', wrong.field, 'code', wrong.code,
                           'message', wrong.message))

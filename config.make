# Appended to nginx's Makefile: a changed statement is embedded again.
# The header is written only when the list of statements changes, so that the
# rest is not compiled again; the empty recipe lets make look at its date.

cat << END >> $NGX_MAKEFILE

$NGX_OBJS/uptime/ngx_uptime_sql.c: \\
	`echo $ngx_addon_dir/sql/*/*.sql` $ngx_addon_dir/tools/embed-sql
	$ngx_addon_dir/tools/embed-sql $ngx_addon_dir/sql $NGX_OBJS/uptime
	touch $NGX_OBJS/uptime/ngx_uptime_sql.c

$NGX_OBJS/uptime/ngx_uptime_common_list.c: \\
	$ngx_addon_dir/data/common-passwords.txt \\
	$ngx_addon_dir/tools/embed-passwords
	$ngx_addon_dir/tools/embed-passwords \\
		$ngx_addon_dir/data/common-passwords.txt $NGX_OBJS/uptime
	touch $NGX_OBJS/uptime/ngx_uptime_common_list.c

$NGX_OBJS/uptime/ngx_uptime_openapi.c: \\
	$ngx_addon_dir/src/api/openapi.json $ngx_addon_dir/tools/embed-file
	$ngx_addon_dir/tools/embed-file $ngx_addon_dir/src/api/openapi.json \\
		$NGX_OBJS/uptime ngx_uptime_openapi
	touch $NGX_OBJS/uptime/ngx_uptime_openapi.c

$NGX_OBJS/uptime/ngx_uptime_docs.c: \\
	$ngx_addon_dir/src/api/openapi.json $ngx_addon_dir/tools/render-api \\
	$ngx_addon_dir/tools/embed-file
	$ngx_addon_dir/tools/render-api $ngx_addon_dir/src/api/openapi.json \\
		$NGX_OBJS/uptime
	$ngx_addon_dir/tools/embed-file \\
		$NGX_OBJS/uptime/ngx_uptime_docs.html $NGX_OBJS/uptime \\
		ngx_uptime_docs
	touch $NGX_OBJS/uptime/ngx_uptime_docs.c

$NGX_OBJS/uptime/ngx_uptime_docs_css.c: \\
	$ngx_addon_dir/src/api/docs.css $ngx_addon_dir/tools/embed-file
	$ngx_addon_dir/tools/embed-file $ngx_addon_dir/src/api/docs.css \\
		$NGX_OBJS/uptime ngx_uptime_docs_css
	touch $NGX_OBJS/uptime/ngx_uptime_docs_css.c

$NGX_OBJS/uptime/ngx_uptime_sql.h: $NGX_OBJS/uptime/ngx_uptime_sql.c
	@:

END


#ifndef _NGX_STUB_H_INCLUDED_
#define _NGX_STUB_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/* ngx_stub_alloc() fails at the n-th call from now; 0: never */
extern ngx_uint_t  ngx_stub_fail;

/* blocks that are allocated and not freed */
extern ngx_uint_t  ngx_stub_blocks;

ngx_pool_t *ngx_stub_pool(void);

/* malloc() that obeys ngx_stub_fail, for cJSON_InitHooks() */
void *ngx_stub_alloc(size_t size);
void ngx_stub_free(void *p);


#endif /* _NGX_STUB_H_INCLUDED_ */

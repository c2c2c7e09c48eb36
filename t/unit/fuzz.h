
#ifndef _FUZZ_H_INCLUDED_
#define _FUZZ_H_INCLUDED_


#include <stdint.h>
#include <stdlib.h>


/* libFuzzer's entry, and what must hold whatever the input is. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static inline void
require(int ok)
{
    if (!ok) {
        abort();
    }
}


#endif /* _FUZZ_H_INCLUDED_ */

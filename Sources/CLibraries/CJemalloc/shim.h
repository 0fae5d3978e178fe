#ifndef CJemalloc_SHIM_H
#define CJemalloc_SHIM_H

#include <jemalloc/jemalloc.h>

#endif

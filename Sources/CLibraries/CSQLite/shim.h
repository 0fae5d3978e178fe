#ifndef CSQLite_SHIM_H
#define CSQLite_SHIM_H

#include <sqlite3.h>

/* sqlite3_config is variadic, which Swift does not import. Without statistics of memory no allocation takes a mutex; it has to be
   said before the library is used, and later it is refused (SQLITE_MISUSE), which changes nothing else. */
static inline int trade_sqlite_keep_no_statistics(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

#endif

#ifndef CThreadsForTSan_H
#define CThreadsForTSan_H

/* Nothing to call: see CThreadsForTSan.c. */

#endif

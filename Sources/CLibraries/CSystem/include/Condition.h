#ifndef CSYSTEM_CONDITION_H
#define CSYSTEM_CONDITION_H

#include <pthread.h>
#include <stdint.h>

// Nanoseconds of CLOCK_MONOTONIC.
uint64_t csystem_monotonic_nanoseconds(void);

// A condition variable whose timed wait is on CLOCK_MONOTONIC. Returns 0, or an errno.
int csystem_condition_init(pthread_cond_t *condition);

// Waits until signaled; `state` is what the mutex guards. It isn't read here: that it is passed to code that the compiler
// can't look into makes the caller read it anew after the wait.
void csystem_condition_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, void *state);

// The same until `deadline`, in nanoseconds of CLOCK_MONOTONIC. Returns 1 once that has passed, otherwise 0.
int csystem_condition_timed_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, uint64_t deadline, void *state);

#endif

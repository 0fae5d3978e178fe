#include "Condition.h"

#include <errno.h>
#include <time.h>

uint64_t csystem_monotonic_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int csystem_condition_init(pthread_cond_t *condition) {
#ifdef __APPLE__
    return pthread_cond_init(condition, NULL);
#else
    pthread_condattr_t attributes;
    int code = pthread_condattr_init(&attributes);
    if (code != 0) return code;
    code = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    if (code == 0) code = pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
    return code;
#endif
}

void csystem_condition_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, void *state) {
    (void)state;
    pthread_cond_wait(condition, mutex);
}

int csystem_condition_timed_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, uint64_t deadline, void *state) {
    (void)state;
    // A deadline that no time_t reaches would be refused (EINVAL), and the caller's loop would spin.
    const uint64_t furthest = 4000000000000000000u;
    if (deadline > furthest) deadline = furthest;
#ifdef __APPLE__
    uint64_t now = csystem_monotonic_nanoseconds();
    if (deadline <= now) return 1;
    uint64_t left = deadline - now;
    struct timespec time = {(time_t)(left / 1000000000u), (long)(left % 1000000000u)};
    return pthread_cond_timedwait_relative_np(condition, mutex, &time) == ETIMEDOUT;
#else
    struct timespec time = {(time_t)(deadline / 1000000000u), (long)(deadline % 1000000000u)};
    return pthread_cond_timedwait(condition, mutex, &time) == ETIMEDOUT;
#endif
}

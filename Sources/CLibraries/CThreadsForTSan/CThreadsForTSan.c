/* C11's threads over pthread's, for runs under the thread sanitizer alone: it doesn't know C11's, which librdkafka uses,
 * and a thread that it doesn't know crashes it. glibc's types for both have the same layout, which is checked below. In every
 * other build this file is empty. */
#include "CThreadsForTSan.h"

#if defined(__linux__) && defined(__has_feature)
#if __has_feature(thread_sanitizer)

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>
#include <time.h>

_Static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t), "mtx_t and pthread_mutex_t differ");
_Static_assert(sizeof(cnd_t) == sizeof(pthread_cond_t), "cnd_t and pthread_cond_t differ");
_Static_assert(sizeof(once_flag) == sizeof(pthread_once_t), "once_flag and pthread_once_t differ");
_Static_assert(sizeof(thrd_t) == sizeof(pthread_t), "thrd_t and pthread_t differ");
_Static_assert(sizeof(tss_t) == sizeof(pthread_key_t), "tss_t and pthread_key_t differ");

static int result(int code) {
    switch (code) {
    case 0: return thrd_success;
    case EBUSY: return thrd_busy;
    case ETIMEDOUT: return thrd_timedout;
    case ENOMEM: return thrd_nomem;
    default: return thrd_error;
    }
}

typedef struct {
    thrd_start_t start;
    void *argument;
} start_t;

static void *run(void *pointer) {
    start_t copy = *(start_t *)pointer;
    free(pointer);
    return (void *)(intptr_t)copy.start(copy.argument);
}

int thrd_create(thrd_t *thread, thrd_start_t start, void *argument) {
    start_t *both = malloc(sizeof(*both));
    if (both == NULL) return thrd_nomem;
    both->start = start;
    both->argument = argument;
    int code = pthread_create(thread, NULL, run, both);
    if (code != 0) free(both);
    return code == EAGAIN ? thrd_nomem : result(code);
}

int thrd_join(thrd_t thread, int *end) {
    void *value = NULL;
    int code = pthread_join(thread, &value);
    if (end != NULL) *end = (int)(intptr_t)value;
    return result(code);
}

int thrd_detach(thrd_t thread) { return result(pthread_detach(thread)); }
thrd_t thrd_current(void) { return pthread_self(); }
int thrd_equal(thrd_t left, thrd_t right) { return pthread_equal(left, right); }
void thrd_exit(int end) { pthread_exit((void *)(intptr_t)end); }
void thrd_yield(void) { sched_yield(); }
int thrd_sleep(const struct timespec *time, struct timespec *rest) { return nanosleep(time, rest); }

int mtx_init(mtx_t *mutex, int type) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(
        &attributes, (type & mtx_recursive) != 0 ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL);
    int code = pthread_mutex_init((pthread_mutex_t *)mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    return result(code);
}

int mtx_lock(mtx_t *mutex) { return result(pthread_mutex_lock((pthread_mutex_t *)mutex)); }
int mtx_trylock(mtx_t *mutex) { return result(pthread_mutex_trylock((pthread_mutex_t *)mutex)); }
int mtx_timedlock(mtx_t *restrict mutex, const struct timespec *restrict time) {
    return result(pthread_mutex_timedlock((pthread_mutex_t *)mutex, time));
}
int mtx_unlock(mtx_t *mutex) { return result(pthread_mutex_unlock((pthread_mutex_t *)mutex)); }
void mtx_destroy(mtx_t *mutex) { pthread_mutex_destroy((pthread_mutex_t *)mutex); }

int cnd_init(cnd_t *condition) { return result(pthread_cond_init((pthread_cond_t *)condition, NULL)); }
int cnd_signal(cnd_t *condition) { return result(pthread_cond_signal((pthread_cond_t *)condition)); }
int cnd_broadcast(cnd_t *condition) { return result(pthread_cond_broadcast((pthread_cond_t *)condition)); }
int cnd_wait(cnd_t *condition, mtx_t *mutex) {
    return result(pthread_cond_wait((pthread_cond_t *)condition, (pthread_mutex_t *)mutex));
}
int cnd_timedwait(cnd_t *restrict condition, mtx_t *restrict mutex, const struct timespec *restrict time) {
    return result(pthread_cond_timedwait((pthread_cond_t *)condition, (pthread_mutex_t *)mutex, time));
}
void cnd_destroy(cnd_t *condition) { pthread_cond_destroy((pthread_cond_t *)condition); }

void call_once(once_flag *flag, void (*function)(void)) { pthread_once((pthread_once_t *)flag, function); }

int tss_create(tss_t *key, tss_dtor_t end) { return result(pthread_key_create((pthread_key_t *)key, end)); }
void *tss_get(tss_t key) { return pthread_getspecific(key); }
int tss_set(tss_t key, void *value) { return result(pthread_setspecific(key, value)); }
void tss_delete(tss_t key) { pthread_key_delete(key); }

#endif
#endif

#include "Signals.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

// Atomic and without a lock: the handler runs on any thread.
static atomic_int pipe_descriptor = -1;

// On whatever thread the signal meets, so only what is allowed in a signal handler.
static void signal_to_pipe(int number) {
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    // A pipe that is full has told enough.
    (void)!write(pipe_descriptor, &byte, 1);
    errno = saved;
}

int csystem_signals_to_pipe(const int *signals, int count, int descriptor) {
    pipe_descriptor = descriptor;
    struct sigaction action = {0};
    action.sa_handler = signal_to_pipe;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (int index = 0; index < count; index++) {
        if (sigaction(signals[index], &action, NULL) != 0) return errno;
    }
    return 0;
}

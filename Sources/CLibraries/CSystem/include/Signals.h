#ifndef CSYSTEM_SIGNALS_H
#define CSYSTEM_SIGNALS_H

// From now on each of these signals is a byte, its number, in the pipe whose writing end is `descriptor`. Returns 0, or an errno.
int csystem_signals_to_pipe(const int *signals, int count, int descriptor);

#endif

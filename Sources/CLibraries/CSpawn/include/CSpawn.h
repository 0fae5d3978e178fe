#ifndef CSPAWN_H
#define CSPAWN_H

#include <sys/types.h>

// For tests: starts programs.

// A pipe whose ends no other program inherits. Returns 0, or an errno.
int cspawn_pipe(int ends[2]);

// Starts a program with these descriptors as its standard streams and every other one closed, signals as they are by default.
// Returns 0, or an errno.
int cspawn_start(
    pid_t *pid, const char *path, char *const arguments[], char *const environment[], const char *folder, int input,
    int output, int errors);

// Waits for the end of a child without reaping it, so that its number stays its own. Returns 0, or an errno.
int cspawn_await(pid_t pid);

// Reaps a child that has ended. `signaled`: whether a signal ended it; then `value` is that signal, otherwise its exit code.
// Returns 0, or an errno.
int cspawn_reap(pid_t pid, int *signaled, int *value);

#endif

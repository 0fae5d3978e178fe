#ifndef CSYSTEM_H
#define CSYSTEM_H

/// Locks an open file for this process alone and at once (flock, whose name Swift gives to the struct).
/// Returns 0, or -1 with errno, EWOULDBLOCK where another holds it.
int csystem_lock_exclusively(int descriptor);

#endif

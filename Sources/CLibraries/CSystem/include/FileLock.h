#ifndef CSYSTEM_FILE_LOCK_H
#define CSYSTEM_FILE_LOCK_H

// Locks an open file for this process alone and at once (flock, a name that Swift gives to a struct). Returns 0, or -1 with
// errno: EWOULDBLOCK where another holds it.
int csystem_lock_exclusively(int descriptor);

// Gives it back, also where another descriptor of the same opening is left, in a child that has not come to its exec, say.
// Returns 0, or -1 with errno.
int csystem_unlock(int descriptor);

#endif

#include "FileLock.h"

#include <sys/file.h>

int csystem_lock_exclusively(int descriptor) { return flock(descriptor, LOCK_EX | LOCK_NB); }

int csystem_unlock(int descriptor) { return flock(descriptor, LOCK_UN); }

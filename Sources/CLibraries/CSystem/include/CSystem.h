#ifndef CSYSTEM_H
#define CSYSTEM_H

#include "Condition.h"
#include "FileLock.h"
#include "Signals.h"
#include "UnixSocket.h"

#endif

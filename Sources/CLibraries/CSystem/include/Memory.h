#ifndef CSYSTEM_MEMORY_H
#define CSYSTEM_MEMORY_H

// Gives pages that are allocated no more back to the system, where the C library keeps them until it is asked; else nothing.
void csystem_give_back_memory(void);

#endif

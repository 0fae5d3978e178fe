import CSystem

/// What this process has freed.
package enum FreeMemory {
    /// Gives freed pages back to the system. The C library keeps them in each thread's arena, and what one thread allocates and
    /// another one frees leaves more and more of them behind. It takes some milliseconds, in which allocations may wait.
    package static func giveBack() { csystem_give_back_memory() }
}

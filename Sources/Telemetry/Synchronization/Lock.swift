import Synchronization

/// A mutex around the state that it guards: the one lock of every target.
///
/// It is `Synchronization.Mutex`, with its API. The thread sanitizer doesn't see the futex of `Mutex` and would report
/// races that aren't there; in builds with `SANITIZE_THREAD` an atomic byte beside the mutex makes the order of the
/// critical sections visible to it.
package struct Lock<State: ~Copyable>: ~Copyable, Sendable {
    private let mutex: Mutex<State>
    #if SANITIZE_THREAD
        private let edge = Atomic<UInt8>(0)
    #endif

    package init(_ state: consuming sending State) {
        mutex = Mutex(state)
    }

    /// Runs `body` with exclusive access to the state, and waits for that as long as it takes. Not recursive.
    package borrowing func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending State) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        try mutex.withLock { (state: inout sending State) throws(Failure) -> sending Result in
            #if SANITIZE_THREAD
                _ = edge.load(ordering: .acquiring)
                defer { edge.store(0, ordering: .releasing) }
            #endif
            return try body(&state)
        }
    }
}

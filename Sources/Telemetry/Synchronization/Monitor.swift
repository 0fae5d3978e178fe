import CSystem
import Foundation

/// A mutex around the state that it guards, with condition variables to wait on: what owned threads hand work over with.
///
/// `Lock` is for everything that doesn't wait for a condition. A wait blocks its thread, so only threads that the service owns
/// wait here, never one of Swift's cooperative pool.
///
/// ```swift
/// monitor.withLock { queue in
///     while queue.isEmpty { notEmpty.wait(&queue) }
///     return queue.removeFirst()
/// }
/// ```
package final class Monitor<State: ~Copyable>: @unchecked Sendable {
    // The mutex and the state stand at fixed addresses, as pthread demands.
    fileprivate let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let state: UnsafeMutablePointer<State>

    package init(_ state: consuming State) {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        self.state = .allocate(capacity: 1)
        self.state.initialize(to: state)
    }

    deinit {
        state.deinitialize(count: 1)
        state.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Runs `body` with exclusive access to the state, and waits for that as long as it takes. Not recursive.
    package func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state.pointee)
    }

    /// A further condition variable of this monitor.
    package func makeCondition() -> Condition {
        Condition(of: self)
    }

    /// Something to wait for: `signal` and `broadcast` say that it may hold now.
    ///
    /// Both may be called with and without the monitor held. It keeps its monitor alive, not the other way round.
    package final class Condition: @unchecked Sendable {
        private let condition: UnsafeMutablePointer<pthread_cond_t>
        private let monitor: Monitor

        fileprivate init(of monitor: Monitor) {
            self.monitor = monitor
            condition = .allocate(capacity: 1)
            condition.initialize(to: pthread_cond_t())
            csystem_condition_init(condition)
        }

        deinit {
            pthread_cond_destroy(condition)
            condition.deallocate()
        }

        /// Lets go of the monitor until this condition is signaled or the deadline has passed, and holds it again after that.
        ///
        /// Only within `withLock` of the same monitor, with the state that it gave: others change it during the wait, which
        /// the compiler has to be told. May return without a signal, so what is waited for is tested in a loop.
        /// - Parameters:
        ///   - state: what `withLock` gave.
        ///   - deadline: nanoseconds of the monotonic clock (`MonotonicTime.now`); nil waits without end.
        /// - Returns: false once the deadline has passed.
        @discardableResult
        package func wait(_ state: inout State, until deadline: UInt64? = nil) -> Bool {
            withUnsafeMutablePointer(to: &state) { state in
                guard let deadline else {
                    csystem_condition_wait(condition, monitor.mutex, state)
                    return true
                }
                return csystem_condition_timed_wait(condition, monitor.mutex, deadline, state) == 0
            }
        }

        /// Wakes at least one that waits, if any does.
        package func signal() {
            pthread_cond_signal(condition)
        }

        /// Wakes all that wait.
        package func broadcast() {
            pthread_cond_broadcast(condition)
        }
    }
}

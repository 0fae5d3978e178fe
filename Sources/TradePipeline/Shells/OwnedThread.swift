import Foundation
import Telemetry

/// A thread that the service owns: where blocking calls belong, never on Swift's cooperative pool.
package final class OwnedThread: Sendable {
    private let ended: Monitor<Bool>
    private let over: Monitor<Bool>.Condition

    /// Starts the thread.
    package init(name: String, _ body: @escaping @Sendable () -> Void) {
        let ended = Monitor(false)
        let over = ended.makeCondition()
        self.ended = ended
        self.over = over
        let thread = Thread {
            body()
            ended.withLock { $0 = true }
            over.broadcast()
        }
        thread.name = name
        thread.stackSize = 4 << 20
        thread.start()
    }

    /// Waits for its end; false once the deadline (nanoseconds of the monotonic clock) has passed.
    package func join(until deadline: UInt64?) -> Bool {
        ended.withLock { ended in
            while !ended {
                if !over.wait(&ended, until: deadline) { return ended }
            }
            return true
        }
    }
}

import Foundation
import Synchronization
import Telemetry

/// Publishes events at a steady rate while a test does something to the service: event n has recommendation n, of a symbol of its
/// own, so that each leads to one order and one outbox row.
///
/// Until it is stopped nobody else may publish through its site.
package final class EventLoad: Sendable {
    private struct State {
        var published: Int64 = 0
        var isStopping = false
        var hasEnded = false
        var failure: (any Error)?
    }

    private let state = Monitor(State())
    private let changed: Monitor<State>.Condition
    private static let batch: Int64 = 10

    package init(_ site: BrokerSite, perSecond rate: Double, experts: Int64 = 4) {
        let changed = state.makeCondition()
        self.changed = changed
        let state = state
        nonisolated(unsafe) let site = site
        Thread.detachNewThread {
            var number: Int64 = 0
            var failures = 0
            var next = MonotonicTime.now
            load: while true {
                let isStopping = state.withLock { state in
                    while !state.isStopping { if !changed.wait(&state, until: next) { break } }
                    return state.isStopping
                }
                if isStopping { break }
                next = max(MonotonicTime.now, next) + UInt64(Double(Self.batch) / rate * 1e9)
                let events = ((number + 1)...(number + Self.batch)).map { number in
                    TestRecord.event(
                        "event-\(number)", expert: number % experts + 1, [.init(number, "S\(number)", price: 1)])
                }
                number += Self.batch
                while true {
                    do {
                        // A node that comes back as the leader that it is no more fails a producer: what was sent comes twice.
                        try site.publish(events)
                        state.withLock { $0.published = number }
                        break
                    } catch {
                        failures += 1
                        guard failures < 20 else {
                            state.withLock { $0.failure = error }
                            break load
                        }
                    }
                }
            }
            state.withLock { $0.hasEnded = true }
            changed.broadcast()
        }
    }

    deinit { state.withLock { $0.isStopping = true } }

    /// How many events the broker has.
    package var published: Int64 { state.withLock { $0.published } }

    /// Why it can't go on; nil: it does.
    package var failure: (any Error)? { state.withLock { $0.failure } }

    /// Ends it, and tells how many events there were. Throws where one could not be published.
    package func stop() throws -> Int64 {
        state.withLock { $0.isStopping = true }
        changed.broadcast()
        return try state.withLock { state in
            while !state.hasEnded { changed.wait(&state) }
            if let failure = state.failure { throw failure }
            return state.published
        }
    }
}

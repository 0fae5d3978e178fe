import Synchronization

/// A number that only grows, from 0 at start.
package final class Counter: Sendable {
    private let count = Atomic<UInt64>(0)

    init() {}

    package var value: UInt64 { count.load(ordering: .relaxed) }

    package func increment(by amount: UInt64 = 1) {
        count.wrappingAdd(amount, ordering: .relaxed)
    }
}

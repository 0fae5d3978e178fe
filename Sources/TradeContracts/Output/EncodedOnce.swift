import Synchronization

/// A record to publish, and its bytes once somebody has made them.
///
/// Several threads may come to it: the first to ask encodes, and nobody does it twice. The threads that decide take that work off
/// the one that writes, which does what they have not come to.
package final class EncodedOnce: @unchecked Sendable {
    // Unchecked: `made` is written once, by whoever changed `state` from 0, and read after `state` has become `done`.
    private static let claimed: UInt8 = 1
    private static let done: UInt8 = 2

    package let record: OutputRecord
    private let state = Atomic<UInt8>(0)
    private var made: EncodedRecord?

    package init(_ record: OutputRecord) { self.record = record }

    /// The record in bytes; nil before it is encoded.
    package var encoded: EncodedRecord? { state.load(ordering: .acquiring) == EncodedOnce.done ? made : nil }

    /// Encodes the record, unless another thread has or is at it. False where that one is at it still.
    @discardableResult
    package func encode(_ encode: (OutputRecord) -> EncodedRecord) -> Bool {
        let (isMine, before) = state.compareExchange(
            expected: 0, desired: EncodedOnce.claimed, ordering: .acquiring)
        guard isMine else { return before == EncodedOnce.done }
        made = encode(record)
        state.store(EncodedOnce.done, ordering: .releasing)
        return true
    }
}

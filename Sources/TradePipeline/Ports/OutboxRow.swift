import Synchronization
package import TradeContracts

/// A row of the outbox: numbered, never renumbered once durable (design §6).
///
/// The writer needs the record in bytes. Whoever queued the row encodes it, beside the writer, and the writer what nobody has
/// come to by then.
package final class OutboxRow: @unchecked Sendable {
    // Unchecked: `made` is written once, by whoever changed `state` from 0, and read after `state` has become `done`.
    private static let claimed: UInt8 = 1
    private static let done: UInt8 = 2

    package let number: Int64
    package let record: OutputRecord
    private let state = Atomic<UInt8>(0)
    private var made: EncodedRecord?

    package init(number: Int64, record: OutputRecord) {
        self.number = number
        self.record = record
    }

    /// The record in bytes; nil before it is encoded.
    package var encoded: EncodedRecord? { state.load(ordering: .acquiring) == OutboxRow.done ? made : nil }

    /// Encodes the record, unless another thread has or is at it. False where that one is at it still.
    @discardableResult
    package func encode(_ encode: (OutputRecord) -> EncodedRecord) -> Bool {
        let (isMine, before) = state.compareExchange(
            expected: 0, desired: OutboxRow.claimed, ordering: .acquiring)
        guard isMine else { return before == OutboxRow.done }
        made = encode(record)
        state.store(OutboxRow.done, ordering: .releasing)
        return true
    }
}

package import TradeContracts

/// A row of the outbox: numbered, never renumbered once durable (design §6).
///
/// The writer needs the record in bytes. The consumer and the workers encode the rows that they queued, beside the writer, and the
/// writer those of others and what nobody has come to by then.
package struct OutboxRow: Sendable {
    package let number: Int64
    private let once: EncodedOnce

    package init(number: Int64, record: OutputRecord) {
        self.number = number
        once = EncodedOnce(record)
    }

    package var record: OutputRecord { once.record }

    /// The record in bytes; nil before it is encoded.
    package var encoded: EncodedRecord? { once.encoded }

    /// Encodes the record, unless another thread has or is at it. False where that one is at it still.
    @discardableResult
    package func encode(_ encode: (OutputRecord) -> EncodedRecord) -> Bool { once.encode(encode) }
}

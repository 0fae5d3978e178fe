import CRdkafka

/// Counts the requests of a producer that may not be sent twice in a transaction.
///
/// The library sends a request again when its answer doesn't come, says nothing of it, and goes on once one of them is answered.
/// The other may still be on its way, and on the transaction protocol that this library speaks a broker takes it for one of the
/// *next* transaction (KAFKA-17754): a late EndTxn commits or aborts that before its time, a late TxnOffsetCommit puts the mark
/// back. Nothing but the count shows it (design §6).
final class SentRequests: @unchecked Sendable {
    // Unchecked: the memory is written and read atomically.
    private let room: UnsafeMutablePointer<trade_kafka_sent_t>

    init() {
        room = .allocate(capacity: 1)
        room.initialize(to: trade_kafka_sent_t())
    }

    deinit { room.deallocate() }

    /// How many there were.
    struct Numbers: Hashable {
        var endTransaction: UInt64
        var offsetCommit: UInt64

        /// None of a kind was sent twice between `earlier` and this.
        func areSingle(since earlier: Numbers) -> Bool {
            endTransaction &- earlier.endTransaction <= 1 && offsetCommit &- earlier.offsetCommit <= 1
        }
    }

    var numbers: Numbers {
        Numbers(
            endTransaction: trade_kafka_sent_end_txn(room), offsetCommit: trade_kafka_sent_txn_offset_commit(room))
    }

    /// Counts what the client of this configuration sends. The client keeps this object until it is gone.
    func count(into configuration: OpaquePointer) -> rd_kafka_resp_err_t { Calls.countSent(configuration, room) }
}

import CRdkafka

/// Counts the requests of one kind that a client sends, retries included: the library tells a retry of EndTxn to nobody, and returns
/// success after it (KAFKA-17754).
final class RequestCounter: @unchecked Sendable {
    // Unchecked: the library's threads count atomically, in C.
    let pointer: UnsafeMutablePointer<trade_kafka_request_counter_t>

    /// EndTxn, which commits or aborts a transaction.
    static let endTransaction: Int16 = 26

    init(apiKey: Int16) {
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: trade_kafka_request_counter_t(api_key: apiKey, count: 0))
    }

    deinit { pointer.deallocate() }

    var count: Int64 { Calls.requestCount(pointer) }
}

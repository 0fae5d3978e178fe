import CRdkafka

/// Transactions. A test can end each of these calls with an error instead of making it, and those that change something at the
/// broker (`….done`) after it succeeded, as a lost answer does.
extension Calls {
    static func initTransactions(_ client: OpaquePointer, milliseconds: Int32) -> OpaquePointer? {
        forced("init_transactions") ?? rd_kafka_init_transactions(client, milliseconds)
            ?? forced("init_transactions.done")
    }
    static func beginTransaction(_ client: OpaquePointer) -> OpaquePointer? {
        forced("begin_transaction") ?? rd_kafka_begin_transaction(client)
    }
    /// Waits for the broker's answer whatever happens, up to `milliseconds` and a request's timeout.
    static func sendOffsets(
        _ client: OpaquePointer, _ list: List, _ group: OpaquePointer, milliseconds: Int32
    ) -> OpaquePointer? {
        forced("send_offsets_to_transaction")
            ?? rd_kafka_send_offsets_to_transaction(client, list, group, milliseconds)
            ?? forced("send_offsets_to_transaction.done")
    }
    static func commitTransaction(_ client: OpaquePointer, milliseconds: Int32) -> OpaquePointer? {
        forced("commit_transaction") ?? rd_kafka_commit_transaction(client, milliseconds)
            ?? forced("commit_transaction.done")
    }
    static func abortTransaction(_ client: OpaquePointer, milliseconds: Int32) -> OpaquePointer? {
        forced("abort_transaction") ?? rd_kafka_abort_transaction(client, milliseconds)
            ?? forced("abort_transaction.done")
    }
    static func groupMetadataNew(_ groupID: String) -> OpaquePointer? {
        ForcedError.hit("consumer_group_metadata_new") == nil ? rd_kafka_consumer_group_metadata_new(groupID) : nil
    }
    static func groupMetadataDestroy(_ group: OpaquePointer) { rd_kafka_consumer_group_metadata_destroy(group) }

    /// Makes the client of a configuration count into `sent`, which has to outlive it.
    static func countSent(_ conf: OpaquePointer, _ sent: UnsafeMutablePointer<trade_kafka_sent_t>) -> Code {
        ForcedError.hit("conf_interceptor_add_on_new") ?? trade_kafka_count_sent(conf, sent)
    }
}

import CRdkafka

extension Calls {
    private static func forced(_ name: StaticString) -> OpaquePointer? {
        ForcedError.hit(name).flatMap { trade_kafka_error_new($0, "forced") }
    }

    static func confCountRequests(
        _ conf: OpaquePointer, _ counter: UnsafeMutablePointer<trade_kafka_request_counter_t>
    ) -> Code { ForcedError.hit("conf_interceptor") ?? trade_kafka_conf_count_requests(conf, counter) }
    static func requestCount(_ counter: UnsafeMutablePointer<trade_kafka_request_counter_t>) -> Int64 {
        trade_kafka_request_count(counter)
    }

    // Each returns an error, which the caller frees, or nil.

    static func initTransactions(_ client: OpaquePointer, milliseconds: Int32) -> OpaquePointer? {
        forced("init_transactions") ?? rd_kafka_init_transactions(client, milliseconds)
    }
    static func beginTransaction(_ client: OpaquePointer) -> OpaquePointer? {
        forced("begin_transaction") ?? rd_kafka_begin_transaction(client)
    }
    static func sendOffsets(
        _ client: OpaquePointer, _ list: List, _ group: OpaquePointer, milliseconds: Int32
    ) -> OpaquePointer? {
        forced("send_offsets") ?? rd_kafka_send_offsets_to_transaction(client, list, group, milliseconds)
    }
    static func commitTransaction(_ client: OpaquePointer, milliseconds: Int32) -> OpaquePointer? {
        forced("commit_transaction") ?? rd_kafka_commit_transaction(client, milliseconds)
    }
    static func abortTransaction(_ client: OpaquePointer, milliseconds: Int32) -> OpaquePointer? {
        forced("abort_transaction") ?? rd_kafka_abort_transaction(client, milliseconds)
    }
    static func groupMetadataNew(_ group: String) -> OpaquePointer? {
        ForcedError.hit("group_metadata_new") == nil ? rd_kafka_consumer_group_metadata_new(group) : nil
    }
    static func groupMetadataDestroy(_ metadata: OpaquePointer) { rd_kafka_consumer_group_metadata_destroy(metadata) }
}

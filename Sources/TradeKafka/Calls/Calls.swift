import CRdkafka

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Every call of librdkafka goes through here, so that a test can force its error (`ForcedError`). Nothing is decided here.
enum Calls {
    typealias Code = rd_kafka_resp_err_t
    typealias List = UnsafeMutablePointer<rd_kafka_topic_partition_list_t>
    typealias Message = UnsafeMutablePointer<rd_kafka_message_t>

    static func forced(_ name: StaticString) -> OpaquePointer? {
        ForcedError.hit(name).flatMap { trade_kafka_error_new($0, "forced") }
    }

    /// Calls with room for the library's error text.
    private static func withText<Result>(_ call: (UnsafeMutablePointer<CChar>?, Int) -> Result) -> (Result, String) {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { room in
            room.initialize(repeating: 0)
            let result = call(room.baseAddress, room.count)
            return (result, room.baseAddress.map { String(cString: $0) } ?? "")
        }
    }

    // MARK: Errors

    static func name(of code: Code) -> String {
        rd_kafka_err2name(code).map { String(cString: $0) } ?? "\(code.rawValue)"
    }
    static func text(of code: Code) -> String {
        rd_kafka_err2str(code).map { String(cString: $0) } ?? "\(code.rawValue)"
    }
    static func errorCode(_ error: OpaquePointer) -> Code { rd_kafka_error_code(error) }
    static func errorText(_ error: OpaquePointer) -> String {
        rd_kafka_error_string(error).map { String(cString: $0) } ?? ""
    }
    static func errorIsFatal(_ error: OpaquePointer) -> Bool { rd_kafka_error_is_fatal(error) != 0 }
    static func errorIsRetriable(_ error: OpaquePointer) -> Bool { rd_kafka_error_is_retriable(error) != 0 }
    static func errorRequiresAbort(_ error: OpaquePointer) -> Bool { rd_kafka_error_txn_requires_abort(error) != 0 }
    static func errorDestroy(_ error: OpaquePointer) { rd_kafka_error_destroy(error) }

    // MARK: Configuration and client

    static func confNew() -> OpaquePointer? { ForcedError.hit("conf_new") == nil ? rd_kafka_conf_new() : nil }
    static func confDestroy(_ conf: OpaquePointer) { rd_kafka_conf_destroy(conf) }
    /// Nil, or what is wrong with the key or the value.
    static func confSet(_ conf: OpaquePointer, _ key: String, _ value: String) -> String? {
        if ForcedError.hit("conf_set") != nil { return "forced" }
        let (result, text) = withText { rd_kafka_conf_set(conf, key, value, $0, $1) }
        return result == RD_KAFKA_CONF_OK ? nil : text
    }
    static func confSetEvents(_ conf: OpaquePointer, _ events: Int32) { rd_kafka_conf_set_events(conf, events) }
    /// The client, which owns the configuration from then on; or why there is none, and the configuration stays the caller's.
    static func new(_ type: rd_kafka_type_t, _ conf: OpaquePointer) -> (client: OpaquePointer?, text: String) {
        if ForcedError.hit("new") != nil { return (nil, "forced") }
        return withText { rd_kafka_new(type, conf, $0, $1) }
    }
    static func destroy(_ client: OpaquePointer, flags: Int32) { rd_kafka_destroy_flags(client, flags) }
    static func setLogQueue(_ client: OpaquePointer, _ queue: OpaquePointer?) -> Code {
        ForcedError.hit("set_log_queue") ?? rd_kafka_set_log_queue(client, queue)
    }
    static func terminalError(_ client: OpaquePointer) -> (code: Code, text: String) {
        withText { rd_kafka_fatal_error(client, $0, $1) }
    }
    static func clusterID(_ client: OpaquePointer, milliseconds: Int32) -> String? {
        guard ForcedError.hit("clusterid") == nil, let text = rd_kafka_clusterid(client, milliseconds) else {
            return nil
        }
        defer { rd_kafka_mem_free(client, text) }
        return String(cString: text)
    }
    static func metadata(
        _ client: OpaquePointer, allTopics: Bool, topic: OpaquePointer?,
        into result: inout UnsafePointer<rd_kafka_metadata>?, milliseconds: Int32
    ) -> Code {
        ForcedError.hit("metadata") ?? rd_kafka_metadata(client, allTopics ? 1 : 0, topic, &result, milliseconds)
    }
    static func metadataDestroy(_ metadata: UnsafePointer<rd_kafka_metadata>) { rd_kafka_metadata_destroy(metadata) }
    static func topicNew(_ client: OpaquePointer, _ name: String) -> OpaquePointer? {
        ForcedError.hit("topic_new") == nil ? rd_kafka_topic_new(client, name, nil) : nil
    }
    static func topicDestroy(_ topic: OpaquePointer) { rd_kafka_topic_destroy(topic) }
    static func lastError() -> Code { rd_kafka_last_error() }

    // MARK: Queues and events

    static func queueNew(_ client: OpaquePointer) -> OpaquePointer? { rd_kafka_queue_new(client) }
    static func queueMain(_ client: OpaquePointer) -> OpaquePointer? { rd_kafka_queue_get_main(client) }
    static func queueConsumer(_ client: OpaquePointer) -> OpaquePointer? {
        ForcedError.hit("queue_get_consumer") == nil ? rd_kafka_queue_get_consumer(client) : nil
    }
    static func queuePartition(_ client: OpaquePointer, _ topic: String, _ partition: Int32) -> OpaquePointer? {
        ForcedError.hit("queue_get_partition") == nil ? rd_kafka_queue_get_partition(client, topic, partition) : nil
    }
    static func queueDestroy(_ queue: OpaquePointer) { rd_kafka_queue_destroy(queue) }
    static func queueForward(_ queue: OpaquePointer, to target: OpaquePointer?) {
        rd_kafka_queue_forward(queue, target)
    }
    static func queueSignals(_ queue: OpaquePointer, descriptor: Int32, byte: UInt8) {
        withUnsafePointer(to: byte) { rd_kafka_queue_io_event_enable(queue, descriptor, $0, 1) }
    }
    static func queuePoll(_ queue: OpaquePointer, milliseconds: Int32) -> OpaquePointer? {
        rd_kafka_queue_poll(queue, milliseconds)
    }
    static func eventType(_ event: OpaquePointer) -> Int32 { rd_kafka_event_type(event) }
    static func eventDestroy(_ event: OpaquePointer) { rd_kafka_event_destroy(event) }
    static func eventError(_ event: OpaquePointer) -> Code { rd_kafka_event_error(event) }
    static func eventErrorText(_ event: OpaquePointer) -> String {
        rd_kafka_event_error_string(event).map { String(cString: $0) } ?? ""
    }
    static func eventList(_ event: OpaquePointer) -> List? { rd_kafka_event_topic_partition_list(event) }
    static func eventMessages(
        _ event: OpaquePointer, into room: UnsafeMutablePointer<UnsafePointer<rd_kafka_message_t>?>, capacity: Int
    ) -> Int { rd_kafka_event_message_array(event, room, capacity) }
    static func eventLog(_ event: OpaquePointer) -> (level: Int32, facility: String, text: String)? {
        var facility: UnsafePointer<CChar>?
        var text: UnsafePointer<CChar>?
        var level: Int32 = 0
        guard rd_kafka_event_log(event, &facility, &text, &level) == 0 else { return nil }
        return (level, facility.map { String(cString: $0) } ?? "", text.map { String(cString: $0) } ?? "")
    }

    // MARK: Consumer

    /// Sends what has no queue of its own, like the state of connections, to the consumer's queue too.
    static func pollSetConsumer(_ client: OpaquePointer) -> Code {
        ForcedError.hit("poll_set_consumer") ?? rd_kafka_poll_set_consumer(client)
    }
    static func subscribe(_ client: OpaquePointer, _ list: List) -> Code {
        ForcedError.hit("subscribe") ?? rd_kafka_subscribe(client, list)
    }
    static func assign(_ client: OpaquePointer, _ list: List?) -> Code {
        ForcedError.hit("assign") ?? rd_kafka_assign(client, list)
    }
    static func assignmentLost(_ client: OpaquePointer) -> Bool { rd_kafka_assignment_lost(client) != 0 }
    static func seek(_ client: OpaquePointer, _ list: List, milliseconds: Int32) -> OpaquePointer? {
        forced("seek_partitions") ?? rd_kafka_seek_partitions(client, list, milliseconds)
    }
    /// The number of messages, negative for an error. Waits up to `milliseconds` for all of them.
    static func consumeBatch(
        _ queue: OpaquePointer, into room: UnsafeMutablePointer<Message?>, limit: Int, milliseconds: Int32
    ) -> Int {
        ForcedError.hit("consume_batch_queue") == nil
            ? rd_kafka_consume_batch_queue(queue, milliseconds, room, limit) : -1
    }
    static func messageDestroy(_ message: Message) { rd_kafka_message_destroy(message) }
    static func messageText(_ message: Message) -> String {
        rd_kafka_message_errstr(message).map { String(cString: $0) } ?? ""
    }
    static func timestamp(_ message: Message) -> Int64? {
        var type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let time = rd_kafka_message_timestamp(message, &type)
        return type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? nil : time
    }
    /// The headers, which stay the message's; nil where it has none.
    static func headers(_ message: Message) -> OpaquePointer? {
        var headers: OpaquePointer?
        return rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR ? headers : nil
    }
    static func headerCount(_ headers: OpaquePointer) -> Int { rd_kafka_header_cnt(headers) }
    static func header(
        _ headers: OpaquePointer, _ index: Int
    ) -> (name: UnsafePointer<CChar>, value: UnsafeRawPointer?, size: Int)? {
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        guard rd_kafka_header_get_all(headers, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR, let name
        else { return nil }
        return (name, value, size)
    }
    static func length(_ text: UnsafePointer<CChar>) -> Int { strlen(text) }
    static func commitQueue(_ client: OpaquePointer, _ list: List, _ queue: OpaquePointer) -> Code {
        ForcedError.hit("commit_queue") ?? rd_kafka_commit_queue(client, list, queue, nil, nil)
    }
    static func commit(_ client: OpaquePointer, _ list: List) -> Code {
        ForcedError.hit("commit") ?? rd_kafka_commit(client, list, 0)
    }
    static func committed(_ client: OpaquePointer, _ list: List, milliseconds: Int32) -> Code {
        ForcedError.hit("committed") ?? rd_kafka_committed(client, list, milliseconds)
    }
    static func watermarks(
        _ client: OpaquePointer, _ topic: String, _ partition: Int32, low: inout Int64, high: inout Int64,
        milliseconds: Int32
    ) -> Code {
        ForcedError.hit("query_watermark_offsets")
            ?? rd_kafka_query_watermark_offsets(client, topic, partition, &low, &high, milliseconds)
    }
    static func offsetsForTimes(_ client: OpaquePointer, _ list: List, milliseconds: Int32) -> Code {
        ForcedError.hit("offsets_for_times") ?? rd_kafka_offsets_for_times(client, list, milliseconds)
    }
    static func listGroups(
        _ client: OpaquePointer, _ group: String, into list: inout UnsafePointer<rd_kafka_group_list>?,
        milliseconds: Int32
    ) -> Code { ForcedError.hit("list_groups") ?? rd_kafka_list_groups(client, group, &list, milliseconds) }
    static func groupListDestroy(_ list: UnsafePointer<rd_kafka_group_list>) { rd_kafka_group_list_destroy(list) }
    static func messageTopic(_ message: Message) -> String {
        message.pointee.rkt.flatMap { rd_kafka_topic_name($0) }.map { String(cString: $0) } ?? ""
    }
    static func closeQueue(_ client: OpaquePointer, _ queue: OpaquePointer) -> OpaquePointer? {
        forced("consumer_close_queue") ?? rd_kafka_consumer_close_queue(client, queue)
    }
    static func closed(_ client: OpaquePointer) -> Bool { rd_kafka_consumer_closed(client) != 0 }

    // MARK: Lists of partitions

    static func listNew(_ capacity: Int) -> List? { rd_kafka_topic_partition_list_new(Int32(clamping: capacity)) }
    static func listDestroy(_ list: List) { rd_kafka_topic_partition_list_destroy(list) }
    static func listAdd(_ list: List, _ topic: String, _ partition: Int32) -> UnsafeMutablePointer<
        rd_kafka_topic_partition_t
    >? { rd_kafka_topic_partition_list_add(list, topic, partition) }

    // MARK: Producer

    static func produce(_ client: OpaquePointer, _ arguments: UnsafeMutablePointer<rd_kafka_vu_t>, _ count: Int)
        -> OpaquePointer?
    { forced("produceva") ?? rd_kafka_produceva(client, arguments, count) }
    static func purge(_ client: OpaquePointer, _ flags: Int32) -> Code {
        ForcedError.hit("purge") ?? rd_kafka_purge(client, flags)
    }
    static func headersNew(_ count: Int) -> OpaquePointer? { rd_kafka_headers_new(count) }
    static func headersDestroy(_ headers: OpaquePointer) { rd_kafka_headers_destroy(headers) }
    static func headerAdd(
        _ headers: OpaquePointer, name: UnsafeRawBufferPointer, value: UnsafeRawPointer?, size: Int
    ) -> Code {
        if let code = ForcedError.hit("header_add") { return code }
        let text = name.baseAddress?.assumingMemoryBound(to: CChar.self)
        return rd_kafka_header_add(headers, text, name.count, value, size)
    }

    /// The partition of a key by the partitioner `murmur2`, which looks at nothing else.
    static func murmur2Partition(of key: UnsafeRawBufferPointer, count: Int32) -> Int32 {
        rd_kafka_msg_partitioner_murmur2(nil, key.baseAddress, key.count, count, nil, nil)
    }

    // MARK: Administration

    static func newTopic(_ name: String, partitions: Int32, replication: Int32) -> (topic: OpaquePointer?, text: String)
    {
        withText { rd_kafka_NewTopic_new(name, partitions, replication, $0, $1) }
    }
    static func newTopicSet(_ topic: OpaquePointer, _ key: String, _ value: String) -> Code {
        rd_kafka_NewTopic_set_config(topic, key, value)
    }
    static func newTopicDestroy(_ topic: OpaquePointer) { rd_kafka_NewTopic_destroy(topic) }
    static func createTopics(
        _ client: OpaquePointer, _ topics: UnsafeMutablePointer<OpaquePointer?>, _ count: Int, _ queue: OpaquePointer
    ) { rd_kafka_CreateTopics(client, topics, count, nil, queue) }
    /// For each topic its name and how its creation ended.
    static func createdTopics(_ event: OpaquePointer) -> [(name: String, code: Code, text: String)] {
        var count = 0
        guard let result = rd_kafka_event_CreateTopics_result(event),
            let topics = rd_kafka_CreateTopics_result_topics(result, &count)
        else { return [] }
        return (0..<count).compactMap { index in
            guard let topic = topics[index], let name = rd_kafka_topic_result_name(topic) else { return nil }
            let text = rd_kafka_topic_result_error_string(topic).map { String(cString: $0) } ?? ""
            return (String(cString: name), rd_kafka_topic_result_error(topic), text)
        }
    }
    static func configResource(topic: String) -> OpaquePointer? {
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic)
    }
    static func configResourceDestroy(_ resource: OpaquePointer) { rd_kafka_ConfigResource_destroy(resource) }
    static func describeConfigs(_ client: OpaquePointer, _ resource: OpaquePointer, _ queue: OpaquePointer) {
        var resource: OpaquePointer? = resource
        rd_kafka_DescribeConfigs(client, &resource, 1, nil, queue)
    }
    /// The settings of the first resource, or why there are none.
    static func describedConfigs(_ event: OpaquePointer) -> (code: Code, text: String, values: [String: String]) {
        var count = 0
        guard let result = rd_kafka_event_DescribeConfigs_result(event),
            let resources = rd_kafka_DescribeConfigs_result_resources(result, &count), count > 0,
            let resource = resources[0]
        else { return (RD_KAFKA_RESP_ERR__FAIL, "no answer", [:]) }
        let text = rd_kafka_ConfigResource_error_string(resource).map { String(cString: $0) } ?? ""
        var values: [String: String] = [:]
        var entryCount = 0
        let entries = rd_kafka_ConfigResource_configs(resource, &entryCount)
        for index in 0..<(entries == nil ? 0 : entryCount) {
            guard let entry = entries?[index], let name = rd_kafka_ConfigEntry_name(entry),
                let value = rd_kafka_ConfigEntry_value(entry)
            else { continue }
            values[String(cString: name)] = String(cString: value)
        }
        return (rd_kafka_ConfigResource_error(resource), text, values)
    }

    // MARK: Embedded broker

    static func mockNew(_ client: OpaquePointer) -> OpaquePointer? {
        ForcedError.hit("mock_cluster_new") == nil ? rd_kafka_mock_cluster_new(client, 1) : nil
    }
    static func mockDestroy(_ cluster: OpaquePointer) { rd_kafka_mock_cluster_destroy(cluster) }
    static func mockBootstraps(_ cluster: OpaquePointer) -> String {
        rd_kafka_mock_cluster_bootstraps(cluster).map { String(cString: $0) } ?? ""
    }
    static func mockTopicCreate(_ cluster: OpaquePointer, _ name: String, _ partitions: Int32) -> Code {
        ForcedError.hit("mock_topic_create") ?? rd_kafka_mock_topic_create(cluster, name, partitions, 1)
    }
    static func mockPushErrors(_ cluster: OpaquePointer, _ request: Int16, _ codes: [Code]) {
        codes.withUnsafeBufferPointer {
            rd_kafka_mock_push_request_errors_array(cluster, request, $0.count, $0.baseAddress)
        }
    }
    static func mockClearErrors(_ cluster: OpaquePointer, _ request: Int16) {
        rd_kafka_mock_clear_request_errors(cluster, request)
    }
    static func mockDown(_ cluster: OpaquePointer) -> Code { rd_kafka_mock_broker_set_down(cluster, 1) }
    static func mockUp(_ cluster: OpaquePointer) -> Code { rd_kafka_mock_broker_set_up(cluster, 1) }
    static func mockRoundTrip(_ cluster: OpaquePointer, milliseconds: Int32) -> Code {
        rd_kafka_mock_broker_set_rtt(cluster, 1, milliseconds)
    }
}

import CRdkafka
import Dispatch
import Foundation

/// A client of the library: a consumer, a producer or an administrator.
final class KafkaClient {
    let handle: OpaquePointer
    let log: (@Sendable (KafkaLogLine) -> Void)?
    /// What it has sent so far; of a transactional producer.
    let sentRequests: SentRequests?
    private var isDestroyed = false

    init(_ configuration: KafkaConfiguration, for role: ClientProperties.Role) throws(KafkaError) {
        let properties = try ClientProperties(configuration, for: role)
        handle = try properties.makeHandle()
        log = properties.log
        sentRequests = properties.sentRequests
    }

    deinit {
        if !isDestroyed { Calls.destroy(handle, flags: RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE) }
    }

    /// The library's fatal error, if it has one.
    func terminalError(context: String) -> KafkaError? {
        let (code, text) = Calls.terminalError(handle)
        return code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(code, context: context, text: text, isFatal: true)
    }

    /// Frees the client within `seconds`; false where it took longer and is left to a thread of its own, because freeing can
    /// hang after restarts of a broker. Every queue and topic of it is freed before. `closed`: the consumer left its group.
    /// `call`: signalled once a call of this client has returned that still goes on.
    func destroy(within seconds: Double, closed: Bool, after call: DispatchSemaphore? = nil) -> Bool {
        guard !isDestroyed else { return true }
        isDestroyed = true
        let pointer = SentPointer(pointer: handle)
        let flags = closed ? 0 : RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread { [sentRequests] in
            call?.wait()
            // The library counts until it is gone.
            withExtendedLifetime(sentRequests) { Calls.destroy(pointer.pointer, flags: flags) }
            done.signal()
        }
        return done.wait(timeout: .now() + max(0.05, seconds)) == .success
    }

    /// What is known of topics. `topic` nil: all of them.
    func topics(named topic: String? = nil, milliseconds: Int32) throws(KafkaError) -> TopicListing {
        let context = topic.map { "asking for the topic \($0)" } ?? "asking for the topics"
        let one = try topic.map { name throws(KafkaError) in try TopicHandle(self, name) }
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let code = Calls.metadata(
            handle, allTopics: topic == nil, topic: one?.handle, into: &metadata, milliseconds: milliseconds)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let metadata else { throw KafkaError(code, context: context) }
        defer { Calls.metadataDestroy(metadata) }
        return TopicListing(metadata.pointee)
    }

    /// Whether a broker answers within `milliseconds`.
    func isReachable(milliseconds: Int32) -> Bool {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let code = Calls.metadata(handle, allTopics: false, topic: nil, into: &metadata, milliseconds: milliseconds)
        if let metadata { Calls.metadataDestroy(metadata) }
        return code == RD_KAFKA_RESP_ERR_NO_ERROR
    }

    /// The oldest and the next offset of a partition.
    func watermarks(_ topic: String, _ partition: Int32, milliseconds: Int32) throws(KafkaError) -> (
        low: Int64, high: Int64
    ) {
        var low: Int64 = 0
        var high: Int64 = 0
        let code = Calls.watermarks(handle, topic, partition, low: &low, high: &high, milliseconds: milliseconds)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaError(code, context: "asking for the ends of \(topic) partition \(partition)")
        }
        return (low, high)
    }

    /// How many members a group has.
    func members(ofGroup group: String, milliseconds: Int32) throws(KafkaError) -> Int {
        var list: UnsafePointer<rd_kafka_group_list>?
        let code = Calls.listGroups(handle, group, into: &list, milliseconds: milliseconds)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let list else {
            throw KafkaError(code, context: "asking for the members of the group \(group)")
        }
        defer { Calls.groupListDestroy(list) }
        return (0..<max(0, Int(list.pointee.group_cnt))).reduce(0) { $0 + Int(list.pointee.groups[$1].member_cnt) }
    }

    /// Gives the library's log lines to the configured closure.
    func forward(_ line: (level: Int32, facility: String, text: String)?) {
        guard let line, let log else { return }
        log(KafkaLogLine(level: line.level, facility: line.facility, message: line.text))
    }
}

/// A handle on its way to the thread that frees it; nobody else has it then.
private struct SentPointer: @unchecked Sendable {
    let pointer: OpaquePointer
}

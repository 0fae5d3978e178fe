import CRdkafka

/// An event of a queue, freed at its end.
final class KafkaEvent {
    let handle: OpaquePointer

    init(_ handle: OpaquePointer) { self.handle = handle }

    deinit { Calls.eventDestroy(handle) }

    var type: Int32 { Calls.eventType(handle) }
    var code: rd_kafka_resp_err_t { Calls.eventError(handle) }
    var text: String { Calls.eventErrorText(handle) }
    var logLine: (level: Int32, facility: String, text: String)? { Calls.eventLog(handle) }

    /// The partitions that it is about; valid while the event lives.
    var partitions: UnsafeBufferPointer<rd_kafka_topic_partition_t> {
        guard let list = Calls.eventList(handle) else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(start: list.pointee.elems, count: max(0, Int(list.pointee.cnt)))
    }

    /// The delivery reports in it: the number that a message was produced with, and how it ended.
    func reports(_ body: (_ number: Int, _ code: rd_kafka_resp_err_t) -> Void) {
        withUnsafeTemporaryAllocation(of: UnsafePointer<rd_kafka_message_t>?.self, capacity: 256) { room in
            guard let base = room.baseAddress else { return }
            while true {
                let count = Calls.eventMessages(handle, into: base, capacity: room.count)
                for index in 0..<count {
                    guard let message = base[index]?.pointee else { continue }
                    body(Int(bitPattern: message._private), message.err)
                }
                if count < room.count { return }
            }
        }
    }
}

import CRdkafka

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A list of partitions with offsets and commit texts.
final class PartitionList {
    let handle: Calls.List

    init(capacity: Int) throws(KafkaError) {
        guard let handle = Calls.listNew(capacity) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, context: "making a list of partitions")
        }
        self.handle = handle
    }

    deinit { Calls.listDestroy(handle) }

    var elements: UnsafeMutableBufferPointer<rd_kafka_topic_partition_t> {
        UnsafeMutableBufferPointer(start: handle.pointee.elems, count: max(0, Int(handle.pointee.cnt)))
    }

    /// Adds a partition. `metadata` is text: brokers keep it up to a first zero byte.
    func add(_ topic: String, _ partition: Int32, offset: Int64 = Int64(RD_KAFKA_OFFSET_INVALID), metadata: String = "")
    {
        guard let element = Calls.listAdd(handle, topic, partition) else { return }
        element.pointee.offset = offset
        // The list frees it, with free.
        guard !metadata.isEmpty, let copy = strdup(metadata) else { return }
        element.pointee.metadata = UnsafeMutableRawPointer(copy)
        element.pointee.metadata_size = strlen(copy)
    }
}

extension rd_kafka_topic_partition_t {
    var name: String { topic.map { String(cString: $0) } ?? "" }

    /// The text that an offset was committed with.
    var metadataText: String {
        String(
            decoding: UnsafeRawBufferPointer(start: metadata, count: metadata == nil ? 0 : metadata_size), as: UTF8.self
        )
    }
}

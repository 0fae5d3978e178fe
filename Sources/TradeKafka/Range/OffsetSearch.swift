import CRdkafka

/// Finds offsets by time: asks the broker, or, where that can't answer (the embedded one), looks at records.
struct OffsetSearch {
    private static let milliseconds: Int32 = 10_000

    private let client: KafkaClient
    let isEmbedded: Bool

    init(_ client: KafkaClient) throws(KafkaError) {
        self.client = client
        isEmbedded = try KafkaClusterIdentity.read(client, within: 10).isEmbedded
    }

    /// The offset of the first record with this time (milliseconds since 1970) or a later one, `high` where there is none.
    func offset(
        in topic: String, _ partition: Int32, at time: Int64, low: Int64, high: Int64
    ) throws(KafkaError) -> Int64 {
        if isEmbedded { return try bisect(topic, partition, at: time, low: low, high: high) }
        return try RetriableCall.run { () throws(KafkaError) in try ask(topic, partition, at: time) ?? high }
    }

    private func ask(_ topic: String, _ partition: Int32, at time: Int64) throws(KafkaError) -> Int64? {
        let context = "searching \(topic) partition \(partition) by time"
        let list = try PartitionList(capacity: 1)
        list.add(topic, partition, offset: time)
        let code = Calls.offsetsForTimes(client.handle, list.handle, milliseconds: OffsetSearch.milliseconds)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, context: context) }
        guard let element = list.elements.first else { return nil }
        guard element.err == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(element.err, context: context) }
        return element.offset >= 0 ? element.offset : nil
    }

    /// Takes times to rise with offsets, as they do where the broker or one clock sets them.
    private func bisect(
        _ topic: String, _ partition: Int32, at time: Int64, low: Int64, high: Int64
    ) throws(KafkaError) -> Int64 {
        var low = low
        var high = high
        while low < high {
            let middle = low + (high - low) / 2
            if let record = try record(in: topic, partition, from: middle), record.timestamp < time {
                low = record.offset + 1
            } else {
                high = middle
            }
        }
        return low
    }

    /// The first record at this offset or above; nil where there is none. A record without a time counts as older than all.
    func record(
        in topic: String, _ partition: Int32, from offset: Int64
    ) throws(KafkaError) -> (offset: Int64, timestamp: Int64)? {
        let queue = try KafkaQueue.records(of: client, topic: topic, partition: partition)
        try assign(topic, partition, offset)
        defer { _ = Calls.assign(client.handle, nil) }
        let batch = MessageBatch(capacity: 1)
        let end = ContinuousClock.Instant.now + .milliseconds(Int(OffsetSearch.milliseconds))
        while ContinuousClock.Instant.now < end {
            batch.release()
            guard batch.take(from: queue, limit: 1, milliseconds: 100) != nil else { break }
            guard let message = batch[0] else { continue }
            switch message.pointee.err {
            case RD_KAFKA_RESP_ERR_NO_ERROR where message.pointee.offset >= offset:
                return (message.pointee.offset, Calls.timestamp(message) ?? .min)
            case RD_KAFKA_RESP_ERR_NO_ERROR: continue
            case RD_KAFKA_RESP_ERR__PARTITION_EOF: return nil
            default:
                let error = KafkaError(
                    message.pointee.err, context: "looking at \(topic) partition \(partition)",
                    text: Calls.messageText(message))
                if !error.isRetriable { throw error }
            }
        }
        throw KafkaError(
            RD_KAFKA_RESP_ERR__TIMED_OUT, context: "looking at \(topic) partition \(partition) offset \(offset)")
    }

    private func assign(_ topic: String, _ partition: Int32, _ offset: Int64) throws(KafkaError) {
        let list = try PartitionList(capacity: 1)
        list.add(topic, partition, offset: offset)
        let code = Calls.assign(client.handle, list.handle)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, context: "taking a partition") }
    }
}

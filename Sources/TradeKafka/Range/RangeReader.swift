import CRdkafka
package import TradeContracts

/// Reads a range of topics: the records of all partitions merged by timestamp, then reference before order updates before events,
/// then partition and offset (R86), each partition in offset order.
///
/// It assigns partitions to itself and joins no group, commits nothing and reads no committed offsets: nobody else notices. The
/// configuration's reference topic, read beside others, is read from its beginning: what it set before the range holds in it.
package final class RangeReader {
    private let client: KafkaClient
    private let events: KafkaQueue
    private let partitions: [RangePartition]
    private let isInterrupted: @Sendable () -> Bool
    private var left: Int64?
    private let total: Int64
    /// Whether the broker is the embedded one, which keeps nothing from before its start.
    package let isEmbedded: Bool

    /// Finds the range's bounds and begins to read. Throws where a topic or partition does not exist, or where the range begins
    /// below a log's start. `isInterrupted` is asked now and then while waiting: then `next` says that it is the end.
    package init(
        _ configuration: KafkaConfiguration, topics: [String], range: RecordRange,
        isInterrupted: @escaping @Sendable () -> Bool = { false }
    ) throws(KafkaError) {
        client = try KafkaClient(configuration, for: .range(groupID: configuration.groupID))
        events = try KafkaQueue.consumer(of: client)
        let logs = Calls.setLogQueue(client.handle, events.handle)
        guard logs == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(logs, context: "opening the log queue") }
        self.isInterrupted = isInterrupted
        left = range.maximum
        let bounds = try RangeBounds(client, configuration.topics)
        isEmbedded = bounds.isEmbedded
        partitions = try bounds.partitions(of: topics, range)
        total = partitions.reduce(0) { $0 + $1.count }
        try assign()
    }

    /// How much of the range is read, from 0 to 1.
    package var progress: Double {
        total == 0 ? 1 : Double(partitions.reduce(0) { $0 + $1.done }) / Double(total)
    }

    /// What of each partition is given out so far.
    package var extents: [RangeExtent] { partitions.map(\.extent) }

    /// The next record; nil at the end of the range.
    package func next() throws(KafkaError) -> EnvelopeRecord? {
        if let left, left <= 0 { return nil }
        var first: RangePartition?
        for partition in partitions {
            guard try fill(partition) else { return nil }
            if partition.precedes(first) { first = partition }
        }
        guard let first, let record = first.takeHead() else { return nil }
        if !first.isWhole, let left { self.left = left - 1 }
        return record
    }

    /// Makes a partition's next record known, or its end; false where that was interrupted.
    private func fill(_ partition: RangePartition) throws(KafkaError) -> Bool {
        var patience = RangePatience()
        while partition.needsMore {
            if isInterrupted() { return false }
            if try partition.read(milliseconds: 100) {
                patience = RangePatience()
                continue
            }
            serveEvents()
            try patience.check(partition)
        }
        return true
    }

    private func serveEvents() {
        while let event = events.poll(milliseconds: 0) {
            if event.type == RD_KAFKA_EVENT_LOG { client.forward(event.logLine) }
        }
    }

    private func assign() throws(KafkaError) {
        let list = try PartitionList(capacity: partitions.count)
        for partition in partitions where partition.needsMore {
            list.add(partition.topic, partition.number, offset: partition.start)
        }
        let code = Calls.assign(client.handle, list.handle)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, context: "taking partitions") }
    }
}

import CRdkafka
import TradeContracts

/// Finds where a range begins and ends in each partition, as of now.
struct RangeBounds {
    private static let milliseconds: Int32 = 10_000

    private let client: KafkaClient
    private let names: TopicNames
    private let search: OffsetSearch

    private struct Log {
        var topic: String
        var number: Int32
        var low: Int64
        var high: Int64
        /// How many partitions the topic has.
        var count: Int32
    }

    var isEmbedded: Bool { search.isEmbedded }

    init(_ client: KafkaClient, _ names: TopicNames) throws(KafkaError) {
        self.client = client
        self.names = names
        search = try OffsetSearch(client)
    }

    func partitions(of topics: [String], _ range: RecordRange) throws(KafkaError) -> [RangePartition] {
        var result: [RangePartition] = []
        for topic in topics {
            let isWhole = topics.count > 1 && topic == names.name(of: .reference)
            let rank = names.inputTopic(named: topic)?.rawValue ?? .max
            for log in try logs(of: topic, isWhole ? nil : range.partitions) {
                let start = isWhole ? log.low : try self.start(of: log, range.start)
                result.append(
                    RangePartition(
                        topic: topic, number: log.number, rank: rank, isWhole: isWhole,
                        bounds: (start, try end(of: log, isWhole ? range.end.withoutOffset : range.end)),
                        log: (log.high, log.count),
                        queue: try KafkaQueue.records(of: client, topic: topic, partition: log.number)))
            }
        }
        return result
    }

    private func logs(of topic: String, _ numbers: [Int32]?) throws(KafkaError) -> [Log] {
        // The embedded broker makes a topic that is asked for by its name.
        let listing = try client.topics(
            named: search.isEmbedded ? nil : topic, milliseconds: RangeBounds.milliseconds)
        guard let count = listing.partitions[topic], count > 0 else {
            throw KafkaError(
                listing.errors[topic] ?? RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, context: "reading the topic \(topic)")
        }
        let numbers = numbers ?? Array(0..<count)
        var logs: [Log] = []
        for number in numbers {
            guard number < count else {
                throw KafkaError(
                    RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, context: "reading the topic \(topic)",
                    text: "it has no partition \(number), only 0 to \(count - 1)")
            }
            let (low, high) = try RetriableCall.run { () throws(KafkaError) in
                try client.watermarks(topic, number, milliseconds: RangeBounds.milliseconds)
            }
            logs.append(Log(topic: topic, number: number, low: low, high: high, count: count))
        }
        return logs
    }

    private func start(of log: Log, _ start: RecordRange.Start) throws(KafkaError) -> Int64 {
        switch start {
        case .beginning: return log.low
        case .positions(let positions):
            let position = positions[KafkaPartition(topic: log.topic, partition: log.number)] ?? log.low
            return (log.low...max(log.low, log.high)).contains(position) ? position : log.low
        case .offset(let offset):
            guard offset >= log.low else {
                throw .belowStart(
                    "\(log.topic) partition \(log.number) begins at offset \(log.low), so offset \(offset) is not there "
                        + "any more")
            }
            return min(offset, log.high)
        case .time(let time):
            let found = try offset(in: log, at: time)
            // What was deleted was older than the oldest that is there.
            if log.low > 0, found == log.low, log.low < log.high,
                let first = try search.record(in: log.topic, log.number, from: log.low), first.timestamp > time
            {
                throw .belowStart(
                    "\(log.topic) partition \(log.number) begins at offset \(log.low) with a later time, so records of the "
                        + "range may not be there any more")
            }
            return found
        }
    }

    private func end(of log: Log, _ end: RecordRange.End) throws(KafkaError) -> Int64 {
        switch end {
        case .end: log.high
        case .offset(let offset): min(offset, log.high)
        case .time(let time): try offset(in: log, at: time)
        }
    }

    private func offset(in log: Log, at time: Int64) throws(KafkaError) -> Int64 {
        guard log.low < log.high else { return log.high }
        let found = try search.offset(in: log.topic, log.number, at: time, low: log.low, high: log.high)
        return min(max(found, log.low), log.high)
    }
}

extension RecordRange.End {
    /// Offsets of one topic say nothing about another.
    fileprivate var withoutOffset: RecordRange.End {
        if case .offset = self { return .end }
        return self
    }
}

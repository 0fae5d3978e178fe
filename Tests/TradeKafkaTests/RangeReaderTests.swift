import CRdkafka
import Foundation
import Support
import Testing
import TradeContracts

@testable import TradeKafka

/// Ranges of topics: bounds, the order of a merge, and nothing left behind.
@Suite(.serialized) struct RangeReaderTests {
    private static let reference = "reference"

    private func bench(_ broker: TestBroker, partitions: Int32 = 3, withReference: Bool = false) throws -> BrokerBench {
        let bench = try BrokerBench(broker, partitions: partitions)
        if withReference {
            let name = "reference-\(UInt64.random(in: 0 ... .max))"
            bench.configuration.topics.reference = name
            try bench.createTopics([name: 1])
        }
        return bench
    }

    private func topics(_ bench: BrokerBench) -> [String] {
        [bench.configuration.topics.analysisCompleted, bench.configuration.topics.orderUpdates]
            + (bench.configuration.topics.reference.map { [$0] } ?? [])
    }

    private func read(_ bench: BrokerBench, topics: [String]? = nil, _ range: RecordRange = RecordRange()) throws
        -> [EnvelopeRecord]
    {
        let reader = try RangeReader(bench.configuration, topics: topics ?? self.topics(bench), range: range)
        var records: [EnvelopeRecord] = []
        while let record = try reader.next() { records.append(record) }
        #expect(reader.progress == 1 || range.maximum != nil)
        return records
    }

    private func publish(_ bench: BrokerBench, _ count: Int, to topic: InputTopic, from first: Int = 0) throws {
        try bench.append(
            (first..<first + count).map { RecordContent(key: "\($0)", value: "\(topic) \($0)") }, to: topic)
    }

    /// R86 on what was read: within a partition by offset, and a record that is later comes later.
    private func checkOrder(_ records: [EnvelopeRecord], _ names: TopicNames) {
        var last: [String: Int64] = [:]
        for record in records {
            let partition = "\(record.topic)/\(record.partition)"
            #expect(last[partition, default: -1] < record.offset, "R86: offsets rise in \(partition)")
            last[partition] = record.offset
        }
        for (left, right) in zip(records, records.dropFirst()) {
            let ranks = [left, right].map { names.inputTopic(named: $0.topic)?.rawValue ?? .max }
            let before = (left.timestamp ?? 0, ranks[0], left.partition)
            let after = (right.timestamp ?? 0, ranks[1], right.partition)
            #expect(before <= after, "R86: \(left.topic) \(left.offset) before \(right.topic) \(right.offset)")
        }
    }

    @Test(arguments: TestBroker.quick)
    func everything(_ broker: TestBroker) throws {
        let bench = try bench(broker, withReference: true)
        for round in 0..<3 {
            try publish(bench, 300, to: .analysisCompleted, from: round * 300)
            try publish(bench, 50, to: .orderUpdates, from: round * 50)
            try publish(bench, 10, to: .reference, from: round * 10)
        }
        let records = try read(bench)
        #expect(records.count == 3 * 360)
        checkOrder(records, bench.configuration.topics)
        #expect(try read(bench) == records, "G8: the same range is the same")
        #expect(Set(records.map { $0.value }).count == records.count)
    }

    @Test(arguments: TestBroker.quick)
    func contents(_ broker: TestBroker) throws {
        let bench = try bench(broker, partitions: 1)
        try bench.append(RecordContent.oddities, to: .analysisCompleted)
        let records = try read(bench)
        #expect(
            records.map { record in
                RecordContent(key: record.key, value: record.value, headers: HeaderBlock.headers(of: record.headers))
            } == RecordContent.oddities)
    }

    @Test(arguments: TestBroker.quick)
    func byOffset(_ broker: TestBroker) throws {
        let bench = try bench(broker)
        try publish(bench, 600, to: .analysisCompleted)
        let topics = [bench.configuration.topics.analysisCompleted]
        let all = try read(bench, topics: topics)
        for (start, end, partitions, maximum) in [
            (0, nil, nil, nil), (10, 20, nil, nil), (5, 6, [1], nil), (7, 7, nil, nil), (50, 10, nil, nil),
            (3, nil, [2, 0], nil),
            (0, 1_000_000, nil, nil), (1_000_000, nil, nil, nil), (0, nil, nil, 0), (0, nil, nil, 7),
            (2, 90, nil, 100_000),
        ] as [(Int64, Int64?, [Int32]?, Int64?)] {
            var range = RecordRange()
            range.start = .offset(start)
            if let end { range.end = .offset(end) }
            range.partitions = partitions
            range.maximum = maximum
            let expected = all.filter {
                $0.offset >= start && $0.offset < end ?? .max && partitions?.contains($0.partition) ?? true
            }
            let read = try read(bench, topics: topics, range)
            #expect(read == Array(expected.prefix(Int(maximum ?? .max))), "\(range)")
        }
    }

    /// By time: the broker's search, or bisection where it has none.
    @Test(arguments: TestBroker.quick)
    func byTime(_ broker: TestBroker) throws {
        let bench = try bench(broker)
        for round in 0..<4 {
            try publish(bench, 120, to: .analysisCompleted, from: round * 120)
            // Times of different milliseconds.
            let start = ContinuousClock.Instant.now
            while .now - start < .milliseconds(3) {}
        }
        let all = try read(bench)
        let times = Set(all.compactMap(\.timestamp)).sorted()
        #expect(times.count >= 4)
        for time in times.prefix(4) + times.suffix(2) + [0, (times.last ?? 0) + 1] {
            for other in [times[times.count / 2], time, Int64.max / 2] {
                var range = RecordRange()
                range.start = .time(time)
                range.end = .time(other)
                let expected = all.filter { ($0.timestamp ?? 0) >= time && ($0.timestamp ?? 0) < other }
                let read = try read(bench, range)
                #expect(read == expected, "\(range)")
            }
        }
    }

    /// The end is that of the start: what comes meanwhile is not read.
    @Test(arguments: TestBroker.quick)
    func theEndIsThatOfTheStart(_ broker: TestBroker) throws {
        let bench = try bench(broker)
        try publish(bench, 100, to: .analysisCompleted)
        let reader = try RangeReader(bench.configuration, topics: topics(bench), range: RecordRange())
        try publish(bench, 100, to: .analysisCompleted, from: 100)
        var count = 0
        while try reader.next() != nil { count += 1 }
        #expect(count == 100)
        #expect(try read(bench).count == 200)
    }

    /// What is read is told, and reading goes on where each partition was left.
    @Test(arguments: TestBroker.quick)
    func extentsAndPositions(_ broker: TestBroker) throws {
        let bench = try bench(broker)
        let topic = bench.configuration.topics.analysisCompleted
        try publish(bench, 300, to: .analysisCompleted)
        let all = try read(bench, topics: [topic])
        var range = RecordRange()
        range.maximum = 100
        let reader = try RangeReader(bench.configuration, topics: [topic], range: range)
        #expect(reader.isEmbedded == (broker == .embedded))
        #expect(reader.extents.allSatisfy { $0.start == 0 && $0.next == 0 && $0.partitionCount == 3 })
        var first: [EnvelopeRecord] = []
        while let record = try reader.next() { first.append(record) }
        var positions: [KafkaPartition: Int64] = [:]
        for extent in reader.extents {
            let taken = first.filter { $0.partition == extent.partition.partition }
            #expect(extent.next == (taken.last.map { $0.offset + 1 } ?? 0))
            #expect(extent.logEnd == Int64(all.count { $0.partition == extent.partition.partition }))
            positions[extent.partition] = extent.next
        }
        range.maximum = nil
        range.start = .positions(positions)
        let rest = try read(bench, topics: [topic], range)
        #expect(Set(first + rest) == Set(all) && rest.count == 200)
        // A place that is not there, or not any more, is the beginning.
        let partition = try #require(positions.keys.first)
        for position in [nil, -5, 1_000_000] as [Int64?] {
            positions[partition] = position
            range.start = .positions(positions)
            let again = try read(bench, topics: [topic], range).filter { $0.partition == partition.partition }
            #expect(again == all.filter { $0.partition == partition.partition })
        }
    }

    @Test("The partition of a key is where the producer puts it", arguments: TestBroker.quick)
    func partitioner(_ broker: TestBroker) throws {
        let bench = try bench(broker)
        try bench.append(
            (["", "\u{0}", "é"] + (0..<200).map { "\($0 * 7919)" }).map { RecordContent(key: $0, value: $0) },
            to: .analysisCompleted)
        let records = try read(bench, topics: [bench.configuration.topics.analysisCompleted])
        #expect(records.count == 203 && Set(records.map(\.partition)).count == 3)
        for record in records where record.key?.isEmpty == false {
            #expect(KafkaPartitioner.partition(of: record.key, count: 3) == record.partition)
        }
        #expect(KafkaPartitioner.partition(of: nil, count: 3) == nil)
        #expect(KafkaPartitioner.partition(of: [1], count: 0) == nil)
        #expect(KafkaPartitioner.partition(of: [], count: 3).map { (0..<3).contains($0) } == true)
    }

    /// Beside other topics reference data is read from its beginning; alone it is a topic like others.
    @Test(arguments: TestBroker.quick)
    func referenceIsReadWhole(_ broker: TestBroker) throws {
        let bench = try bench(broker, partitions: 1, withReference: true)
        try publish(bench, 20, to: .reference)
        try publish(bench, 50, to: .analysisCompleted)
        var range = RecordRange()
        range.start = .offset(40)
        range.partitions = [0]
        range.maximum = 5
        let records = try read(bench, range)
        let name = bench.configuration.topics.reference ?? ""
        #expect(records.filter { $0.topic == name }.count == 20)
        #expect(records.filter { $0.topic != name }.map(\.offset) == [40, 41, 42, 43, 44])
        range.start = .offset(18)
        #expect(try read(bench, topics: [name], range).map(\.offset) == [18, 19])
    }

    @Test(arguments: TestBroker.quick)
    func whatIsNotThere(_ broker: TestBroker) throws {
        let bench = try bench(broker)
        let missing = #expect(throws: KafkaError.self) {
            try read(bench, topics: ["none-\(UInt64.random(in: 0 ... .max))"])
        }
        #expect(missing?.description.contains("none-") == true)
        var range = RecordRange()
        range.partitions = [0, 3]
        let partition = #expect(throws: KafkaError.self) { try read(bench, range) }
        #expect(partition?.description.contains("it has no partition 3, only 0 to 2") == true)
        #expect(try read(bench).isEmpty)
    }

    /// Nothing of the configured group changes.
    @Test(arguments: TestBroker.quick)
    func noGroupIsTouched(_ broker: TestBroker) throws {
        let bench = try bench(broker)
        try publish(bench, 100, to: .analysisCompleted)
        _ = try read(bench)
        let consumer = try bench.makeConsumer()
        defer { consumer.close(deadline: 5) }
        #expect(try consumer.committed(bench.partitions).isEmpty)
    }

    /// A stop ends a wait: for the embedded broker's log that never gets its records.
    @Test func interrupted() throws {
        let bench = try bench(.embedded)
        try publish(bench, 10, to: .analysisCompleted)
        let reader = try RangeReader(
            bench.configuration, topics: topics(bench), range: RecordRange(), isInterrupted: { true })
        #expect(try reader.next() == nil)
    }

    /// Below the start of a log: the embedded broker's retention is 5 MiB a partition.
    @Test func retentionOfTheEmbeddedBroker() throws {
        let bench = try bench(.embedded, partitions: 1)
        let large = Array(repeating: UInt8(ascii: "x"), count: 500_000)
        for number in 0..<30 {
            try bench.append([RecordContent(key: Array("\(number)".utf8), value: large)], to: .analysisCompleted)
        }
        let all = try read(bench)
        let low = try #require(all.first?.offset)
        #expect(low > 0 && all.last?.offset == 29)
        for start in [.offset(0), .offset(low - 1), .time(0)] as [RecordRange.Start] {
            var range = RecordRange()
            range.start = start
            let error = #expect(throws: KafkaError.self) { try read(bench, range) }
            #expect(error?.description.contains("begins at offset \(low)") == true, "\(start)")
        }
        var range = RecordRange()
        range.start = .offset(low)
        #expect(try read(bench, range) == all)
    }

    /// Records that are gone by deletion, on a real Kafka.
    @Test(.enabled(if: TestBroker.hasReal)) func deletedRecords() throws {
        let bench = try bench(.kafka, partitions: 1)
        try publish(bench, 100, to: .analysisCompleted)
        let all = try read(bench)
        try bench.deleteRecords(of: .analysisCompleted, partition: 0, before: 40)
        #expect(try read(bench) == Array(all.dropFirst(40)))
        var range = RecordRange()
        range.start = .offset(39)
        let error = #expect(throws: KafkaError.self) { try read(bench, range) }
        #expect(error?.description.contains("begins at offset 40") == true)
        range.start = .time((all[0].timestamp ?? 0) - 1_000)
        #expect(throws: KafkaError.self) { try read(bench, range) }
        range.start = .time(all[60].timestamp ?? 0)
        #expect(try read(bench, range).last == all.last)
    }

    @Test(arguments: [
        "metadata", "query_watermark_offsets", "assign", "queue_get_partition", "new", "consume_batch_queue",
    ])
    func forcedErrors(_ name: String) throws {
        let bench = try bench(.embedded)
        try publish(bench, 10, to: .analysisCompleted)
        #expect(throws: KafkaError.self) { try ForcedError.on(name, times: 1_000) { try read(bench) } }
    }
}

extension BrokerBench {
    /// Deletes the records below an offset, as retention does.
    fileprivate func deleteRecords(of topic: InputTopic, partition: Int32, before offset: Int64) throws {
        let client = try KafkaClient(configuration, for: .administration(groupID: configuration.groupID))
        let queue = try KafkaQueue.new(of: client)
        let list = try PartitionList(capacity: 1)
        list.add(configuration.topics.name(of: topic), partition, offset: offset)
        var request = rd_kafka_DeleteRecords_new(list.handle)
        rd_kafka_DeleteRecords(client.handle, &request, 1, nil, queue.handle)
        let event = try #require(queue.poll(milliseconds: 10_000))
        #expect(event.code == RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_DeleteRecords_destroy(request)
    }
}

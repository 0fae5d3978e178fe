import Testing
package import TradeContracts
package import TradePipeline

/// A place that holds records, and sources that read them: what the contract of `RecordSource` is tried on.
package protocol SourceBench {
    /// Appends records to an input topic, spread over its partitions by their keys, in order for each key.
    func append(_ records: [RecordContent], to topic: InputTopic) throws
    func makeSource() throws -> any RecordSource
    /// The partitions that a source of this bench reads.
    var partitions: [TopicPartition] { get }
}

/// What holds for every source. Each test is a function, so that a suite calls them for its benches.
package enum SourceContract {
    /// Every record comes once, in offset order, as it was written.
    package static func deliversAllAsWritten(_ bench: some SourceBench) throws {
        try bench.append(RecordContent.oddities, to: .analysisCompleted)
        let driver = SourceDriver(try bench.makeSource())
        defer { driver.source.close(deadline: 5) }
        driver.poll(until: { driver.records.count >= RecordContent.oddities.count })
        #expect(Set(driver.records.map(\.content)) == Set(RecordContent.oddities), "G2: \(driver.troubles)")
        #expect(driver.records.count == RecordContent.oddities.count, "G3: a record came twice")
        expectOrder(driver, bench)
    }

    /// Nothing comes before `start` has named an offset, and then exactly from there.
    package static func startsWhereItIsTold(_ bench: some SourceBench) throws {
        try bench.append((0..<200).map { RecordContent(key: "\($0 % 40)", value: "\($0)") }, to: .analysisCompleted)
        let driver = SourceDriver(try bench.makeSource(), begin: nil)
        defer { driver.source.close(deadline: 5) }
        driver.poll(until: { driver.assigned.count >= bench.partitions.count })
        #expect(driver.assigned.sorted() == bench.partitions)
        for _ in 0..<10 { driver.poll(timeout: 0.02) }
        #expect(driver.records.isEmpty, "G6: a record came before its partition was started")
        var expected: [TopicPartition: Int] = [:]
        for (index, partition) in bench.partitions.enumerated() where partition.topic == .analysisCompleted {
            guard let end = driver.source.endOffset(of: partition) else {
                Issue.record("no end offset of \(partition)")
                continue
            }
            let begin = min(Int64(index * 3), end)
            expected[partition] = Int(end - begin)
            driver.source.start([partition: .offset(begin)])
        }
        let total = expected.values.reduce(0, +)
        driver.poll(until: { driver.records.count >= total })
        for _ in 0..<5 { driver.poll(timeout: 0.02) }
        for (partition, count) in expected {
            #expect(driver.records(of: partition).count == count, "\(partition): \(driver.troubles)")
        }
        // Going back.
        let first = bench.partitions.filter { $0.topic == .analysisCompleted && (expected[$0] ?? 0) > 0 }
        let before = driver.records.count
        guard let partition = first.first, let offset = driver.records(of: partition).first?.address.offset else {
            return
        }
        driver.source.start([partition: .offset(offset)])
        driver.poll(until: { driver.records.count >= before + (expected[partition] ?? 0) })
        #expect(driver.records[before...].map(\.address.offset).first == offset)
        #expect(driver.records.count == before + (expected[partition] ?? 0), "another partition was read again")
    }

    /// From the end only what is written later comes.
    package static func startsAtTheEnd(_ bench: some SourceBench) throws {
        try bench.append((0..<50).map { RecordContent(key: "\($0)", value: "old") }, to: .analysisCompleted)
        let driver = SourceDriver(try bench.makeSource()) { _ in .end }
        defer { driver.source.close(deadline: 5) }
        driver.poll(until: { driver.assigned.count >= bench.partitions.count })
        // Only a source that has found the end delivers what follows; so write until something comes.
        var written = 0
        let found = driver.poll(
            until: {
                if written < 1_000 {
                    written += 1
                    try? bench.append([RecordContent(key: "\(written)", value: "new")], to: .analysisCompleted)
                }
                return driver.records.count >= 5
            })
        #expect(found, "\(driver.troubles)")
        #expect(driver.records.allSatisfy { $0.value == Array("new".utf8) })
    }

    /// The end of each partition is told, of an empty one too, and only after all of the records before it; again for each new end.
    package static func tellsTheEnd(_ bench: some SourceBench) throws {
        try bench.append((0..<300).map { RecordContent(key: "\($0)", value: "\($0)") }, to: .analysisCompleted)
        let driver = SourceDriver(try bench.makeSource())
        defer { driver.source.close(deadline: 5) }
        var late: [RecordAddress] = []
        driver.onBatch = { batch in
            late += batch.map(\.address).filter { $0.offset < driver.end(of: $0.topicPartition) ?? 0 }
        }
        for round in 1...2 {
            driver.poll(until: { driver.assigned.count >= bench.partitions.count })
            var expected: [TopicPartition: Int64] = [:]
            // A broker that is busy may not answer at once.
            driver.poll(until: {
                for partition in bench.partitions where expected[partition] == nil {
                    expected[partition] = driver.source.endOffset(of: partition)
                }
                return expected.count == bench.partitions.count
            })
            #expect(expected.count == bench.partitions.count, "round \(round)")
            let found = driver.poll(until: { expected.allSatisfy { driver.end(of: $0.key) == $0.value } })
            #expect(found, "round \(round), R98: \(driver.events)")
            #expect(driver.records.count == 300 * round, "round \(round)")
            try bench.append((0..<300).map { RecordContent(key: "\($0)", value: "n") }, to: .analysisCompleted)
        }
        #expect(late.isEmpty, "an end was told before the records that it follows")
    }

    /// A poll that waits returns after `wake` from another thread.
    package static func wakes(_ bench: some SourceBench, waker: (any RecordSource) -> @Sendable () -> Void) throws {
        let source = try bench.makeSource()
        defer { source.close(deadline: 5) }
        let wake = waker(source)
        wake()
        let start = ContinuousClock.Instant.now
        source.poll(timeout: 60, events: { _ in }, records: { _ in })
        #expect(ContinuousClock.Instant.now - start < .seconds(30), "wake was lost")
    }

    /// Random pauses and resumptions, sometimes further back: of no partition a record is skipped, none comes while it is
    /// paused, and each resumption delivers exactly from its offset.
    package static func pausesWithoutLoss(_ bench: some SourceBench, seed: UInt64, records: Int = 3_000) throws {
        var random = ContractRandom(seed: seed)
        let source = try bench.makeSource()
        let driver = SourceDriver(source)
        defer { source.close(deadline: 5) }
        var next: [TopicPartition: Int64] = [:]
        var paused: Set<TopicPartition> = []
        var seen: Set<RecordAddress> = []
        var written = 0
        var wrong: String?
        driver.onBatch = { batch in
            for record in batch {
                let partition = record.address.topicPartition
                if paused.contains(partition) { wrong = wrong ?? "\(record.address) came while it was paused" }
                if record.address.offset != next[partition, default: 0] {
                    wrong = wrong ?? "\(record.address) came instead of \(next[partition, default: 0])"
                }
                next[partition] = record.address.offset + 1
                seen.insert(record.address)
            }
        }
        let events = bench.partitions.filter { $0.topic == .analysisCompleted }
        let end = ContinuousClock.Instant.now + .seconds(60)
        driver.poll(until: { driver.assigned.count >= bench.partitions.count })
        while seen.count < records, wrong == nil, .now < end {
            if written < records, random.chance(30) {
                let count = min(records - written, Int.random(in: 1...200, using: &random))
                let new = (0..<count).map { RecordContent(key: "\(($0 + written) % 97)", value: "\(written + $0)") }
                try bench.append(new, to: .analysisCompleted)
                written += count
            }
            for partition in events {
                if paused.contains(partition) {
                    guard random.chance(30) else { continue }
                    let position = next[partition, default: 0]
                    // Now and then the pipeline has dropped the end of what it was given.
                    let back = random.chance(40) ? min(position, Int64.random(in: 1...50, using: &random)) : 0
                    next[partition] = position - back
                    paused.remove(partition)
                    source.resume([partition: position - back])
                } else if random.chance(20) {
                    paused.insert(partition)
                    source.pause([partition])
                }
            }
            driver.poll(timeout: 0.005)
        }
        #expect(wrong == nil, "seed \(seed)")
        #expect(wrong != nil || seen.count == records, "seed \(seed), G2: \(driver.troubles)")
    }

    private static func expectOrder(_ driver: SourceDriver, _ bench: some SourceBench) {
        for partition in bench.partitions {
            let offsets = driver.records(of: partition).map(\.address.offset)
            #expect(offsets == Array(0..<Int64(offsets.count)), "\(partition)")
        }
    }
}

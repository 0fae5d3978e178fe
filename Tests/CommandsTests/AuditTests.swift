import Testing
import TradeContracts
import TradeCore
import TradeKafka

@testable import Commands

/// The ledger against records, without a broker (design §6).
@Suite struct AuditTests {
    private static let topics = TopicNames()

    private func id(_ number: UInt64) -> UniqueID { UniqueID(high: 1, low: number) }

    private func row(
        _ number: Int64, id: UInt64? = nil, key: UInt64 = 1, partition: Int32? = 0, topic: OutputTopic = .ordersCreated,
        isWithdrawn: Bool = false
    ) -> AuditRow {
        AuditRow(
            id: self.id(id ?? UInt64(number)), number: number, key: key, partition: partition, topic: topic,
            isWithdrawn: isWithdrawn)
    }

    private func extent(
        _ partition: Int32 = 0, topic: OutputTopic = .ordersCreated, from start: Int64 = 0, next: Int64 = 100,
        logEnd: Int64 = 100
    ) -> RangeExtent {
        RangeExtent(
            partition: KafkaPartition(topic: Self.topics.name(of: topic), partition: partition), start: start,
            next: next, logEnd: logEnd, partitionCount: 2)
    }

    /// Takes ids in at offsets from 0 on, of partition 0.
    private func audit(
        _ rows: [AuditRow], mark: Int64 = 100, _ found: [UInt64], _ extents: [RangeExtent]? = nil,
        keepsAll: Bool = true,
        limit: Int = .max
    ) -> Audit {
        var audit = Audit(rows: rows, mark: mark, limit: limit)
        for (offset, number) in found.enumerated() {
            audit.take(
                id(number), at: .init(topic: .ordersCreated, partition: 0, offset: Int64(offset)))
        }
        audit.finish(extents ?? [extent()], of: Self.topics, keepsAll: keepsAll)
        return audit
    }

    @Test("G5: all there once, in any order of different keys")
    func once() {
        let audit = audit([row(1), row(2, key: 2), row(3)], [2, 1, 3])
        #expect(audit.counts == AuditCounts(once: 3))
        #expect(!audit.counts.differs(strict: true) && audit.findings.isEmpty)
    }

    @Test("G5: each difference is counted and named")
    func differences() {
        let audit = audit(
            [row(1), row(2), row(3), row(4, isWithdrawn: true), row(5, isWithdrawn: true), row(6)],
            [1, 3, 1, 1, 77, 4, 6])
        #expect(
            audit.counts
                == AuditCounts(once: 2, missing: 1, twice: 1, foreign: 1, withdrawn: 2, withdrawnFound: 1))
        #expect(audit.findings[.missing]?.map(\.row) == [2])
        #expect(audit.findings[.twice]?.map(\.place?.offset) == [2, 3])
        #expect(audit.findings[.twice]?.map(\.row) == [1, 1])
        #expect(audit.findings[.foreign]?.map(\.id) == [id(77)])
        #expect(audit.findings[.withdrawn]?.map(\.row) == [4])
        #expect(audit.counts.differs(strict: false))
    }

    @Test("Foreign records alone are a difference only where that is asked for")
    func foreign() {
        var audit = Audit(rows: [row(1)], mark: 1)
        audit.take(id(1), at: .init(topic: .ordersCreated, partition: 0, offset: 0))
        audit.take(nil, at: .init(topic: .deadLetters, partition: 0, offset: 0))
        // The same id in another topic is another record.
        audit.take(id(1), at: .init(topic: .eventsSkipped, partition: 0, offset: 0))
        audit.finish([extent()], of: Self.topics, keepsAll: true)
        #expect(audit.counts == AuditCounts(once: 1, foreign: 2))
        #expect(!audit.counts.differs(strict: false) && audit.counts.differs(strict: true))
    }

    @Test("G5: within a key the order is that of the outbox; a repeat does not count for it")
    func order() {
        let rows = [row(1), row(2), row(3), row(4, key: 2)]
        #expect(audit(rows, [2, 4, 1, 3]).counts == AuditCounts(once: 4, outOfOrder: 1))
        #expect(audit(rows, [2, 4, 1, 3]).findings[.outOfOrder]?.map(\.row) == [1])
        #expect(audit(rows, [1, 2, 3, 1, 4]).counts == AuditCounts(once: 3, twice: 1))
        // A key that moved to another partition, because the topic got more of them.
        var moved = Audit(rows: rows, mark: 100)
        for (number, partition) in [(3, 1), (1, 0), (2, 0), (4, 0)] as [(UInt64, Int32)] {
            moved.take(id(number), at: .init(topic: .ordersCreated, partition: partition, offset: 0))
        }
        moved.finish([extent(), extent(1)], of: Self.topics, keepsAll: true)
        #expect(moved.counts == AuditCounts(once: 4))
    }

    @Test("What is above the mark may be there or not")
    func unpublished() {
        let audit = audit([row(1), row(2), row(3)], mark: 1, [1, 2])
        #expect(audit.counts == AuditCounts(once: 1, unpublished: 2, unpublishedFound: 1))
        #expect(!audit.counts.differs(strict: true))
    }

    /// (where the partition was read from, what was found) and (missing, before the range).
    @Test(
        "Rows older than what the log still holds are before the range, not missing",
        arguments: [
            (0, true, [4, 5], 3, 0), (7, true, [4, 5], 0, 3), (7, true, [2, 5], 2, 1), (7, true, [], 0, 5),
            (0, true, [], 5, 0), (0, false, [3, 5], 1, 2), (0, false, [], 0, 5),
        ] as [(Int64, Bool, [UInt64], Int, Int)])
    func beforeTheRange(start: Int64, keepsAll: Bool, found: [UInt64], missing: Int, before: Int) {
        let audit = audit((1...5).map { row($0) }, found, [extent(from: start)], keepsAll: keepsAll)
        #expect(audit.counts == AuditCounts(once: found.count, missing: missing, beforeRange: before))
    }

    @Test("Rows behind an end that was asked for are behind the range; other partitions are not looked at")
    func behindTheRange() {
        let rows = (1...5).map { row($0) } + [row(6, key: 2, partition: 1)]
        let audit = audit(rows, [1, 3], [extent(next: 9, logEnd: 20)])
        #expect(audit.counts == AuditCounts(once: 2, missing: 1, behindRange: 2, otherPartitions: 1))
        #expect(audit.findings[.missing]?.map(\.row) == [2])
    }

    @Test("A row is looked for where its key stands, else where the partitioner puts it, else anywhere")
    func partitions() {
        // Partition 1 was read from its beginning, partition 0 was not.
        let extents = [extent(0, from: 5), extent(1)]
        func missing(_ rows: [AuditRow], _ found: [(UInt64, Int32)]) -> [Int64?] {
            var audit = Audit(rows: rows, mark: 100)
            for (number, partition) in found {
                audit.take(id(number), at: .init(topic: .ordersCreated, partition: partition, offset: 50))
            }
            audit.finish(extents, of: Self.topics, keepsAll: true)
            return audit.findings[.missing, default: []].map(\.row)
        }
        #expect(missing([row(1, partition: 0), row(2, partition: 1)], []) == [2])
        #expect(missing([row(1, partition: 0), row(2, partition: 0)], [(2, 1)]) == [1])
        #expect(missing([row(1, partition: nil), row(2, key: 2, partition: 0)], [(2, 0)]) == [])
        #expect(missing([row(1, partition: nil), row(0, key: 2, partition: 0)], [(0, 0)]) == [1])
    }

    @Test("Of rows with one id what is there is the newest")
    func sameID() {
        let rows = [row(1, id: 9), row(5, id: 9), row(8, id: 9), row(3), row(4)]
        #expect(audit(rows, [3, 4, 9], [extent(from: 1)]).counts == AuditCounts(once: 3, missing: 1, beforeRange: 1))
        #expect(audit(rows, [9, 3, 4, 9, 9]).counts == AuditCounts(once: 5))
        #expect(audit(rows, [9, 3, 4, 9, 9, 9]).counts == AuditCounts(once: 4, twice: 1))
        let withdrawn = [row(1, id: 9, isWithdrawn: true), row(2, id: 9)]
        #expect(audit(withdrawn, [9]).counts == AuditCounts(once: 1, withdrawn: 1))
    }

    @Test("The list of differences is cut, the counts are not")
    func cut() {
        let rows = (1...50).map { row($0) }
        let audit = audit(rows, [60, 61, 62], limit: 2)
        #expect(audit.counts == AuditCounts(missing: 50, foreign: 3))
        #expect(audit.findings[.missing]?.map(\.row) == [1, 2])
        let report = AuditReport(audit: audit, mark: 50, numbers: (1, 50), topics: Self.topics)
        let text = report.text { "what row \($0) is about" }
        #expect(text.contains("missing: row 2, what row 2 is about\nmissing: and more than these 2; --all lists all\n"))
        #expect(text.contains("foreign: a record with id \(id(60)) at trade.orders.created partition 0 offset 0\n"))
        #expect(!text.contains("pruned"))
    }

    /// Every small ledger with every small topic against a count by hand.
    @Test("Every way to lose, double and mix three rows")
    func exhaustive() {
        for length in 0...4 {
            var sequences: [[UInt64]] = [[]]
            for _ in 0..<length { sequences = sequences.flatMap { s in (1...4).map { s + [$0] } } }
            for found in sequences {
                let audit = audit([row(1), row(2), row(3)], mark: 2, found)
                let times = (1...4).map { number in found.count { $0 == number } }
                var wanted = AuditCounts()
                wanted.once = times[..<2].count { $0 == 1 }
                wanted.missing = times[..<2].count { $0 == 0 }
                wanted.twice = times[..<3].count { $0 > 1 }
                wanted.foreign = times[3]
                wanted.unpublished = 1
                wanted.unpublishedFound = times[2] > 0 ? 1 : 0
                var highest: UInt64 = 0
                for (place, number) in found.enumerated() where number < 4 && !found[..<place].contains(number) {
                    if number < highest { wanted.outOfOrder += 1 }
                    highest = max(highest, number)
                }
                #expect(audit.counts == wanted, "\(found)")
            }
        }
    }
}

import TradeContracts
import TradeCore
import TradeKafka

/// Holds the store's ledger, its outbox, against records of the output topics (design §6). Pure.
///
/// Rows of one id (a skip of a record that stood at the same offset of a topic that was made anew) are told apart by their number:
/// what is there of them is the newest.
struct Audit {
    private struct Partition: Hashable {
        var topic: OutputTopic
        var number: Int32
    }

    /// By id, then by number.
    private var rows: [AuditRow]
    /// The highest number that has to be there.
    private let mark: Int64
    /// How many findings of a kind are kept; all are counted.
    private let limit: Int
    private(set) var counts = AuditCounts()
    private(set) var findings: [AuditFinding.Kind: [AuditFinding]] = [:]
    /// Kinds of which there are more findings than were kept.
    private(set) var cut: Set<AuditFinding.Kind> = []
    /// By topic and key: where its records were last found, and the last row.
    private var keys: [UInt64: (partition: Int32, number: Int64)] = [:]
    private var found: [Partition: (first: Int64?, last: Int64?)] = [:]

    init(rows: consuming [AuditRow], mark: Int64, limit: Int = .max) {
        self.rows = rows
        self.rows.sort { ($0.id, $0.number) < ($1.id, $1.number) }
        self.mark = mark
        self.limit = limit
    }

    /// Takes a record in, in the order of its partition.
    mutating func take(_ id: UniqueID?, at place: AuditFinding.Place) {
        let candidates = id.map { indexes(of: $0, in: place.topic) } ?? 0..<0
        guard let first = candidates.first else {
            counts.foreign += 1
            note(AuditFinding(kind: .foreign, row: nil, topic: place.topic, id: id, place: place))
            return
        }
        let publishable = candidates.filter { !rows[$0].isWithdrawn }
        let index = publishable.first { rows[$0].finds == 0 } ?? publishable.last ?? first
        if rows[index].isWithdrawn {
            if rows[index].finds == 0 { counts.withdrawnFound += 1 }
            note(.withdrawn, index, place)
        } else if rows[index].finds > 0 {
            if rows[index].finds == 1 { counts.twice += 1 }
            note(.twice, index, place)
        } else if candidates.count == 1 {
            checkOrder(index, place)
        }
        rows[index].find()
    }

    /// The number of a row of several with one id is not certain, so its order says nothing.
    private mutating func checkOrder(_ index: Int, _ place: AuditFinding.Place) {
        let row = rows[index]
        let partition = Partition(topic: place.topic, number: place.partition)
        let bounds = found[partition]
        found[partition] = (min(bounds?.first ?? row.number, row.number), max(bounds?.last ?? row.number, row.number))
        // A topic that got more partitions has moved the key: the two partitions have no common order.
        if let last = keys[row.key], last.partition == place.partition, last.number > row.number {
            counts.outOfOrder += 1
            note(.outOfOrder, index, place)
        } else {
            keys[row.key] = (place.partition, row.number)
        }
    }

    /// Says what of the ledger was not found. Called once, after the last record. `extents`: what was read; `keepsAll`: whether the
    /// broker keeps what it was given before its own start.
    mutating func finish(_ extents: [RangeExtent], of topics: TopicNames, keepsAll: Bool) {
        var partitions: [Partition: AuditPartition] = [:]
        for topic in OutputTopic.allCases {
            for extent in extents where extent.partition.topic == topics.name(of: topic) {
                let place = Partition(topic: topic, number: extent.partition.partition)
                var partition = AuditPartition(extent, keepsAll: keepsAll)
                if let range = found[place] { partition.merge(range) }
                partitions[place] = partition
            }
        }
        settleGroups()
        var missing: [Int] = []
        for index in rows.indices {
            let row = rows[index]
            if row.isWithdrawn {
                counts.withdrawn += 1
            } else if row.number > mark {
                counts.unpublished += 1
                if row.finds > 0 { counts.unpublishedFound += 1 }
            } else if row.finds == 0 {
                judge(row, index, partitions, &missing)
            } else if row.finds == 1 {
                counts.once += 1
            }
        }
        for index in missing.sorted(by: { rows[$0].number < rows[$1].number }) { note(.missing, index, nil) }
    }

    private mutating func judge(
        _ row: AuditRow, _ index: Int, _ partitions: [Partition: AuditPartition], _ missing: inout [Int]
    ) {
        let number = keys[row.key]?.partition ?? row.partition
        let candidates =
            number >= 0
            ? partitions[Partition(topic: row.topic, number: number)].map { [$0] } ?? []
            : partitions.filter { $0.key.topic == row.topic }.map(\.value)
        if candidates.isEmpty {
            counts.otherPartitions += 1
        } else if candidates.contains(where: { $0.isBefore(row.number) }) {
            counts.beforeRange += 1
        } else if candidates.contains(where: { $0.isBehind(row.number) }) {
            counts.behindRange += 1
        } else {
            counts.missing += 1
            missing.append(index)
        }
    }

    /// Of rows with one id those that were found are the newest.
    private mutating func settleGroups() {
        var start = 0
        while start < rows.count {
            var end = start + 1
            while end < rows.count, rows[end].id == rows[start].id { end += 1 }
            if end - start > 1 {
                let group = (start..<end).filter { !rows[$0].isWithdrawn }
                let finds = group.map { rows[$0].finds }.sorted()
                for (index, finds) in zip(group, finds) { rows[index].finds = finds }
            }
            start = end
        }
    }

    private func indexes(of id: UniqueID, in topic: OutputTopic) -> Range<Int> {
        var low = 0
        var high = rows.count
        while low < high {
            let middle = low + (high - low) / 2
            if rows[middle].id < id { low = middle + 1 } else { high = middle }
        }
        while high < rows.count, rows[high].id == id, rows[high].topic == topic { high += 1 }
        return low..<high
    }

    private mutating func note(_ kind: AuditFinding.Kind, _ index: Int, _ place: AuditFinding.Place?) {
        let row = rows[index]
        note(AuditFinding(kind: kind, row: row.number, topic: row.topic, id: row.id, place: place))
    }

    private mutating func note(_ finding: AuditFinding) {
        guard findings[finding.kind, default: []].count < limit else {
            cut.insert(finding.kind)
            return
        }
        findings[finding.kind, default: []].append(finding)
    }
}

import TradeContracts
import TradeStore

/// An audit as an operator reads it: the counts, then the differences.
struct AuditReport {
    let audit: Audit
    let mark: Int64
    let numbers: (first: Int64, last: Int64)
    let topics: TopicNames

    /// `describe`: what a row of the outbox is about, by its number.
    func text(describe: (Int64) throws -> String?) rethrows -> String {
        var text = ReportText()
        let counts = audit.counts
        text.add(0, "outbox: rows \(numbers.first) to \(numbers.last), published up to \(mark)")
        if numbers.first > 1 {
            text.add(0, "pruned: rows below \(numbers.first); what they published counts as foreign")
        }
        for (name, count, note) in [
            ("once", counts.once, ""), ("missing", counts.missing, ""), ("twice", counts.twice, ""),
            ("foreign", counts.foreign, ""), ("out of order", counts.outOfOrder, ""),
            ("withdrawn", counts.withdrawn, ", found all the same: \(counts.withdrawnFound)"),
            ("unpublished", counts.unpublished, ", found already: \(counts.unpublishedFound)"),
            ("before the range", counts.beforeRange, ""), ("behind the range", counts.behindRange, ""),
            ("other partitions", counts.otherPartitions, ""),
        ] { text.add(0, "\(name): \(count)\(note)") }
        for kind in AuditFinding.Kind.allCases {
            let findings = audit.findings[kind, default: []]
            for finding in findings { text.add(0, try line(finding, describe)) }
            if audit.cut.contains(kind) {
                text.add(0, "\(kind.rawValue): and more than these \(findings.count); --all lists all")
            }
        }
        return text.text
    }

    private func line(_ finding: AuditFinding, _ describe: (Int64) throws -> String?) rethrows -> String {
        var parts = ["\(finding.kind.rawValue):"]
        if let row = finding.row {
            parts.append("row \(row),")
            parts.append(try describe(row) ?? topics.name(of: finding.topic))
        } else {
            parts.append(finding.id.map { "a record with id \($0)" } ?? "a record without an id of ours")
        }
        if let place = finding.place {
            parts.append("at \(topics.name(of: place.topic)) partition \(place.partition) offset \(place.offset)")
        }
        return parts.joined(separator: " ")
    }
}

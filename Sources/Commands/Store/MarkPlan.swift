import TradeContracts
import TradeStore

/// What follows from another mark: which rows are published again, or never.
struct MarkPlan {
    let text: String

    /// Throws where the mark can't be. `limit`: how many rows are listed.
    init(_ inspector: StoreInspector, to mark: Int64, _ topics: TopicNames, limit: Int) throws {
        let (old, last) = (try inspector.relayMark(), try inspector.outboxNumbers().last)
        guard mark <= last, last >= 0 else {
            throw StoreError.unusable(
                path: inspector.path, reason: "a mark of \(mark) can't be: outbox numbers go from 1 to \(last)")
        }
        var text = ReportText()
        text.add(0, "the mark is \(old), the highest number is \(last)")
        if mark == old {
            text.add(0, "it stays, and the stop before counts as a clean one")
        } else if !(0...last).contains(old) {
            text.add(0, "the mark can't be as it is: store verify says what else is damaged")
        } else {
            try MarkPlan.add(inspector, old, mark, topics, limit, to: &text)
        }
        self.text = text.text
    }

    /// The rows between the marks, of which none is below 0.
    private static func add(
        _ inspector: StoreInspector, _ old: Int64, _ mark: Int64, _ topics: TopicNames, _ limit: Int,
        to text: inout ReportText
    ) throws {
        let (low, high) = (min(old, mark) + 1, max(old, mark))
        var counts: [OutputTopic: Int] = [:]
        var (there, setAside): (Int64, Int64) = (0, 0)
        var lines: [String] = []
        try inspector.outbox(from: low, through: high) { row in
            there += 1
            if row.withdrawn == nil { counts[row.topic, default: 0] += 1 } else { setAside += 1 }
            if lines.count < limit { lines.append("row \(row.number): \(row.summary(topics))") }
        }
        let numbers = OutputTopic.allCases.map { "\(counts[$0, default: 0]) of \(topics.name(of: $0))" }
        let what = mark < old ? "published again" : "never published"
        text.add(0, "rows \(low) to \(high) would be \(what): \(numbers.joined(separator: ", "))")
        if setAside > 0 { text.add(0, "not among them: \(setAside) that were set aside") }
        let gone = high - low + 1 - there
        if gone > 0 { text.add(0, "not among them: \(gone) that are pruned") }
        for line in lines { text.add(0, line) }
        if there > Int64(lines.count) { text.add(0, "and \(there - Int64(lines.count)) more; --all lists all") }
    }
}

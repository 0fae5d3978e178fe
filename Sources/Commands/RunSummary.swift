import Telemetry
import TradeContracts
import TradeCore
import TradePipeline

/// What a run has counted: for the last line of its log, and as a table.
enum RunSummary {
    static func metadata(_ counters: PipelineCounters) -> LogMetadata {
        var metadata = LogMetadata()
        for (name, count) in rows(counters) {
            metadata[name.split(separator: " ").joined(separator: "_")] = .integer(count)
        }
        return metadata
    }

    /// One line a count, `first` before the others, then how long it took.
    static func table(
        _ counters: PipelineCounters, first: [(name: String, count: Int64)] = [], seconds: Double
    ) -> String {
        let rows = first + rows(counters)
        let width = rows.map { $0.name.utf8.count }.max() ?? 0
        var text = ""
        for (name, count) in rows { text += line(name, String(count), width) }
        let tenths = Int64((seconds * 10).rounded())
        return text + line("seconds", "\(tenths / 10).\(tenths % 10)", width)
    }

    private static func rows(_ counters: PipelineCounters) -> [(name: String, count: Int64)] {
        var rows: [(name: String, count: Int64)] = [
            ("events", counters.events), ("recommendations", counters.recommendations), ("orders", counters.orders),
            ("skips", counters.skips.values.reduce(0, +)),
        ]
        for (reason, count) in counters.skips.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where count > 0 {
            rows.append(("  \(reason.rawValue)", count))
        }
        rows.append(("dead letters", counters.deadLetters.values.reduce(0, +)))
        for (reason, count) in counters.deadLetters.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where count > 0 {
            rows.append(("  \(reason.rawValue)", count))
        }
        return rows + [("runs", counters.runs), ("published", counters.published)]
    }

    private static func line(_ name: String, _ value: String, _ width: Int) -> String {
        let gap = String(repeating: " ", count: max(1, width - name.utf8.count + 12 - value.utf8.count))
        return name + gap + value + "\n"
    }
}

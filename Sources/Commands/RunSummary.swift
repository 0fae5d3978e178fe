import Telemetry
import TradeCore
import TradePipeline

/// What a run has counted, for the last line of its log.
enum RunSummary {
    static func metadata(_ counters: PipelineCounters) -> LogMetadata {
        var metadata: LogMetadata = [
            "events": .integer(counters.events), "recommendations": .integer(counters.recommendations),
            "orders": .integer(counters.orders), "skips": .integer(counters.skips.values.reduce(0, +)),
            "dead_letters": .integer(counters.deadLetters.values.reduce(0, +)),
            "published": .integer(counters.published),
        ]
        for (reason, count) in counters.skips.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where count > 0 {
            metadata["skips.\(reason.rawValue)"] = .integer(count)
        }
        return metadata
    }
}

import Settings
import Telemetry
import TradeContracts
import TradeKafka

/// What both commands on dead letters take and read.
enum DeadLetterRange {
    static let reason = Option(
        "reason", value: "R", isRepeatable: true, choices: DeadLetterReason.allCases.map(\.rawValue),
        "Only those with this dlq.reason; all by default.")
    static let settings = Setting.all(under: "kafka.", "log.")

    static func reasons(_ arguments: ParsedArguments) -> Set<String> { Set(arguments.values("reason")) }

    static func reader(
        _ kafka: KafkaConfiguration, _ range: RecordRange, _ interruption: Interruption
    ) throws -> RangeReader {
        try RangeReader(
            kafka, topics: [kafka.topics.deadLetters], range: range, isInterrupted: interruption.isRaised)
    }
}

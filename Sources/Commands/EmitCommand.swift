import Foundation
import Settings
import Telemetry
import TradeContracts
import TradeKafka
import TradeReplay

/// `emit`: publishes events.
enum EmitCommand: Command {
    static let definition = CommandDefinition(
        "emit", "Publishes events from a file, or plausible generated ones.",
        discussion: """
            One of --file and --generate is needed. The same seed generates the same events but for their times: sent a second \
            time they are duplicates.
            """,
        options: [
            .config,
            Option("file", value: "FILE", isFile: true, "Records, one JSON object a line, in the envelope of kcat -J."),
            Option("generate", value: "N", "How many events to generate."),
            Option("experts", value: "E", "Of how many experts; 10 by default."),
            Option("seed", value: "S", "What the generator begins with; 1 by default."),
            Option("rate", value: "R", "Events a second; as fast as possible by default."),
        ], settings: Setting.all(under: "kafka.", "log."))

    /// Records that are sent at once.
    private static let batch = 1_000

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitCode {
        guard arguments.has("file") != arguments.has("generate") else {
            throw UsageError("one of --file and --generate is needed, and not both", command: definition.name)
        }
        let configuration = try arguments.configuration(environment: context.environment)
        let servers = try configuration.reachableServers(for: definition.name)
        let rate = try arguments.integer("rate", in: 1...10_000_000)
        let publisher = try KafkaPublisher(configuration.kafkaConfiguration(servers: servers, logger: .none))
        var pace = Pace(rate: rate)
        var sent = 0
        let next = try source(arguments, configuration)
        while true {
            var messages: [KafkaPublisher.Message] = []
            let limit = min(EmitCommand.batch, rate.map { max(1, $0 / 10) } ?? EmitCommand.batch)
            while messages.count < limit, let message = try next() { messages.append(message) }
            guard !messages.isEmpty else { break }
            pace.wait(before: sent)
            try publisher.publish(messages)
            sent += messages.count
        }
        context.note("emitted \(sent) records to \(servers)")
        return .done
    }

    private static func source(
        _ arguments: ParsedArguments, _ configuration: Configuration
    ) throws -> () throws -> KafkaPublisher.Message? {
        if let file = arguments.value("file") {
            let records = try EnvelopeFile(path: file)
            return {
                try records.next().map { record in
                    KafkaPublisher.Message(
                        topic: record.topic,
                        record: OutgoingRecord(key: record.key, value: record.value, headers: record.headers))
                }
            }
        }
        let count = try arguments.integer("generate", in: 1...1_000_000_000) ?? 0
        let experts = try arguments.integer("experts", in: 1...1_000_000) ?? 10
        let seed = try arguments.integer("seed", in: 0...Int.max) ?? 1
        var generator = EventGenerator(seed: UInt64(seed), experts: experts, time: WallTime.now)
        let topic = configuration.kafka.topics.analysisCompleted
        var left = count
        return {
            guard left > 0 else { return nil }
            left -= 1
            let event = generator.next()
            return KafkaPublisher.Message(topic: topic, record: OutgoingRecord(key: event.key, value: event.value))
        }
    }
}

/// Spreads what is sent over time.
private struct Pace {
    let rate: Int?
    private let start = MonotonicTime.now

    init(rate: Int?) { self.rate = rate }

    mutating func wait(before sent: Int) {
        guard let rate else { return }
        let due = start &+ UInt64(Double(sent) / Double(rate) * 1e9)
        let now = MonotonicTime.now
        if due > now { Thread.sleep(forTimeInterval: Double(due - now) / 1e9) }
    }
}

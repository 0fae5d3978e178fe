import Settings
import Telemetry
import TradeContracts
import TradeKafka

/// `dead-letters list`: what could not be read.
enum DeadLettersListCommand: Command {
    static let definition = CommandDefinition(
        "dead-letters list", "Lists dead letters: why, where the record stood, how often it was sent in again.",
        discussion: """
            A line each: where the dead letter stands (partition/offset) and since when, its reason, the topic, partition/offset and \
            key of the record, the size of its value, how often it was sent in again, and what is wrong with it. --json prints an \
            object a line instead. No group is joined and nothing is committed.
            """,
        options: [.config] + RangeOptions.options + [
            DeadLetterRange.reason, Option("json", "One JSON object a line."),
        ], settings: DeadLetterRange.settings)

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitCode {
        let range = try RangeOptions.range(arguments)
        let configuration = try arguments.configuration(environment: context.environment)
        let servers = try configuration.reachableServers(for: definition.name)
        let reasons = DeadLetterRange.reasons(arguments)
        let interruption = try Interruption()
        let reader = try DeadLetterRange.reader(
            configuration.kafkaConfiguration(servers: servers, logger: .none), range, interruption)
        var count = 0
        while let record = try reader.next() {
            let line = DeadLetterLine(record)
            guard reasons.isEmpty || line.headers.map({ reasons.contains($0.reason) }) ?? false else { continue }
            var text = ReportText()
            if arguments.has("json") {
                context.output(try line.json() + "\n")
            } else {
                text.add(0, line.text)
                context.output(text.text)
            }
            count += 1
        }
        context.note("\(count) dead letters")
        return interruption.name == nil ? .done : .failed
    }
}

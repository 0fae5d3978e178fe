import Settings
import Telemetry
import TradeKafka

/// `broker`: the embedded broker as a process of its own.
enum BrokerCommand: Command {
    static let definition = CommandDefinition(
        "broker", "Runs the embedded broker as a process of its own, until SIGTERM.",
        discussion: "Prints its bootstrap servers as the first line of standard output. What it holds ends with it.",
        options: [
            .config,
            Option(
                "topics", value: "NAME:PARTITIONS,…",
                "The topics to make; by default those of the configuration, with 4 partitions each."),
        ], settings: Setting.all(under: "kafka.topics.", "log."))

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitCode {
        let configuration = try arguments.configuration(environment: context.environment)
        let topics =
            try arguments.value("topics").map(parse)
            ?? EmbeddedBroker.topics(of: configuration.topicNames, partitions: EmbeddedBroker.defaultPartitions)
        let stopped = Monitor(false)
        let stop = stopped.makeCondition()
        try Signals.listen { _ in
            stopped.withLock { $0 = true }
            stop.broadcast()
        }
        let broker = try EmbeddedBroker(topics: topics)
        context.output(broker.bootstrapServers + "\n")
        stopped.withLock { stopped in
            while !stopped { stop.wait(&stopped) }
        }
        withExtendedLifetime(broker) {}
        return .done
    }

    private static func parse(_ text: String) throws(UsageError) -> [String: Int32] {
        var topics: [String: Int32] = [:]
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let fields = part.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count == 2, !fields[0].isEmpty, let partitions = Int32(fields[1]),
                (1...1000).contains(partitions)
            else {
                throw UsageError(
                    "--topics \(part): expected NAME:PARTITIONS with 1 to 1000 partitions", command: definition.name)
            }
            guard topics.updateValue(partitions, forKey: String(fields[0])) == nil else {
                throw UsageError("--topics \(part): the topic is given twice", command: definition.name)
            }
        }
        return topics
    }
}

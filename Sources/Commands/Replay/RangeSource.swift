import Settings
import Telemetry
import TradeContracts
import TradeKafka

/// Opens the topics that a command line names.
enum RangeSource {
    static func reader(
        _ arguments: ParsedArguments, _ configuration: Configuration, _ interruption: Interruption
    ) throws -> RangeReader {
        let servers = try configuration.reachableServers(for: arguments.command)
        var topics: [String] = []
        for topic in arguments.values("topic") where !topics.contains(topic) { topics.append(topic) }
        return try RangeReader(
            configuration.kafkaConfiguration(servers: servers, logger: .none), topics: topics,
            range: try RangeOptions.range(arguments), isInterrupted: interruption.isRaised)
    }
}

import Settings
import Telemetry
import TradeContracts
import TradeKafka

/// Opens the topics that a command line names.
enum RangeSource {
    static func reader(
        _ arguments: ParsedArguments, _ configuration: Configuration, _ interruption: Interruption
    ) throws -> RangeReader {
        guard let servers = configuration.servers else {
            throw UsageError(
                "kafka.bootstrap_servers is `embedded`, which only the service's own process reaches; name the address that it "
                    + "logs, or that `trade-manager broker` prints", command: arguments.command)
        }
        var topics: [String] = []
        for topic in arguments.values("topic") where !topics.contains(topic) { topics.append(topic) }
        return try RangeReader(
            configuration.kafkaConfiguration(servers: servers, logger: .none), topics: topics,
            range: try RangeOptions.range(arguments), isInterrupted: interruption.isRaised)
    }
}

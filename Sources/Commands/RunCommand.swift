import Settings
import Telemetry

/// `run`: the service.
enum RunCommand: Command {
    static let definition = CommandDefinition(
        "run", "Runs the service until SIGTERM or SIGINT.",
        discussion: """
            Reads the input topics, decides, keeps everything in the store and publishes what came out. The first SIGTERM or \
            SIGINT ends it within shutdown.deadline, the second at once; what is not published by then is in the outbox.
            """,
        options: [.config], settings: SettingTable.all)

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitCode {
        let configuration = try arguments.configuration(environment: context.environment)
        let logger = configuration.logger(
            StreamLogHandler(format: LogFormat(rawValue: configuration.log.format.rawValue) ?? .text))
        let service = Service(configuration: configuration, logger: logger)
        let signals = Signals { name in
            logger.info("Stopping", metadata: ["signal": .text(name)])
            service.stop()
        }
        defer { withExtendedLifetime(signals) {} }
        let end = try service.run()
        if let counters = service.counters { logger.info("Stopped", metadata: RunSummary.metadata(counters)) }
        switch end {
        case .stopped: return .done
        case .failed(let reason):
            context.note("trade-manager: \(reason)")
            return .failed
        }
    }
}

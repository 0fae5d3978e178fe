import Settings
import Telemetry
import TradePipeline

/// `run`: the service.
enum RunCommand: Command {
    static let definition = CommandDefinition(
        "run", "Runs the service until SIGTERM or SIGINT.",
        discussion: """
            Reads the input topics, decides, keeps everything in the store and publishes what came out. The first SIGTERM or \
            SIGINT ends it within shutdown.deadline, the second at once; what is not published by then is in the outbox.

            With --until-idle it ends by itself, and --summary prints what it did as a table: for trying things out and for \
            scripts that work off what is there.
            """,
        options: [
            .config,
            Option(
                "until-idle", value: "SECONDS",
                "Ends once all is decided and published and nothing has arrived for so many seconds."),
            Option("summary", "Prints a table of what was done to standard output at the end."),
        ], settings: SettingTable.all)

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitCode {
        // First of all, so that a SIGTERM during the start ends with 0, too.
        let stop = StopOrder()
        try Signals.listen { stop.give(signal: $0) }
        let idle = try arguments.integer("until-idle", in: 1...86_400)
        let configuration = try arguments.configuration(environment: context.environment)
        let logger = configuration.logger(
            StreamLogHandler(format: LogFormat(rawValue: configuration.log.format.rawValue) ?? .text))
        let service = Service(configuration: configuration, logger: logger)
        stop.obey { name in
            logger.info("Stopping", metadata: ["signal": .text(name)])
            service.stop()
        }
        var idleWatch: IdleWatch?
        let start = MonotonicTime.now
        let end = try service.run { _ in
            if let idle { idleWatch = IdleWatch(service, seconds: idle) }
        }
        idleWatch?.end()
        if let counters = service.counters {
            logger.info("Stopped", metadata: RunSummary.metadata(counters))
            if arguments.has("summary") {
                let nanoseconds = Int64(clamping: MonotonicTime.now - start) - Int64(idle ?? 0) * 1_000_000_000
                context.output(RunSummary.table(counters, seconds: Double(max(0, nanoseconds)) / 1e9))
            }
        }
        switch end {
        case .stopped: return .done
        case .failed(let reason):
            context.note("trade-manager: \(reason)")
            return .failed
        case .refused(let reason):
            context.note("trade-manager: \(reason)")
            return .configuration
        }
    }
}

/// A signal to stop, which may come before there is anything to be stopped.
private final class StopOrder: Sendable {
    private struct State {
        var signal: String?
        var carryOut: (@Sendable (String) -> Void)?
    }

    private let state = Lock(State())

    /// The signal has come.
    func give(signal: String) {
        let carryOut = state.withLock { state in
            state.signal = signal
            return state.carryOut
        }
        carryOut?(signal)
    }

    /// Says what is done then; at once where it has come already.
    func obey(_ carryOut: @escaping @Sendable (String) -> Void) {
        let signal = state.withLock { state in
            state.carryOut = carryOut
            return state.signal
        }
        if let signal { carryOut(signal) }
    }
}

/// Stops a service that has been idle for long enough.
private final class IdleWatch {
    private let ended: Monitor<Bool>
    private let ending: Monitor<Bool>.Condition
    private let thread: OwnedThread

    init(_ service: Service, seconds: Int) {
        let ended = Monitor(false)
        let ending = ended.makeCondition()
        self.ended = ended
        self.ending = ending
        thread = OwnedThread(name: "idle watch") {
            let limit = Int64(seconds) * 1_000_000_000
            while (service.idleTime ?? 0) < limit {
                let next = MonotonicTime.after(seconds: 0.05)
                let isOver = ended.withLock { ended in
                    while !ended, ending.wait(&ended, until: next) {}
                    return ended
                }
                if isOver { return }
            }
            service.stop()
        }
    }

    func end() {
        ended.withLock { $0 = true }
        ending.broadcast()
        _ = thread.join(until: nil)
    }
}

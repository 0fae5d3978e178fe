import Foundation
import Settings
import Telemetry
import TradeCore
import TradePipeline
import TradeStore

/// `halt`: the kill switch (R93).
enum HaltCommand: Command {
    static let definition = CommandDefinition(
        "halt", "Stops trading: durable, and in force once it answers.",
        discussion: """
            Everything by default, or one account, or one expert. Every pass that settles from then on decides its \
            recommendations with skip `halted`; with --entries-only positions that are open are still protected, decreased and \
            closed. It goes through the service that holds the store, or to the store itself while none does, and stays in \
            force until `resume`, over restarts.
            """, options: HaltOrder.options, settings: HaltOrder.settings)

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitCode {
        try HaltOrder(.halt, arguments, context).carryOut(context)
    }
}

/// `resume`: lifts halts.
enum ResumeCommand: Command {
    static let definition = CommandDefinition(
        "resume", "Lifts the halts of everything, an account or an expert.",
        discussion: """
            Lifts what `halt` with the same scope has set: of both kinds, or with --entries-only that of entries only. A halt of \
            another scope stays in force: resuming everything does not resume an account that was halted by itself.
            """, options: HaltOrder.options, settings: HaltOrder.settings)

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitCode {
        try HaltOrder(.resume, arguments, context).carryOut(context)
    }
}

/// A halt or resume on its way to whoever holds the store.
private struct HaltOrder {
    static let options: [Option] = [
        .config, Option("account", value: "ID", "One account; everything by default."),
        Option("expert", value: "ID", "One expert."),
        Option("entries-only", "Only entries and increases."),
        Option("reason", value: "TEXT", "Why; it stands in every skip and in the log. Required."),
    ]
    static let settings = Setting.all(under: "store.", "log.")
    /// Seconds for a service that starts or ends to become reachable, or to let go of the store.
    private static let patience: Double = 30

    let request: ControlRequest
    let configuration: Configuration

    init(_ order: ControlRequest.Order, _ arguments: ParsedArguments, _ context: CommandContext) throws {
        let account = try arguments.identifier("account")
        let expert = try arguments.identifier("expert")
        guard account == nil || expert == nil else {
            throw UsageError("--account and --expert exclude each other", command: order.rawValue)
        }
        let reason = arguments.value("reason")?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        guard (1...512).contains(reason.utf8.count) else {
            throw UsageError("--reason TEXT is required, of 1 to 512 bytes", command: order.rawValue)
        }
        configuration = try arguments.configuration(environment: context.environment)
        request = ControlRequest(
            order: order, account: account, expert: expert, entriesOnly: arguments.has("entries-only"), reason: reason)
    }

    func carryOut(_ context: CommandContext) throws -> ExitCode {
        let deadline = MonotonicTime.after(seconds: Self.patience)
        let store = configuration.store.path.path
        while true {
            let path = try ControlServer.path(ofStore: SQLiteStore.resolved(store))
            if let answer = try ControlClient.send(request, to: path, patience: Self.patience) {
                switch answer.outcome {
                case .inForce: return say(context)
                case .notDurable: return sayNotDurable(context, answer.message)
                case .refused: throw ControlFailure(answer.message ?? "the service refused the request")
                case .stopping: break
                }
            } else if let code = try writeToStore(context) {
                return code
            }
            guard MonotonicTime.now < deadline else {
                throw ControlFailure("the store \(store) is held, but nobody answers beside it: nothing has changed")
            }
            _ = poll(nil, 0, 100)
        }
    }

    /// Nil where somebody holds the store.
    private func writeToStore(_ context: CommandContext) throws -> ExitCode? {
        let path = try configuration.existingStore()
        do {
            let opened = try SQLiteStore.open(path: path)
            defer { opened.close() }
            let result = opened.commit(request.change(at: SystemTime.moment.wall))
            if case .committed = result { return say(context) }
            return sayNotDurable(context, "\(result)")
        } catch StoreError.held {
            return nil
        }
    }

    private func say(_ context: CommandContext) -> ExitCode {
        context.output("\(request.order.rawValue) in force: \(request.scope)\n")
        return .done
    }

    private func sayNotDurable(_ context: CommandContext, _ message: String?) -> ExitCode {
        context.note("trade-manager: not durable yet, ask again: \(message ?? "the store does not answer")")
        return .failed
    }
}

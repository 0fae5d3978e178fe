import Settings
import TradeStore

/// `store verify`: the integrity of the store's file, and what always holds in it.
enum StoreVerifyCommand: Command {
    static let definition = CommandDefinition(
        "store verify", "Checks the store's file and what always holds in it, one line each.",
        discussion: """
            SQLite's own integrity check, then the invariants: one active position for an expert and symbol, one outcome for a \
            recommendation, no event twice, no run above the last of its key, every row above the relay's mark there, counters not \
            below what they counted, positions with their orders. A check that finds something lists the first 20.

            It reads one state of the store, beside a service that runs or of a copy, and changes nothing. The exit code is 1 where \
            something is damaged.
            """,
        options: [.config], settings: Setting.all(under: "store.", "kafka.topics.", "log."))

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitCode {
        let configuration = try arguments.configuration(environment: context.environment)
        let verifier = try StoreVerifier(
            path: configuration.existingStore(), options: SQLiteStoreOptions(topics: configuration.topicNames))
        var damaged = 0
        verifier.verify { finding in
            var text = ReportText()
            text.add(0, "\(finding.check): \(finding.problems.isEmpty ? "ok" : "DAMAGED")")
            for problem in finding.problems { text.add(1, problem) }
            context.output(text.text)
            if !finding.problems.isEmpty { damaged += 1 }
        }
        guard damaged > 0 else { return .done }
        context.note(
            "trade-manager: \(damaged) checks failed: keep the file as it is, and go on with a snapshot that holds")
        return .failed
    }
}

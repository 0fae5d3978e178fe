import Settings
import Telemetry
import TradeContracts
import TradeCore
import TradePipeline
import TradeStore

/// `store prune`: history past its retention (R97).
enum StorePruneCommand: Command {
    static let definition = CommandDefinition(
        "store prune", "Deletes history that is past its retention; a plan by default.",
        discussion: """
            What occurred, closed or was published before the limit goes: identities of events, decided recommendations, closed and \
            failed positions with their orders, published outbox rows. The limit is --before, or so many days ago as \
            --retention-days or store.retention_days says; it lies a day back at least.

            Never goes what is still asked for: undecided recommendations and the one before each, of an expert and symbol the latest \
            recommendation (over all, and before the limit) and the latest close, profitable close and losing close, positions that \
            are open or closing, entries of an expert's last hour, rows that are not published, run numbers.

            What is pruned is forgotten: an event or a recommendation that comes again after that, sent a second time or read again \
            from the topic, is decided anew, and trades if the rules say so. So keep more days than anything may come again after. \
            explain knows nothing of it any more, and audit calls what it published foreign.

            Without --execute it says what would go, beside a service that runs. With it nobody may hold the store: every commit of a \
            running service is its own. It deletes in small transactions and may be stopped between two. The file keeps its size, \
            and free pages are used again; store snapshot makes a compact copy.
            """,
        options: [
            .config, Option("before", value: "TIME", "The limit (RFC 3339)."),
            Option("retention-days", value: "N", "The limit, in days before now."), Option("execute", "Deletes."),
        ], settings: Setting.all(under: "store.", "kafka.topics.", "log."))

    /// Seconds.
    private static let day: Int64 = 86_400

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitCode {
        let configuration = try arguments.configuration(environment: context.environment)
        let limit = try limit(arguments, configuration.store.retentionDays, now: SystemTime.moment.wall)
        let path = try configuration.existingStore()
        let options = SQLiteStoreOptions(topics: configuration.topicNames)
        guard arguments.has("execute") else {
            let plan = try StoreInspector(path: path, options: options).prunable(before: limit)
            context.output(text(plan, "would go") + "--execute deletes\n")
            return .done
        }
        let interruption = try Interruption()
        let store = try StoreOwnership.take(path, options)
        defer { store.close() }
        guard let plan = try store.prune(before: limit, isInterrupted: interruption.isRaised) else {
            context.note("trade-manager: stopped by \(interruption.name ?? "a signal"): a part is deleted")
            return .failed
        }
        context.output(text(plan, "deleted"))
        return .done
    }

    static func limit(_ arguments: ParsedArguments, _ retention: Int, now: Timestamp) throws(UsageError) -> Timestamp {
        let days = try arguments.integer("retention-days", in: 1...36_500)
        guard let text = arguments.value("before") else {
            return now.advanced(bySeconds: -Int64(days ?? retention) * day)
        }
        guard days == nil else {
            throw UsageError("one of --before and --retention-days is enough", command: definition.name)
        }
        guard let time = RFC3339.parse(text) else {
            throw UsageError("--before \(text): expected a time as in 2026-11-23T09:30:00Z", command: definition.name)
        }
        guard time <= now.advanced(bySeconds: -day) else {
            throw UsageError(
                "--before \(text): expected a time that lies a day back at least: what is forgotten is decided anew when it comes "
                    + "again", command: definition.name)
        }
        return time
    }

    private static func text(_ plan: PrunePlan, _ what: String) -> String {
        var text = "before \(plan.before.text) \(what):\n"
        for (name, count) in [
            ("recommendations", plan.recommendations.count), ("events", plan.events.count),
            ("positions", plan.positions.count), ("outbox rows", plan.rows.count),
        ] { text += "\(name): \(count)\n" }
        return text
    }
}

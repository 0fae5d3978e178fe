import Foundation
import Settings
import TradeCore
import TradePipeline
import TradeStore

/// `explain`: what became of something and why, from the store.
enum ExplainCommand: Command {
    static let definition = CommandDefinition(
        "explain", "Says what became of an event or a recommendation and why, or what stops an entry now.",
        discussion: """
            Reads the store, beside a service that runs or without one, and changes nothing. An event or a recommendation: where it \
            came from, and its orders with their position, or the skip's reason with the rules that decided, and whether that \
            is published. An expert and a symbol: everything that stops an entry now (halts, gates, positions, limits, money) \
            as of the store's reference data, and the latest recommendation.

            What was published is found by looking through the whole outbox, without parsing it: some seconds for millions of rows.
            """,
        options: [
            .config, Option("event", value: "ID", "An event, by its event_id."),
            Option("recommendation", value: "ID", "A recommendation; of every expert and use case without --expert."),
            Option("expert", value: "ID", "The expert: with --symbol, or to narrow --recommendation."),
            Option("symbol", value: "SYMBOL", "What stops an entry of --expert in it now."),
        ], settings: Setting.all(under: "store.", "kafka.topics.", "clock"))

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitCode {
        let question = try Question(arguments)
        let configuration = try arguments.configuration(environment: context.environment)
        let inspector = try StoreInspector(
            path: configuration.existingStore(), options: SQLiteStoreOptions(topics: configuration.topicNames))
        var text = ReportText()
        switch question {
        case .event(let id): try EventReport(inspector, configuration.topicNames).add(id, to: &text)
        case .recommendation(let id, let expert):
            try DecisionReport(inspector, configuration.topicNames).add(id, of: expert, to: &text)
        case .entry(let expert, let symbol):
            let wall = SystemTime.moment.wall
            let now = configuration.clock == .event ? try inspector.newestEventTime() ?? wall : wall
            let report = EntryReport(
                inspector, configuration.topicNames, expert: expert, symbol: symbol, now: now)
            try report.add(to: &text)
        }
        context.output(text.text)
        return .done
    }

    /// What is asked.
    private enum Question {
        case event(String)
        case recommendation(RecommendationID, of: ExpertID?)
        case entry(ExpertID, Symbol)

        init(_ arguments: ParsedArguments) throws(UsageError) {
            let event = arguments.value("event")
            let recommendation = try arguments.identifier("recommendation").map { RecommendationID($0) }
            let expert = try arguments.identifier("expert").map { ExpertID($0) }
            let symbol = arguments.value("symbol")
            switch (event, recommendation, expert, symbol) {
            case (let event?, nil, nil, nil): self = .event(event)
            case (nil, let id?, let expert, nil): self = .recommendation(id, of: expert)
            case (nil, nil, let expert?, let symbol?): self = .entry(expert, Symbol(symbol))
            default:
                throw UsageError(
                    "one of --event ID, --recommendation ID (with or without --expert ID), or --expert ID with --symbol S "
                        + "is required", command: ExplainCommand.definition.name)
            }
        }
    }
}

/// What is asked about is not in the store.
struct NotFound: Error, CustomStringConvertible {
    let description: String
}

import TradeContracts
import TradeCore
import TradeStore

/// What became of the events of an id.
struct EventReport {
    private let inspector: StoreInspector
    private let topics: TopicNames

    init(_ inspector: StoreInspector, _ topics: TopicNames) {
        self.inspector = inspector
        self.topics = topics
    }

    func add(_ id: String, to text: inout ReportText) throws {
        let events = try inspector.events(id: id)
        guard !events.isEmpty else { throw NotFound(description: try missing(id)) }
        let outputs = try inspector.published(containing: OutputSearch.bytes(ofEvent: id))
            .filter { $0["event_id"] == id }
        for event in events { try add(event, outputs, to: &text) }
        // They name no CloudEvents source: which of several events they repeat is not told apart.
        for output in outputs where output["reason"] == SkipReason.duplicateEvent.rawValue {
            let what =
                output["recommendation_id"].map { "recommendation \($0) of it was known before" } ?? "it came again"
            text.add(1, "\(what), from \(output.source): \(output.reason)")
        }
    }

    private func add(_ event: EventReference, _ outputs: [PublishedOutput], to text: inout ReportText) throws {
        let source = event.identity.source.isEmpty ? "" : " of source \(event.identity.source)"
        text.add(
            0,
            "event \(event.identity.id)\(source): expert \(event.expert), \(event.useCase.rawValue), occurred "
                + "\(event.occurredAt.text)")
        text.add(1, "taken in from \(topics.place(of: event.address))")
        let place = "partition \(event.address.partition) offset \(event.address.offset)"
        for output in outputs
        where output["recommendation_id"] == nil && output["reason"] != SkipReason.duplicateEvent.rawValue
            && output.source.hasSuffix(place)
        {
            let run = output["held_by_run"].map { ", held by run \($0)" } ?? ""
            let covered = output["covered"].map { $0 == "true" ? ", covered" : ", not covered" } ?? ""
            text.add(1, "skipped as a whole\(run)\(covered): \(output.reason)")
        }
        let recommendations = try inspector.recommendations(of: event)
        if recommendations.isEmpty { text.add(1, "it brought no recommendation that was not known before") }
        let report = DecisionReport(inspector, topics)
        for recommendation in recommendations { try report.add(recommendation, outputs, depth: 1, to: &text) }
    }

    private func missing(_ id: String) throws -> String {
        let letters = try inspector.deadLetters(containing: Array("\"\(id)\"".utf8))
        return "the store has no event \(id)" + (letters == 0 ? "" : "; \(letters) dead letters contain that id")
    }
}

import TradeContracts
import TradeCore
import TradePipeline
import TradeStore

/// An order or a skip of the outbox: the source of what explains a decision.
struct PublishedOutput {
    let number: Int64
    let isPublished: Bool
    let explanation: Explanation?
    private let fields: [String: String]

    /// `mark`: the highest outbox number that is published.
    init(_ stored: StoredOutput, mark: Int64, reader: OutputFieldReader) {
        number = stored.number
        isPublished = stored.number <= mark
        explanation = reader.explanation(of: stored.value)
        var fields: [String: String] = [:]
        for field in reader.fields(of: stored.value) { fields[field.name] = field.text }
        self.fields = fields
    }

    /// A field as text; nil: null or absent.
    subscript(_ field: String) -> String? { fields[field] }

    /// Whether it decides a recommendation: not the receipt that it came again.
    func decides(_ recommendation: PendingRecommendation) -> Bool {
        self["recommendation_id"] == recommendation.recommendation.id.description
            && self["expert_instance_id"] == recommendation.event.expert.description
            && self["use_case"] == recommendation.event.useCase.rawValue
            && self["reason"] != SkipReason.duplicateEvent.rawValue
    }

    /// Where the record stood that it goes back to.
    var source: String { self["source"] ?? "" }

    /// Of a skip: why, in its words, and whether that is published.
    var reason: String { "\(self["reason"] ?? ""): \(self["message"] ?? "") (\(place))" }

    /// Whether it is published.
    var place: String { "outbox row \(number), \(isPublished ? "published" : "not published yet")" }
}

extension StoreInspector {
    /// What the outbox holds that contains these bytes.
    func published(containing bytes: [UInt8]) throws -> [PublishedOutput] {
        let mark = try relayMark()
        let reader = OutputFieldReader()
        return try outputs(containing: bytes).map { PublishedOutput($0, mark: mark, reader: reader) }
    }
}

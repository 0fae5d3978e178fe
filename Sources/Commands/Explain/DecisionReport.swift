import TradeContracts
import TradeCore
import TradePipeline
import TradeStore

/// What became of recommendations.
struct DecisionReport {
    private let inspector: StoreInspector
    private let topics: TopicNames

    init(_ inspector: StoreInspector, _ topics: TopicNames) {
        self.inspector = inspector
        self.topics = topics
    }

    /// Those of an id: it counts once for each expert and use case (R13).
    func add(_ id: RecommendationID, of expert: ExpertID?, to text: inout ReportText) throws {
        let found = try inspector.recommendations(id: id, expert: expert)
        guard !found.isEmpty else {
            throw NotFound(
                description: "the store has no recommendation \(id)" + (expert.map { " of expert \($0)" } ?? ""))
        }
        let outputs = try inspector.published(containing: OutputSearch.bytes(of: id))
        for stored in found { try add(stored, outputs, depth: 0, to: &text) }
    }

    /// One of them; `outputs`: the published rows that its own are among.
    func add(
        _ stored: StoredRecommendation, _ outputs: [PublishedOutput], depth: Int, to text: inout ReportText
    ) throws {
        let pending = stored.recommendation
        let (event, advice) = (pending.event, pending.recommendation)
        let confidence = advice.confidence.map { ", confidence \($0.text) %" } ?? ""
        text.add(
            depth,
            "recommendation \(advice.id) of expert \(event.expert), \(event.useCase.rawValue): \(advice.action.rawValue) "
                + "\(advice.symbol) at \(advice.priceAtDate.text)\(confidence), created \(advice.createdAt.text)")
        if depth == 0 { text.add(1, "came with event \(event.identity.id) from \(topics.place(of: event.address))") }
        let own = outputs.filter { $0.decides(pending) }
        guard let outcome = stored.outcome else {
            text.add(depth + 1, "pending: not decided yet, since its event occurred at \(event.occurredAt.text)")
            return
        }
        let skips = own.filter { $0["order_id"] == nil }
        switch outcome.kind {
        case .ordered:
            text.add(depth + 1, "ordered in run \(outcome.run)")
            for skip in skips { text.add(depth + 1, "withdrawn: \(skip.reason)") }
        case .skipped(let reason):
            for skip in skips { text.add(depth + 1, "skipped in run \(outcome.run): \(skip.reason)") }
            if skips.isEmpty { text.add(depth + 1, "skipped in run \(outcome.run): \(reason.rawValue)") }
        }
        if own.isEmpty { text.add(depth + 1, "what was published of it is not in the outbox any more") }
        for existing in skips.compactMap({ $0["existing_transaction"] }) {
            text.add(depth + 1, "existing transaction: \(existing)")
        }
        try addOrders(own.filter { $0["order_id"] != nil }, depth + 1, to: &text)
        if let explanation = own.compactMap(\.explanation).first { add(explanation, depth + 1, to: &text) }
    }

    private func addOrders(_ orders: [PublishedOutput], _ depth: Int, to text: inout ReportText) throws {
        var positions: [UniqueID: Position] = [:]
        for order in orders {
            let id = order["order_id"].flatMap { UniqueID($0) }
            let position = try id.flatMap { try inspector.position(order: $0) }
            if let position { positions[position.id] = position }
            let status = position?.orders.first { $0.id == id }?.status.rawValue ?? "not in the store any more"
            let words = [
                order["role"], order["side"], order["quantity"], order["symbol"], order["order_type"],
                order["limit_price"], order["stop_price"],
            ]
            text.add(
                depth,
                "order \(order["order_id"] ?? ""): \(words.compactMap(\.self).joined(separator: " ")), \(status) "
                    + "(\(order.place))")
        }
        for position in positions.values.sorted(by: { $0.number < $1.number }) {
            text.add(depth, position.summary)
        }
    }

    /// Which rules decided, with what they saw (R96).
    private func add(_ explanation: Explanation, _ depth: Int, to text: inout ReportText) {
        text.add(depth, "rules of \(explanation.ruleset):")
        for rule in explanation.rules {
            let outcome = rule.outcome.rawValue.replacing("_", with: " ")
            text.add(depth + 1, "\(outcome): \(rule.rule)\(rule.decisive.map { ": \($0)" } ?? "")")
        }
    }
}

extension RuleTrace {
    /// The condition that decided the rule, with its operands; nil where it matched.
    fileprivate var decisive: String? {
        guard let condition else { return nil }
        let words = [condition, comparison, value?.text].compactMap(\.self).joined(separator: " ")
        if let actual { return "\(words) does not hold, it is \(actual.text)" }
        return outcome == .error ? "\(words) can't be evaluated" : "\(words) does not hold"
    }
}

extension Position {
    /// What it is now.
    var summary: String {
        let since = since.map { " since \($0.text)" } ?? ""
        return
            "position \(id): \(status.rawValue)\(since), \(side.rawValue) \(quantity.text) \(symbol) at \(price.text)"
    }

    /// Since when it has its status; nil where the store does not know.
    private var since: Timestamp? {
        switch status {
        case .waiting: createdAt
        case .opened: openedAt
        case .closing: orders.last { $0.role == .close }?.createdAt
        case .closed: closedAt
        case .failed: nil
        }
    }
}

extension TopicNames {
    /// Where a record stands, for people.
    func place(of address: RecordAddress) -> String {
        "\(name(of: address.topic)), partition \(address.partition), offset \(address.offset)"
    }
}

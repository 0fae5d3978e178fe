package import TradeContracts
package import TradeCore
package import TradePipeline

/// All that can be asked of a store, as lines of text: two stores that print the same hold the same.
package enum StoreDump {
    package static func lines(
        _ bench: StoreBench, experts: [Int64], orders: [UniqueID] = [], identities: [EventIdentity] = [],
        keys: [RecommendationKey] = []
    ) throws -> [String] {
        var hashes: [UInt64] = []
        let snapshot = try bench.store.snapshot { hashes.append($0) }
        var lines = [
            "commit \(snapshot.lastCommit) event \(snapshot.lastEvent) recommendation \(snapshot.lastRecommendation) "
                + "position \(snapshot.lastPosition) row \(snapshot.lastOutboxRow) mark \(snapshot.relayMark)",
            "hashes \(hashes.sorted())",
        ]
        lines += snapshot.inputPositions.map { "input \($0)" }
        lines += snapshot.reference.map {
            "reference \($0.origin) \($0.change.key) \($0.change.json) \(String(describing: $0.change.value))"
        }
        lines += HaltTable(snapshot.halts).all.map { "\($0)" }
        lines += snapshot.pendingKeys.map { "pending key \($0)" }
        var open: [Position] = []
        try bench.store.openPositions { open.append($0) }
        lines += open.sorted { $0.number < $1.number }.map { "open \(describe($0))" }
        for expert in experts { lines += try self.lines(of: expert, bench) }
        for order in orders {
            guard case .position(let position) = try bench.queries.answer(.position(order: order)) else { continue }
            lines.append("order \(order) of \(position.map(describe) ?? "none")")
        }
        guard case .outbox(let rows) = try bench.queries.answer(.outbox(after: 0, limit: .max)) else { return lines }
        lines += rows.map(describe)
        let known = try bench.queries.answer(.known(identities: identities, recommendations: keys))
        guard case .known(let knownIdentities, let knownKeys) = known else { return lines }
        lines += identities.map { "\($0) \(knownIdentities.contains($0))" }
        lines += keys.map { "\($0.key) \($0.id) \(knownKeys.contains($0))" }
        return lines
    }

    private static func lines(of expert: Int64, _ bench: StoreBench) throws -> [String] {
        let snapshot = try bench.expert(expert)
        var lines = snapshot.positions.map { "expert \(expert) has \(describe($0))" }
        if !snapshot.entries.isEmpty {
            lines.append("expert \(expert) entries \(snapshot.entries.map(\.microseconds))")
        }
        for key in snapshot.keys {
            lines.append("expert \(expert) \(key.useCase) run \(key.run)")
            lines += key.pending.map(describe)
        }
        return lines
    }

    // Hash values stand for what would be long; they are the same within the process.

    package static func describe(_ event: EventReference) -> String {
        "event \(event.number) \(event.identity.hashValue) \(event.address.hashValue) \(event.expert) "
            + "\(event.useCase.rawValue) \(event.occurredAt.microseconds) \(event.lookbackDays) \(event.trace.hashValue)"
    }

    package static func describe(_ pending: PendingRecommendation) -> String {
        "pending \(pending.number) \(describe(pending.event)) \(pending.recommendation.id) "
            + "\(pending.recommendation.symbol) \(pending.recommendation.hashValue)"
    }

    package static func describe(_ position: Position) -> String {
        "\(position.number) \(position.id) \(position.expert) \(position.status) \(position.orders.count) "
            + "\(position.hashValue)"
    }

    package static func describe(_ row: PublishableRow) -> String { "row \(row.number) \(row.record.hashValue)" }
}

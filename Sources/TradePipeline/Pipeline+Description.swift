import TradeContracts
import TradeCore

extension Pipeline {
    /// The state in words that do not depend on how it was reached: two machines that say the same go on alike. Numbers that only
    /// count on are left out. For tests that explore states, and for looking at one.
    package func describe(now: Moment) -> String {
        var lines: [String] = []
        lines.append("store \(describe(queue.phase)) failures \(min(queue.failures, 1)) sent \(queue.sent)")
        lines += queue.entries.elements.map { "  \(describe($0))" }
        if let recovery { lines += ["recovery \(recovery.outstanding)"] + recovery.rest.map { "  \(describe($0))" } }
        for state in experts.values.sorted(by: { $0.id < $1.id }) { lines += describe(state) }
        for pass in passes.values.sorted(by: { $0.number < $1.number }) { lines.append(describe(pass)) }
        lines.append("held \(heldPasses.map { "\($0.key.key)#\($0.run)" }) answers \(heldEvaluations.count)")
        lines.append("spilled \(spilledPasses.map { "\($0.key.key)" }) retries \(retries.count) sweep \(sweep)")
        for partition in partitions.values.sorted(by: { $0.id < $1.id }) {
            lines.append(
                "partition \(partition.id.topic.rawValue)/\(partition.id.partition) \(partition.nextArrival) \(partition.nextIntake) "
                    + "waiting \(partition.waiting.elements.map { "\($0.loads)\($0.identityInStore ?? false)" }) "
                    + "open \(partition.uncommitted)\(partition.paused ? " paused" : "")")
        }
        lines.append("going \(revoking.map(\.uncommitted)) stopping \(stopping) reference \(referenceReady)")
        lines.append("relay \(relay.unpublished) mark \(relay.acknowledged - relay.durableMark) queued \(markQueued)")
        lines.append("recent \(recentEvents.count) \(recentRecommendations.count) \(recentEndings.count)")
        lines.append("tickets \(tickets.next - tickets.oldest) loads \(loads.count)")
        lines.append("next \(nextDeadline().map { ($0 - now.monotonic) / 1_000_000 } ?? -1)")
        return lines.joined(separator: "\n")
    }

    private func describe(_ phase: CommitQueue.Phase) -> String {
        switch phase {
        case .working: "working"
        case .unavailable: "unavailable"
        case .inDoubt: "in doubt"
        case .doubtful: "doubtful"
        case .recovering: "recovering"
        }
    }

    private func name(of phase: Pass.Phase) -> String {
        switch phase {
        case .held: "held"
        case .loading: "loading"
        case .recalling: "recalling"
        case .evaluating: "evaluating"
        case .committing: "committing"
        }
    }

    private func describe(_ entry: QueuedEntry) -> String {
        var text =
            switch entry.intent {
            case .record(let record):
                "record \(record.decoded.address.topic.rawValue)/\(record.decoded.address.partition)@\(record.decoded.address.offset)"
            case .pass(let pass): "pass \(pass.key.key)#\(pass.run)"
            case .drop(let event, let key, let heldBy, let covered, _):
                "drop \(event.reference.identity.id) \(key.key)#\(heldBy) \(covered)"
            case .reference(let write): "reference \(write.change.key)"
            case .relayMark: "mark"
            }
        text += " " + entry.changes.recommendations.map { "+\($0.recommendation.id)" }.joined()
        text += entry.changes.positions.map { " \($0.expert)/\($0.symbol) \($0.status.rawValue)" }.joined()
        for row in entry.changes.rows {
            switch row.record {
            case .order(let order): text += " order \(order.recommendation) \(order.plan.role.rawValue)"
            case .skip(let skip): text += " skip \(skip.recommendation?.rawValue ?? 0) \(skip.reason.rawValue)"
            case .deadLetter: text += " letter"
            }
        }
        return text
    }

    private func describe(_ state: ExpertState) -> [String] {
        var lines = [
            "expert \(state.id) \(state.phase == .ready) open \(state.uncommitted) idle \(state.idle) \(state.sweeps.count)"
        ]
        lines += state.positions.values.sorted { $0.symbol < $1.symbol }.map {
            "  \($0.symbol) \($0.status.rawValue) \($0.quantity.billionths)"
        }
        for key in [state.enterMarket, state.openPositions].compactMap({ $0 }) {
            lines.append(
                "  \(key.key.useCase.rawValue) #\(locks.run(key.slot)) held \(locks.isHeld(key.slot)) dirty \(locks.isDirty(key.slot)) "
                    + "waiters \(locks.waiters(key.slot)) pending \(key.pending.map(\.recommendation.id.rawValue)) "
                    + "failures \(key.failures) retry \(key.retryAt != nil) spilled \(key.spilled)")
        }
        return lines
    }

    private func describe(_ pass: Pass) -> String {
        "pass \(pass.key.key)#\(pass.run) \(name(of: pass.phase)) \(pass.pending.map(\.recommendation.id.rawValue)) attempt \(pass.attempt) "
            + "\(pass.epoch == epoch) \(pass.isAsked) starter \(pass.starter.map { "\($0.reference.identity.id)\($0.refused)" } ?? "-")"
    }
}

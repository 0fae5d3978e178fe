import TradeContracts
import TradeCore

extension Pipeline {
    /// The state in words that do not depend on how it was reached: two machines that say the same go on alike, in the order of
    /// their numbers. For tests that explore states, and for looking at one.
    ///
    /// All of the state is in it but what no step reads (counters, the order of idle experts below their limit), what follows
    /// from the rest (decisions from subjects, orders from positions, the group from the queue), and values instead of their
    /// order: numbers of events, recommendations, passes, questions and tickets stand as who or how many comes before whom.
    /// It does not tell the time and the lookback of passes, nor when entries were made (R22, R94): who compares states keeps
    /// those equal.
    package func describe(_ frame: DescriptionFrame) -> String {
        var lines: [String] = []
        lines.append(
            "store \(describe(queue.phase, frame)) failures \(queue.failures) sent \(queue.sent) "
                + "ahead \(frame.lastCommit - queue.durable) rows \(outboxNumber - frame.lastOutboxRow) suspended \(locks.waitsSuspended)"
        )
        lines += unfollowed.map { "  durable \(describe($0, frame))" }
        lines += queue.entries.elements.map { "  \(describe($0, frame))" }
        if let recovery {
            lines += ["recovery \(recovery.outstanding)"] + recovery.rest.map { "  \(describe($0, frame))" }
        }
        for state in experts.values.sorted(by: { $0.id < $1.id }) { lines += describe(state, frame) }
        lines.append("waits \(describeWaits())")
        for pass in passes.values.sorted(by: { $0.key.key.description < $1.key.key.description }) {
            lines.append(describe(pass, frame))
        }
        lines.append("held \(list(heldPasses.map { name(of: $0, frame) })) answers \(list(heldEvaluations.map(name)))")
        lines.append(
            "spilled \(list(spilledPasses.map(\.key.key.description))) sweep \(list(sweep.map(\.description))) retries "
                + list(retries.elements.map { "\($0.element.key) \(frame.distance($0.at - frame.now.monotonic))" }))
        lines += partitions.values.sorted { $0.id < $1.id }.map(describe)
        lines.append("going \(list(revoking.map { "\($0.id.partition) \($0.uncommitted)" })) stopping \(stopping)")
        lines.append(
            "input \(list(positions.sorted { $0.key < $1.key }.map { "\($0.value)" })) \(durablePositions.count)")
        lines.append("reference \(referenceReady) \(referenceRead) paused \(intakePaused) \(describeTotals())")
        lines.append("halts \(halts.all)")
        lines.append("relay \(relay.summary) queued \(markQueued) retry \(relay.retryAt != nil)")
        lines.append("events \(describe(recentEvents) { $0.identity.id })")
        lines.append("recommendations \(describe(recentRecommendations) { "\($0.key)/\($0.id)" })")
        lines.append("endings \(describe(recentEndings) { "\($0)" })")
        lines.append("known \(String(frame.identities.map { filter.mayContain($0) ? "1" : "0" }))")
        lines.append("loads \(list(loads.values.map { describe($0.purpose) }.sorted()))")
        return lines.joined(separator: "\n")
    }

    /// Which wait runs out before which: what two distances need not say.
    private func describeWaits() -> String {
        var waits: [(event: String, until: Int64)] = []
        for key in experts.values.flatMap({ [$0.enterMarket, $0.openPositions] }) {
            for wait in key.map({ locks.waiting($0.slot) }) ?? [] {
                if let until = wait.until { waits.append((wait.waiter.reference.identity.id, until)) }
            }
        }
        waits.sort { ($0.until, $0.event) < ($1.until, $1.event) }
        return zip(waits, waits.dropFirst().map { $0.until } + [.max])
            .map { "\($0.event) \($0.until == $1 ? "with" : "before")" }.joined(separator: " ")
    }

    private func describe(_ phase: CommitQueue.Phase, _ frame: DescriptionFrame) -> String {
        switch phase {
        case .working: "working"
        case .unavailable(let at): "unavailable \(frame.distance(at - frame.now.monotonic))"
        case .inDoubt: "in doubt"
        case .doubtful(let at): "doubtful \(frame.distance(at - frame.now.monotonic))"
        case .recovering: "recovering"
        }
    }

    private func describe(_ entry: QueuedEntry, _ frame: DescriptionFrame) -> String {
        var text =
            switch entry.intent {
            case .record(let record): "record \(describe(record))"
            case .pass(let pass): "pass \(name(of: pass, frame))"
            case .drop(let event, let key, let heldBy, let covered, _):
                "drop \(describe(event)) \(name(of: key.key, run: heldBy, frame)) \(covered)"
            case .reference(let write): "reference \(write.change.key)"
            case .halt(let change, _, _): "\(change)"
            case .relayMark: "mark"
            case .relayNote(let note): "\(note)"
            case .withdrawal(let withdrawn): "withdrawal \(withdrawn.order.recommendation) \(withdrawn.reason.rawValue)"
            }
        if let run = entry.changes.run { text += " \(name(of: run.key, run: run.run, frame))" }
        text += entry.changes.recommendations.map { " +\(name(of: $0))" }.joined()
        text += entry.changes.positions.map { " \(describe($0))" }.joined()
        for row in entry.changes.rows {
            switch row.record {
            case .order(let order): text += " order \(order.recommendation) \(order.plan.role.rawValue)"
            case .skip(let skip): text += " skip \(skip.recommendation?.rawValue ?? 0) \(skip.reason.rawValue)"
            case .deadLetter(let letter): text += " letter \(letter.cause.reason.rawValue)"
            }
        }
        return text
    }

    private func describe(_ record: IntakeRecord) -> String {
        let address = record.decoded.address
        let place =
            partitions[address.topicPartition] === record.partition
            ? "" : revoking.contains { $0 === record.partition } ? " going" : " gone"
        let known = record.recommendationsInStore.map { list($0.map(\.id.description).sorted()) } ?? "-"
        let tickets = list(record.tickets.map { "\(self.tickets.open(below: $0))" })
        return "\(address.topic.rawValue)/\(address.partition)@\(address.offset)\(place) asked \(record.loads) "
            + "\(record.identityInStore.map { "\($0)" } ?? "-") \(known) \(record.positionAnswer != nil) tickets \(tickets) "
            + (record.event.map(describe) ?? "-")
    }

    private func describe(_ event: EventHandle) -> String {
        "\(event.reference.identity.id)\(event.refused ? " refused" : "")\(event.broughtNew ? "" : " old")"
    }

    private func describe(_ partition: PartitionState) -> String {
        "partition \(partition.id.topic.rawValue)/\(partition.id.partition) \(partition.nextArrival) \(partition.nextIntake) "
            + "\(partition.knownEnd.map { "\($0)" } ?? "-") open \(partition.uncommitted)\(partition.paused ? " paused" : "") "
            + "waiting \(list(partition.waiting.elements.map(describe)))"
    }

    private func describe(_ state: ExpertState, _ frame: DescriptionFrame) -> [String] {
        let waiters = list(
            state.waiters.map {
                "\($0.id.topic.rawValue)/\($0.id.partition)\(partitions[$0.id] === $0 ? "" : " gone")"
            })
        var lines = [
            "expert \(state.id) \(state.phase == .ready) open \(state.uncommitted) sweeps \(list(state.sweeps.map(\.rawValue))) waiters \(waiters)"
        ]
        lines += state.positions.values.sorted { $0.number < $1.number }.map {
            "  \(describe($0))\(state.active[$0.symbol] == $0.number ? " active" : "")"
        }
        for key in [state.enterMarket, state.openPositions].compactMap({ $0 }) {
            let waiting = list(
                locks.waiting(key.slot).map {
                    "\(describe($0.waiter)) \($0.until.map { frame.distance($0 - frame.now.monotonic) } ?? "-")"
                })
            lines.append(
                "  \(name(of: key.key, run: locks.run(key.slot), frame)) held \(locks.isHeld(key.slot)) "
                    + "dirty \(locks.isDirty(key.slot)) waiters \(waiting) pass \(key.pass != nil) "
                    + "pending \(list(key.pending.map(name))) failures \(key.failures) spilled \(key.spilled) retry "
                    + "\(key.retryAt.map { frame.distance($0 - frame.now.monotonic) } ?? "-") "
                    + "\(key.retryQueuedAt.map { frame.distance($0 - frame.now.monotonic) } ?? "-")")
        }
        return lines
    }

    private func describe(_ position: Position) -> String {
        "\(position.expert)/\(position.symbol) of \(position.recommendation) \(position.status.rawValue) "
            + "\(position.quantity.billionths) \(position.price.billionths) \(list(position.orders.map(\.status.rawValue)))"
    }

    private func describe(_ pass: Pass, _ frame: DescriptionFrame) -> String {
        let queued = Set(queue.entries.elements.flatMap { $0.changes.positions.map(\.number) })
        let subjects = pass.subjects.map { subject in
            let past = "\(subject.previous?.id.description ?? "-") \(subject.lastCloses.any?.microseconds ?? 0) "
            guard let position = subject.position else { return past + "-" }
            let isThere = frame.positions.contains(position.number) || queued.contains(position.number)
            return past + (isThere ? describe(position) : "gone")
        }
        let lookups = pass.lookups.map { "\($0.isAnswered) \($0.previous?.id.description ?? "-")" }
        let versions =
            reference.experts[pass.key.key.expert].map {
                $0.version == pass.expertVersion
                    && reference.ruleset(of: $0.value, for: pass.key.key.useCase)?.version == pass.rulesetVersion
            } ?? false
        return
            "pass \(name(of: pass, frame)) \(describe(pass.phase)) \(list(pass.pending.map(name))) attempt \(pass.attempt) "
            + "\(pass.ids.count) of \(list(subjects)) \(versions) \(pass.epoch == epoch) \(pass.isAsked) \(pass.isolated) "
            + "\(list(lookups)) "
            + "starter \(pass.starter.map(describe) ?? "-")"
    }

    private func describe(_ phase: Pass.Phase) -> String {
        switch phase {
        case .held: "held"
        case .loading: "loading"
        case .recalling: "recalling"
        case .evaluating: "evaluating"
        case .committing: "committing"
        }
    }

    private func describe(_ purpose: LoadPurpose) -> String {
        switch purpose {
        case .identities(let records): "identities of \(list(records.map(describe)))"
        case .expert(let state): "expert \(state.id)"
        case .recoveredExpert(let state): "expert \(state.id) again"
        case .pending(let pass, let asked): "pending \(pass.key.key) \(passes[pass.number] === pass) \(asked == epoch)"
        case .history(let pass): "history \(pass.key.key) \(passes[pass.number] === pass)"
        case .orderPosition(let record): "position for \(describe(record))"
        case .relay: "outbox"
        }
    }

    private func describe<Key, Value>(_ recent: RecentIdentities<Key, Value>, _ name: (Key) -> String) -> String {
        let (queued, durable) = recent.contents
        return list(queued.map(name).sorted()) + " "
            + list(durable.map { "\(name($0.key)) \(tickets.open(below: $0.marker))" })
    }

    private func describeTotals() -> String {
        var totals: [String] = []
        reference.forEachTotal(
            expert: { totals.append("\($0) \($1.used) \($1.ordered)") },
            account: { totals.append("account \($0) \($1.map { "\($0.used) \($0.ordered)" } ?? "-")") })
        return totals.sorted().joined(separator: ", ")
    }

    // Joined: the description of an array costs several times as much.
    private func list(_ words: [String]) -> String { "[\(words.joined(separator: ", "))]" }

    private func name(of pending: PendingRecommendation) -> String {
        "\(pending.recommendation.id)\(pending.event.identity.id)"
    }

    private func name(of key: ExpertUseCase, run: Int64, _ frame: DescriptionFrame) -> String {
        "\(key)#\(run - frame.runs[key, default: 0])"
    }

    private func name(of pass: Pass, _ frame: DescriptionFrame) -> String {
        name(of: pass.key.key, run: pass.run, frame) + (passes[pass.number] === pass ? "" : " ended")
    }

    private func name(of answer: PassEvaluation) -> String {
        guard let pass = passes[answer.pass], pass.attempt == answer.attempt else { return "nobody" }
        if case .failed = answer.result { return "\(pass.key.key) failed" }
        return "\(pass.key.key)"
    }
}

import TradeContracts
import TradeCore

// Settling: gates, the safety check and money, against the latest state, in commit order (design §4).
extension Pipeline {
    /// How often a pass goes back to a worker because something changed; after that it is evaluated within the settling.
    static let evaluationsOutside = 3

    /// Settles a pass: every recommendation of its snapshot is decided, and one entry says how.
    func settle(_ pass: Pass, now: Moment) {
        let key = pass.key
        guard refresh(pass, now: now) else { return }
        let standing = standing(of: key)
        if let gate = standing.gate {
            close(pass, gate)
            return
        }
        guard let expert = standing.expert, let ruleset = standing.ruleset, let account = standing.account else {
            fail(pass, reason: "the expert, its account or its ruleset is gone", now: now)
            return
        }
        guard prepare(pass, standing, expert, ruleset, now: now) else { return }
        var changes = Changes(run: KeyRun(key: key.key, run: pass.run))
        for skipped in pass.selection.skipped {
            skip(pass, pass.pending[skipped.index], reason: skipped.reason, message: skipped.message, &changes)
        }
        settleSelected(pass, expert.value, account, &changes)
        finish(pass, changes)
    }

    /// Whether the evaluations hold for the state as it is now; those that do not are made again: on a worker, or here after
    /// three times.
    private func prepare(
        _ pass: Pass, _ standing: KeyStanding, _ expert: ReferenceTable.Versioned<Expert>,
        _ ruleset: ReferenceTable.Versioned<CompiledRuleset>, now: Moment
    ) -> Bool {
        guard !pass.selection.selected.isEmpty else { return true }
        let complete = pass.ids.count == pass.selection.selected.count
        let sameRules = complete && pass.expertVersion == expert.version && pass.rulesetVersion == ruleset.version
        let balance = standing.account?.balance
        let stale = pass.subjects.indices.filter { index in
            !sameRules || pass.subjects[index].balance != balance || isStale(index, pass)
        }
        if complete, stale.isEmpty { return true }
        counters.reevaluations += 1
        if !complete || !knowsHistory(pass, ruleset.value) || pass.attempt < Pipeline.evaluationsOutside {
            evaluate(pass, now: now)
            return false
        }
        for index in stale {
            let subject = subject(index, pass.subjects[index].recommendation, pass, standing)
            pass.subjects[index] = subject
            // The position that it goes to may be another one, too (R81).
            pass.ids[index] = DerivedID.candidate(of: subject, key: pass.key.key)
            pass.decisions[index] = TradeManager.evaluate(
                subject, compiled: ruleset.value, explain: configuration.explanations)
        }
        return true
    }

    /// Whether something that the rules saw of a recommendation's symbol is not so any more.
    private func isStale(_ index: Int, _ pass: Pass) -> Bool {
        let subject = pass.subjects[index]
        if subject.position != pass.key.expert.activePosition(subject.recommendation.symbol) { return true }
        guard index < pass.lookups.count else { return false }
        let lookup = pass.lookups[index]
        return !lookup.isAnswered || subject.previous != lookup.previous || subject.lastCloses != lookup.lastCloses
    }

    private func settleSelected(_ pass: Pass, _ expert: Expert, _ account: Account, _ changes: inout Changes) {
        let state = pass.key.expert
        var chosen: [PendingRecommendation] = []
        var candidates: [SettleCandidate] = []
        for (place, index) in pass.selection.selected.enumerated() where place < pass.decisions.count {
            let pending = pass.pending[index]
            chosen.append(pending)
            candidates.append(
                SettleCandidate(
                    recommendation: pending.recommendation, decision: pass.decisions[place], ids: pass.ids[place],
                    position: state.activePosition(pending.recommendation.symbol)))
        }
        guard !candidates.isEmpty else { return }
        guard let context = settleContext(pass, expert, account, state) else {
            for pending in chosen {
                skip(
                    pass, pending, reason: .evaluationError, message: "the account's money is out of range", &changes)
            }
            return
        }
        let outcomes = TradeManager.settle(candidates, in: context)
        for (place, pending) in chosen.enumerated() where place < outcomes.count {
            record(outcomes[place], of: pending, candidates[place].decision, pass, expert, &changes)
        }
    }

    private func settleContext(
        _ pass: Pass, _ expert: Expert, _ account: Account, _ state: ExpertState
    ) -> SettleContext? {
        guard let totals = reference.totals(of: account.id) else { return nil }
        let own = reference.totals(of: expert.id)
        let hourAgo = pass.time.advanced(bySeconds: -3600)
        while let first = state.entries.first, first <= hourAgo { state.entries.removeFirst() }
        // The clock of events may go back: what is later than the pass does not count.
        let isLimited = expert.settings.maxEntriesPerHour != nil
        let inHour =
            !isLimited ? 0 : state.entries.elements.reduce(0) { $0 + ($1 > hourAgo && $1 <= pass.time ? 1 : 0) }
        return SettleContext(
            useCase: pass.key.key.useCase, expert: expert,
            funds: Funds(
                balance: ExactDecimal(account.balance), buyingPower: ExactDecimal(account.buyingPower),
                expertUsed: own.used, accountUsed: totals.used, accountOrdered: totals.ordered),
            now: pass.time, validFor: configuration.validFor, activePositions: state.active.count,
            entriesInHour: inHour, nextPositionNumber: positionNumber + 1,
            increasesHalted: halts.ofEntries(expert.id, account: expert.account) != nil)
    }

    private func record(
        _ outcome: CandidateOutcome, of pending: PendingRecommendation, _ decision: RuleDecision, _ pass: Pass,
        _ expert: Expert, _ changes: inout Changes
    ) {
        switch outcome {
        case .skip(let reason, let message, let existing):
            let named = existing.map { ExistingPosition(id: $0.id, status: $0.status) }
            if let named {
                note(
                    .existingPosition(
                        pass.key.key, run: pass.run, event: pending.event.identity.id, pending.recommendation.id,
                        pending.recommendation.symbol, named))
            }
            let explained = reason == .conditionsNotMet || reason == .evaluationError
            skip(
                pass, pending, reason: reason, message: message, existing: named,
                explanation: explained ? decision.explanation : nil, &changes)
        case .orders(let orders, let position):
            guard replace(position, of: pass.key.expert) else {
                skip(
                    pass, pending, reason: .evaluationError, message: "what the order binds is out of range", &changes)
                return
            }
            positionNumber = max(positionNumber, position.number)
            if orders.contains(where: { $0.role == .entry }) { pass.key.expert.entries.append(pass.time) }
            changes.positions.append(position)
            changes.outcomes.append(RecommendationOutcome(number: pending.number, kind: .ordered, run: pass.run))
            for order in orders {
                changes.outputs.append(
                    .order(
                        CreatedOrder(
                            event: pending.event, account: expert.account, recommendation: pending.recommendation.id,
                            symbol: pending.recommendation.symbol, plan: order, createdAt: pass.time, run: pass.run,
                            explanation: decision.explanation)))
            }
        }
    }

    /// A closed gate decides every pending recommendation of the snapshot; with none, and none that the event brought, the event
    /// itself is skipped (R18).
    private func close(_ pass: Pass, _ gate: ClosedGate) {
        var changes = Changes(run: KeyRun(key: pass.key.key, run: pass.run))
        let decided = pass.pending.filter { $0.number != pass.deferred }.sorted {
            ($0.recommendation.id, $0.number) < ($1.recommendation.id, $1.number)
        }
        for pending in decided { skip(pass, pending, reason: gate.reason, message: gate.message, &changes) }
        if decided.isEmpty, let starter = pass.starter, !starter.broughtNew, !starter.refused {
            changes.outputs.append(
                .skip(
                    SkipRecord(
                        event: starter.reference, reason: gate.reason, message: gate.message, skippedAt: pass.time,
                        run: pass.run)))
        }
        finish(pass, changes)
    }

    private func skip(
        _ pass: Pass, _ pending: PendingRecommendation, reason: SkipReason, message: String,
        existing: ExistingPosition? = nil, explanation: Explanation? = nil, _ changes: inout Changes
    ) {
        changes.outcomes.append(RecommendationOutcome(number: pending.number, kind: .skipped(reason), run: pass.run))
        changes.outputs.append(
            .skip(
                SkipRecord(
                    event: pending.event, recommendation: pending.recommendation.id,
                    symbol: pending.recommendation.symbol, reason: reason, message: message, existing: existing,
                    skippedAt: pass.time, run: pass.run, explanation: explanation)))
    }

    private func finish(_ pass: Pass, _ changes: Changes) {
        pass.key.forget(changes.outcomes)
        pass.phase = .committing
        pass.forgetEvaluation()
        enqueue(.pass(pass), changes, expert: pass.key.expert)
    }
}

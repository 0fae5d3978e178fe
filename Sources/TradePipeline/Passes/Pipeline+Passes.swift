import TradeContracts
import TradeCore

// Passes: the snapshot, the evaluation on a worker, and what comes back.
extension Pipeline {
    /// Begins a pass of the run that holds the key. While the store is in trouble, or at the stop, it is held.
    func beginPass(_ key: KeyState, run: Int64, starter: EventHandle?, now: Moment) {
        passNumber += 1
        let pass = Pass(number: passNumber, key: key, run: run, starter: starter)
        passes[pass.number] = pass
        key.pass = pass
        key.retryAt = nil
        if recovery != nil || !queue.isWorking || key.expert.phase != .ready {
            heldPasses.append(pass)
        } else {
            takeSnapshot(pass, now: now)
        }
    }

    /// Takes the snapshot: from here on a drop marks the key dirty for another pass (G2).
    func takeSnapshot(_ pass: Pass, now: Moment) {
        if stopping {
            endRun(pass, failed: true, now: now)
            return
        }
        let key = pass.key
        counters.passes += 1
        locks.clearDirty(key.slot)
        pass.coverage = key.covered
        key.covered = Coverage()
        if let starter = pass.starter, !starter.refused {
            pass.coverage.merge(starter.reference.occurredAt, lookbackDays: starter.reference.lookbackDays)
        }
        pass.deferred = nil
        if key.spilled { readSpilled(pass) } else { select(pass, now: now) }
    }

    /// Chooses among what is pending, and has it evaluated.
    func select(_ pass: Pass, now: Moment) {
        let key = pass.key
        closeLookups(of: pass)
        setClock(of: pass, now: now)
        pass.epoch = epoch
        pass.pending = key.pending
        pass.isolated = key.failures >= configuration.retry.attempts
        pass.selection = TradeManager.select(
            pass.pending.map(\.recommendation), useCase: key.key.useCase, limit: pass.limit)
        if let deferred = pass.deferred {
            pass.selection.selected.removeAll { pass.pending[$0].number == deferred }
            pass.selection.skipped.removeAll { pass.pending[$0.index].number == deferred }
        }
        evaluate(pass, now: now)
    }

    /// Whether a pass's snapshot still holds. After a refusal recommendations have other numbers, and some of them may never have
    /// been: a pass that counted on such a one begins anew, because it may have superseded what was.
    func refresh(_ pass: Pass, now: Moment) -> Bool {
        guard pass.epoch != epoch else { return true }
        var current: [RecommendationID: PendingRecommendation] = [:]
        for pending in pass.key.pending { current[pending.recommendation.id] = pending }
        let refreshed = pass.pending.compactMap { before in
            current[before.recommendation.id].flatMap { $0.recommendation == before.recommendation ? $0 : nil }
        }
        if refreshed.count == pass.pending.count {
            pass.pending = refreshed
            pass.epoch = epoch
            return true
        }
        hold(pass)
        if queue.isWorking { resumeHeld(now) }
        return false
    }

    /// Whether a pass that waited for the store's answer may go on: in trouble it is held, at the stop its run ends.
    func goesOn(_ pass: Pass, now: Moment) -> Bool {
        if recovery != nil || !queue.isWorking {
            hold(pass)
            return false
        }
        if stopping {
            endRun(pass, failed: true, now: now)
            return false
        }
        return true
    }

    /// Puts a pass back to before its snapshot.
    func hold(_ pass: Pass) {
        closeLookups(of: pass)
        pass.key.covered.merge(pass.coverage)
        pass.phase = .held
        heldPasses.append(pass)
    }

    private func setClock(of pass: Pass, now: Moment) {
        let latest = pass.coverage.latest ?? pass.pending.last?.event.occurredAt ?? now.wall
        pass.time = configuration.clock == .wall ? now.wall : latest
        let days = pass.coverage.lookbackDays ?? 1
        pass.limit = pass.time.advanced(bySeconds: -days * 86_400)
    }

    /// Sends the selected recommendations to a worker; where there is nothing to evaluate the pass settles at once.
    func evaluate(_ pass: Pass, now: Moment) {
        let key = pass.key
        let standing = standing(of: key)
        guard standing.gate == nil, !pass.selection.selected.isEmpty, let expert = standing.expert,
            let ruleset = standing.ruleset
        else {
            pass.subjects = []
            pass.decisions = []
            pass.ids = []
            settle(pass, now: now)
            return
        }
        guard knowsHistory(pass, ruleset.value) else {
            askForHistory(pass)
            return
        }
        pass.expertVersion = expert.version
        pass.rulesetVersion = ruleset.version
        pass.subjects = pass.selection.selected.enumerated().map { place, index in
            subject(place, pass.pending[index].recommendation, pass, standing)
        }
        pass.attempt += 1
        pass.phase = .evaluating
        actions.evaluations.append(
            PassTask(
                pass: pass.number, attempt: pass.attempt, key: key.key, subjects: pass.subjects, ruleset: ruleset.value,
                explain: configuration.explanations, isolated: pass.isolated))
    }

    /// `place`: of the recommendation among those that the pass has selected.
    func subject(
        _ place: Int, _ recommendation: Recommendation, _ pass: Pass, _ standing: KeyStanding
    ) -> EvaluationSubject {
        let lookup = place < pass.lookups.count ? pass.lookups[place] : nil
        return EvaluationSubject(
            useCase: pass.key.key.useCase, recommendation: recommendation,
            settings: standing.expert?.value.settings ?? ExpertSettings(),
            position: pass.key.expert.activePosition(recommendation.symbol), previous: lookup?.previous, now: pass.time,
            balance: standing.account?.balance, lastCloses: lookup?.lastCloses ?? LastCloses())
    }

    /// Workers have evaluated passes: each settles now, or after the store's trouble.
    package func evaluated(_ evaluations: [PassEvaluation], now: Moment) {
        if recovery != nil || !queue.isWorking {
            heldEvaluations += evaluations
        } else {
            for evaluation in evaluations { accept(evaluation, now: now) }
        }
        advance(now)
    }

    func accept(_ evaluation: PassEvaluation, now: Moment) {
        guard let pass = passes[evaluation.pass], pass.attempt == evaluation.attempt, pass.phase == .evaluating else {
            return
        }
        switch evaluation.result {
        case .failed(let reason):
            fail(pass, reason: reason, now: now)
        case .decided(let decisions, let ids):
            guard decisions.count == pass.subjects.count, ids.count == pass.subjects.count else {
                fail(pass, reason: "the rule engine answered \(decisions.count) of \(pass.subjects.count)", now: now)
                return
            }
            pass.decisions = decisions
            pass.ids = ids
            settle(pass, now: now)
        }
    }

    /// What waited for the end of the store's trouble goes on.
    func resumeHeld(_ now: Moment) {
        guard recovery == nil, queue.isWorking else { return }
        let held = heldPasses
        heldPasses = []
        for pass in held where passes[pass.number] === pass && pass.phase == .held {
            if pass.key.expert.phase == .ready { takeSnapshot(pass, now: now) } else { heldPasses.append(pass) }
        }
        let evaluations = heldEvaluations
        heldEvaluations = []
        for evaluation in evaluations { accept(evaluation, now: now) }
    }
}

import TradeCore

// What the rules of a pass ask about the past (R40, R45): the store is asked, and what is queued or arrives meanwhile counts too.
extension Pipeline {
    /// Whether all is known that the rules of a pass ask for.
    func knowsHistory(_ pass: Pass, _ ruleset: CompiledRuleset) -> Bool {
        guard ruleset.readsHistory else { return true }
        return pass.lookups.count == pass.selection.selected.count && pass.lookups.allSatisfy(\.isAnswered)
    }

    /// Asks the store; the evaluation follows its answer.
    func askForHistory(_ pass: Pass) {
        closeLookups(of: pass)
        let expert = pass.key.expert
        pass.lookups = pass.selection.selected.map { HistoryLookup(pass.pending[$0].recommendation) }
        expert.history.open(pass.lookups, durable: queue.durable)
        pass.phase = .recalling
        pass.historyLoad = load(.history(expert.id, pass.lookups.map(\.question)), for: .history(pass))
    }

    /// The store has answered.
    func take(_ answers: [HistoryAnswer], for pass: Pass, now: Moment) {
        guard passes[pass.number] === pass, pass.phase == .recalling else { return }
        pass.historyLoad = nil
        guard goesOn(pass, now: now) else { return }
        guard answers.count == pass.lookups.count else {
            fail(pass, reason: "the store answered \(answers.count) of \(pass.lookups.count)", now: now)
            return
        }
        for (lookup, answer) in zip(pass.lookups, answers) { lookup.answer(answer) }
        evaluate(pass, now: now)
    }

    /// What a pass knows of the past is not kept up any more.
    func closeLookups(of pass: Pass) {
        pass.key.expert.history.close(pass.lookups)
        pass.lookups = []
        pass.historyLoad = nil
    }
}

import TradeContracts
import TradeCore

// A key that has more pending than is kept in memory (G7): a pass reads a part of it back, whole symbols at a time, and the run
// goes on with further passes until nothing is left.
extension Pipeline {
    /// The snapshot of such a pass comes from the store, once all that was taken in for its key is there.
    func readSpilled(_ pass: Pass) {
        pass.phase = .loading
        pass.waitsFor = pass.key.spilledThrough
        pass.isAsked = false
        spilledPasses.append(pass)
        askForSpilled()
    }

    func askForSpilled() {
        spilledPasses.removeAll { pass in
            guard passes[pass.number] === pass, pass.phase == .loading, !pass.isAsked else { return true }
            guard queue.durable >= pass.waitsFor else { return false }
            pass.isAsked = true
            load(.pending(pass.key.key, limit: configuration.pendingLimit), for: .pending(pass, epoch: epoch))
            return true
        }
    }

    /// The store has answered with a part of what is pending.
    func take(_ page: PendingPage, for pass: Pass, now: Moment) {
        guard passes[pass.number] === pass, pass.phase == .loading, pass.isAsked else { return }
        guard goesOn(pass, now: now) else { return }
        let key = pass.key
        key.pending = page.recommendations
        key.spilled = page.hasMore || key.spilledThrough > pass.waitsFor
        for pending in page.recommendations {
            pass.coverage.merge(pending.event.occurredAt, lookbackDays: pending.event.lookbackDays)
        }
        pass.deferred = page.partial.flatMap { symbol in latest(of: symbol, in: page.recommendations) }
        select(pass, now: now)
    }

    /// What waits for the store's answer waits for the end of its trouble.
    func holdLoadingPasses() {
        let waiting = passes.values.filter { $0.phase == .loading || $0.phase == .recalling }
        for pass in waiting.sorted(by: { $0.number < $1.number }) { hold(pass) }
        spilledPasses = []
    }

    private func latest(of symbol: Symbol, in pending: [PendingRecommendation]) -> Int64? {
        let opinions = pending.filter { $0.recommendation.symbol == symbol && $0.recommendation.action != .error }
        return opinions.max { left, right in
            (left.recommendation.createdAt, left.recommendation.id) < (
                right.recommendation.createdAt, right.recommendation.id
            )
        }?.number
    }
}

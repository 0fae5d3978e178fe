/// Chooses which of the pending recommendations a pass decides by rules (domain.md, enter_market 2; R22–R27).
struct Selector {
    let pending: [Recommendation]
    let useCase: UseCase
    /// The oldest `created_at` that is not stale.
    let limit: Timestamp

    func selection() -> Selection {
        var skipped: [Selection.Skipped] = []
        var opinions: [Int] = []
        opinions.reserveCapacity(pending.count)
        for (index, recommendation) in pending.enumerated() {
            if recommendation.createdAt < limit {
                skipped.append(.init(index: index, reason: .stale, message: "created before the lookback of the pass"))
            } else if recommendation.action == .error {
                skipped.append(.init(index: index, reason: .evaluationError, message: "recommended_action is ERROR"))
            } else {
                opinions.append(index)
            }
        }
        var selected: [Int] = []
        for index in latest(of: opinions, skipped: &skipped) {
            if useCase == .enterMarket, pending[index].action == .hold {
                skipped.append(.init(index: index, reason: .hold, message: "the latest recommendation is HOLD"))
            } else {
                selected.append(index)
            }
        }
        if skipped.count > 1 {
            skipped.sort { (pending[$0.index].id, $0.index) < (pending[$1.index].id, $1.index) }
        }
        return Selection(skipped: skipped, selected: prioritized(selected))
    }

    /// The latest opinion of each symbol; the others are superseded (R23, R25).
    private func latest(of opinions: [Int], skipped: inout [Selection.Skipped]) -> [Int] {
        if opinions.count < 2 { return opinions }
        var latest: [Symbol: Int] = [:]
        latest.reserveCapacity(opinions.count)
        for index in opinions {
            let symbol = pending[index].symbol
            guard let other = latest[symbol] else {
                latest[symbol] = index
                continue
            }
            if isLater(index, than: other) { latest[symbol] = index }
        }
        var chosen: [Int] = []
        for index in opinions {
            guard let newest = latest[pending[index].symbol], newest != index else {
                chosen.append(index)
                continue
            }
            let message = "superseded by recommendation \(pending[newest].id)"
            skipped.append(.init(index: index, reason: .superseded, message: message))
        }
        return chosen
    }

    /// Later is by `created_at`, then by the higher id (R25).
    private func isLater(_ index: Int, than other: Int) -> Bool {
        (pending[index].createdAt, pending[index].id) > (pending[other].createdAt, pending[other].id)
    }

    /// Highest priority first, ties by the lower id: a total order (R26).
    private func prioritized(_ selected: [Int]) -> [Int] {
        if selected.count < 2 { return selected }
        return selected.map { (priority: pending[$0].priority, index: $0) }
            .sorted { left, right in
                if left.priority != right.priority { return left.priority > right.priority }
                return (pending[left.index].id, left.index) < (pending[right.index].id, right.index)
            }
            .map(\.index)
    }
}

extension Recommendation {
    /// `expected_profit_percent` × `confidence` in 10^-18, exact, an absent factor counting 0 (R26).
    ///
    /// The product of two 64-bit numbers always fits into 128 bits.
    fileprivate var priority: Int128 {
        Int128(expectedProfitPercent?.billionths ?? 0) * Int128(confidence?.billionths ?? 0)
    }
}

/// The decisions of the trade manager: pure functions of their arguments (domain.md).
package enum TradeManager {
    /// The first closed gate of a pass, nil where all are open (domain.md, enter_market 1; R20, R21, R93).
    package static func closedGate(_ context: GateContext) -> ClosedGate? {
        nil
    }

    /// Chooses among all pending recommendations; `limit` is the oldest `created_at` that is not stale (R22–R27).
    package static func select(_ pending: [Recommendation], useCase: UseCase, limit: Timestamp) -> Selection {
        Selection(skipped: [], selected: Array(pending.indices))
    }

    /// Evaluates a ruleset for one recommendation.
    package static func evaluate(_ subject: EvaluationSubject, ruleset: Ruleset, explain: Bool) -> RuleDecision {
        RuleDecision(verdict: .conditionsNotMet, explanation: nil)
    }

    /// Settles the selected recommendations of a pass in priority order; one outcome a candidate, in the same order.
    package static func settle(_ candidates: [SettleCandidate], in context: SettleContext) -> [CandidateOutcome] {
        candidates.map { _ in .skip(reason: .conditionsNotMet, message: "", existing: nil) }
    }

    /// Applies an order update to the position that holds the order (R82–R85). `symbolHasOtherActive`: whether the expert has
    /// another active position in the symbol by now.
    package static func apply(
        _ update: OrderUpdate, to position: Position, symbolHasOtherActive: Bool
    ) -> UpdateOutcome {
        .unchanged
    }

    /// What a position binds of its expert's and account's money: price × quantity while WAITING, OPENED or CLOSING (R54).
    package static func used(by position: Position) throws(ArithmeticOverflow) -> ExactDecimal {
        .zero
    }

    /// What of a position is ordered and not filled: WAITING positions and working increases (R55).
    package static func ordered(by position: Position) throws(ArithmeticOverflow) -> ExactDecimal {
        .zero
    }
}

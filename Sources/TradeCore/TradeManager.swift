/// The decisions of the trade manager: pure functions of their arguments (domain.md).
package enum TradeManager {
    /// The first closed gate of a pass, nil where all are open (domain.md, enter_market 1; R20, R21, R93).
    package static func closedGate(_ context: GateContext) -> ClosedGate? { context.firstClosed }

    /// Chooses among all pending recommendations; `limit` is the oldest `created_at` that is not stale (R22–R27).
    package static func select(_ pending: [Recommendation], useCase: UseCase, limit: Timestamp) -> Selection {
        Selector(pending: pending, useCase: useCase, limit: limit).selection()
    }

    /// Evaluates a ruleset for one recommendation; looks up its names anew, which `evaluate(_:compiled:explain:)` spares.
    package static func evaluate(_ subject: EvaluationSubject, ruleset: Ruleset, explain: Bool) -> RuleDecision {
        evaluate(subject, compiled: CompiledRuleset(ruleset), explain: explain)
    }

    /// Evaluates a compiled ruleset for one recommendation: errors of rules are values (R30).
    package static func evaluate(
        _ subject: EvaluationSubject, compiled ruleset: CompiledRuleset, explain: Bool
    ) -> RuleDecision {
        var evaluation = RuleEvaluation(explain: explain)
        return evaluation.decide(subject, ruleset)
    }

    /// Settles the selected recommendations of a pass in priority order; one outcome a candidate, in the same order.
    package static func settle(_ candidates: [SettleCandidate], in context: SettleContext) -> [CandidateOutcome] {
        switch context.useCase {
        case .enterMarket:
            var settlement = EntrySettlement(context)
            return settlement.settle(candidates, in: context)
        case .openPositions:
            var settlement = PositionSettlement(context)
            return candidates.map { settlement.settle($0, in: context) }
        }
    }

    /// Applies an order update to the position that holds the order (R82–R85). `symbolHasOtherActive`: whether the expert has
    /// another active position in the symbol by now.
    package static func apply(
        _ update: OrderUpdate, to position: Position, symbolHasOtherActive: Bool
    ) -> UpdateOutcome {
        var change = PositionUpdate(position: position, symbolHasOtherActive: symbolHasOtherActive)
        return change.apply(update)
    }

    /// What a position binds of its expert's and account's money: price × quantity while WAITING, OPENED or CLOSING (R54).
    package static func used(by position: Position) throws(ArithmeticOverflow) -> ExactDecimal {
        if position.status.isTerminal { return .zero }
        return try position.cost(of: position.quantity)
    }

    /// What of a position is ordered and not filled: WAITING positions and working increases (R55).
    package static func ordered(by position: Position) throws(ArithmeticOverflow) -> ExactDecimal {
        switch position.status {
        case .waiting: return try position.cost(of: position.quantity)
        case .closed, .failed: return .zero
        case .opened, .closing:
            var ordered = ExactDecimal.zero
            for order in position.orders where order.role == .increase && !order.status.isTerminal {
                ordered = try ordered.adding(position.cost(of: order.quantity))
            }
            return ordered
        }
    }
}

extension Position {
    /// Price × quantity (R64); a quantity below 0, which only contradicting reports can make, binds nothing.
    fileprivate func cost(of quantity: Fixed9) throws(ArithmeticOverflow) -> ExactDecimal {
        try ExactDecimal(price).multiplied(by: ExactDecimal(max(quantity, .zero)))
    }
}

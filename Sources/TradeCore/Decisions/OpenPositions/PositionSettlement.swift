/// The settle step of an open_positions pass: the orders of each position's actions (R66, R69–R76).
struct PositionSettlement {
    /// Nil where the account's money is out of range (R65).
    private let equity: Equity?
    /// What the increases of this pass have left of the available equity (R75).
    private var remaining: ExactDecimal

    init(_ context: SettleContext) {
        equity = try? Equity(context.funds, context.expert.settings)
        remaining = equity?.available ?? .zero
    }

    mutating func settle(_ candidate: SettleCandidate, in context: SettleContext) -> CandidateOutcome {
        guard let position = candidate.position, position.status.isActive else {
            return .skip(
                reason: .noPosition, message: "no active transaction in \(candidate.recommendation.symbol)",
                existing: nil)
        }
        if let close = position.orders.first(where: { $0.role == .close && !$0.status.isTerminal }) {
            return .skip(
                reason: .noPosition, message: "close \(close.id) of transaction \(position.id) is working",
                existing: nil)
        }
        guard position.quantity > .zero else {
            return .skip(
                reason: .noPosition, message: "transaction \(position.id) holds no shares", existing: nil)
        }
        switch candidate.decision.verdict {
        case .requested(let requested): return carryOut(requested, candidate, position, in: context)
        case .conditionsNotMet: return .nothingToDo(errors: nil)
        case .evaluationError(let message): return .nothingToDo(errors: message)
        }
    }

    /// A close excludes everything else (R72); otherwise take-profit, stop-loss, share change, in this order.
    private mutating func carryOut(
        _ requested: RequestedActions, _ candidate: SettleCandidate, _ position: Position, in context: SettleContext
    ) -> CandidateOutcome {
        var work = PositionOrders(position: position, ids: candidate.ids, now: context.now)
        var errors = candidate.decision.errors
        if requested.close {
            work.close()
        } else {
            if let price = requested.takeProfit { work.adjustTakeProfit(to: price) }
            if let price = requested.stopLoss { work.adjustStopLoss(to: price) }
            if let change = requested.shareChange {
                do throws(ArithmeticOverflow) {
                    try carryOut(change, candidate.recommendation, &work, in: context)
                } catch {
                    let text = "the quantity of the share change is out of range"
                    errors = errors.map { "\($0); \(text)" } ?? text
                }
            }
        }
        if work.planned.isEmpty { return .nothingToDo(errors: errors) }
        return .orders(work.planned, position: work.position)
    }

    private mutating func carryOut(
        _ change: RequestedActions.ShareChange, _ recommendation: Recommendation, _ work: inout PositionOrders,
        in context: SettleContext
    ) throws(ArithmeticOverflow) {
        guard let equity else { throw ArithmeticOverflow() }
        let amounts = ShareChange(
            position: work.position, price: ExactDecimal(recommendation.priceAtDate),
            settings: context.expert.settings, virtual: equity.virtual)
        switch change {
        case .increase(let percent):
            if context.increasesHalted { return }
            let shares = try amounts.increase(to: percent, remaining: remaining)
            guard shares > .zero else { return }
            let left = try remaining.subtracting(shares.multiplied(by: amounts.costOfShare))
            try work.increase(by: shares, expiresAt: context.expiry)
            remaining = left
        case .decrease(let percent):
            let shares = try amounts.decrease(to: percent)
            if shares > .zero { try work.decrease(by: shares) }
        }
    }
}

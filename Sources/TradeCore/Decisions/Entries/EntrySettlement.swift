/// The settle step of an enter_market pass: the checks in their order, sizing and reservation (R50–R65, R94).
///
/// The safety check stands directly before the orders: what it looks at is the position as of this moment (design §4).
struct EntrySettlement {
    private let context: SettleContext
    private let limits: EntryLimits
    /// Nil where the account's money is out of range (R65).
    private let terms: Terms?
    /// What the entries of this pass have left of the available equity (R57).
    private var remaining: ExactDecimal
    /// How many positions this pass made.
    private var made = 0

    /// What holds for every candidate of the pass (R53).
    private struct Terms {
        let equity: Equity
        let threshold: ExactDecimal
        let sizing: EntrySizing

        init(_ context: SettleContext) throws(ArithmeticOverflow) {
            equity = try Equity(context.funds, context.expert.settings)
            threshold = try equity.threshold(context.expert.settings)
            sizing = try EntrySizing(settings: context.expert.settings, equity: equity)
        }
    }

    init(context: SettleContext) {
        self.context = context
        limits = EntryLimits(context)
        terms = try? Terms(context)
        remaining = terms?.equity.available ?? .zero
    }

    /// One outcome a candidate, in their order, which is that of priority.
    mutating func settle(_ candidates: [SettleCandidate]) -> [CandidateOutcome] {
        let checks = candidates.map { check($0) }
        // Who passes the checks that do not depend on the entries before: these are the others that may remain (R60).
        var following = checks.reduce(into: 0) { count, check in if case .permitted = check { count += 1 } }
        var outcomes: [CandidateOutcome] = []
        outcomes.reserveCapacity(candidates.count)
        for (candidate, check) in zip(candidates, checks) {
            switch check {
            case .refused(let outcome): outcomes.append(outcome)
            case .permitted(let requested):
                following -= 1
                outcomes.append(enter(candidate, requested, following: following))
            }
        }
        return outcomes
    }

    private enum Check {
        case permitted(RequestedActions)
        case refused(CandidateOutcome)
    }

    /// Rules and pricing, existing transaction, side agreed and enabled (R50, R51).
    private func check(_ candidate: SettleCandidate) -> Check {
        let requested: RequestedActions
        switch candidate.decision.verdict {
        case .requested(let actions): requested = actions
        case .conditionsNotMet: return .refused(.nothingToDo(errors: nil))
        case .evaluationError(let message): return .refused(.nothingToDo(errors: message))
        }
        guard let asked = requested.entry else { return .refused(.nothingToDo(errors: candidate.decision.errors)) }
        if let position = candidate.position, position.status.isActive {
            let message = "existing transaction \(position.id) in \(position.status.rawValue) status"
            return .refused(.skip(reason: .existingTransaction, message: message, existing: position))
        }
        let side = candidate.recommendation.side
        guard asked == side else {
            let message = "the rules ask for \(asked.rawValue), the recommendation is for \(side.rawValue)"
            return .refused(.skip(reason: .sideNotPermitted, message: message, existing: nil))
        }
        let settings = context.expert.settings
        guard side == .buy ? settings.enableBuy : settings.enableSell else {
            let message = "\(side == .buy ? "enable_buy" : "enable_sell") is false"
            return .refused(.skip(reason: .sideNotPermitted, message: message, existing: nil))
        }
        return .permitted(requested)
    }

    /// Limits, equity, funds (R94, R52, R57); the last step reserves.
    private mutating func enter(
        _ candidate: SettleCandidate, _ requested: RequestedActions, following: Int
    ) -> CandidateOutcome {
        if let message = limits.refusal(after: made) { return .skip(reason: .limit, message: message, existing: nil) }
        guard let terms else { return .outOfRange("the account's balance, buying power or use") }
        guard terms.equity.available >= terms.threshold else {
            let message = "available equity \(terms.equity.available) is below the threshold \(terms.threshold)"
            return .skip(reason: .insufficientEquity, message: message, existing: nil)
        }
        let price = ExactDecimal(candidate.recommendation.priceAtDate)
        let request = EntrySizing.Request(
            symbol: candidate.recommendation.symbol, price: price, stopLoss: requested.stopLoss, remaining: remaining,
            othersRemain: following > 0 && limits.refusal(after: made + 1) == nil)
        do throws(ArithmeticOverflow) {
            guard let shares = try terms.sizing.quantity(request) else {
                let message =
                    "no quantity is affordable at \(price) with \(remaining) remaining of the available equity"
                return .skip(reason: .unfunded, message: message, existing: nil)
            }
            let left = try remaining.subtracting(shares.multiplied(by: price))
            let (number, overflow) = context.nextPositionNumber.addingReportingOverflow(Int64(made))
            guard let quantity = shares.rounded(toFractionDigits: 0), !overflow else { throw ArithmeticOverflow() }
            remaining = left
            made += 1
            return EntryPlan(candidate: candidate, requested: requested, quantity: quantity, number: number)
                .outcome(in: context)
        } catch {
            return .outOfRange("the quantity")
        }
    }
}

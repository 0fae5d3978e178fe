/// The settle step of an enter_market pass: the checks in their order, sizing and reservation (R50–R65, R94).
///
/// The safety check stands directly before the orders: what it looks at is the position as of this moment (design §4).
struct EntrySettlement {
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

    init(_ context: SettleContext) {
        limits = EntryLimits(context)
        terms = try? Terms(context)
        remaining = terms?.equity.available ?? .zero
    }

    /// One outcome a candidate, in their order, which is that of priority.
    mutating func settle(_ candidates: [SettleCandidate], in context: SettleContext) -> [CandidateOutcome] {
        let settings = context.expert.settings
        // Who passes the checks that do not depend on the entries before: these are the others that may remain (R60).
        var following = settings.diversifies ? candidates.count { EntryChecks.refusal($0, settings) == nil } : 0
        var outcomes: [CandidateOutcome] = []
        outcomes.reserveCapacity(candidates.count)
        // By place: a loop over the candidates would copy each of them.
        for place in candidates.indices {
            if let refusal = EntryChecks.refusal(candidates[place], settings) {
                outcomes.append(refusal)
            } else {
                following -= 1
                outcomes.append(enter(candidates[place], in: context, following: following))
            }
        }
        return outcomes
    }

    /// Limits, equity, funds (R94, R52, R57); the last step reserves.
    private mutating func enter(
        _ candidate: SettleCandidate, in context: SettleContext, following: Int
    ) -> CandidateOutcome {
        if let message = limits.refusal(after: made) { return .skip(reason: .limit, message: message, existing: nil) }
        guard let terms else { return .outOfRange("the account's balance, buying power or use") }
        guard terms.equity.available >= terms.threshold else {
            let message = "available equity \(terms.equity.available) is below the threshold \(terms.threshold)"
            return .skip(reason: .insufficientEquity, message: message, existing: nil)
        }
        let price = ExactDecimal(candidate.recommendation.priceAtDate)
        let request = EntrySizing.Request(
            symbol: candidate.recommendation.symbol, price: price, stopLoss: candidate.requested?.stopLoss,
            remaining: remaining, othersRemain: following > 0 && limits.refusal(after: made + 1) == nil)
        do throws(ArithmeticOverflow) {
            guard let shares = try terms.sizing.quantity(request, context.expert.settings) else {
                let message =
                    "no quantity is affordable at \(price) with \(remaining) remaining of the available equity"
                return .skip(reason: .unfunded, message: message, existing: nil)
            }
            let left = try remaining.subtracting(shares.multiplied(by: price))
            let (number, overflow) = context.nextPositionNumber.addingReportingOverflow(Int64(made))
            guard let quantity = shares.rounded(toFractionDigits: 0), !overflow else { throw ArithmeticOverflow() }
            remaining = left
            made += 1
            return EntryPlan(quantity: quantity, number: number).outcome(of: candidate, in: context)
        } catch {
            return .outOfRange("the quantity")
        }
    }
}

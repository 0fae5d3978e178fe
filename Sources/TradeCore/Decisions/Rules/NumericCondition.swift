/// The conditions with an operator and a value (domain.md, Conditions; the formulas are R43 and R45).
enum NumericCondition: String, Sendable {
    case confidence
    case expectedProfitTargetPercent = "expected_profit_target_percent"
    case percentToCurrentTarget = "percent_to_current_target"
    case percentToNewTarget = "percent_to_new_target"
    case newTargetPercent = "new_target_percent"
    case percentOpenToNewTarget = "percent_open_to_new_target"
    case profitLossAmount = "profit_loss_amount"
    case profitLossPercent = "profit_loss_percent"
    case daysOpened = "days_opened"
    case daysSinceLastClose = "days_since_last_close"
    case daysSinceLastProfitableClose = "days_since_last_profitable_close"
    case daysSinceLastLosingClose = "days_since_last_losing_close"
    case instrumentAccountShare = "instrument_account_share"

    /// Whether it looks at the last closes (R45).
    var readsHistory: Bool {
        switch self {
        case .daysSinceLastClose, .daysSinceLastProfitableClose, .daysSinceLastLosingClose: true
        case .confidence, .expectedProfitTargetPercent, .percentToCurrentTarget, .percentToNewTarget, .newTargetPercent,
            .percentOpenToNewTarget, .profitLossAmount, .profitLossPercent, .daysOpened, .instrumentAccountShare:
            false
        }
    }

    /// The number of this condition for a recommendation; nothing in it is rounded.
    func number(for subject: EvaluationSubject) throws(ArithmeticOverflow) -> ConditionNumber {
        let price = ExactDecimal(subject.recommendation.priceAtDate)
        switch self {
        case .confidence:
            guard let confidence = subject.recommendation.confidence else { return .absent("confidence") }
            return .whole(ExactDecimal(confidence))
        case .expectedProfitTargetPercent:
            guard let profit = subject.recommendation.expectedProfitPercent else {
                return .absent("expected_profit_percent")
            }
            return .whole(ExactDecimal(profit))
        case .percentToCurrentTarget:
            guard let takeProfit = subject.activePosition?.takeProfit else { return .absent("take-profit") }
            return try NumericCondition.percent(from: price, to: ExactDecimal(takeProfit))
        case .percentToNewTarget:
            guard let target = try subject.target else { return .absent("target price") }
            return try NumericCondition.percent(from: price, to: target)
        case .newTargetPercent:
            guard let target = try subject.target else { return .absent("target price") }
            guard let takeProfit = subject.activePosition?.takeProfit else { return .absent("take-profit") }
            return try NumericCondition.percent(from: ExactDecimal(takeProfit), to: target)
        case .percentOpenToNewTarget:
            guard let target = try subject.target else { return .absent("target price") }
            guard let position = subject.activePosition else { return .absent("position") }
            return try NumericCondition.percent(from: ExactDecimal(position.price), to: target)
        case .profitLossAmount:
            guard let position = subject.activePosition else { return .absent("position") }
            let move = try price.subtracting(ExactDecimal(position.price)).negated(if: position.side == .sell)
            return .whole(try move.multiplied(by: ExactDecimal(position.quantity)))
        case .profitLossPercent:
            guard let position = subject.activePosition else { return .absent("position") }
            let open = ExactDecimal(position.price)
            return try NumericCondition.percent(from: open, to: price, negated: position.side == .sell)
        case .daysOpened:
            guard let position = subject.activePosition else { return .absent("position") }
            return .days(from: position.openedAt ?? position.createdAt, to: subject.now)
        case .daysSinceLastClose: return .days(since: subject.lastCloses.any, at: subject.now)
        case .daysSinceLastProfitableClose: return .days(since: subject.lastCloses.profitable, at: subject.now)
        case .daysSinceLastLosingClose: return .days(since: subject.lastCloses.losing, at: subject.now)
        case .instrumentAccountShare: return try NumericCondition.share(of: subject, price: price)
        }
    }

    /// (to − from) / from × 100.
    private static func percent(
        from: ExactDecimal, to: ExactDecimal, negated: Bool = false
    ) throws(ArithmeticOverflow) -> ConditionNumber {
        guard from > .zero else { return .absent("price above 0 to compare with") }
        let move = try to.subtracting(from).negated(if: negated)
        return .quotient(try move.multiplied(by: ExactDecimal(100)), by: from)
    }

    /// c × q / virtual × 100.
    private static func share(
        of subject: EvaluationSubject, price: ExactDecimal
    ) throws(ArithmeticOverflow) -> ConditionNumber {
        guard let virtual = try subject.virtualEquity, virtual > .zero else { return .absent("virtual equity above 0") }
        guard let position = subject.activePosition else { return .whole(.zero) }
        let held = try price.multiplied(by: ExactDecimal(position.quantity))
        return .quotient(try held.multiplied(by: ExactDecimal(100)), by: virtual)
    }
}

extension ConditionNumber {
    private static let microsecondsPerDay = ExactDecimal(86_400_000_000)

    /// Seconds / 86,400, unrounded (R45). The difference of two 64-bit numbers always fits into 128 bits.
    fileprivate static func days(from start: Timestamp, to end: Timestamp) -> ConditionNumber {
        let span = Int128(end.microseconds) - Int128(start.microseconds)
        return .quotient(ExactDecimal(mantissa: span, scale: 0), by: microsecondsPerDay)
    }

    /// Counted from a close, not below 0; without one infinite (R33, R45).
    fileprivate static func days(since close: Timestamp?, at now: Timestamp) -> ConditionNumber {
        guard let close else { return .infinite }
        return .days(from: close, to: max(close, now))
    }
}

// What conditions and prices derive from a subject.

extension EvaluationSubject {
    /// The position that conditions see: active, or none (R41).
    var activePosition: Position? {
        guard let position, position.status.isActive else { return nil }
        return position
    }

    /// The recommendation's target price: as given, or price × (1 ± profit / 100); HOLD and ERROR have none (R47).
    var target: ExactDecimal? {
        get throws(ArithmeticOverflow) {
            if let given = recommendation.targetPrice { return ExactDecimal(given) }
            guard let profit = recommendation.expectedProfitPercent else { return nil }
            let price = ExactDecimal(recommendation.priceAtDate)
            let move = try price.percent(profit)
            switch recommendation.action {
            case .buy, .overweight: return try price.adding(move)
            case .sell, .underweight: return try price.subtracting(move)
            case .hold, .error: return nil
            }
        }
    }

    /// Account balance × `virtual_equity_pct`; nil where the balance is not known.
    var virtualEquity: ExactDecimal? {
        get throws(ArithmeticOverflow) {
            guard let balance else { return nil }
            return try ExactDecimal(balance).percent(settings.virtualEquityPercent)
        }
    }
}

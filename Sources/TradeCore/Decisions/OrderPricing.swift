/// Prices of the take-profit and stop-loss orders that rules ask for (domain.md, Actions; R66–R68).
struct OrderPricing {
    /// Why an order has no price: an error of its rule (R48).
    enum Failure: Error {
        case noTarget
        case notAboveZero
        case overflow
    }

    /// Of the position that the orders protect.
    let side: Side
    /// The position's price; for an entry the current price (R68).
    let openPrice: Fixed9
    let currentPrice: Fixed9
    /// The recommendation's target price; nil where it has none (R47).
    let target: ExactDecimal?
    let minTakeProfitPercent: Fixed9

    /// For the active position in open_positions, for the entry in enter_market (R68).
    init(_ subject: EvaluationSubject, needsTarget: Bool) {
        currentPrice = subject.recommendation.priceAtDate
        minTakeProfitPercent = subject.settings.minTakeProfitPercent
        // A target that is out of range is none: the order that refers to it has no price.
        target = needsTarget ? try? subject.target : nil
        if subject.useCase == .openPositions, let position = subject.activePosition {
            side = position.side
            openPrice = position.price
        } else {
            side = subject.recommendation.side
            openPrice = currentPrice
        }
    }

    /// The reference moved by the percent into profit, at least `min_take_profit_pct` from the open price (R68).
    func takeProfit(_ reference: PriceReference, percent: Fixed9) -> Result<Fixed9, Failure> {
        guard let price = value(of: reference) else { return .failure(.noTarget) }
        do throws(ArithmeticOverflow) {
            let asked = try moved(price, by: percent)
            let floor = try moved(ExactDecimal(openPrice), by: minTakeProfitPercent)
            return OrderPricing.tick(side == .buy ? max(asked, floor) : min(asked, floor))
        } catch {
            return .failure(.overflow)
        }
    }

    /// The reference moved by the percent; a negative percent is a stop against a loss.
    func stopLoss(_ reference: PriceReference, percent: Fixed9) -> Result<Fixed9, Failure> {
        guard let price = value(of: reference) else { return .failure(.noTarget) }
        do throws(ArithmeticOverflow) {
            return OrderPricing.tick(try moved(price, by: percent))
        } catch {
            return .failure(.overflow)
        }
    }

    private func value(of reference: PriceReference) -> ExactDecimal? {
        switch reference {
        case .orderOpenPrice: ExactDecimal(openPrice)
        case .currentPrice: ExactDecimal(currentPrice)
        case .expertTargetPrice: target
        }
    }

    /// Long: price × (1 + p), short: price × (1 − p).
    private func moved(_ price: ExactDecimal, by percent: Fixed9) throws(ArithmeticOverflow) -> ExactDecimal {
        let move = try price.percent(percent)
        return side == .buy ? try price.adding(move) : try price.subtracting(move)
    }

    /// Rounded to 0.01, below 1 to 0.0001, halves away from zero: the last step (R67).
    private static func tick(_ price: ExactDecimal) -> Result<Fixed9, Failure> {
        guard price > .zero else { return .failure(.notAboveZero) }
        guard let rounded = price.rounded(toFractionDigits: price < ExactDecimal(1) ? 4 : 2) else {
            return .failure(.overflow)
        }
        return rounded > .zero ? .success(rounded) : .failure(.notAboveZero)
    }
}

extension OrderPricing.Failure {
    /// What was wrong with the order of this role.
    func text(_ role: OrderRole) -> String {
        let name = role == .takeProfit ? "take-profit" : "stop-loss"
        switch self {
        case .noTarget: return "the \(name) has no price: the recommendation has no target price"
        case .notAboveZero: return "the price of the \(name) is not above 0"
        case .overflow: return "the price of the \(name) is out of range"
        }
    }
}

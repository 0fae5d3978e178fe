/// How many shares an entry gets (domain.md, Sizing; R57–R64). Exact until the floors (R59).
struct EntrySizing {
    /// Account balance × `virtual_equity_pct`.
    let virtual: ExactDecimal
    /// available × `max_virtual_equity_per_instrument_percent`; nothing is allocated to an instrument that is entered (R58).
    let headroom: ExactDecimal
    private let lot: ExactDecimal

    init(settings: ExpertSettings, equity: Equity) throws(ArithmeticOverflow) {
        virtual = equity.virtual
        headroom = try equity.available.percent(settings.maxVirtualEquityPerInstrumentPercent)
        lot = ExactDecimal(max(settings.lotSize, 1))
    }

    /// What is sized, and beside what.
    struct Request {
        let symbol: Symbol
        /// `price_at_date`, above 0 (R64).
        let price: ExactDecimal
        let stopLoss: Fixed9?
        /// What the entries before this one have left of the available equity (R57).
        let remaining: ExactDecimal
        let othersRemain: Bool
    }

    /// The quantity in whole lots, nil where nothing can be afforded (`unfunded`).
    func quantity(
        _ request: Request, _ settings: ExpertSettings
    ) throws(ArithmeticOverflow) -> ExactDecimal? {
        let quantity =
            switch settings.sizingMode {
            case .notional: try notional(request, settings)
            case .riskATR: try byRisk(request, settings)
            }
        return quantity > .zero ? quantity : nil
    }

    private func notional(
        _ request: Request, _ settings: ExpertSettings
    ) throws(ArithmeticOverflow) -> ExactDecimal {
        let budget = min(headroom, request.remaining)
        if budget <= .zero { return .zero }
        let affordable = try budget.floorOfQuotient(by: request.price)
        var quantity = affordable
        if request.othersRemain, settings.diversifies {
            quantity = try quantity.multiplied(by: ExactDecimal(settings.diversificationFactor))
        }
        if !settings.instrumentWeights.isEmpty, let weight = settings.instrumentWeights[request.symbol] {
            quantity = try quantity.percent(weight)
        }
        let lots = try min(quantity, affordable).wholeLots(of: lot, each: ExactDecimal(1))
        if lots >= lot { return lots }
        // One lot at least, where the budget pays for it (R62).
        return affordable >= lot ? lot : .zero
    }

    private func byRisk(
        _ request: Request, _ settings: ExpertSettings
    ) throws(ArithmeticOverflow) -> ExactDecimal {
        let least = try request.price.percent(settings.minStopLossPercent)
        var distance = least
        if let stopLoss = request.stopLoss {
            let away = try request.price.subtracting(ExactDecimal(stopLoss))
            distance = max(try away.negated(if: away < .zero), least)
        }
        if distance <= .zero { return .zero }
        let risked = try virtual.percent(settings.riskPerTradePercent).floorOfQuotient(by: distance)
        let affordable = try min(headroom, request.remaining).floorOfQuotient(by: request.price)
        return try min(risked, affordable).wholeLots(of: lot, each: ExactDecimal(1))
    }
}

extension ExpertSettings {
    /// Whether an entry leaves something for others that remain: in `notional`, with a factor below 1 (R60, R63).
    var diversifies: Bool { sizingMode == .notional && diversificationFactor.billionths < 1_000_000_000 }
}

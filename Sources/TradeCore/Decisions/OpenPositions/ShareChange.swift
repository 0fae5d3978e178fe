/// How many shares an increase or a decrease is for (R75).
struct ShareChange {
    let position: Position
    /// The current price, `price_at_date` of the recommendation (R42).
    let price: ExactDecimal
    let settings: ExpertSettings
    /// Account balance × `virtual_equity_pct`.
    let virtual: ExactDecimal

    /// min((virtual × min(percent, maximum) − c·q) / c, remaining / max(c, p)), in whole lots; not above 0: no order.
    func increase(to percent: Fixed9, remaining: ExactDecimal) throws(ArithmeticOverflow) -> ExactDecimal {
        let capped = min(percent, settings.maxVirtualEquityPerInstrumentPercent)
        let missing = try virtual.percent(capped).subtracting(held)
        return min(
            try missing.wholeLots(of: lot, each: price), try remaining.wholeLots(of: lot, each: costOfShare))
    }

    /// min((c·q − virtual × percent) / c, q − 1), in whole lots, so that one share stays; not above 0: no order.
    func decrease(to percent: Fixed9) throws(ArithmeticOverflow) -> ExactDecimal {
        let surplus = try held.subtracting(virtual.percent(percent))
        let most = try ExactDecimal(position.quantity).subtracting(ExactDecimal(1))
        return min(
            try surplus.wholeLots(of: lot, each: price), try most.wholeLots(of: lot, each: ExactDecimal(1)))
    }

    /// What a share of an increase takes from `remaining`: max(c, p).
    var costOfShare: ExactDecimal { max(price, ExactDecimal(position.price)) }

    /// c·q.
    private var held: ExactDecimal {
        get throws(ArithmeticOverflow) { try price.multiplied(by: ExactDecimal(position.quantity)) }
    }

    private var lot: ExactDecimal { ExactDecimal(max(settings.lotSize, 1)) }
}

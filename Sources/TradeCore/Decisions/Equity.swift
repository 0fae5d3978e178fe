/// The money that a pass may use, found once at its start (R53, R55).
struct Equity {
    /// Account balance × `virtual_equity_pct`.
    let virtual: ExactDecimal
    /// min(virtual − used, balance − `used` of the account's experts, buying power − what they have ordered).
    let available: ExactDecimal

    init(_ funds: Funds, _ settings: ExpertSettings) throws(ArithmeticOverflow) {
        virtual = try funds.balance.percent(settings.virtualEquityPercent)
        let ofExpert = try virtual.subtracting(funds.expertUsed)
        let ofAccount = try funds.balance.subtracting(funds.accountUsed)
        let ofBuyingPower = try funds.buyingPower.subtracting(funds.accountOrdered)
        available = min(ofExpert, ofAccount, ofBuyingPower)
    }

    /// What must be available for an entry: a condition, not a reserve (R52).
    func threshold(_ settings: ExpertSettings) throws(ArithmeticOverflow) -> ExactDecimal {
        try virtual.percent(max(settings.minimumEquityThresholdPercent, settings.minAvailableBalancePercent))
    }
}

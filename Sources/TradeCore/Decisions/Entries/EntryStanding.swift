/// What an entry of an expert would meet now before its recommendation counts: limits (R94) and money (R52, R53, R55).
package struct EntryStanding: Hashable, Sendable {
    /// Which limit is reached; nil: none.
    package let limit: String?
    /// Account balance × `virtual_equity_pct`.
    package let virtual: ExactDecimal
    /// What may be spent: of the expert's virtual equity, of the account's balance and of its buying power, the least.
    package let available: ExactDecimal
    /// What has to be available for an entry: a condition, not a reserve.
    package let threshold: ExactDecimal

    /// As a pass finds it at its start; throws where the account's money is out of range (R65).
    package init(_ context: SettleContext) throws(ArithmeticOverflow) {
        let equity = try Equity(context.funds, context.expert.settings)
        limit = EntryLimits(context).refusal(after: 0)
        virtual = equity.virtual
        available = equity.available
        threshold = try equity.threshold(context.expert.settings)
    }
}

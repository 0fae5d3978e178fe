import TradeCore

/// The reference data of a store, by key.
struct StoredReference {
    private(set) var accounts: [AccountID: Account] = [:]
    private(set) var experts: [ExpertID: Expert] = [:]
    private(set) var rulesets: [String: Ruleset] = [:]

    init(_ changes: [ReferenceChange]) {
        for change in changes {
            switch change.value {
            case .account(let account): accounts[account.id] = account
            case .expert(let expert): experts[expert.id] = expert
            case .ruleset(let ruleset): rulesets[ruleset.id] = ruleset
            case nil: break
            }
        }
    }

    /// The money of an expert and its account, with what all positions of the account's experts bind (R54, R55).
    func funds(of expert: Expert, _ account: Account, _ positions: [Position]) throws(ArithmeticOverflow) -> Funds {
        var funds = Funds(
            balance: ExactDecimal(account.balance), buyingPower: ExactDecimal(account.buyingPower), expertUsed: .zero,
            accountUsed: .zero, accountOrdered: .zero)
        for position in positions where experts[position.expert]?.account == account.id {
            let used = try TradeManager.used(by: position)
            if position.expert == expert.id { funds.expertUsed = try funds.expertUsed.adding(used) }
            funds.accountUsed = try funds.accountUsed.adding(used)
            funds.accountOrdered = try funds.accountOrdered.adding(TradeManager.ordered(by: position))
        }
        return funds
    }
}

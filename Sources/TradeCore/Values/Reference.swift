// Reference data: what an operator says of accounts, experts and rulesets (domain.md, Values; R49, R87).

/// An account, as last reported.
package struct Account: Hashable, Sendable {
    package var id: AccountID
    /// Its equity: cash and positions at cost.
    package var balance: Fixed9
    package var buyingPower: Fixed9

    package init(id: AccountID, balance: Fixed9, buyingPower: Fixed9) {
        self.id = id
        self.balance = balance
        self.buyingPower = buyingPower
    }
}

/// An expert and its settings.
package struct Expert: Hashable, Sendable {
    package var id: ExpertID
    package var account: AccountID
    package var enabled: Bool
    package var enterMarketRuleset: String?
    package var openPositionsRuleset: String?
    package var settings: ExpertSettings

    package init(
        id: ExpertID, account: AccountID, enabled: Bool = true, enterMarketRuleset: String? = nil,
        openPositionsRuleset: String? = nil, settings: ExpertSettings = ExpertSettings()
    ) {
        self.id = id
        self.account = account
        self.enabled = enabled
        self.enterMarketRuleset = enterMarketRuleset
        self.openPositionsRuleset = openPositionsRuleset
        self.settings = settings
    }

    /// The ruleset of a use case, by id.
    package func ruleset(for useCase: UseCase) -> String? {
        useCase == .enterMarket ? enterMarketRuleset : openPositionsRuleset
    }
}

/// How the quantity of an entry is found (domain.md, Sizing).
package enum SizingMode: String, CaseIterable, Sendable {
    case notional
    case riskATR = "risk_atr"
}

/// An expert's settings with domain.md's defaults. Percentages are percent (40 is 40 %), quantities shares.
package struct ExpertSettings: Hashable, Sendable {
    package var allowAutomatedTradeOpening = false
    package var allowAutomatedTradeModification = false
    package var enableBuy = true
    package var enableSell = false
    package var virtualEquityPercent = Fixed9(billionths: 100_000_000_000)
    package var minAvailableBalancePercent = Fixed9(billionths: 10_000_000_000)
    package var minimumEquityThresholdPercent = Fixed9(billionths: 5_000_000_000)
    package var maxVirtualEquityPerInstrumentPercent = Fixed9(billionths: 10_000_000_000)
    package var diversificationFactor = Fixed9(billionths: 1_000_000_000)
    package var sizingMode = SizingMode.notional
    package var riskPerTradePercent = Fixed9(billionths: 1_000_000_000)
    package var minStopLossPercent = Fixed9(billionths: 7_000_000_000)
    package var minTakeProfitPercent = Fixed9(billionths: 2_000_000_000)
    package var instrumentWeights: [Symbol: Fixed9] = [:]
    package var lotSize: Int64 = 1
    /// Nil: no limit (R94).
    package var maxOpenPositions: Int64?
    package var maxEntriesPerHour: Int64?

    package init() {}
}

/// An ordered list of rules.
package struct Ruleset: Hashable, Sendable {
    package var id: String
    package var rules: [Rule]

    package init(id: String, rules: [Rule]) {
        self.id = id
        self.rules = rules
    }
}

/// A rule: all triggers must hold (none: holds); its actions; whether evaluation goes on after it matched.
package struct Rule: Hashable, Sendable {
    package var name: String
    package var triggers: [Trigger]
    package var actions: [RuleAction]
    package var continueProcessing: Bool

    package init(name: String, triggers: [Trigger], actions: [RuleAction], continueProcessing: Bool = false) {
        self.name = name
        self.triggers = triggers
        self.actions = actions
        self.continueProcessing = continueProcessing
    }
}

/// A condition by name, as it was written: unknown names are loaded and never hold (R49).
package struct Trigger: Hashable, Sendable {
    package var condition: String
    package var comparison: String?
    package var value: Fixed9?

    package init(condition: String, comparison: String? = nil, value: Fixed9? = nil) {
        self.condition = condition
        self.comparison = comparison
        self.value = value
    }
}

/// An action by name, as it was written: unknown names are loaded and report an error (R49).
package struct RuleAction: Hashable, Sendable {
    package var action: String
    package var reference: String?
    /// Percent, signed; of share changes the target share.
    package var percent: Fixed9?

    package init(action: String, reference: String? = nil, percent: Fixed9? = nil) {
        self.action = action
        self.reference = reference
        self.percent = percent
    }
}

/// The key of a record of `trade.reference`: `account/{id}`, `expert/{id}` or `ruleset/{id}`.
package enum ReferenceKey: Hashable, Sendable {
    case account(AccountID)
    case expert(ExpertID)
    case ruleset(String)
}

/// The value of a reference record.
package enum ReferenceValue: Hashable, Sendable {
    case account(Account)
    case expert(Expert)
    case ruleset(Ruleset)
}

/// One upsert, or a deletion where `value` is nil.
package struct ReferenceChange: Hashable, Sendable {
    package var key: ReferenceKey
    package var value: ReferenceValue?
    /// The JSON of the value, which the store keeps; empty for a deletion.
    package var json: [UInt8]
    /// Rules that were loaded though they can never hold (R49), for the log.
    package var warnings: [String]

    package init(key: ReferenceKey, value: ReferenceValue?, json: [UInt8], warnings: [String] = []) {
        self.key = key
        self.value = value
        self.json = json
        self.warnings = warnings
    }
}

extension GateContext {
    /// The first gate that is closed, in the order of domain.md (enter_market 1; R20, R21, R93).
    var firstClosed: ClosedGate? {
        if let halt { return ClosedGate(reason: .halted, message: halt) }
        guard let expert else {
            return ClosedGate(reason: .unknownExpert, message: "expert \(expertID) is not in the reference data")
        }
        guard account != nil else {
            return ClosedGate(
                reason: .unknownExpert,
                message: "account \(expert.account) of expert \(expertID) is not in the reference data")
        }
        guard expert.enabled else {
            return ClosedGate(reason: .expertDisabled, message: "expert \(expertID) is not enabled")
        }
        guard automationAllowed(expert.settings) else {
            return ClosedGate(
                reason: .automationDisabled, message: "\(automationSetting) of expert \(expertID) is false")
        }
        guard let name = expert.ruleset(for: useCase) else {
            return ClosedGate(
                reason: .noRuleset, message: "\(useCase.rawValue)_ruleset_id of expert \(expertID) is not set")
        }
        guard ruleset != nil else {
            return ClosedGate(
                reason: .noRuleset, message: "ruleset \(name) of expert \(expertID) is not in the reference data")
        }
        return nil
    }

    private func automationAllowed(_ settings: ExpertSettings) -> Bool {
        useCase == .enterMarket ? settings.allowAutomatedTradeOpening : settings.allowAutomatedTradeModification
    }

    private var automationSetting: String {
        useCase == .enterMarket ? "allow_automated_trade_opening" : "allow_automated_trade_modification"
    }
}

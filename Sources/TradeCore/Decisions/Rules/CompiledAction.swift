/// An action whose names have been looked up (domain.md, Actions).
enum CompiledAction: Hashable, Sendable {
    case entry(Side)
    case close
    case stopProcessing
    case takeProfit(PriceReference, percent: Fixed9)
    case stopLoss(PriceReference, percent: Fixed9)
    case share(RequestedActions.ShareChange)

    /// Fails with the defect's text: an unknown name or an absent operand (R49).
    static func compile(_ action: RuleAction) -> Result<CompiledAction, RuleDefect> {
        switch action.action {
        case "buy": return .success(.entry(.buy))
        case "sell": return .success(.entry(.sell))
        case "close": return .success(.close)
        case "stop_processing": return .success(.stopProcessing)
        case "adjust_take_profit":
            return price(action).map { .takeProfit($0.reference, percent: $0.percent) }
        case "adjust_stop_loss":
            return price(action).map { .stopLoss($0.reference, percent: $0.percent) }
        case "increase_instrument_share": return percent(action).map { .share(.increase(targetPercent: $0)) }
        case "decrease_instrument_share": return percent(action).map { .share(.decrease(targetPercent: $0)) }
        default: return .failure(RuleDefect(text: "action \(action.action) is not known", trigger: nil))
        }
    }

    private static func percent(_ action: RuleAction) -> Result<Fixed9, RuleDefect> {
        guard let percent = action.percent else {
            return .failure(RuleDefect(text: "action \(action.action) has no percent", trigger: nil))
        }
        return .success(percent)
    }

    private static func price(
        _ action: RuleAction
    ) -> Result<(reference: PriceReference, percent: Fixed9), RuleDefect> {
        guard let name = action.reference else {
            return .failure(RuleDefect(text: "action \(action.action) has no reference", trigger: nil))
        }
        guard let reference = PriceReference(rawValue: name) else {
            return .failure(
                RuleDefect(text: "reference \(name) of action \(action.action) is not known", trigger: nil))
        }
        return percent(action).map { (reference, $0) }
    }
}

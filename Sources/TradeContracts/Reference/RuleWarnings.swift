import TradeCore

/// Finds the rules that are loaded though they can never hold: unknown names and absent operands (R49).
enum RuleWarnings {
    private static let ratings = ["negative", "neutral", "positive"]

    private static let flags: Set<String> = Set(
        [
            "bullish", "bearish", "has_no_position", "has_position", "has_buy_position", "has_sell_position",
            "rating_upgraded", "rating_downgraded", "short_term", "medium_term", "long_term", "lowrisk", "mediumrisk",
            "highrisk", "new_target_higher", "new_target_lower", "current_rating_positive", "current_rating_overweight",
            "current_rating_neutral", "current_rating_underweight", "current_rating_negative",
        ] + ratings.flatMap { from in ratings.map { "rating_\(from)_to_\($0)" } })

    private static let numbers: Set<String> = [
        "confidence", "expected_profit_target_percent", "percent_to_current_target", "percent_to_new_target",
        "new_target_percent", "percent_open_to_new_target", "profit_loss_amount", "profit_loss_percent", "days_opened",
        "days_since_last_close", "days_since_last_profitable_close", "days_since_last_losing_close",
        "instrument_account_share",
    ]

    private static let operators: Set<String> = [">", ">=", "<", "<=", "==", "!="]
    private static let plainActions: Set<String> = ["buy", "sell", "close", "stop_processing"]
    private static let priceActions: Set<String> = ["adjust_take_profit", "adjust_stop_loss"]
    private static let shareActions: Set<String> = ["increase_instrument_share", "decrease_instrument_share"]
    private static let references: Set<String> = ["order_open_price", "current_price", "expert_target_price"]

    /// A warning for each trigger and action that will report an error whenever evaluation comes to it.
    static func warnings(for ruleset: Ruleset) -> [String] {
        ruleset.rules.enumerated().flatMap { index, rule in
            let place = "ruleset \(ruleset.id), rules[\(index)] (\(rule.name))"
            return rule.triggers.enumerated().compactMap { index, trigger in
                problem(of: trigger).map { "\(place), triggers[\(index)]: \($0); the rule never holds" }
            }
                + rule.actions.enumerated().compactMap { index, action in
                    problem(of: action).map { "\(place), actions[\(index)]: \($0); the rule never holds" }
                }
        }
    }

    private static func problem(of trigger: Trigger) -> String? {
        if flags.contains(trigger.condition) { return nil }
        guard numbers.contains(trigger.condition) else { return "condition \(quoted(trigger.condition)) is not known" }
        guard let comparison = trigger.comparison else { return "\(trigger.condition) has no operator" }
        guard operators.contains(comparison) else { return "operator \(quoted(comparison)) is not known" }
        return trigger.value == nil ? "\(trigger.condition) has no value" : nil
    }

    private static func problem(of action: RuleAction) -> String? {
        if plainActions.contains(action.action) { return nil }
        if shareActions.contains(action.action) {
            return action.percent == nil ? "\(action.action) has no percent" : nil
        }
        guard priceActions.contains(action.action) else { return "action \(quoted(action.action)) is not known" }
        guard let reference = action.reference else { return "\(action.action) has no reference" }
        guard references.contains(reference) else { return "reference \(quoted(reference)) is not known" }
        return action.percent == nil ? "\(action.action) has no percent" : nil
    }

    private static func quoted(_ text: String) -> String { "\"\(TextLimit.cut(text, to: 64))\"" }
}

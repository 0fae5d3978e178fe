/// A trigger whose names have been looked up, with what an explanation says of it.
struct CompiledTrigger: Sendable {
    /// What is evaluated: without references, so that none is counted on the way through a ruleset.
    enum Test: Sendable {
        case flag(FlagCondition)
        case number(NumericCondition, NumericComparison, ExactDecimal)
        /// In place of all triggers of a rule that has a defect.
        case defect
    }

    let source: Trigger
    let test: Test

    var readsHistory: Bool {
        switch test {
        case .flag(let flag): flag.readsHistory
        case .number(let condition, _, _): condition.readsHistory
        case .defect: false
        }
    }

    /// Fails with the defect's text: an unknown name or an absent operand (R49).
    static func compile(_ trigger: Trigger) -> Result<CompiledTrigger, RuleDefect> {
        if let flag = FlagCondition(name: trigger.condition) {
            return .success(CompiledTrigger(source: trigger, test: .flag(flag)))
        }
        guard let condition = NumericCondition(rawValue: trigger.condition) else {
            return .failure(RuleDefect(text: "condition \(trigger.condition) is not known", trigger: trigger))
        }
        guard let name = trigger.comparison else {
            return .failure(RuleDefect(text: "condition \(trigger.condition) has no operator", trigger: trigger))
        }
        guard let comparison = NumericComparison(rawValue: name) else {
            return .failure(
                RuleDefect(text: "operator \(name) of condition \(trigger.condition) is not known", trigger: trigger))
        }
        guard let value = trigger.value else {
            return .failure(RuleDefect(text: "condition \(trigger.condition) has no value", trigger: trigger))
        }
        let test = Test.number(condition, comparison, ExactDecimal(value))
        return .success(CompiledTrigger(source: trigger, test: test))
    }
}

/// Why a rule that was loaded can never hold (R49).
struct RuleDefect: Error, Hashable, Sendable {
    let text: String
    /// The trigger that has the defect; nil where an action has it.
    let trigger: Trigger?
}

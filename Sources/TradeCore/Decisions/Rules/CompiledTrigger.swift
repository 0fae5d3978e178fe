/// A trigger whose names have been looked up, with what an explanation says of it.
///
/// An object, as its rule is: a value would copy its texts' references wherever evaluation comes to it.
final class CompiledTrigger: Sendable {
    enum Test: Sendable {
        case flag(FlagCondition)
        case number(NumericCondition, NumericComparison, ExactDecimal)
    }

    let source: Trigger
    let test: Test

    private init(source: Trigger, test: Test) {
        self.source = source
        self.test = test
    }

    var readsHistory: Bool {
        switch test {
        case .flag(let flag): flag.readsHistory
        case .number(let condition, _, _): condition.readsHistory
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

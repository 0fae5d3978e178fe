package import TradeCore

/// What evaluates rules: the trade manager's own, or one that a test holds. Called on workers, several at once.
package protocol RuleEngine: Sendable {
    /// Whether an evaluation may take long: then a worker takes one pass at a time, so that none waits behind it.
    var mayBlock: Bool { get }

    /// Evaluates one recommendation. An error fails the pass (R31); what a rule can't evaluate is a value (R30).
    func evaluate(_ subject: EvaluationSubject, ruleset: CompiledRuleset, explain: Bool) throws -> RuleDecision
}

/// The trade manager's rules.
package struct TradeRules: RuleEngine {
    package init() {}

    package var mayBlock: Bool { false }

    package func evaluate(_ subject: EvaluationSubject, ruleset: CompiledRuleset, explain: Bool) throws -> RuleDecision
    {
        TradeManager.evaluate(subject, compiled: ruleset, explain: explain)
    }
}

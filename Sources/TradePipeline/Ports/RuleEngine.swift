package import TradeCore

/// What evaluates rules: the trade manager's own, or one that a test holds. Called on workers, several at once.
package protocol RuleEngine: Sendable {
    /// Evaluates one recommendation. An error fails the pass (R31); what a rule can't evaluate is a value (R30).
    func evaluate(_ subject: EvaluationSubject, ruleset: Ruleset, explain: Bool) throws -> RuleDecision
}

/// The trade manager's rules.
package struct TradeRules: RuleEngine {
    package init() {}

    package func evaluate(_ subject: EvaluationSubject, ruleset: Ruleset, explain: Bool) throws -> RuleDecision {
        TradeManager.evaluate(subject, ruleset: ruleset, explain: explain)
    }
}

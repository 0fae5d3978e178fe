/// A ruleset whose names have been looked up once, so that no evaluation compares strings.
package final class CompiledRuleset: Sendable {
    package let source: Ruleset
    let rules: [CompiledRule]
    /// What the rules test, one rule behind the other.
    let tests: [CompiledTrigger.Test]
    /// For each rule the end of its tests; they begin where those of the rule before end.
    let ends: [Int]

    /// Whether any condition asks about the past: the previous recommendation (R40) or the last closes (R45). Where none does
    /// nobody has to look it up.
    package let readsHistory: Bool

    package init(_ ruleset: Ruleset) {
        source = ruleset
        rules = ruleset.rules.map(CompiledRule.init)
        var tests: [CompiledTrigger.Test] = []
        ends = rules.map { rule in
            tests += rule.defect == nil ? rule.triggers.map(\.test) : [.defect]
            return tests.count
        }
        self.tests = tests
        readsHistory = rules.contains { $0.triggers.contains(where: \.readsHistory) }
    }
}

extension Ruleset {
    /// The rules that were loaded though they can never hold, each with what is unknown or absent (R49): for the log.
    package var warnings: [String] {
        rules.compactMap { rule in
            CompiledRule(rule).defect.map { "ruleset \(id), rule \(rule.name): \($0.text); the rule will not hold" }
        }
    }
}

/// One evaluation of a ruleset for one recommendation (R30, R34–R38, R48).
struct RuleEvaluation {
    let explain: Bool

    private var errors: [String] = []
    private var traces: [RuleTrace] = []
    private var standing = StandingActions()

    init(explain: Bool) { self.explain = explain }

    mutating func decide(_ subject: EvaluationSubject, _ ruleset: CompiledRuleset) -> RuleDecision {
        if explain { traces.reserveCapacity(ruleset.rules.count) }
        var ended = false
        var start = 0
        for (index, end) in ruleset.ends.enumerated() {
            if ended {
                guard explain else { break }
                traces.append(RuleTrace(rule: ruleset.rules[index].name, outcome: .notReached))
            } else if matches(index, start..<end, of: ruleset, subject) {
                ended = apply(ruleset.rules[index], at: index, in: subject.useCase)
            }
            start = end
        }
        // In two steps: a call on `self` would take its copy before the prices add their errors.
        let requested = price(subject, ruleset)
        return decision(requested, subject.useCase, ruleset)
    }

    /// Whether all triggers hold, in order up to the first that does not or has an error (R34).
    private mutating func matches(
        _ index: Int, _ tests: Range<Int>, of ruleset: CompiledRuleset, _ subject: EvaluationSubject
    ) -> Bool {
        for place in tests {
            let result = RuleEvaluation.result(of: ruleset.tests[place], subject)
            if case .holds = result { continue }
            note(result, ruleset.rules[index], at: place - tests.lowerBound)
            return false
        }
        if explain { traces.append(RuleTrace(rule: ruleset.rules[index].name, outcome: .matched)) }
        return true
    }

    /// How a test of a trigger ends.
    private enum TestResult {
        case holds
        /// With the fraction that did not satisfy the comparison, where it was one.
        case misses(ExactDecimal?, by: ExactDecimal)
        case absent(StaticString)
        case outOfRange
        case defect
    }

    private static func result(of test: CompiledTrigger.Test, _ subject: EvaluationSubject) -> TestResult {
        let one = ExactDecimal(1)
        do throws(ArithmeticOverflow) {
            switch test {
            case .flag(let condition):
                return try condition.holds(for: subject) ? .holds : .misses(nil, by: one)
            case .number(let condition, let comparison, let value):
                switch try condition.number(for: subject) {
                case .absent(let what): return .absent(what)
                case .infinite: return comparison.holdsForInfinity ? .holds : .misses(nil, by: one)
                case .whole(let number): return comparison.holds(number, value) ? .holds : .misses(number, by: one)
                case .quotient(let numerator, let divisor):
                    let holds = comparison.holds(numerator, try value.multiplied(by: divisor))
                    return holds ? .holds : .misses(numerator, by: divisor)
                }
            case .defect: return .defect
            }
        } catch {
            return .outOfRange
        }
    }

    /// Notes why a rule does not hold. `place`: of the trigger in the rule.
    private mutating func note(_ result: TestResult, _ rule: CompiledRule, at place: Int) {
        if case .misses(let number, let divisor) = result {
            guard explain else { return }
            let actual = number.flatMap { $0.roundedQuotient(by: divisor) }
            traces.append(trace(rule, .notMatched, rule.triggers[place].source, actual: actual))
        } else if case .defect = result {
            if let defect = rule.defect { fail(rule, defect.text, trigger: defect.trigger) }
        } else {
            let source = rule.triggers[place].source
            if case .absent(let what) = result {
                fail(rule, "condition \(source.condition) has no \(what)", trigger: source)
            } else {
                fail(rule, "condition \(source.condition) is out of range", trigger: source)
            }
        }
    }

    /// Takes the actions of a rule that matched; whether evaluation ends with it.
    private mutating func apply(_ rule: CompiledRule, at index: Int, in useCase: UseCase) -> Bool {
        var stop = !rule.continueProcessing
        for action in rule.actions {
            if action == .stopProcessing { stop = true }
            standing.take(action, of: index, in: useCase)
        }
        return stop
    }

    /// What stands, with the prices of its orders. One without a price is an error of its rule (R48).
    private mutating func price(_ subject: EvaluationSubject, _ ruleset: CompiledRuleset) -> RequestedActions {
        var requested = RequestedActions()
        requested.entry = standing.entry
        requested.close = standing.close
        requested.shareChange = standing.shareChange
        if standing.takeProfit == nil, standing.stopLoss == nil { return requested }
        let pricing = OrderPricing(subject, needsTarget: standing.refersToTarget)
        if let order = standing.takeProfit {
            switch pricing.takeProfit(order.reference, percent: order.percent) {
            case .success(let price): requested.takeProfit = price
            case .failure(let failure): failAction(order.rule, of: ruleset, failure.text(.takeProfit))
            }
        }
        if let order = standing.stopLoss {
            switch pricing.stopLoss(order.reference, percent: order.percent) {
            case .success(let price): requested.stopLoss = price
            case .failure(let failure): failAction(order.rule, of: ruleset, failure.text(.stopLoss))
            }
        }
        return requested
    }

    private func decision(
        _ requested: RequestedActions, _ useCase: UseCase, _ ruleset: CompiledRuleset
    ) -> RuleDecision {
        let explanation = explain ? Explanation(ruleset: ruleset.source.id, rules: traces) : nil
        let text = errors.isEmpty ? nil : errors.joined(separator: "; ")
        let nothing: RuleDecision.Verdict = text.map { .evaluationError($0) } ?? .conditionsNotMet
        let takesEffect =
            switch useCase {
            case .enterMarket: requested.entry != nil && !standing.unpriced
            case .openPositions: requested != RequestedActions()
            }
        return RuleDecision(
            verdict: takesEffect ? .requested(requested) : nothing, explanation: explanation, errors: text)
    }

    private mutating func fail(_ rule: CompiledRule, _ text: String, trigger: Trigger?) {
        errors.append(rule.error(text))
        if explain { traces.append(trace(rule, .error, trigger)) }
    }

    /// An error of an action of a rule that matched. Up to that rule all have been traced, so its trace stands at its place.
    private mutating func failAction(_ index: Int, of ruleset: CompiledRuleset, _ text: String) {
        standing.unpriced = true
        guard ruleset.rules.indices.contains(index) else { return }
        errors.append(ruleset.rules[index].error(text))
        if traces.indices.contains(index) { traces[index].outcome = .error }
    }

    private func trace(
        _ rule: CompiledRule, _ outcome: RuleTrace.Outcome, _ trigger: Trigger?, actual: Fixed9? = nil
    ) -> RuleTrace {
        RuleTrace(
            rule: rule.name, outcome: outcome, condition: trigger?.condition, comparison: trigger?.comparison,
            value: trigger?.value, actual: actual)
    }
}

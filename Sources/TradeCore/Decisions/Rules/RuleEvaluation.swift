/// One evaluation of a ruleset for one recommendation (R30, R34–R38, R48).
struct RuleEvaluation {
    let explain: Bool

    private var errors: [String] = []
    private var traces: [RuleTrace] = []
    private var standing = StandingActions()

    init(explain: Bool) { self.explain = explain }

    mutating func decide(_ subject: EvaluationSubject, _ ruleset: CompiledRuleset) -> RuleDecision {
        var ended = false
        for (index, rule) in ruleset.rules.enumerated() {
            if ended {
                guard explain else { break }
                traces.append(RuleTrace(rule: rule.name, outcome: .notReached))
                continue
            }
            if matches(rule, subject) { ended = apply(rule, at: index, in: subject.useCase) }
        }
        // In two steps: a call on `self` would take its copy before the prices add their errors.
        let requested = price(subject, ruleset)
        return decision(requested, subject.useCase, ruleset)
    }

    /// Whether all triggers hold, in order up to the first that does not or has an error (R34).
    private mutating func matches(_ rule: CompiledRule, _ subject: EvaluationSubject) -> Bool {
        if let defect = rule.defect {
            fail(rule, defect.text, trigger: defect.trigger)
            return false
        }
        for trigger in rule.triggers where !holds(trigger, of: rule, subject) { return false }
        if explain { traces.append(RuleTrace(rule: rule.name, outcome: .matched)) }
        return true
    }

    private mutating func holds(
        _ trigger: CompiledTrigger, of rule: CompiledRule, _ subject: EvaluationSubject
    ) -> Bool {
        do throws(ArithmeticOverflow) {
            switch trigger.test {
            case .flag(let condition):
                if try condition.holds(for: subject) { return true }
                miss(rule, trigger.source)
            case .number(let condition, let comparison, let value):
                switch try condition.number(for: subject) {
                case .absent(let what):
                    fail(rule, "condition \(trigger.source.condition) has no \(what)", trigger: trigger.source)
                case .infinite:
                    if comparison.holdsForInfinity { return true }
                    miss(rule, trigger.source)
                case .quotient(let numerator, let divisor):
                    if comparison.holds(numerator, try value.multiplied(by: divisor)) { return true }
                    miss(rule, trigger.source, actual: explain ? numerator.roundedQuotient(by: divisor) : nil)
                }
            }
        } catch {
            fail(rule, "condition \(trigger.source.condition) is out of range", trigger: trigger.source)
        }
        return false
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

    private mutating func miss(_ rule: CompiledRule, _ trigger: Trigger, actual: Fixed9? = nil) {
        guard explain else { return }
        traces.append(trace(rule, .notMatched, trigger, actual: actual))
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

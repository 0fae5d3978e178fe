/// What rules see of one recommendation: a snapshot, so that evaluation is pure and may run beside everything else.
package struct EvaluationSubject: Sendable {
    package var useCase: UseCase
    package var recommendation: Recommendation
    package var settings: ExpertSettings
    /// The active position of this expert in the symbol (R41).
    package var position: Position?
    /// The previous recommendation of this expert and symbol (R40).
    package var previous: PreviousRecommendation?
    /// The pass's clock.
    package var now: Timestamp
    /// The account's balance, for `instrument_account_share`, which without it is an absent number (R43).
    package var balance: Fixed9?
    /// When this expert's positions in the symbol were last closed, for `days_since_last_…` (R45).
    package var lastCloses: LastCloses

    package init(
        useCase: UseCase, recommendation: Recommendation, settings: ExpertSettings, position: Position?,
        previous: PreviousRecommendation?, now: Timestamp, balance: Fixed9? = nil, lastCloses: LastCloses = LastCloses()
    ) {
        self.useCase = useCase
        self.recommendation = recommendation
        self.settings = settings
        self.position = position
        self.previous = previous
        self.now = now
        self.balance = balance
        self.lastCloses = lastCloses
    }
}

/// How one rule ended, for explanations (R96).
package struct RuleTrace: Hashable, Sendable {
    package enum Outcome: String, Sendable {
        case matched
        case notMatched = "not_matched"
        case error
        case notReached = "not_reached"
    }

    package var rule: String
    package var outcome: Outcome
    /// The condition that decided the rule; nil where it matched.
    package var condition: String?
    package var comparison: String?
    package var value: Fixed9?
    package var actual: Fixed9?

    package init(
        rule: String, outcome: Outcome, condition: String? = nil, comparison: String? = nil, value: Fixed9? = nil,
        actual: Fixed9? = nil
    ) {
        self.rule = rule
        self.outcome = outcome
        self.condition = condition
        self.comparison = comparison
        self.value = value
        self.actual = actual
    }
}

/// Which rules decided and how (R96).
package struct Explanation: Hashable, Sendable {
    package var ruleset: String
    package var rules: [RuleTrace]

    package init(ruleset: String, rules: [RuleTrace]) {
        self.ruleset = ruleset
        self.rules = rules
    }
}

/// What the rules ask for: the last action of each kind over all rules that matched (R37, R38).
package struct RequestedActions: Hashable, Sendable {
    package enum ShareChange: Hashable, Sendable {
        case increase(targetPercent: Fixed9)
        case decrease(targetPercent: Fixed9)
    }

    /// The side of an entry that is asked for.
    package var entry: Side?
    package var close = false
    /// Prices, rounded to the order's tick (R67).
    package var takeProfit: Fixed9?
    package var stopLoss: Fixed9?
    package var shareChange: ShareChange?

    package init() {}
}

/// The rules' answer for one recommendation. Errors of rules are values, not failures (R30).
package struct RuleDecision: Hashable, Sendable {
    package enum Verdict: Hashable, Sendable {
        case requested(RequestedActions)
        case conditionsNotMet
        case evaluationError(String)
    }

    package var verdict: Verdict
    package var explanation: Explanation?
    /// Errors of rules beside a verdict of `requested`: where nothing of it takes effect they give the reason (R30, R35).
    package var errors: String?

    package init(verdict: Verdict, explanation: Explanation?, errors: String? = nil) {
        self.verdict = verdict
        self.explanation = explanation
        self.errors = errors
    }
}

/// The derived ids that the orders of one recommendation would have (R81): found outside of the lock, before it is settled.
package struct CandidateIDs: Hashable, Sendable {
    package var position: UniqueID
    /// One id a role, in the order of `OrderRole.allCases`.
    package var orders: [UniqueID]

    package init(position: UniqueID, orders: [UniqueID]) {
        self.position = position
        self.orders = orders
    }

    package func order(_ role: OrderRole) -> UniqueID {
        for (index, candidate) in OrderRole.allCases.enumerated() where candidate == role && index < orders.count {
            return orders[index]
        }
        return position
    }
}

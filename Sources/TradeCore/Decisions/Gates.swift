/// A gate that is closed: why nothing of this key trades now.
package struct ClosedGate: Hashable, Sendable {
    package let reason: SkipReason
    package let message: String

    package init(reason: SkipReason, message: String) {
        self.reason = reason
        self.message = message
    }
}

/// What the gates of a pass look at: reference data as of the moment of settling.
package struct GateContext: Sendable {
    package var expertID: ExpertID
    package var useCase: UseCase
    package var expert: Expert?
    package var account: Account?
    package var ruleset: Ruleset?
    /// The message of a halt of everything that covers this expert, nil where there is none (R93).
    package var halt: String?

    package init(
        expertID: ExpertID, useCase: UseCase, expert: Expert?, account: Account?, ruleset: Ruleset?, halt: String? = nil
    ) {
        self.expertID = expertID
        self.useCase = useCase
        self.expert = expert
        self.account = account
        self.ruleset = ruleset
        self.halt = halt
    }
}

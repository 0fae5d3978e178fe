extension CandidateOutcome {
    /// What asks for nothing that takes effect: an error of a rule is the reason where there was one (R30, R35).
    static func nothingToDo(errors: String?) -> CandidateOutcome {
        guard let errors else {
            return .skip(
                reason: .conditionsNotMet, message: "no rule asks for anything that takes effect", existing: nil)
        }
        return .skip(reason: .evaluationError, message: errors, existing: nil)
    }

    /// An overflow is an evaluation error (R65).
    static func outOfRange(_ what: String) -> CandidateOutcome {
        .skip(reason: .evaluationError, message: "\(what) is out of range", existing: nil)
    }
}

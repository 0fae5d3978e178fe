import TradeContracts
import TradeCore

/// Evaluates the selected recommendations of a pass and derives the ids that their orders would have: the same on a worker and in
/// a replay. Pure but for the rules.
package struct PassEvaluator: Sendable {
    private let rules: any RuleEngine

    package init(rules: any RuleEngine) { self.rules = rules }

    /// An error of the rules fails the pass, or in an isolated one the recommendation alone (R31).
    package func evaluate(_ task: PassTask) -> PassEvaluation {
        var decisions: [RuleDecision] = []
        var ids: [CandidateIDs] = []
        decisions.reserveCapacity(task.subjects.count)
        for subject in task.subjects {
            do {
                decisions.append(try rules.evaluate(subject, ruleset: task.ruleset, explain: task.explain))
            } catch {
                guard task.isolated else {
                    return PassEvaluation(pass: task.pass, attempt: task.attempt, result: .failed("\(error)"))
                }
                decisions.append(RuleDecision(verdict: .evaluationError("\(error)"), explanation: nil))
            }
            ids.append(DerivedID.candidate(of: subject, key: task.key))
        }
        return PassEvaluation(pass: task.pass, attempt: task.attempt, result: .decided(decisions, ids))
    }
}

extension DerivedID {
    /// The ids that the orders of a subject would have: those of the position that it goes to, or of a new one (R81).
    static func candidate(of subject: EvaluationSubject, key: ExpertUseCase) -> CandidateIDs {
        let recommendation = subject.recommendation.id
        return candidate(
            expert: key.expert, useCase: key.useCase,
            entryRecommendation: subject.position?.recommendation ?? recommendation, recommendation: recommendation)
    }
}

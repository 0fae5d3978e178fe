import Telemetry
package import TradeCore
import TradePipeline

/// The trade manager's rules behind a gate that the test opens and closes: passes are held in their evaluation for as long as
/// the test wants, or fail.
package final class HeldRules: RuleEngine {
    /// What a failure that the test asked for says.
    package struct Failure: Error, CustomStringConvertible {
        package let description = "a failure that the test asked for"
    }

    private struct State {
        var isHolding = false
        /// Evaluations that wait at the gate, by what `group` says of them.
        var held: [String] = []
        var inside: [String: Int] = [:]
        var most: [String: Int] = [:]
        var failures = 0
        var evaluated: [RecommendationID] = []
    }

    package let mayBlock = true
    private let group: @Sendable (EvaluationSubject) -> String
    private let state = Monitor(State())
    private let changed: Monitor<State>.Condition

    /// `group`: what an evaluation belongs to, for `mostAtOnce`; rules don't see the expert.
    package init(
        isHolding: Bool = false, group: @escaping @Sendable (EvaluationSubject) -> String = { $0.useCase.rawValue }
    ) {
        self.group = group
        changed = state.makeCondition()
        state.withLock { $0.isHolding = isHolding }
    }

    /// From now on evaluations wait.
    package func hold() { state.withLock { $0.isHolding = true } }

    /// Lets go of all that wait, and holds no more.
    package func release() {
        state.withLock { $0.isHolding = false }
        changed.broadcast()
    }

    /// The next evaluations fail.
    package func fail(next count: Int) { state.withLock { $0.failures = count } }

    /// Waits until so many evaluations are held at once; false once `seconds` have passed.
    package func waitUntilHeld(_ count: Int = 1, seconds: Double = 30) -> Bool {
        let deadline = MonotonicTime.after(seconds: seconds)
        return state.withLock { state in
            while state.held.count < count {
                if !changed.wait(&state, until: deadline) { return false }
            }
            return true
        }
    }

    /// The groups of the evaluations that are held now.
    package var held: [String] { state.withLock { $0.held.sorted() } }

    /// The most evaluations of a group that were ever under way at once.
    package func mostAtOnce(_ group: String) -> Int { state.withLock { $0.most[group] ?? 0 } }

    /// Every recommendation that was evaluated, in order, as often as it was.
    package var evaluated: [RecommendationID] { state.withLock { $0.evaluated } }

    package func evaluate(
        _ subject: EvaluationSubject, ruleset: CompiledRuleset, explain: Bool
    ) throws -> RuleDecision {
        let group = group(subject)
        let fails = state.withLock { state -> Bool in
            state.inside[group, default: 0] += 1
            state.most[group] = max(state.most[group] ?? 0, state.inside[group] ?? 0)
            if state.isHolding {
                state.held.append(group)
                changed.broadcast()
                while state.isHolding { changed.wait(&state) }
                if let index = state.held.firstIndex(of: group) { state.held.remove(at: index) }
            }
            state.inside[group, default: 0] -= 1
            state.evaluated.append(subject.recommendation.id)
            if state.failures > 0 {
                state.failures -= 1
                return true
            }
            return false
        }
        if fails { throw Failure() }
        return try TradeRules().evaluate(subject, ruleset: ruleset, explain: explain)
    }
}

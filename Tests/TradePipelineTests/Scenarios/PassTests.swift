import Support
import Testing
import TradeContracts
import TradeCore

@testable import TradePipeline

/// Passes: gates, failures, and what changes between the snapshot and the settling.
@Suite struct PassTests {
    private static let expert = ReferenceKey.expert(ExpertID(1))

    private func change(_ scenario: Scenario, _ change: ReferenceChange) {
        scenario.harness.append(.reference(change), to: .reference)
        scenario.harness.deliver(.reference)
    }

    @Test func aClosedGateDecidesAllThatIsPending() {
        let scenario = Scenario()
        change(scenario, Build.expert(1, enabled: false))
        scenario.event("e1", Build.recommendation(2, "A"), Build.recommendation(1, "B"))
        scenario.event("e2")
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs() == ["expert_disabled 1", "expert_disabled 2", "expert_disabled of e2"], "R18")
    }

    @Test func anUnknownExpertIsSkipped() {
        let scenario = Scenario()
        scenario.event("e1", expert: 99, Build.recommendation(1, "A"))
        scenario.event("e2", expert: 98)
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs() == ["unknown_expert 1", "unknown_expert of e2"])
    }

    @Test func anOpenGateWithNothingPendingPutsOutNothing() {
        let scenario = Scenario()
        scenario.event("e1")
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().isEmpty, "R28")
    }

    @Test func aGateThatClosesDuringTheEvaluationCloses() {
        let scenario = Scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        change(scenario, Build.deletion(of: PassTests.expert))
        scenario.harness.answerEvaluation()
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs() == ["unknown_expert 1"])
    }

    @Test func changedRulesAreEvaluatedAgain() {
        let scenario = Scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        change(scenario, Build.ruleset("enter", []))
        scenario.harness.answerEvaluation()
        #expect(scenario.harness.evaluations.count == 1, "R87: the old evaluation does not count")
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs() == ["conditions_not_met 1"])
    }

    @Test func rulesThatChangeAllTheTimeAreEvaluatedInTheEnd() {
        let scenario = Scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        for round in 0..<6 where !scenario.harness.evaluations.isEmpty {
            change(scenario, round % 2 == 0 ? Build.ruleset("enter", []) : Build.enterRules)
            scenario.harness.answerEvaluation()
        }
        #expect(scenario.harness.evaluations.isEmpty, "after three times within the settling")
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().count == 1 + 2 || scenario.outputs().isEmpty)
        #expect(scenario.harness.pipeline.counters.reevaluations == 3)
    }

    @Test func whatIsEvaluatedWithinTheSettlingHasItsOwnIds() {
        let scenario = Scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        #expect(scenario.settle() == nil)
        scenario.event("e2", Build.recommendation(2, "A"))
        // Twice back to a worker; by the third answer the position that stood in the way is gone.
        for _ in 0..<2 {
            change(scenario, Build.enterRules)
            scenario.harness.answerEvaluation()
        }
        scenario.update(scenario.order(of: 1), .rejected)
        scenario.harness.answerEvaluation()
        #expect(scenario.settle() == nil)
        let position = scenario.harness.pipeline.projection.experts[ExpertID(1)]?.positions.values.first
        #expect(position?.recommendation == RecommendationID(2))
        #expect(
            position?.id == DerivedID.position(expert: ExpertID(1), recommendation: RecommendationID(2)),
            "R81: not the id of the position that was there before")
        #expect(position?.orders.first?.id == scenario.order(of: 2))
    }

    @Test func anOrderUpdateDuringAnEvaluationIsSeen() {
        let scenario = Scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        #expect(scenario.settle() == nil)
        // While the position is WAITING the close would wait for the entry; it is rejected during the evaluation.
        scenario.event("e2", useCase: .openPositions, Build.recommendation(2, "A", .sell))
        scenario.update(scenario.order(of: 1), .rejected)
        scenario.harness.answerEvaluation()
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().last == "no_position 2")
    }

    @Test func theSafetyCheckStandsBeforeTheOrder() {
        let scenario = Scenario { $0.locks = LockPolicy(whenBusy: .queue) }
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.event("e2", Build.recommendation(2, "A"))
        #expect(scenario.settle() == nil)
        scenario.event("e3", Build.recommendation(3, "A"))
        #expect(scenario.settle() == nil)
        let outputs = scenario.outputs()
        #expect(outputs.suffix(2) == ["existing_transaction 2", "existing_transaction 3"], "\(outputs)")
    }

    @Test func aFailedPassIsTriedAgainAndThenOneByOne() {
        let scenario = Scenario { $0.retry = RetryPolicy(attempts: 3, initial: 100_000_000, maximum: 1_000_000_000) }
        scenario.event("e1", Build.recommendation(1, "A"), Build.recommendation(2, "B"))
        for round in 1...3 {
            #expect(scenario.harness.evaluations.map(\.isolated) == [false], "round \(round)")
            scenario.harness.answerEvaluation(fails: true)
            #expect(scenario.harness.evaluations.isEmpty, "the key is free, the retry waits")
            scenario.commitAll()
            scenario.harness.advanceToDeadline()
        }
        #expect(scenario.harness.evaluations.map(\.isolated) == [true], "R31")
        #expect(scenario.settle() == nil)
        #expect(scenario.harness.pipeline.counters.passFailures == 3)
        #expect(scenario.outputs().filter { $0.hasPrefix("entry") }.count == 2)
        #expect(scenario.harness.pipeline.projection.retries == 0)
    }

    @Test func aWrongNumberOfAnswersIsAFailure() {
        let scenario = Scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        guard let task = scenario.harness.evaluations.first else { return #expect(Bool(false)) }
        scenario.harness.pipeline.evaluated(
            [PassEvaluation(pass: task.pass, attempt: task.attempt, result: .decided([], []))],
            now: scenario.harness.now)
        #expect(scenario.harness.pipeline.counters.passFailures == 1)
        scenario.harness.pipeline.evaluated(
            [PassEvaluation(pass: task.pass, attempt: task.attempt, result: .failed("late"))], now: scenario.harness.now
        )
        scenario.harness.pipeline.evaluated(
            [PassEvaluation(pass: 99, attempt: 1, result: .failed("never asked"))], now: scenario.harness.now)
        #expect(scenario.harness.pipeline.counters.passFailures == 1, "answers that nobody waits for change nothing")
        #expect(scenario.settle() == nil)
    }

    @Test func anotherEventDoesNotWaitForTheRetry() {
        let scenario = Scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.harness.answerEvaluation(fails: true)
        scenario.event("e2", Build.recommendation(2, "B"))
        scenario.harness.answerEvaluation()
        scenario.commitAll()
        #expect(Set(scenario.outputs().filter { $0.hasPrefix("entry") }) == ["entry 1", "entry 2"])
        scenario.harness.advance(milliseconds: 1000)
        #expect(scenario.runs() == 2, "the retry has nothing to do any more")
    }

    @Test func theLimitAnHourSurvivesARestart() {
        let scenario = Scenario()
        change(scenario, Build.expert(1) { $0.maxEntriesPerHour = 1 })
        scenario.event("e1", Build.recommendation(1, "A"))
        #expect(scenario.settle() == nil)
        scenario.update(scenario.order(of: 1), .rejected)
        #expect(scenario.settle() == nil)
        scenario.harness.crash()
        scenario.start()
        scenario.event("e2", Build.recommendation(2, "B"))
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().last == "limit 2", "R94")
        scenario.event("e3", at: Build.time.advanced(bySeconds: 3600), Build.recommendation(3, "B"))
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().contains("entry 3"))
    }
}

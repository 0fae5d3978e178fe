import Support
import Testing
import TradeContracts
import TradeCore

@testable import TradePipeline

/// What rules ask about the past: the previous recommendation (R40) and the last closes (R45), as they stand when a pass settles.
@Suite struct HistoryTests {
    private static func scenario(_ change: (inout PipelineConfiguration) -> Void = { _ in }) -> Scenario {
        let scenario = Scenario(experts: 2, change)
        scenario.harness.append(.reference(Build.historyRules), to: .reference)
        scenario.harness.deliver(.reference)
        scenario.commitAll()
        return scenario
    }

    private static func later(_ seconds: Int64) -> Timestamp { Build.time.advanced(bySeconds: seconds) }

    @Test func thePreviousOneIsInTheStore() {
        let scenario = Self.scenario()
        scenario.event("e1", Build.recommendation(1, "A", .hold), Build.recommendation(2, "B", .sell))
        #expect(scenario.settle() == nil)
        scenario.event(
            "e2", Build.recommendation(3, "A", at: Self.later(1)), Build.recommendation(4, "B", at: Self.later(1)))
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().suffix(2) == ["entry 3", "conditions_not_met 4"], "R40")
    }

    @Test func thePreviousOneIsQueued() {
        let scenario = Self.scenario()
        scenario.event("e1", Build.recommendation(1, "A", .hold))
        scenario.event("e2", useCase: .openPositions, Build.recommendation(2, "A", at: Self.later(1)))
        scenario.event("e3", expert: 2, Build.recommendation(3, "A", at: Self.later(1)))
        #expect(scenario.settle() == nil)
        #expect(!scenario.outputs().contains("entry 3"), "another expert's")
        scenario.harness.append(Build.event("e4", [Build.recommendation(4, "A", .hold)]), to: .events(0))
        scenario.harness.append(
            Build.event("e5", useCase: .openPositions, [Build.recommendation(5, "A", .hold, at: Self.later(2))]),
            to: .events(0))
        scenario.harness.append(
            Build.event("e6", [Build.recommendation(6, "A", at: Self.later(3))]), to: .events(0))
        scenario.harness.deliver(.events(0))
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().contains("entry 6"), "R40: of either use case")
    }

    @Test func whatArrivesBeforeItSettlesCounts() {
        let scenario = Self.scenario()
        scenario.event("e1", Build.recommendation(1, "A", at: Self.later(5)))
        scenario.commitAll()
        let tasks = scenario.harness.evaluations
        #expect(tasks.count == 1 && tasks.first?.subjects.first?.previous == nil)
        // Between its evaluation and its settling comes an older opinion.
        scenario.event("e2", useCase: .openPositions, Build.recommendation(2, "A", .hold, at: Self.later(1)))
        scenario.harness.answerEvaluation(scenario.place(of: .enterMarket))
        #expect(scenario.harness.pipeline.counters.reevaluations == 1)
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().contains("entry 1"), "R40")
    }

    @Test func aNewerOneIsNotThePrevious() {
        let scenario = Self.scenario { $0.locks = LockPolicy(whenBusy: .coalesce, wait: 0) }
        scenario.event("e1", Build.recommendation(1, "A", at: Self.later(5)))
        scenario.event("e2", useCase: .openPositions, Build.recommendation(2, "A", .hold, at: Self.later(6)))
        scenario.event("e3", useCase: .openPositions, Build.recommendation(0, "A", .hold, at: Self.later(4)))
        scenario.event("e4", useCase: .openPositions, Build.recommendation(9, "A", .sell, at: Self.later(4)))
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().contains("conditions_not_met 1"), "R40: the greatest (created_at, id) below")
    }

    @Test func whatTheStoreRefusesNeverWas() {
        let scenario = Self.scenario()
        scenario.event("e0", expert: 2, Build.recommendation(7, "Z"))
        scenario.event("e1", useCase: .openPositions, Build.recommendation(1, "A", .hold))
        scenario.event("e2", Build.recommendation(2, "A", at: Self.later(1)))
        // The writer has e0; the HOLD is the first of what it is given next.
        #expect(scenario.harness.answerCommit() == nil)
        scenario.harness.answerCommit(.refused(0))
        #expect(scenario.settle() == nil)
        let outputs = scenario.outputs()
        #expect(outputs.contains("dlq refused") && outputs.contains("conditions_not_met 2"), "\(outputs)")
    }

    @Test func aLosingCloseCountsFromItsFillOn() {
        let scenario = Self.scenario()
        scenario.event("e1", Build.recommendation(1, "A", .hold))
        scenario.event("e2", Build.recommendation(2, "A", at: Self.later(1)))
        #expect(scenario.settle() == nil)
        scenario.update(scenario.order(of: 2), .filled, quantity: 400, price: 100)
        #expect(scenario.settle() == nil)
        scenario.event("e3", useCase: .openPositions, Build.recommendation(3, "A", .sell, at: Self.later(2)))
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().contains("close 3"))
        let close = ModelIDs.order(
            ExpertUseCase(expert: ExpertID(1), useCase: .openPositions), entry: RecommendationID(2),
            RecommendationID(3), .close)
        // The fill is queued, not durable, when the pass is evaluated.
        scenario.harness.append(Build.update(close, .filled, quantity: .of(400), price: .of(90)), to: .updates(0))
        scenario.harness.deliver(.updates(0))
        scenario.event("e4", Build.recommendation(4, "A", at: Self.later(3)))
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().contains("entry 4"), "R45")
        scenario.harness.crash()
        scenario.start()
        scenario.update(scenario.order(of: 4), .rejected)
        scenario.event("e5", Build.recommendation(5, "A", at: Self.later(4)))
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().contains("entry 5"), "R45: the store has it")
        scenario.event("e6", Build.recommendation(6, "B", at: Self.later(4)))
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().contains("conditions_not_met 6"), "another symbol")
    }

    @Test func rulesThatAskNothingOfThePastCauseNoQuestion() {
        let scenario = Scenario()
        scenario.event("e1", Build.recommendation(1, "A", .hold))
        scenario.event("e2", Build.recommendation(2, "A", at: Self.later(1)))
        #expect(scenario.settle() == nil)
        let before = scenario.harness.pipeline.counters.loads
        scenario.harness.append(.reference(Build.historyRules), to: .reference)
        scenario.harness.deliver(.reference)
        scenario.event("e3", Build.recommendation(3, "B", at: Self.later(1)))
        #expect(scenario.settle() == nil)
        #expect(scenario.harness.pipeline.counters.loads == before + 1)
    }

    /// The rules change while a pass is evaluated: those that come ask about the past.
    @Test func newRulesAskWhatTheOldDidNot() {
        let scenario = Scenario()
        scenario.event("e1", useCase: .openPositions, Build.recommendation(1, "A", .hold))
        #expect(scenario.settle() == nil)
        scenario.event("e2", Build.recommendation(2, "A", at: Self.later(1)))
        for _ in 1..<Pipeline.evaluationsOutside {
            scenario.harness.append(.reference(Build.enterRules), to: .reference)
            scenario.harness.deliver(.reference)
            scenario.harness.answerEvaluation()
        }
        scenario.harness.append(.reference(Build.historyRules), to: .reference)
        scenario.harness.deliver(.reference)
        scenario.harness.answerEvaluation()
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().filter { $0.contains(" 2") } == ["entry 2"], "the new rules have no take-profit")
    }

    @Test(arguments: [false, true]) func troubleAndTheStopMeetAQuestion(stops: Bool) {
        let scenario = Self.scenario()
        scenario.event("e1", useCase: .openPositions, Build.recommendation(1, "A", .hold))
        #expect(scenario.settle() == nil)
        scenario.harness.append(Build.event("e2", [Build.recommendation(2, "A", at: Self.later(1))]), to: .events(0))
        scenario.harness.deliver(.events(0))
        #expect(scenario.harness.loads.count == 1)
        if stops {
            scenario.harness.stop()
        } else {
            scenario.harness.answerCommit(.unavailable)
        }
        scenario.answerLoads()
        #expect(scenario.harness.evaluations.isEmpty)
        #expect(scenario.settle() == nil)
        if stops {
            #expect(scenario.harness.stopped)
            scenario.harness.crash()
            scenario.start()
            #expect(scenario.settle() == nil)
        }
        #expect(scenario.outputs().contains("entry 2"), "G2")
    }
}

extension Scenario {
    /// The place of a use case among the open evaluations.
    fileprivate func place(of useCase: UseCase) -> Int {
        harness.evaluations.firstIndex { $0.key.useCase == useCase } ?? 99
    }
}

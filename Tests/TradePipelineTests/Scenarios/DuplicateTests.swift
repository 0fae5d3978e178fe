import Support
import Testing
import TradeContracts
import TradeCore

@testable import TradePipeline

/// R12 and R13, wherever the first one is: queued, durable, evicted, or behind a question to the store.
@Suite struct DuplicateTests {
    @Test func theSameEventInTheQueue() {
        let scenario = Scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.event("e1", Build.recommendation(2, "B"))
        #expect(scenario.settle() == nil)
        let outputs = scenario.outputs()
        #expect(outputs.contains("duplicate_event of e1") && !outputs.contains("entry 2"))
    }

    @Test func theSameEventInAnotherPartitionAndAfterEviction() {
        let scenario = Scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        #expect(scenario.settle() == nil)
        #expect(scenario.harness.pipeline.projection.recentIdentities == 0, "the store knows them by now")
        scenario.event("e1", partition: 1, Build.recommendation(2, "B"))
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().last == "duplicate_event of e1")
    }

    @Test func theSameIdFromAnotherSourceIsAnotherEvent() {
        let scenario = Scenario()
        for source in ["", "x"] {
            let event = AnalysisEvent(
                identity: EventIdentity(id: "e", source: source), occurredAt: Build.time, expert: ExpertID(1),
                useCase: .enterMarket, recommendations: [])
            scenario.harness.append(.event(event), to: .events(0))
        }
        #expect(scenario.settle() == nil)
        #expect(scenario.harness.pipeline.counters.events == 2)
    }

    @Test func aRecommendationThatComesAgainIsSkippedAlone() {
        let scenario = Scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.event("e2", Build.recommendation(1, "A"), Build.recommendation(2, "B"))
        #expect(scenario.settle() == nil)
        let outputs = scenario.outputs()
        #expect(outputs.filter { $0 == "duplicate_event 1" }.count == 1 && outputs.contains("entry 2"))
        // The same id in the other use case is another recommendation.
        scenario.event("e3", useCase: .openPositions, Build.recommendation(1, "Z"))
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs() == ["no_position 1"])
    }

    @Test func aQuestionThatBeganBeforeTheCommitDoesNotHideIt() {
        let scenario = Scenario()
        scenario.event("e0")
        #expect(scenario.settle() == nil)
        // A duplicate of what is durable: it has to be asked for, and the answer is kept back.
        scenario.harness.append(Build.event("e0", [Build.recommendation(7, "A")]), to: .events(0))
        scenario.harness.deliver(.events(0))
        guard let (load, answer) = scenario.harness.askEarly() else { return #expect(Bool(false), "no question") }
        // Meanwhile its recommendation comes with another event in the other partition, and becomes durable.
        scenario.event("e1", partition: 1, Build.recommendation(7, "A"))
        #expect(scenario.harness.available(.events(0)) == 0)
        scenario.harness.answerEvaluation()
        scenario.commitAll()
        scenario.harness.deliver(answer: answer, to: load)
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().filter { $0 == "duplicate_event of e0" }.count == 1)
    }

    @Test func anEarlyAnswerDoesNotLetARecommendationInTwice() {
        let scenario = Scenario()
        scenario.event("known", Build.recommendation(1, "A"))
        #expect(scenario.settle() == nil)
        // Recommendation 1 is known, so the store is asked; 2 is not, and comes with another event before the answer.
        scenario.harness.append(
            Build.event("late", [Build.recommendation(1, "A"), Build.recommendation(2, "B")]),
            to: .events(0))
        scenario.harness.deliver(.events(0))
        guard let (load, answer) = scenario.harness.askEarly() else { return #expect(Bool(false), "no question") }
        scenario.event("first", partition: 1, Build.recommendation(2, "B"))
        scenario.harness.answerEvaluation()
        scenario.commitAll()
        #expect(scenario.harness.pipeline.projection.recentIdentities > 0, "kept while the question is open")
        scenario.harness.deliver(answer: answer, to: load)
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().filter { $0 == "duplicate_event 2" }.count == 1, "R13, G3")
        #expect(scenario.harness.pipeline.projection.openTickets == 0)
    }

    @Test func whatCameBeforeIsNotTakenInAgain() {
        let scenario = Scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.event("e2", Build.recommendation(2, "B"))
        scenario.harness.append(Build.event("e3"), to: .events(0))
        scenario.harness.deliver(.events(0), back: 2)
        #expect(scenario.harness.pipeline.counters.redelivered == 2)
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().allSatisfy { !$0.hasPrefix("duplicate") }, "R12: nothing is put out for it")
    }

    @Test func aRefusedEventIsNotRemembered() {
        let scenario = Scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.event("e1", partition: 1, Build.recommendation(1, "A"))
        scenario.harness.answerCommit(.refused(0))
        #expect(scenario.settle() == nil)
        let outputs = scenario.outputs()
        #expect(outputs.first == "dlq refused" && outputs.contains("entry 1"), "R12: the second is the first now")
        #expect(!outputs.contains { $0.hasPrefix("duplicate") })
    }
}

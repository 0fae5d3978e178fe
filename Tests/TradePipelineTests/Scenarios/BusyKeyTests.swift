import Support
import Testing
import TradeContracts
import TradeCore

@testable import TradePipeline

/// Events that find their key busy (design §4).
@Suite struct BusyKeyTests {
    private func fiveWhileHeld(_ scenario: Scenario) {
        scenario.event("e1", Build.recommendation(1, "A"))
        for number in Int64(2)...5 { scenario.event("e\(number)", Build.recommendation(number, "S\(number)")) }
    }

    @Test func withAWaitOneWaiterRunsAndThreeAreDropped() {
        let scenario = Scenario { $0.locks = LockPolicy(whenBusy: .coalesce, wait: 500_000_000) }
        fiveWhileHeld(scenario)
        #expect(scenario.harness.evaluations.count == 1, "one pass at a time")
        #expect(scenario.settle() == nil)
        let outputs = scenario.outputs()
        #expect(
            outputs.filter { $0.hasPrefix("lock_busy") } == ["lock_busy of e3", "lock_busy of e4", "lock_busy of e5"])
        #expect(scenario.runs() == 2)
        #expect(
            outputs.filter { $0.hasPrefix("entry") || $0.hasPrefix("unfunded") }.count == 5,
            "G2: every recommendation is decided once")
    }

    @Test func withoutAWaitFourAreDroppedAndTheRunMakesAnotherPass() {
        let scenario = Scenario { $0.locks = LockPolicy(whenBusy: .coalesce, wait: 0) }
        fiveWhileHeld(scenario)
        #expect(scenario.settle() == nil)
        let rows = scenario.rows()
        let busy = rows.compactMap { row in
            if case .skip(let skip) = row, skip.reason == .lockBusy { skip } else { nil }
        }
        #expect(busy.map(\.event.identity.id) == ["e2", "e3", "e4", "e5"])
        #expect(busy.allSatisfy { $0.covered == true && $0.heldByRun == 1 && $0.run == nil })
        #expect(scenario.runs() == 1)
        #expect(scenario.harness.pipeline.counters.passes == 2)
        #expect(rows.map(Scenario.name).filter { $0.hasPrefix("entry") || $0.hasPrefix("unfunded") }.count == 5)
    }

    @Test func theWaitEndsAtItsTime() {
        let scenario = Scenario { $0.locks = LockPolicy(whenBusy: .coalesce, wait: 500_000_000) }
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.event("e2", Build.recommendation(2, "B"))
        scenario.harness.advance(milliseconds: 499)
        #expect(scenario.harness.pipeline.counters.skips[.lockBusy] == nil)
        scenario.harness.advance(milliseconds: 1)
        #expect(scenario.harness.pipeline.counters.skips[.lockBusy] == 1)
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().contains("entry 2"), "G2: dropped with a promise")
    }

    @Test func waitsDoNotRunOutWhileCommitsFail() {
        let scenario = Scenario { $0.locks = LockPolicy(whenBusy: .coalesce, wait: 500_000_000) }
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.event("e2", Build.recommendation(2, "B"))
        scenario.harness.answerCommit(.unavailable)
        scenario.harness.advance(milliseconds: 5_000)
        #expect(scenario.harness.pipeline.counters.skips[.lockBusy] == nil)
        #expect(scenario.settle() == nil)
    }

    @Test func skipPromisesNothingAndTheNextPassReads() {
        let scenario = Scenario { $0.locks = LockPolicy(whenBusy: .skip, wait: 0) }
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.event("e2", Build.recommendation(2, "B"))
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().filter { !$0.hasSuffix(" 1") } == ["lock_busy of e2"])
        scenario.event("e3", Build.recommendation(3, "C"))
        #expect(scenario.settle() == nil)
        let entries = scenario.outputs().filter { $0.hasPrefix("entry") }
        #expect(Set(entries) == ["entry 2", "entry 3"])
    }

    @Test func queueGivesEachItsOwnRun() {
        let scenario = Scenario { $0.locks = LockPolicy(whenBusy: .queue, wait: 0, queueLimit: 3) }
        fiveWhileHeld(scenario)
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().filter { $0.hasPrefix("lock_busy") } == ["lock_busy of e5"], "beyond the limit")
        #expect(scenario.runs() == 4)
    }

    @Test func otherKeysDoNotWait() {
        let scenario = Scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.event("e2", expert: 2, Build.recommendation(2, "A"))
        scenario.event("e3", useCase: .openPositions, Build.recommendation(3, "A"))
        #expect(scenario.harness.evaluations.count == 3)
        scenario.harness.answerEvaluation(1)
        scenario.commitAll()
        #expect(scenario.outputs().contains("entry 2"), "the held pass of expert 1 holds up nobody else")
    }
}

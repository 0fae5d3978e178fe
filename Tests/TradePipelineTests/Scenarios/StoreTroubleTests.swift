import Support
import Testing
import TradeContracts
import TradeCore
import TradeReplay

@testable import TradePipeline

/// When the store fails (design §4): refused, unavailable, in doubt.
@Suite struct StoreTroubleTests {
    /// A queue that holds every kind of entry: events, a duplicate, a dead letter, a pass, a drop, an update, reference data.
    private func mixed() -> Scenario {
        let scenario = Scenario { $0.locks = LockPolicy(whenBusy: .coalesce, wait: 0) }
        scenario.event("e0", Build.recommendation(100, "Z"))
        #expect(scenario.settle() == nil)
        _ = scenario.outputs()
        // The writer has the first entry; everything behind it waits.
        scenario.event("e1", Build.recommendation(1, "A"), Build.recommendation(2, "B"))
        scenario.event("e2", Build.recommendation(3, "A", .hold))
        scenario.harness.append(Build.undecodable, to: .events(1))
        scenario.harness.deliver(.events(1))
        scenario.harness.answerEvaluation()
        scenario.event("e1", partition: 1, Build.recommendation(4, "C"))
        scenario.event("e3", expert: 2, partition: 1, Build.recommendation(5, "A"))
        scenario.harness.answerEvaluation()
        scenario.update(scenario.order(of: 100), .filled, quantity: 400, price: 100)
        scenario.harness.append(.reference(Build.account(1, balance: 90_000)), to: .reference)
        scenario.harness.deliver(.reference)
        return scenario
    }

    /// Whatever entry is refused: all others come through, in order, and every recommendation that was taken in is decided once.
    @Test func aRefusedEntryAtEveryPlace() {
        let count = mixed().harness.pipeline.projection.queued.count
        #expect(count >= 9)
        for place in 0..<count {
            let scenario = mixed()
            // The first group is one entry; then all the rest is one group.
            var left = place
            if left < scenario.harness.commit.count {
                scenario.harness.answerCommit(.refused(left))
            } else {
                left -= scenario.harness.commit.count
                #expect(scenario.harness.answerCommit() == nil)
                scenario.harness.answerCommit(.refused(left))
            }
            #expect(scenario.settle() == nil, "refused at \(place)")
            let projection = scenario.harness.pipeline.projection
            #expect(projection.queued.isEmpty && projection.passes == 0, "refused at \(place)")
            #expect(
                projection.experts.values.allSatisfy { $0.keys.allSatisfy { $0.pending.isEmpty } }, "G2: at \(place)")
            #expect(scenario.harness.store.snapshot { _ in }.pendingKeys.isEmpty, "G2: refused at \(place)")
            let outputs = scenario.outputs()
            #expect(outputs.filter { $0 == "dlq malformed" }.count == 1, "G2: at \(place): \(outputs)")
            #expect(projection.recentIdentities == 0 && projection.openTickets == 0, "refused at \(place)")
        }
    }

    @Test func aPassForgetsWhatARefusedRecordSuperseded() {
        let scenario = Scenario { $0.locks = LockPolicy(whenBusy: .coalesce, wait: 0) }
        scenario.event("old", Build.recommendation(1, "A"))
        // The run's first pass fails; the next one finds both and takes the later, a HOLD.
        scenario.harness.answerEvaluation(fails: true)
        scenario.event("new", Build.recommendation(2, "A", .hold, at: Build.time.advanced(bySeconds: 1)))
        #expect(scenario.harness.answerCommit() == nil)
        #expect(scenario.harness.pipeline.projection.queued.count >= 1)
        scenario.harness.answerCommit(.refused(0))
        #expect(scenario.settle() == nil)
        let outputs = scenario.outputs()
        #expect(outputs.contains("dlq refused") && outputs.contains("entry 1"), "\(outputs)")
        #expect(!outputs.contains("superseded 1"), "nothing supersedes by a record that never was taken in")
    }

    @Test func aDuplicateThatComesIntoForceMayFindTheKeyBusy() {
        let scenario = Scenario { $0.locks = LockPolicy(whenBusy: .coalesce, wait: 500_000_000) }
        // The writer has the first entry; the refused one stands behind it.
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.event("x", expert: 2, Build.recommendation(1, "A"))
        scenario.event("x", Build.recommendation(9, "I"))
        scenario.event("e2", Build.recommendation(2, "B"))
        scenario.event("e3", Build.recommendation(3, "C"))
        let place = scenario.harness.evaluations.firstIndex { $0.key == Scenario.key }
        scenario.harness.answerEvaluation(place ?? 99, fails: true)
        scenario.event("e4", Build.recommendation(4, "D"))
        #expect(scenario.harness.answerCommit() == nil)
        scenario.harness.answerCommit(.refused(0))
        #expect(scenario.settle() == nil, "G1: the store sees no run number go down")
        let busy = scenario.rows().compactMap { row in
            if case .skip(let skip) = row, skip.reason == .lockBusy { skip } else { nil }
        }
        #expect(busy.map(\.event.identity.id) == ["x", "e3"] && busy.map(\.heldByRun) == [2, 1])
        #expect(scenario.harness.store.snapshot { _ in }.pendingKeys.isEmpty, "G2")
    }

    @Test func unavailableKeepsEverythingAndTriesTheSame() {
        let scenario = mixed()
        let before = scenario.harness.commit.map(\.number)
        scenario.harness.answerCommit(.unavailable)
        #expect(scenario.harness.commit.isEmpty)
        for _ in 0..<5 {
            #expect(scenario.harness.advanceToDeadline())
            #expect(scenario.harness.commit.map(\.number).starts(with: before))
            #expect(scenario.harness.pipeline.nextDeadline() == nil, "while it is tried nothing waits for the time")
            scenario.harness.answerCommit(.unavailable)
        }
        scenario.event("e9", Build.recommendation(9, "D"))
        #expect(scenario.harness.pipeline.counters.events == 4, "nothing new is taken in")
        #expect(scenario.settle() == nil)
        #expect(scenario.harness.pipeline.counters.events == 5)
    }

    @Test(arguments: [true, false]) func inDoubtEitherTruthIsTheSameInTheEnd(isDurable: Bool) {
        let scenario = mixed()
        #expect(scenario.harness.answerCommit() == nil)
        scenario.harness.answerCommit(.inDoubt(durable: isDurable))
        #expect(scenario.harness.mustRecover)
        scenario.harness.answerRecovery(opens: false)
        #expect(!scenario.harness.mustRecover, "it is opened again after a pause")
        scenario.harness.advanceToDeadline()
        scenario.harness.answerRecovery()
        #expect(scenario.settle() == nil)
        let reference = mixed()
        #expect(reference.settle() == nil)
        #expect(scenario.outputs() == reference.outputs(), "G3, G4: nothing lost, nothing twice")
    }

    @Test func doubtAfterDoubtWaits() {
        let scenario = Scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.harness.answerCommit(.inDoubt(durable: false))
        scenario.harness.answerRecovery()
        #expect(!scenario.harness.commit.isEmpty, "the first time it is tried again at once")
        for _ in 0..<3 {
            scenario.harness.answerCommit(.inDoubt(durable: false))
            scenario.harness.answerRecovery()
            #expect(scenario.harness.commit.isEmpty, "then after a pause")
            #expect(scenario.harness.advanceToDeadline())
            #expect(!scenario.harness.commit.isEmpty)
        }
        scenario.harness.events = []
        scenario.harness.answerCommit()
        let isTold = scenario.harness.events.contains { if case .storeAvailable = $0 { true } else { false } }
        #expect(isTold, "it is available when a group is durable")
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().first == "entry 1")
    }

    @Test func aStoreThatHasLostEntriesIsNotGoneOnWith() {
        let scenario = Scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.harness.answerCommit(.inDoubt(durable: true))
        let last = scenario.harness.pipeline.projection.lastCommit
        for wrong in [last - 1, last + 100, 0] {
            scenario.harness.pipeline.storeRecovered(lastCommit: wrong, now: scenario.harness.now)
            #expect(scenario.harness.pipeline.projection.lastCommit == last)
            #expect(scenario.harness.advanceToDeadline(), "it is asked again, and nothing goes on before")
        }
        scenario.harness.answerRecovery()
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().first == "entry 1")
    }

    @Test func whatCannotChangeIsNotTriedInCircles() {
        let scenario = Scenario()
        scenario.harness.append(Build.undecodable, to: .events(0))
        scenario.harness.deliver(.events(0))
        for _ in 0..<5 {
            scenario.harness.answerCommit(.refused(0))
            #expect(scenario.harness.commit.isEmpty, "a refused dead letter waits before it is tried again")
            #expect(scenario.harness.advanceToDeadline())
        }
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs() == ["dlq malformed"])
    }

    @Test func aRefusedMarkFollowsAgain() {
        let scenario = Scenario()
        scenario.harness.append(Build.undecodable, to: .events(0))
        scenario.harness.deliver(.events(0))
        scenario.commitAll()
        scenario.harness.answerPublish()
        #expect(scenario.harness.commit.map(\.relayMark) == [1])
        scenario.harness.answerCommit(.refused(0))
        #expect(scenario.settle() == nil)
        #expect(scenario.harness.store.snapshot { _ in }.relayMark == 1)
    }

    @Test func aTriggerDuringTheRecoveryIsNotLost() {
        for expert in [Int64(1), 2] {
            let scenario = Scenario { $0.locks = LockPolicy(whenBusy: .skip, wait: 0) }
            scenario.event("a", expert: expert, Build.recommendation(1, "A"))
            scenario.event("b", expert: expert, Build.recommendation(2, "B"))
            scenario.event("c", Build.recommendation(3, "C"))
            scenario.harness.answerEvaluation()
            scenario.commitAll()
            scenario.event("d", Build.recommendation(4, "D"))
            scenario.harness.answerCommit(.refused(0))
            scenario.harness.trigger(ExpertUseCase(expert: ExpertID(expert), useCase: .enterMarket))
            #expect(scenario.settle() == nil)
            #expect(scenario.outputs().contains("entry 2") || scenario.outputs().contains("unfunded 2") || expert == 1)
            #expect(scenario.harness.store.snapshot { _ in }.pendingKeys.isEmpty, "G2: expert \(expert)")
        }
    }

    @Test func noExpertIsReclaimedWhileItsEntriesAreMadeAnew() {
        let scenario = Scenario { $0.idleExperts = 0 }
        scenario.event("i1", Build.recommendation(1, "A"))
        scenario.event("i2", expert: 2, Build.recommendation(2, "A"))
        #expect(scenario.settle() == nil)
        // Both are idle from before, so they may be reclaimed as soon as another one is asked for.
        scenario.harness.append(Build.undecodable, to: .events(1))
        scenario.harness.deliver(.events(1))
        for (expert, order) in [(Int64(1), scenario.order(of: 1)), (2, scenario.order(of: 2, expert: 2))] {
            scenario.harness.append(
                Build.update(order, expert: expert, .filled, quantity: .of(1), price: .of(100)), to: .updates(0))
        }
        scenario.harness.deliver(.updates(0))
        scenario.answerLoads()
        scenario.harness.answerCommit(.refused(0))
        scenario.harness.answerLoad()
        scenario.harness.append(Build.event("n", expert: 9), to: .events(1))
        scenario.harness.deliver(.events(1))
        #expect(scenario.settle() == nil)
        var statuses: [PositionStatus] = []
        scenario.harness.store.openPositions { statuses.append($0.status) }
        #expect(statuses == [.opened, .opened], "no update is lost")
    }

    @Test func passesThatBeginMeanwhileAreHeld() {
        let scenario = Scenario()
        scenario.event("a", Build.recommendation(1, "A"))
        scenario.harness.answerEvaluation(fails: true)
        scenario.harness.answerCommit(.unavailable)
        scenario.harness.trigger(Scenario.key)
        #expect(scenario.harness.evaluations.isEmpty && scenario.harness.pipeline.projection.heldPasses == 1)
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().first == "entry 1")
    }

    @Test func evaluationsThatEndMeanwhileCountAfterwards() {
        let scenario = Scenario()
        scenario.event("a", Build.recommendation(1, "A"))
        scenario.harness.answerCommit(.unavailable)
        scenario.harness.answerEvaluation()
        #expect(scenario.harness.pipeline.projection.queued.count == 1, "nothing settles while the store is in trouble")
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().first == "entry 1")
    }
}

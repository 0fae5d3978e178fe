import Support
import Testing
import TradeContracts
import TradeCore
import TradeReplay

@testable import TradePipeline

/// Partitions that come and go, back-pressure, reference data that is still coming, and the stop.
@Suite struct SourceTests {
    @Test func aRevokedPartitionWaitsForWhatWasTakenIn() {
        let scenario = Scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.harness.revoke([.events(0)])
        #expect(scenario.harness.openRevocations == 1, "an entry of it is not durable")
        scenario.harness.answerCommit()
        #expect(scenario.harness.openRevocations == 0)
        #expect(scenario.harness.committedOffsets[.events(0)] == 1)
        scenario.harness.assign([.events(0)])
        #expect(scenario.harness.fetch[.events(0)] == 1)
        #expect(scenario.settle() == nil)
    }

    @Test func theDurablePositionIsToldAtTheAssignment() {
        let scenario = Scenario()
        scenario.event("e1")
        #expect(scenario.settle() == nil)
        scenario.event("e2")
        scenario.harness.answerCommit(.unavailable)
        scenario.harness.revoke([.events(0)])
        scenario.harness.assign([.events(0)])
        #expect(scenario.harness.committedOffsets[.events(0)] == 1, "G6: what is only queued is not told")
        #expect(scenario.harness.fetch[.events(0)] == 2)
        #expect(scenario.settle() == nil)
        scenario.harness.crash()
        let before = scenario.harness.committedOffsets
        scenario.start()
        #expect(scenario.harness.committedOffsets[.events(0)] == 2 && before[.events(0)] != nil)
    }

    @Test func aRevocationIsNotHeldUpByAStoreInTrouble() {
        let scenario = Scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.harness.answerCommit(.unavailable)
        scenario.harness.revoke([.events(0)])
        #expect(scenario.harness.openRevocations == 0)
        #expect(scenario.settle() == nil)
        #expect(scenario.harness.committedOffsets[.events(0)] == nil, "the partition is another's by now")
    }

    @Test func answersThatComeAfterTheRevocationChangeNothing() {
        let scenario = Scenario()
        scenario.harness.append(Build.event("e1", expert: 7), to: .events(0))
        scenario.harness.deliver(.events(0))
        #expect(!scenario.harness.loads.isEmpty)
        scenario.harness.revoke([.events(0)])
        #expect(scenario.settle() == nil)
        #expect(scenario.harness.pipeline.counters.events == 0)
        scenario.harness.assign([.events(0)])
        #expect(scenario.settle() == nil)
        #expect(scenario.harness.pipeline.counters.events == 1)
    }

    @Test func theExpertsOfABatchAreAskedForTogether() {
        let scenario = Scenario()
        for expert in Int64(1)...5 {
            scenario.harness.append(Build.event("e\(expert)", expert: expert), to: .events(0))
        }
        scenario.harness.deliver(.events(0))
        #expect(scenario.harness.loads.count == 5)
        while !scenario.harness.loads.isEmpty { scenario.harness.answerLoad(scenario.harness.loads.count - 1) }
        #expect(scenario.harness.pipeline.counters.events == 5, "in any order")
        #expect(scenario.settle() == nil)
    }

    @Test func aPartitionBeyondItsShareIsPausedAlone() {
        let scenario = Scenario {
            $0.maxInFlight = 40
            $0.smallestShare = 10
        }
        for number in 0..<12 { scenario.harness.append(Build.event("e\(number)"), to: .events(0)) }
        scenario.harness.append(Build.event("x", expert: 2), to: .events(1))
        scenario.harness.deliver(.events(0), 9)
        scenario.answerLoads()
        #expect(scenario.harness.paused.isEmpty)
        scenario.harness.deliver(.events(0), 1)
        #expect(scenario.harness.paused == [.events(0)], "G7")
        scenario.harness.deliver(.events(1))
        scenario.answerLoads()
        #expect(scenario.harness.pipeline.counters.events == 11)
        scenario.harness.answerCommit()
        scenario.harness.answerCommit()
        #expect(scenario.harness.paused.isEmpty && scenario.harness.fetch[.events(0)] == 10)
        #expect(scenario.settle() == nil)
        #expect(scenario.harness.pipeline.counters.events == 13)
    }

    @Test func noMoreEventsAreTakenInThanMayBeInFlight() {
        let scenario = Scenario { $0.maxInFlight = 10 }
        for number in 0..<30 {
            scenario.harness.append(
                Build.event("e\(number)", expert: Int64(number)), to: .events(number % 2 == 0 ? 0 : 1))
        }
        scenario.harness.deliver(.events(0), 15)
        scenario.harness.deliver(.events(1), 15)
        scenario.answerLoads()
        #expect(scenario.harness.pipeline.counters.events == 10, "G7: nothing of them is decided")
        #expect(scenario.settle() == nil)
        #expect(scenario.harness.pipeline.counters.events == 30)
    }

    @Test func unpublishedRowsPauseTheIntake() {
        let scenario = Scenario { $0.outboxLimit = 4 }
        for _ in 0..<6 { scenario.harness.append(Build.undecodable, to: .events(0)) }
        scenario.harness.deliver(.events(0))
        scenario.harness.answerCommit()
        scenario.harness.answerCommit()
        scenario.harness.append(Build.undecodable, to: .events(0))
        scenario.harness.deliver(.events(0))
        #expect(scenario.harness.pipeline.projection.waitingRecords == 1, "G7")
        scenario.harness.answerPublish(onlyFirst: 2)
        #expect(scenario.harness.pipeline.projection.waitingRecords == 1, "hysteresis: half of it must be gone")
        scenario.harness.advance(milliseconds: 60_000)
        scenario.harness.answerPublish()
        scenario.commitAll()
        #expect(scenario.settle() == nil)
        #expect(scenario.harness.published.map(\.number) == Array(1...7), "G5")
    }

    @Test func oldUnpublishedRowsPauseTheIntake() {
        let scenario = Scenario { $0.outboxAge = 1_000_000_000 }
        scenario.harness.append(Build.undecodable, to: .events(0))
        scenario.harness.deliver(.events(0))
        scenario.harness.answerCommit()
        scenario.harness.advance(milliseconds: 1_001)
        scenario.harness.append(Build.undecodable, to: .events(0))
        scenario.harness.deliver(.events(0))
        #expect(scenario.harness.pipeline.projection.waitingRecords == 1)
        #expect(scenario.settle() == nil)
    }

    /// Where nothing has come yet there may still be records that the broker is slow to send.
    @Test func aPartitionIsCaughtUpOnceItsEndIsKnown() {
        let harness = PipelineHarness()
        for change in Build.reference() { harness.append(.reference(change), to: .reference) }
        #expect(!harness.pipeline.hasCaughtUp, "nothing is assigned")
        harness.assign([.reference, .events(0), .events(1)])
        harness.tellReferenceEnd()
        harness.deliver(.reference)
        for partition in [TopicPartition.reference, .events(0)] { harness.tellEnd(of: partition) }
        #expect(!harness.pipeline.hasCaughtUp)
        harness.tellEnd(of: .events(1))
        #expect(harness.pipeline.hasCaughtUp)
        harness.revoke([.events(1)])
        #expect(harness.pipeline.hasCaughtUp)
        harness.assign([.events(1)])
        #expect(!harness.pipeline.hasCaughtUp, "others may have written to it since")
    }

    // MARK: - Reference data

    @Test func nothingIsTakenInBeforeTheReferenceDataIsThere() {
        let harness = PipelineHarness()
        for change in Build.reference() { harness.append(.reference(change), to: .reference) }
        harness.append(Build.event("e1", [Build.recommendation(1, "A")]), to: .events(0))
        harness.assign([.reference, .events(0)])
        harness.deliver(.events(0))
        harness.trigger(Scenario.key)
        harness.tellReferenceEnd()
        harness.deliver(.reference, 2)
        #expect(harness.pipeline.counters.events == 0 && harness.evaluations.isEmpty, "R98")
        #expect(harness.pipeline.counters.passes == 0, "R98")
        #expect(harness.settle() == nil)
        #expect(harness.pipeline.counters.orders == 3)
    }

    @Test func theEndMayBeBehindTheLastRecord() {
        let harness = PipelineHarness()
        for change in Build.reference() { harness.append(.reference(change), to: .reference) }
        harness.append(Build.event("e1"), to: .events(0))
        harness.assign([.reference, .events(0)])
        harness.pipeline.referenceEnds(at: 100, now: harness.now)
        harness.deliver(.reference)
        harness.deliver(.events(0))
        #expect(harness.pipeline.counters.events == 0)
        harness.pipeline.reachedEnd(of: .reference, at: 100, now: harness.now)
        #expect(harness.settle() == nil)
        while !harness.loads.isEmpty { harness.answerLoad() }
    }

    @Test func whatTheTopicDoesNotHoldAnyMoreIsDeleted() {
        let scenario = Scenario(experts: 2)
        #expect(scenario.settle() == nil)
        scenario.harness.logs[.reference]?.removeLast()
        scenario.harness.crash()
        scenario.start()
        #expect(scenario.harness.pipeline.currentReference(.expert(ExpertID(2))) == nil, "R98")
        #expect(scenario.harness.pipeline.currentReference(.expert(ExpertID(1))) != nil)
    }

    @Test func readingTheTopicAgainBringsNothingBack() {
        let scenario = Scenario()
        scenario.harness.append(.reference(Build.deletion(of: .expert(ExpertID(1)))), to: .reference)
        scenario.harness.deliver(.reference)
        scenario.commitAll()
        let before = scenario.harness.pipeline.counters.referenceChanges
        scenario.harness.revoke([.reference])
        scenario.harness.assign([.reference])
        scenario.harness.deliver(.reference, 5)
        #expect(scenario.harness.pipeline.currentReference(.expert(ExpertID(1))) == nil)
        #expect(scenario.harness.pipeline.counters.referenceChanges == before)
        #expect(scenario.settle() == nil)
    }

    @Test func whatACrashLeftGetsAPass() {
        let scenario = Scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.harness.answerCommit()
        scenario.harness.crash()
        #expect(scenario.harness.loads.isEmpty)
        scenario.start()
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().contains("entry 1"), "G2")
    }

    // MARK: - The stop

    @Test func theStopFinishesWhatWasBegun() {
        let scenario = Scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.event("e2", Build.recommendation(2, "B"))
        scenario.harness.stop()
        #expect(!scenario.harness.stopped)
        #expect(scenario.settle() == nil)
        #expect(scenario.harness.stopped)
        let outputs = scenario.outputs()
        #expect(outputs.contains("entry 1") && !outputs.contains("entry 2"), "no pass begins any more")
        scenario.harness.crash()
        scenario.start()
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().contains("entry 2"), "G2: the next start decides it")
    }

    @Test func theStopEndsAllWaitsOfAKey() {
        // Each wait ends by a run of its own: thousands of them must not be one in the other.
        let scenario = Scenario { $0.locks = LockPolicy(whenBusy: .queue, wait: 0, queueLimit: 100_000) }
        for number in Int64(1)...20_000 { scenario.harness.append(Build.event("e\(number)"), to: .events(0)) }
        scenario.harness.append(Build.event("last", expert: 2), to: .events(1))
        scenario.event("first", partition: 1, Build.recommendation(1, "A"))
        while scenario.harness.available(.events(0)) > 0 {
            scenario.harness.deliver(.events(0), 2_000)
            scenario.commitAll()
        }
        scenario.harness.stop()
        #expect(scenario.settle() == nil)
        #expect(scenario.harness.stopped)
    }

    @Test func theStopWaitsForTheStore() {
        let scenario = Scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.harness.answerCommit(.unavailable)
        scenario.harness.stop()
        #expect(!scenario.harness.stopped)
        #expect(scenario.settle() == nil)
        #expect(scenario.harness.stopped)
        scenario.event("e2")
        #expect(scenario.harness.pipeline.counters.events == 1 && scenario.harness.pipeline.isQuiet)
    }

    @Test func theStopCommitsTheOffsetsOfAllThatIsDurable() {
        let scenario = Scenario()
        for number in Int64(1)...4 { scenario.harness.append(Build.event("e\(number)"), to: .events(0)) }
        scenario.harness.deliver(.events(0), 2)
        scenario.answerLoads()
        scenario.harness.deliver(.events(0), 2)
        // The writer has the first two; their offsets are still to be moved when the stop comes.
        scenario.harness.answerCommit(.acknowledged)
        #expect(scenario.harness.committedOffsets[.events(0)] == nil)
        scenario.harness.stop()
        #expect(scenario.settle() == nil)
        #expect(scenario.harness.stopped)
        let positions = scenario.harness.store.snapshot { _ in }.inputPositions
        #expect(positions.first { $0.partition == .events(0) }?.nextOffset == 4)
        #expect(scenario.harness.committedOffsets[.events(0)] == 4, "G6")
    }

    // MARK: - Experts in memory

    @Test func idleExpertsAreReclaimedWhateverNamedThem() {
        let scenario = Scenario { $0.idleExperts = 2 }
        for expert in Int64(10)..<40 {
            scenario.event("e\(expert)", expert: expert, Build.recommendation(1, "A"))
            scenario.event("e\(expert)", expert: expert + 100, Build.recommendation(1, "A"))
            scenario.harness.append(
                Build.update(UniqueID(high: 1, low: 1), expert: expert + 200, .filled, quantity: .of(1), price: .of(1)),
                to: .updates(0))
            #expect(scenario.settle() == nil)
        }
        #expect(scenario.harness.pipeline.projection.experts.count <= 4, "G7")
    }
}

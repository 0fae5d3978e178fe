import Support
import Testing
import TradeContracts
import TradeCore
import TradeReplay

@testable import TradePipeline

/// The relay over a sink that holds a mark (design §6): opening, doubt, and what the store writes down of it.
@Suite struct RelayTests {
    static let place = RelayPlace(name: "cluster/relay", delivery: .exactlyOnce)

    static func scenario(
        _ delivery: RelayDelivery = .exactlyOnce, _ change: (inout PipelineConfiguration) -> Void = { _ in }
    ) -> Scenario {
        Scenario { configuration in
            configuration.markRefresh = nil
            configuration.relay = RelayPlace(name: place.name, delivery: delivery)
            change(&configuration)
        }
    }

    private static func numbers(_ scenario: Scenario) -> [Int64] { scenario.harness.published.map(\.number) }

    @Test func nothingIsSentBeforeTheSinkIsOpenAndThatIsWrittenDown() throws {
        let scenario = Self.scenario()
        let opening = try #require(scenario.harness.openSink)
        #expect(opening == SinkOpening(mark: 0, highest: 0, expectsMark: false), "the first start ever")
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.harness.answerEvaluation()
        scenario.commitAll()
        #expect(scenario.harness.publish == nil)
        scenario.harness.answerOpening()
        #expect(scenario.harness.publish == nil, "that it may publish is not durable yet")
        #expect(scenario.harness.commit.last?.relay?.note == RelayNote(place: Self.place, isClean: false))
        scenario.harness.answerCommit()
        #expect(scenario.harness.publish != nil)
        #expect(scenario.settle() == nil)
        #expect(Self.numbers(scenario) == [1, 2, 3])
    }

    @Test func aSinkThatIsAwayIsOpenedLater() {
        let scenario = Self.scenario()
        scenario.harness.answerOpening(isReachable: false)
        #expect(scenario.harness.openSink == nil)
        #expect(scenario.harness.advanceToDeadline())
        #expect(scenario.harness.openSink != nil)
        #expect(scenario.settle() == nil)
    }

    @Test func howeverLongItFailsItIsTriedAgainWithinSeconds() {
        let scenario = Self.scenario()
        let harness = scenario.harness
        var longest: Int64 = 0
        for _ in 1...40 {
            harness.answerOpening(isReachable: false)
            let start = harness.now.monotonic
            while harness.openSink == nil, harness.advanceToDeadline() {}
            longest = max(longest, harness.now.monotonic - start)
        }
        #expect(longest > 1_000_000_000, "it does not turn in circles")
        #expect(longest <= 5_001_000_000, "orders wait for no minute once the broker is back")
        #expect(scenario.settle() == nil)
    }

    @Test(arguments: [true, false]) func doubtIsSettledByTheMark(_ isPublished: Bool) {
        let scenario = Self.scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.harness.answerOpening()
        scenario.harness.answerEvaluation()
        scenario.commitAll()
        scenario.harness.doubtPublish(publishing: isPublished)
        #expect(scenario.harness.publish == nil && scenario.harness.openSink?.mark == 0, "at once the first time")
        #expect(scenario.harness.openSink?.expectsMark == true && scenario.harness.openSink?.highest == 3)
        #expect(scenario.settle() == nil)
        #expect(Self.numbers(scenario) == [1, 2, 3], "once each")
        #expect(scenario.harness.store.snapshot { _ in }.relayMark == 3)
    }

    @Test func doubtAfterDoubtWaits() {
        let scenario = Self.scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        #expect(scenario.harness.settle(limit: 3) != nil)
        scenario.harness.answerOpening()
        scenario.harness.answerEvaluation()
        scenario.commitAll()
        scenario.harness.doubtPublish(publishing: false)
        scenario.harness.answerOpening()
        scenario.harness.doubtPublish(publishing: false)
        #expect(scenario.harness.openSink == nil, "so that it does not turn in circles")
        #expect(scenario.settle() == nil)
        #expect(Self.numbers(scenario) == [1, 2, 3])
    }

    @Test func aCrashBetweenPublishingAndTheStoresMarkPublishesNothingTwice() {
        let scenario = Self.scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.harness.answerOpening()
        scenario.harness.answerEvaluation()
        scenario.commitAll()
        scenario.harness.answerPublish()
        #expect(scenario.harness.store.snapshot { _ in }.relayMark == 0)
        scenario.harness.crash()
        #expect(scenario.harness.openSink == SinkOpening(mark: 0, highest: 3, expectsMark: true))
        scenario.start()
        #expect(scenario.settle() == nil)
        #expect(Self.numbers(scenario) == [1, 2, 3])
    }

    @Test func aCleanStopIsWrittenDownAndTakenBackBeforeTheNextRow() throws {
        let scenario = Self.scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        #expect(scenario.settle() == nil)
        scenario.harness.stop()
        #expect(!scenario.harness.stopped)
        #expect(scenario.settle() == nil)
        #expect(scenario.harness.stopped)
        #expect(scenario.harness.store.snapshot { _ in }.relay == RelayNote(place: Self.place, isClean: true))
        scenario.harness.crash()
        let opening = try #require(scenario.harness.openSink)
        #expect(!opening.expectsMark && opening.mark == 3, "the store's mark is enough")
        scenario.start()
        scenario.harness.answerOpening()
        #expect(scenario.harness.commit.last?.relay?.note?.isClean == false)
        #expect(scenario.settle() == nil)
        scenario.harness.crash()
        #expect(scenario.harness.openSink?.expectsMark == true)
    }

    @Test func aStopThatFindsTheSinkAwayLeavesTheFlagAsItIs() {
        let scenario = Self.scenario()
        #expect(scenario.settle() == nil)
        scenario.harness.stop()
        #expect(scenario.settle() == nil)
        scenario.harness.crash()
        scenario.start()
        scenario.harness.answerOpening(isReachable: false)
        scenario.harness.stop()
        #expect(scenario.settle() == nil && scenario.harness.stopped)
        #expect(scenario.harness.store.snapshot { _ in }.relay?.isClean == true, "nothing was sent since")
    }

    @Test func aRefusedCleanFlagIsTriedAgain() {
        let scenario = Self.scenario()
        #expect(scenario.settle() == nil)
        scenario.harness.stop()
        #expect(scenario.harness.commit.last?.relay?.note?.isClean == true)
        scenario.harness.answerCommit(.refused(0))
        #expect(!scenario.harness.stopped)
        #expect(scenario.settle() == nil)
        #expect(scenario.harness.stopped)
        #expect(scenario.harness.store.snapshot { _ in }.relay?.isClean == true)
    }

    @Test func aForeignMarkEndsTheService() {
        let scenario = Self.scenario()
        scenario.harness.refuseOpening()
        #expect(scenario.harness.refusal == "as the test asks")
        #expect(scenario.harness.openSink == nil && scenario.harness.pipeline.nextDeadline() == nil)
    }

    @Test func theMarkIsWrittenAgainBeforeItIsForgotten() {
        let scenario = Self.scenario { $0.markRefresh = 1_000_000_000 }
        #expect(scenario.harness.settle(deadlines: 0) == "a deadline stays")
        scenario.harness.advance(milliseconds: 1_000)
        #expect(scenario.harness.publish?.rows == [], "nothing but the mark")
        scenario.harness.answerPublish()
        #expect(scenario.harness.publish == nil)
        scenario.harness.advance(milliseconds: 1_000)
        #expect(scenario.harness.publish != nil)
    }

    @Test func aMarkThatCouldNotBeWrittenAgainIsTriedAgainSoon() {
        let scenario = Self.scenario { $0.markRefresh = 86_400_000_000_000 }
        #expect(scenario.harness.settle(deadlines: 0) == "a deadline stays")
        scenario.harness.advance(milliseconds: 86_400_000)
        #expect(scenario.harness.publish?.rows == [])
        scenario.harness.answerPublish(onlyFirst: 0)
        #expect(scenario.harness.publish == nil)
        scenario.harness.advance(milliseconds: 5_000)
        #expect(scenario.harness.publish?.rows == [], "not with the next day's")
        scenario.harness.answerPublish()
        scenario.harness.advance(milliseconds: 5_000)
        #expect(scenario.harness.publish == nil)
    }

    @Test func publishingGoesInBatchesOfBytes() {
        let scenario = Self.scenario { $0.publishBytes = 150 }
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.harness.answerOpening()
        scenario.harness.answerEvaluation()
        scenario.commitAll()
        #expect(scenario.harness.publish?.rows.map(\.number) == [1, 2])
        #expect(scenario.settle() == nil)
        #expect(Self.numbers(scenario) == [1, 2, 3])
    }
}

import Foundation
import Support
import Testing
import TradeContracts
import TradeCore
import TradeReplay

@testable import TradePipeline

/// G7: a key that is held, or that never succeeds, holds back neither its partition nor others, and memory stays bounded.
@Suite struct BoundedMemoryTests {
    private func flood(_ scenario: Scenario, events: Int, symbols: Int, onEach: (Int) -> Void = { _ in }) {
        for number in 0..<events {
            scenario.harness.append(
                Build.event(
                    "f\(number)",
                    [
                        Build.recommendation(
                            Int64(number) + 1000, "S\(number % symbols)",
                            at: Build.time.advanced(bySeconds: Int64(number % 7)))
                    ]),
                to: .events(0))
            if number % 100 == 99 {
                scenario.harness.deliver(.events(0))
                scenario.answerLoads()
                onEach(number)
                while !scenario.harness.commit.isEmpty { scenario.harness.answerCommit() }
                while scenario.harness.publish != nil { scenario.harness.answerPublish() }
            }
        }
    }

    private func memory(_ scenario: Scenario) -> Int {
        let projection = scenario.harness.pipeline.projection
        return projection.queued.count + projection.recentIdentities + projection.waitingRecords + projection.retries
            + projection.experts.values.reduce(0) { $0 + $1.keys.reduce(0) { $0 + $1.pending.count + $1.waiters } }
    }

    @Test func theAnswerToACommitTakesInNoMoreThanALittle() {
        let scenario = Scenario { configuration in
            configuration.intakeAtCommit = 3
            configuration.maxInFlight = 1
            // Waits for the key do not run out.
            configuration.locks = LockPolicy(whenBusy: .queue)
        }
        for number in 0..<5 {
            scenario.harness.append(
                Build.event("e\(number)", [Build.recommendation(Int64(number), "A")]), to: .events(0))
        }
        scenario.harness.deliver(.events(0))
        scenario.answerLoads()
        let pipeline = scenario.harness.pipeline
        #expect(pipeline.projection.waitingRecords == 4 && pipeline.nextDeadline() == nil)
        scenario.harness.answerCommit()
        #expect(pipeline.projection.waitingRecords == 4, "more wait than a commit's answer takes in")
        #expect(pipeline.nextDeadline() != nil, "the timer has to")
        scenario.harness.advanceToDeadline()
        #expect(pipeline.projection.waitingRecords == 3 && pipeline.nextDeadline() == nil)
        while !scenario.harness.commit.isEmpty { scenario.harness.answerCommit() }
        #expect(pipeline.projection.waitingRecords < 3, "few enough to be taken in at once")
        #expect(scenario.settle() == nil)
    }

    @Test func aHeldPassWhileItsEventsGoOn() {
        let isDeep = ProcessInfo.processInfo.environment["TRADE_MANAGER_DEEP"] != nil
        let (events, limit) = isDeep ? (200_000, 4_000) : (3_000, 50)
        let scenario = Scenario { $0.pendingLimit = limit }
        scenario.event("first", Build.recommendation(1, "A"))
        var most = 0
        flood(scenario, events: events, symbols: 40) { _ in
            // The pass of the key is held; everything else goes on.
            most = max(most, memory(scenario))
        }
        #expect(most < limit + 650, "\(most) things in memory")
        #expect(scenario.harness.store.snapshot { _ in }.inputPositions.map(\.nextOffset).max() == Int64(events) + 1)
        scenario.event("other", expert: 2, partition: 1, Build.recommendation(1, "A"))
        let place = scenario.harness.evaluations.firstIndex { $0.key.expert == ExpertID(2) }
        scenario.harness.answerEvaluation(place ?? 99)
        scenario.commitAll()
        let before = scenario.rows()
        #expect(before.contains { if case .order(let order) = $0 { order.event.expert == ExpertID(2) } else { false } })
        #expect(scenario.settle() == nil)
        #expect(scenario.harness.store.snapshot { _ in }.pendingKeys.isEmpty, "G2")
        let reasons = scenario.rows().reduce(into: [String: Int]()) { counts, row in
            if case .skip(let skip) = row { counts[skip.reason.rawValue, default: 0] += 1 }
        }
        #expect(reasons["superseded"] == events - 40, "R25: the latest of each symbol decides, of all: \(reasons)")
    }

    /// The latest of a symbol decides, however the pages are cut.
    @Test(arguments: [2, 3, 7, 50]) func oneSymbolBeyondTheLimit(limit: Int) {
        let scenario = Scenario { $0.pendingLimit = limit }
        scenario.event("first", Build.recommendation(1, "A"))
        flood(scenario, events: 200, symbols: 1)
        #expect(scenario.settle() == nil)
        let rows = scenario.rows().map(Scenario.name)
        #expect(rows.filter { $0.hasPrefix("superseded") }.count == 199)
        // The latest by created_at, then by id: time 6, number 195.
        #expect(rows.filter { $0.hasPrefix("entry") } == ["entry 1", "entry 1195"])
    }

    @Test func aKeyThatNeverSucceeds() {
        let scenario = Scenario {
            $0.pendingLimit = 50
            $0.retry = RetryPolicy(attempts: 1_000_000, initial: 1_000_000, maximum: 10_000_000)
        }
        var most = 0
        flood(scenario, events: 2_000, symbols: 2_000) { _ in
            for _ in 0..<3 where !scenario.harness.evaluations.isEmpty {
                scenario.harness.answerEvaluation(fails: true)
                scenario.harness.advanceToDeadline()
                scenario.answerLoads()
            }
            most = max(most, memory(scenario))
        }
        #expect(most < 700, "\(most) things in memory")
        #expect(scenario.harness.pipeline.counters.passFailures > 10)
        #expect(scenario.settle() == nil)
        #expect(scenario.harness.store.snapshot { _ in }.pendingKeys.isEmpty)
    }

    @Test func spilledRecommendationsSurviveACrashAndARefusal() {
        let scenario = Scenario { $0.pendingLimit = 10 }
        scenario.event("first", Build.recommendation(1, "A"))
        flood(scenario, events: 100, symbols: 30)
        scenario.harness.crash()
        scenario.start()
        while scenario.harness.commit.isEmpty {
            if !scenario.harness.loads.isEmpty {
                scenario.harness.answerLoad()
            } else {
                scenario.harness.answerEvaluation()
            }
        }
        scenario.harness.answerCommit(.refused(0))
        #expect(scenario.settle() == nil)
        #expect(scenario.harness.store.snapshot { _ in }.pendingKeys.isEmpty, "G2")
    }
}

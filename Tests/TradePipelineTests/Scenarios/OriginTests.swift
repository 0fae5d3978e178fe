import Support
import Testing
import TradeContracts
import TradeCore

@testable import TradePipeline

/// Passes that decide what other events brought: where their outputs go back to, and whose clock they have.
@Suite struct OriginTests {
    private func skips(_ rows: [OutputRecord], _ reason: SkipReason) -> [SkipRecord] {
        rows.compactMap { row in
            if case .skip(let skip) = row, skip.reason == reason { skip } else { nil }
        }
    }

    private func orders(_ rows: [OutputRecord]) -> [CreatedOrder] {
        rows.compactMap { row in
            if case .order(let order) = row { order } else { nil }
        }
    }

    @Test("R29, R19: each output has the event that brought its recommendation; a lock_busy decides none of them")
    func eachHasItsOwnEvent() {
        let scenario = Scenario { $0.locks = LockPolicy(whenBusy: .coalesce, wait: 0) }
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.event("e2", Build.recommendation(2, "B"), Build.recommendation(3, "C", .sell))
        scenario.event("e3", Build.recommendation(4, "B", .hold, at: Build.time.advanced(bySeconds: -1)))
        #expect(scenario.settle() == nil)
        let rows = scenario.rows()
        #expect(skips(rows, .lockBusy).map(\.event.identity.id) == ["e2", "e3"])
        #expect(skips(rows, .lockBusy).allSatisfy { $0.recommendation == nil })
        let entries = orders(rows).filter { $0.plan.role == .entry }
        #expect(entries.map(\.event.identity.id) == ["e1", "e2"])
        #expect(entries.map(\.event.address.offset) == [0, 1])
        #expect(skips(rows, .conditionsNotMet).map(\.event.identity.id) == ["e2"])
        #expect(skips(rows, .superseded).map(\.event.identity.id) == ["e3"])
        #expect(skips(rows, .superseded).map(\.event.address.offset) == [2])
    }

    @Test("R19: what has an outcome is not pending any more, also after a restart")
    func decidedForGood() {
        let scenario = Scenario()
        scenario.event(
            "e1", Build.recommendation(1, "A"), Build.recommendation(2, "B", .hold),
            Build.recommendation(3, "C", .sell),
            Build.recommendation(4, "D", price: 90_000_000))
        #expect(scenario.settle() == nil)
        #expect(
            Set(scenario.outputs().filter { !$0.contains("_profit") && !$0.contains("_loss") }) == [
                "entry 1", "hold 2", "conditions_not_met 3", "unfunded 4",
            ])
        scenario.harness.crash()
        scenario.start()
        #expect(scenario.settle() == nil)
        let before = scenario.harness.pipeline.counters.orders
        scenario.event("e2")
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().isEmpty && scenario.harness.pipeline.counters.orders == before)
    }

    @Test("R22: a rerun has the latest time and the longest lookback of the events that it covers")
    func aRerunCovers() {
        let day = Int64(86_400)
        let scenario = Scenario { $0.locks = LockPolicy(whenBusy: .coalesce, wait: 0) }
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.harness.append(
            Build.event(
                "e2", lookbackDays: 5,
                [
                    Build.recommendation(2, "B", at: Build.time.advanced(bySeconds: -3 * day)),
                    Build.recommendation(3, "C", at: Build.time.advanced(bySeconds: -5 * day)),
                ]), to: .events(0))
        scenario.harness.deliver(.events(0))
        scenario.answerLoads()
        scenario.event("e3", at: Build.time.advanced(bySeconds: day), Build.recommendation(4, "D"))
        #expect(scenario.settle() == nil)
        let rows = scenario.rows()
        #expect(orders(rows).filter { $0.plan.role == .entry }.map(\.recommendation.rawValue).sorted() == [1, 2, 4])
        #expect(skips(rows, .stale).map { $0.recommendation?.rawValue } == [3])
        let rerun = orders(rows).filter { $0.recommendation.rawValue == 2 }
        #expect(rerun.allSatisfy { $0.createdAt == Build.time.advanced(bySeconds: day) })
    }
}

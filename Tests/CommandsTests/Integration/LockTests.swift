import Commands
import Foundation
import ServiceSupport
import Settings
import Telemetry
import Testing
import TradeCore
import TradePipeline

extension Integration {
    /// Locks (design §4) with passes that the test holds.
    @Suite struct LockTests {
        /// Event n advises AAPL, as all do, and a symbol of its own.
        private static func events(_ numbers: ClosedRange<Int64>) -> [TestRecord] {
            numbers.map { number in
                .event("event-\(number)", [.init(number * 10, "AAPL"), .init(number * 10 + 1, "OWN\(number)")])
            }
        }

        @Test(
            "G1, G2, G3: five events at once, the second waits, three are dropped and covered",
            arguments: ServiceBroker.available)
        func fiveAtOnceWithALongWait(_ broker: ServiceBroker) throws {
            let harness = try ServiceHarness(broker)
            harness.configuration.locks.wait = 600
            let rules = HeldRules(isHolding: true)
            defer { rules.release() }
            let running = try harness.start(rules)
            let outputs = try harness.site.outputs()
            try harness.site.publish(Self.events(1...5))
            // While the pass is held: three are told at once that they were dropped.
            #expect(outputs.read { $0.skips("lock_busy").count >= 3 }, "G2: \(outputs.summary)\n\(running.log.text)")
            #expect(rules.held.count == 1, "G1: one holder")
            #expect(outputs.orders.isEmpty)
            rules.release()
            try expectAllDecidedOnce(outputs, lockBusy: 3)
            #expect(running.service.counters?.runs == 2, "the holder's run, and the waiter's")
            #expect(running.service.counters?.passes == 2)
            #expect(Set(outputs.orders.compactMap { $0.integer("run") }) == [1, 2])
            #expect(rules.mostAtOnce("enter_market") == 1, "G1: one run at a time")
            let line =
                "Could not acquire lock for expert 1 (enter_market) - another thread is already processing. Skipping."
            #expect(running.log.lines(beginning: line).count == 3)
            try running.stop()
        }

        @Test(
            "G1, G2, G3: five events at once, the wait runs out, four are dropped and covered by the rerun",
            arguments: ServiceBroker.available)
        func fiveAtOnceWithAShortWait(_ broker: ServiceBroker) throws {
            let harness = try ServiceHarness(broker)
            harness.configuration.locks.wait = 0.05
            let rules = HeldRules(isHolding: true)
            defer { rules.release() }
            let running = try harness.start(rules)
            let outputs = try harness.site.outputs()
            try harness.site.publish(Self.events(1...5))
            #expect(outputs.read { $0.skips("lock_busy").count >= 4 }, "G2: \(outputs.summary)\n\(running.log.text)")
            rules.release()
            try expectAllDecidedOnce(outputs, lockBusy: 4)
            #expect(running.service.counters?.runs == 1)
            #expect(running.service.counters?.passes == 2, "the run and its rerun")
            #expect(Set(outputs.orders.compactMap { $0.integer("run") }) == [1])
            try running.stop()
        }

        @Test(
            "G2: one event whose wait runs out is covered, without another that is dropped",
            arguments: ServiceBroker.available)
        func oneWaitRunsOut(_ broker: ServiceBroker) throws {
            let harness = try ServiceHarness(broker)
            harness.configuration.locks.wait = 0.05
            let rules = HeldRules(isHolding: true)
            defer { rules.release() }
            let running = try harness.start(rules)
            let outputs = try harness.site.outputs()
            try harness.site.publish(Self.events(1...1))
            #expect(rules.waitUntilHeld())
            try harness.site.publish(Self.events(2...2))
            #expect(outputs.read { $0.skips("lock_busy").count == 1 }, "\(outputs.summary)\n\(running.log.text)")
            rules.release()
            #expect(outputs.read(count: 5), "G2: \(outputs.summary)")
            #expect(outputs.orders.compactMap { $0.text("symbol") }.sorted() == ["AAPL", "OWN1", "OWN2"])
            #expect(running.service.counters?.runs == 1)
            try running.stop()
        }

        private func expectAllDecidedOnce(_ outputs: OutputReader, lockBusy: Int) throws {
            // Six orders; of the four further ones for AAPL three are superseded, and the latest meets the position.
            #expect(outputs.read(count: 6 + 4 + lockBusy), "G2: \(outputs.summary)")
            #expect(outputs.orders.count == 6, "G3: \(outputs.summary)")
            #expect(
                Set(outputs.orders.compactMap { $0.text("symbol") }) == [
                    "AAPL", "OWN1", "OWN2", "OWN3", "OWN4", "OWN5",
                ])
            #expect(
                outputs.skips("superseded").compactMap { $0.integer("recommendation_id") }.sorted() == [20, 30, 40])
            #expect(outputs.skips("existing_transaction").compactMap { $0.integer("recommendation_id") } == [50])
            let busy = outputs.skips("lock_busy")
            #expect(busy.count == lockBusy, "G3: \(outputs.summary)")
            for skip in busy {
                #expect(skip.flag("covered") == true, "G2: a dropped event is covered")
                #expect(skip.integer("held_by_run") == 1)
                #expect(skip.fields["recommendation_id"] is NSNull)
            }
        }

        @Test(
            "G2, G3: a position that waits in AAPL skips AAPL alone, with the WARN line",
            arguments: ServiceBroker.available)
        func existingPosition(_ broker: ServiceBroker) throws {
            let harness = try ServiceHarness(broker)
            let running = try harness.start()
            let outputs = try harness.site.outputs()
            try harness.site.publish([.event("first", [.init(1, "AAPL")])])
            #expect(outputs.read { $0.orders.count == 1 }, "\(running.log.text)")
            let position = try #require(outputs.orders.first?.text("transaction_id"))
            try harness.site.publish([.event("second", [.init(123, "AAPL"), .init(3, "MSFT"), .init(4, "GOOG")])])
            #expect(outputs.read(count: 4), "\(outputs.summary)")
            #expect(outputs.orders.compactMap { $0.text("symbol") }.sorted() == ["AAPL", "GOOG", "MSFT"])
            let skip = try #require(outputs.skips.first)
            #expect(outputs.skips.count == 1)
            #expect(skip.text("reason") == "existing_transaction")
            #expect(skip.integer("recommendation_id") == 123)
            let existing = skip.fields["existing_transaction"] as? [String: String]
            #expect(existing == ["id": position, "status": "WAITING"])
            let lines = running.log.lines(beginning: "SAFETY CHECK")
            #expect(
                lines.map(\.message) == [
                    "SAFETY CHECK: Skipping recommendation 123 for AAPL - existing transaction \(position) in WAITING status for expert 1"
                ])
            #expect(lines.first?.level == .warning)
            #expect(lines.first?.metadata["event_id"] == "second")
            #expect(lines.first?.metadata["run"] == 2)
            try running.stop()
        }

        @Test(
            "G1, G2, G3: an error in evaluation frees the lock, and the next event decides all of it",
            arguments: ServiceBroker.available)
        func errorInEvaluation(_ broker: ServiceBroker) throws {
            let harness = try ServiceHarness(broker)
            // Not the retry, the next event is to take the lock.
            harness.configuration.retry.initial = 3000
            harness.configuration.retry.max = 3000
            let rules = HeldRules()
            rules.fail(next: 1)
            let running = try harness.start(rules)
            let outputs = try harness.site.outputs()
            try harness.site.publish([.event("first", [.init(1, "AAPL"), .init(2, "MSFT")])])
            // The line is written after the count, outside of the lock.
            #expect(
                Eventually.holds { !running.log.lines(beginning: "Pass failed").isEmpty }, "\(running.log.text)")
            #expect(running.service.counters?.passFailures == 1)
            #expect(running.log.lines(beginning: "Pass failed").first?.message.contains("the test asked for") == true)
            try harness.site.publish([.event("second", [.init(3, "GOOG")])])
            #expect(outputs.read(count: 3), "G1, G2: \(outputs.summary)\n\(running.log.text)")
            #expect(outputs.orders.compactMap { $0.integer("recommendation_id") }.sorted() == [1, 2, 3])
            #expect(outputs.orders.allSatisfy { $0.integer("run") == 2 })
            #expect(outputs.all.count == 3, "G3: \(outputs.summary)")
            try running.stop()
        }

        @Test("G2: a pass that failed is tried again without another event", arguments: ServiceBroker.available)
        func retryAfterAnError(_ broker: ServiceBroker) throws {
            let harness = try ServiceHarness(broker)
            harness.configuration.retry.initial = 0.01
            let rules = HeldRules()
            rules.fail(next: 3)
            let running = try harness.start(rules)
            let outputs = try harness.site.outputs()
            try harness.site.publish([.event("first", [.init(1, "AAPL"), .init(2, "MSFT")])])
            #expect(outputs.read(count: 2), "G2: \(outputs.summary)\n\(running.log.text)")
            #expect(outputs.orders.count == 2)
            #expect(running.service.counters?.passFailures == 3)
            try running.stop()
        }

        @Test(
            "G1, G2: a hundred recommendations in a held pass, four more triggers: one run at a time, nothing lost",
            arguments: ServiceBroker.available)
        func aHundredRecommendations(_ broker: ServiceBroker) throws {
            let harness = try ServiceHarness(broker)
            harness.configuration.locks.wait = 0.05
            let rules = HeldRules(isHolding: true)
            defer { rules.release() }
            let running = try harness.start(rules)
            let outputs = try harness.site.outputs()
            try harness.site.publish([.event("big", (1...100).map { .init($0, "S\($0)") })])
            #expect(rules.waitUntilHeld())
            try harness.site.publish(
                (1...4).map { .event("trigger-\($0)", $0 % 2 == 0 ? [.init(1000 + $0, "T\($0)")] : []) })
            #expect(outputs.read { $0.skips("lock_busy").count >= 4 }, "\(outputs.summary)")
            rules.release()
            #expect(outputs.read(count: 100 + 2 + 4), "G2: \(outputs.summary)")
            #expect(outputs.orders.count == 102)
            #expect(Set(outputs.orders.compactMap { $0.integer("recommendation_id") }).count == 102, "G3")
            #expect(rules.mostAtOnce("enter_market") == 1, "G1")
            #expect(running.service.counters?.runs == 1)
            try running.stop()
        }

        @Test(
            "Two experts of one account and the two use cases of one expert run at the same time",
            arguments: ServiceBroker.available)
        func differentKeysOverlap(_ broker: ServiceBroker) throws {
            let harness = try ServiceHarness(broker)
            let rules = HeldRules { "\($0.useCase.rawValue) \($0.recommendation.symbol)" }
            defer { rules.release() }
            let running = try harness.start(rules)
            let outputs = try harness.site.outputs()
            try harness.site.publish([.event("opens", [.init(1, "AAPL")])])
            #expect(outputs.read { $0.orders.count == 1 })
            rules.hold()
            try harness.site.publish([
                .event("a", expert: 1, [.init(2, "MSFT")]),
                .event("b", expert: 1, useCase: "open_positions", [.init(3, "AAPL", action: "SELL")]),
                .event("c", expert: 2, [.init(4, "GOOG")]),
            ])
            #expect(rules.waitUntilHeld(3), "they don't wait for each other: \(rules.held)")
            #expect(rules.held == ["enter_market GOOG", "enter_market MSFT", "open_positions AAPL"])
            rules.release()
            #expect(outputs.read(count: 4), "\(outputs.summary)")
            #expect(outputs.orders.compactMap { $0.text("role") }.sorted() == ["close", "entry", "entry", "entry"])
            try running.stop()
        }
    }
}

import Commands
import Foundation
import ServiceSupport
import Testing
import TradeContracts
import TradePipeline

extension Integration {
    /// What order updates and reference data do, also to passes that are under way.
    @Suite struct ChangeTests {
        @Test(
            "R87: reference data that changes while a pass is held counts for what it settles",
            arguments: ServiceBroker.available)
        func referenceChangesMeanwhile(_ broker: ServiceBroker) throws {
            let harness = try ServiceHarness(broker, reference: nil)
            let reference = TestReference(experts: 1...1, balance: 1_000_000, share: "10")
            try harness.site.publish(reference.records)
            let rules = HeldRules()
            defer { rules.release() }
            let running = try harness.start(rules)
            let outputs = try harness.site.outputs()
            rules.hold()
            try harness.site.publish([.event("one", [.init(1, "AAPL")])])
            #expect(rules.waitUntilHeld(), "\(running.log.text)")
            let before = running.service.counters?.referenceChanges ?? 0
            try harness.site.publish([
                TestRecord(.reference, key: "account/1", value: #"{"id":1,"balance":5000,"buying_power":5000}"#)
            ])
            #expect(Eventually.holds { (running.service.counters?.referenceChanges ?? 0) > before })
            rules.release()
            #expect(outputs.read(count: 1))
            #expect(outputs.orders.first?.integer("quantity") == 5, "10 % of 5,000 at 100: \(outputs.summary)")
            // A deleted expert is unknown to the pass that is held while it goes.
            rules.hold()
            try harness.site.publish([.event("two", [.init(2, "MSFT")])])
            #expect(rules.waitUntilHeld())
            try harness.site.publish([TestRecord(.reference, key: "expert/1", value: nil)])
            #expect(Eventually.holds { (running.service.counters?.referenceChanges ?? 0) > before + 1 })
            rules.release()
            #expect(outputs.read(count: 2))
            #expect(outputs.skips.first?.text("reason") == "unknown_expert", "\(outputs.summary)")
            try running.stop()
        }

        @Test(
            "A position from its entry to its close, and the symbol is free again", arguments: ServiceBroker.available)
        func lifeOfAPosition(_ broker: ServiceBroker) throws {
            let harness = try ServiceHarness(broker)
            let running = try harness.start()
            let outputs = try harness.site.outputs()
            try harness.site.publish([.event("enter", [.init(1, "AAPL")])])
            #expect(outputs.read(count: 1), "\(running.log.text)")
            let entry = try #require(outputs.orders.first)
            let quantity = Int(entry.integer("quantity") ?? 0)
            try harness.site.publish([
                .update(order: entry.text("order_id") ?? "", status: "filled", quantity: quantity, price: 101)
            ])
            let status = { () throws -> Int64 in
                try harness.store().integer("SELECT status FROM positions ORDER BY number DESC LIMIT 1")
            }
            #expect(try Eventually.holds { try status() == 2 }, "OPENED")
            try harness.site.publish([.event("leave", useCase: "open_positions", [.init(2, "AAPL", action: "SELL")])])
            #expect(outputs.read(count: 2), "\(outputs.summary)")
            let close = try #require(outputs.orders.last)
            #expect(close.text("role") == "close" && close.text("side") == "SELL")
            #expect(close.integer("quantity") == Int64(quantity))
            #expect(close.text("transaction_id") == entry.text("transaction_id"))
            let closing = close.text("order_id") ?? ""
            // Out of order: what comes late changes nothing.
            try harness.site.publish([
                .update(order: closing, status: "new"),
                .update(order: closing, status: "filled", quantity: quantity, price: 110),
                .update(order: closing, status: "accepted"), .update(order: "no-id", status: "new"),
            ])
            #expect(try Eventually.holds { try status() == 4 }, "CLOSED")
            try harness.site.publish([.event("again", [.init(3, "AAPL")])])
            #expect(outputs.read(count: 3), "\(outputs.summary)")
            #expect(outputs.orders.count == 3)
            #expect(Eventually.holds { running.service.counters?.updatesIgnored == 1 })
            try running.stop()
        }

        @Test(
            "G2: an order update during a held evaluation: what is settled has seen it",
            arguments: ServiceBroker.available)
        func updateDuringAnEvaluation(_ broker: ServiceBroker) throws {
            let harness = try ServiceHarness(broker)
            let rules = HeldRules()
            defer { rules.release() }
            let running = try harness.start(rules)
            let outputs = try harness.site.outputs()
            try harness.site.publish([.event("first", [.init(1, "AAPL")])])
            #expect(outputs.read { $0.orders.count == 1 })
            let order = try #require(outputs.orders.first?.text("order_id"))
            rules.hold()
            // The snapshot of this pass has the position; by the time it settles, the entry has failed.
            try harness.site.publish([.event("second", [.init(2, "AAPL")])])
            #expect(rules.waitUntilHeld())
            try harness.site.publish([.update(order: order, status: "rejected")])
            #expect(Eventually.holds { running.service.counters?.updatesApplied == 1 }, "\(running.log.text)")
            rules.release()
            #expect(outputs.read(count: 2), "\(outputs.summary)")
            #expect(outputs.orders.compactMap { $0.integer("recommendation_id") } == [1, 2], "\(outputs.summary)")
            // And the other way round: filled meanwhile, it is OPENED in what the skip says.
            let second = try #require(outputs.orders.last?.text("order_id"))
            rules.hold()
            try harness.site.publish([.event("third", [.init(3, "AAPL")])])
            #expect(rules.waitUntilHeld())
            try harness.site.publish([.update(order: second, status: "filled", quantity: 10, price: 100)])
            #expect(Eventually.holds { running.service.counters?.updatesApplied == 2 }, "\(running.log.text)")
            rules.release()
            #expect(outputs.read(count: 3), "\(outputs.summary)")
            let existing = outputs.skips.first?.fields["existing_transaction"] as? [String: String]
            #expect(existing?["status"] == "OPENED", "\(outputs.summary)")
            try running.stop()
        }
    }
}

import Commands
import Foundation
import ServiceSupport
import Settings
import Telemetry
import Testing
import TradeContracts
import TradeCore
import TradeKafka
import TradePipeline

extension Integration {
    /// What the store keeps from one start to the next, and what a start finds.
    @Suite struct RestartTests {
        @Test(
            "G3: an event id that comes again after a restart puts out one duplicate_event and nothing else",
            arguments: ServiceBroker.available)
        func duplicateAfterARestart(_ broker: ServiceBroker) throws {
            let harness = try ServiceHarness(broker)
            let outputs = try harness.site.outputs()
            let first = try harness.start()
            try harness.site.publish([.event("one", [.init(1, "AAPL")])])
            #expect(outputs.read(count: 1), "\(first.log.text)")
            #expect(try first.stop() == .stopped(complete: true))
            let second = try harness.start()
            try harness.site.publish([
                .event("one", [.init(2, "MSFT")]), .event("two", [.init(1, "AAPL"), .init(3, "GOOG")]),
            ])
            #expect(outputs.read(count: 4), "\(outputs.summary)\n\(second.log.text)")
            #expect(outputs.orders.compactMap { $0.text("symbol") } == ["AAPL", "GOOG"], "\(outputs.summary)")
            #expect(outputs.orders.compactMap { $0.integer("run") } == [1, 2], "G1: runs go on counting")
            // The event that came again is skipped as a whole (R12), the recommendation that did with its id (R13).
            let duplicates = outputs.skips("duplicate_event")
            #expect(duplicates.map { $0.integer("recommendation_id") } == [nil, 1], "\(outputs.summary)")
            #expect(duplicates.map { $0.text("event_id") } == ["one", "two"])
            #expect(try second.stop() == .stopped(complete: true))
            try expectLedger(harness, outputs)
        }

        @Test("G6: two runs on one store, each with its own embedded broker: what comes to the second counts")
        func twoEmbeddedRuns() throws {
            let harness = try ServiceHarness(.embedded, reference: nil)
            harness.configuration.kafka.bootstrapServers = .embedded
            for (run, balance) in [(Int64(1), 1_000_000), (2, 5_000_000)] {
                let running = try harness.start()
                let site = try BrokerSite(at: #require(running.servers), topics: harness.site.topics)
                let outputs = try site.outputs()
                // The second broker's offsets begin at 0 again, of reference data too.
                try site.publish(TestReference(experts: [run], balance: balance, share: "10").records)
                #expect(
                    Eventually.holds { (running.service.counters?.referenceChanges ?? 0) >= 4 }, "\(running.log.text)")
                try site.publish([.event("event-\(run)", expert: run, [.init(run, "AAPL")])])
                #expect(outputs.read(count: 1), "G2: \(running.log.text)")
                #expect(
                    outputs.orders.first?.integer("quantity") == Int64(balance / 1_000),
                    "run \(run): \(outputs.summary)")
                #expect(try running.stop() == .stopped(complete: true))
            }
            let store = try harness.store()
            #expect(try store.integer("SELECT count(*) FROM positions") == 2)
        }

        @Test(
            "G2, G4: a service that ended while a pass was held leaves its recommendations to the next start",
        )
        func endedWhileAPassWasHeld() throws {
            let harness = try ServiceHarness(.embedded)
            let outputs = try harness.site.outputs()
            harness.configuration.shutdown.deadline = 0.1
            let rules = HeldRules(isHolding: true)
            let first = try harness.start(rules)
            try harness.site.publish([.event("one", [.init(1, "AAPL"), .init(2, "MSFT")])])
            #expect(rules.waitUntilHeld())
            #expect(try first.stop() == .stopped(complete: false))
            rules.release()
            harness.configuration.shutdown.deadline = 15
            let second = try harness.start()
            #expect(outputs.read(count: 2), "G2: without another event: \(second.log.text)")
            #expect(outputs.orders.count == 2)
            #expect(try second.stop() == .stopped(complete: true))
            try expectLedger(harness, outputs)
        }

        @Test(
            "G2, G6: a first start on a topic that is full already reads all of it", arguments: ServiceBroker.available)
        func firstStartOnAFullTopic(_ broker: ServiceBroker) throws {
            let harness = try ServiceHarness(broker, reference: TestReference(experts: 1...50))
            try harness.site.publish((1...5_000).map { .event("e\($0)", expert: $0 % 50 + 1, [.init($0, "S\($0)")]) })
            let outputs = try harness.site.outputs()
            let running = try harness.start()
            let done = outputs.read(seconds: 60) { outputs in
                outputs.orders.count + outputs.skips.count { $0.integer("recommendation_id") != nil } >= 5_000
            }
            #expect(done, "G2: \(outputs.all.count) outputs\n\(running.log.text.suffix(2_000))")
            #expect(outputs.orders.count == 5_000)
            #expect(try running.stop() == .stopped(complete: true))
            try expectLedger(harness, outputs)
            #expect(try harness.site.lag(of: harness.site.topics.analysisCompleted) == [], "G6: Kafka's offsets follow")
        }

        @Test(
            "R98: events that arrive before their reference data wait for it, none is unknown_expert",
            arguments: ServiceBroker.available)
        func eventsBeforeTheirReferenceData(_ broker: ServiceBroker) throws {
            let harness = try ServiceHarness(broker, reference: nil)
            try harness.site.publish((1...200).map { .event("e\($0)", expert: $0, [.init($0, "AAPL")]) })
            try harness.site.publish(TestReference(experts: 1...2_000).records)
            let outputs = try harness.site.outputs()
            let running = try harness.start()
            #expect(outputs.read(count: 200), "\(running.log.text.suffix(2_000))")
            #expect(outputs.orders.count == 200, "\(outputs.skips.first?.text("reason") ?? "")")
            #expect(try running.stop() == .stopped(complete: true))
        }

        @Test(
            "G2, G4: two thousand experts of one account never spend more than its balance",
            arguments: ServiceBroker.available)
        func twoThousandExperts(_ broker: ServiceBroker) throws {
            let balance = 1_000_000
            let harness = try ServiceHarness(
                broker, reference: TestReference(experts: 1...2_000, balance: balance, share: "1"))
            let outputs = try harness.site.outputs()
            let running = try harness.start()
            try harness.site.publish(
                (1...2_000).map { number in
                    .event(
                        "e\(number)", expert: number,
                        [.init(number * 2, "AAPL", price: 7), .init(number * 2 + 1, "MSFT", price: 11)])
                })
            #expect(
                outputs.read(count: 4_000, seconds: 60), "G2: \(outputs.all.count)\n\(running.log.text.suffix(2_000))")
            #expect(try running.stop() == .stopped(complete: true))
            try expectLedger(harness, outputs)
            let used = try harness.store().integer(
                "SELECT sum((quantity / 1000000000) * (price / 1000000000)) FROM positions WHERE status IN (1, 2, 3)")
            #expect(used <= balance, "the account is overdrawn")
            #expect(used > balance * 9 / 10, "the balance is used: \(used)")
            let spent = outputs.orders.reduce(Int64(0)) { sum, order in
                sum + (order.integer("quantity") ?? 0) * (order.text("symbol") == "AAPL" ? 7 : 11)
            }
            #expect(spent == used, "what is published is what is kept")
            #expect(outputs.skips.allSatisfy { ["unfunded", "insufficient_equity"].contains($0.text("reason")) })
        }

        @Test("G6: kafka.start end begins behind what is there", arguments: ServiceBroker.available)
        func startAtTheEnd(_ broker: ServiceBroker) throws {
            let harness = try ServiceHarness(broker)
            harness.configuration.kafka.start = .end
            try harness.site.publish((1...8).map { .event("old-\($0)", expert: $0, [.init($0, "OLD")]) })
            let running = try harness.start()
            let outputs = try harness.site.outputs()
            // Only a consumer that has found the end delivers what follows, so there is something until one comes.
            var number: Int64 = 100
            let found = outputs.read { outputs in
                if number < 2_000 {
                    number += 1
                    try? harness.site.publish([.event("new-\(number)", expert: 1, [.init(number, "S\(number)")])])
                }
                return !outputs.orders.isEmpty
            }
            #expect(found, "\(running.log.text)")
            #expect(outputs.orders.allSatisfy { $0.text("symbol") != "OLD" })
            try running.stop()
            #expect(try harness.store().integer("SELECT count(*) FROM events WHERE id LIKE 'old%'") == 0)
        }

        private func expectLedger(_ harness: ServiceHarness, _ outputs: OutputReader) throws {
            #expect(try Ledger.problems(of: harness, with: outputs) == [])
        }
    }
}

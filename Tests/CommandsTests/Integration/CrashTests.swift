import Foundation
import ServiceSupport
import Support
import Testing
import TradeContracts

extension Processes {
    /// The process is killed, and started again.
    @Suite struct CrashTests {
        @Test(
            "G2, G3, G5: killed between two passes, the next start makes only what is missing",
            arguments: ServiceBroker.available)
        func killedBetweenTwoPasses(_ broker: ServiceBroker) throws {
            let harness = try ServiceHarness(broker)
            let outputs = try harness.site.outputs()
            let first = try harness.spawn()
            try harness.site.publish([.event("one", [.init(1, "AAPL")])])
            #expect(outputs.read(count: 1), "\(first.errors)")
            first.send(SIGKILL)
            #expect(first.waitForExit() == .signal(SIGKILL))
            try harness.site.publish([
                .event("one", [.init(1, "AAPL")]), .event("two", [.init(2, "AAPL"), .init(3, "MSFT")]),
            ])
            let second = try harness.spawn()
            let done = outputs.read { $0.skips.count >= 2 && $0.orders.contains { $0.text("symbol") == "MSFT" } }
            #expect(done, "G2: \(outputs.summary)\n\(second.errors)")
            second.send(SIGTERM)
            #expect(second.waitForExit() == .code(0), "\(second.errors)")
            // On the embedded broker what was published but not yet marked may come again, with the same id.
            #expect(Set(outputs.orders.compactMap { $0.text("order_id") }).count == 2, "G3: \(outputs.summary)")
            #expect(outputs.skips("existing_transaction").first?.integer("recommendation_id") == 2)
            #expect(outputs.skips("duplicate_event").first?.text("event_id") == "one")
            try expectLedger(harness, outputs)
        }

        @Test("G1 to G6: killed at random moments while events are in flight", arguments: ServiceBroker.available)
        func killedAtRandomMoments(_ broker: ServiceBroker) async throws {
            let seed = UInt64.random(in: 0 ... .max)
            print("killedAtRandomMoments \(broker): seed \(seed)")
            var random = ContractRandom(seed: seed)
            let harness = try ServiceHarness(broker)
            let outputs = try harness.site.outputs()
            var stream = EventStream(random: random)
            // On a real Kafka what was read has to be there once, also with what the producers left behind.
            // The embedded broker keeps 5 MiB of a partition, too little for more.
            let asked = Int(ProcessInfo.processInfo.environment["TRADE_MANAGER_KILLS"] ?? "") ?? 8
            let kills = broker == .kafka ? asked : min(asked, 8)
            for round in 1...kills {
                let process = try harness.spawn("log: {level: error}")
                // From before it runs to long after.
                let end = ContinuousClock.Instant.now + .milliseconds(Int.random(in: 1...700, using: &random))
                // The embedded broker keeps 5 MiB of a partition, so not too many.
                var left = 300
                while .now < end, !process.hasEnded {
                    guard left > 0 else {
                        try await Task.sleep(for: .milliseconds(1))
                        continue
                    }
                    left -= 20
                    try harness.site.publish(stream.next(20))
                }
                // In the midst of a burst.
                try harness.site.publish(stream.next(60))
                try await Task.sleep(for: .microseconds(Int.random(in: 0...20_000, using: &random)))
                #expect(!process.hasEnded, "round \(round), seed \(seed): \(process.errors)")
                process.send(SIGKILL)
                #expect(process.waitForExit() == .signal(SIGKILL), "round \(round), seed \(seed)")
            }
            let process = try harness.spawn()
            #expect(process.waitForErrors("Running"), "seed \(seed): \(process.errors)")
            // What the last kill has left is decided without another event.
            #expect(try waitUntilDone(harness), "G2, seed \(seed): \(process.errors.suffix(4_000))")
            // Kafka's offset of a partition follows with the next record of it.
            try harness.site.publish(stream.last(experts: 1...8))
            #expect(try waitUntilDone(harness), "G2, seed \(seed): \(process.errors.suffix(4_000))")
            process.send(SIGTERM)
            #expect(process.waitForExit() == .code(0), "seed \(seed): \(process.errors)")
            // All that the test has sent is there, each event once.
            let store = try harness.store()
            let kept = try store.integer("SELECT count(*) FROM events")
            #expect(Int(kept) == stream.eventIDs.count, "G2, seed \(seed)")
            let decided = try store.integer("SELECT count(*) FROM recommendations WHERE outcome IS NOT NULL")
            #expect(Int(decided) == stream.recommendations.count, "G2, seed \(seed)")
            try expectLedger(harness, outputs, "seed \(seed)")
            if broker == .kafka {
                let audit = try await Audits.run(harness, "--strict")
                #expect(audit.code == 0, "G5, seed \(seed): \(audit.output)\(audit.notes)")
                #expect(Audits.counts(audit) == ["once": outputs.all.count], "G5, seed \(seed): \(audit.output)")
            }
            #expect(try harness.site.lag(of: harness.site.topics.analysisCompleted) == [], "G6, seed \(seed)")
            print("killedAtRandomMoments \(broker): \(stream.eventIDs.count) events, \(outputs.orders.count) orders")
        }

        /// Until all that stands in the topic is taken in, decided and published.
        private func waitUntilDone(_ harness: ServiceHarness) throws -> Bool {
            let topic = harness.site.topics.analysisCompleted
            let ends = try harness.site.ends(of: topic)
            return try harness.waitUntilPublished(seconds: 60) { store in
                try store.integer("SELECT sum(next_offset) FROM input_positions WHERE topic = '\(topic)'") == ends
            }
        }

        private func expectLedger(_ harness: ServiceHarness, _ outputs: OutputReader, _ comment: String = "") throws {
            #expect(try Ledger.problems(of: harness, with: outputs) == [], "\(comment)")
        }
    }
}

/// Events of a few experts in a few symbols; some come twice, some are garbage.
private struct EventStream {
    var random: ContractRandom
    private(set) var eventIDs: Set<String> = []
    /// (expert, id) of those that count.
    private(set) var recommendations: Set<[Int64]> = []
    private var number: Int64 = 0
    private var last: TestRecord?

    init(random: ContractRandom) { self.random = random }

    mutating func next(_ count: Int) -> [TestRecord] { (0..<count).map { _ in next() } }

    /// One more event of each expert.
    mutating func last(experts: ClosedRange<Int64>) -> [TestRecord] {
        experts.map { expert in
            eventIDs.insert("last-\(expert)")
            return .event("last-\(expert)", expert: expert)
        }
    }

    private mutating func next() -> TestRecord {
        if let last, random.chance(10) { return last }
        if random.chance(5) { return TestRecord(.analysisCompleted, key: "1", value: random.chance(50) ? nil : "{") }
        number += 1
        let expert = Int64.random(in: 1...8, using: &random)
        let advice = (0..<Int64.random(in: 0...3, using: &random)).map { index in
            let symbol = "S\(Int.random(in: 1...200, using: &random))"
            return TestRecord.Advice(
                number * 10 + index, symbol, action: random.chance(80) ? "BUY" : "HOLD",
                price: .random(in: 1...500, using: &random), profit: .random(in: 0...20, using: &random))
        }
        for one in advice { recommendations.insert([expert, one.id]) }
        eventIDs.insert("event-\(number)")
        let event = TestRecord.event("event-\(number)", expert: expert, advice)
        last = event
        return event
    }
}

import Commands
import Foundation
import ServiceSupport
import Settings
import Testing
import TradeContracts
import TradeCore
import TradePipeline
import TradeStore

extension Integration {
    /// `store …` beside a service and on a store that nobody holds.
    @Suite struct StoreServiceTests {
        private let harness: ServiceHarness
        private let outputs: OutputReader

        init() throws {
            harness = try ServiceHarness(.embedded)
            outputs = try harness.site.outputs()
        }

        private func command(_ words: String...) async throws -> CommandLine.Result {
            let file = try harness.folder.write(harness.configurationFile(), to: "store.yaml")
            return await CommandLine.run(words + ["--config", file])
        }

        private func expect(
            _ result: CommandLine.Result, _ code: Int32, _ texts: String..., location: SourceLocation = #_sourceLocation
        ) {
            #expect(result.code == code, "\(result.output)\(result.notes)", sourceLocation: location)
            for text in texts {
                #expect(
                    (result.output + result.notes).contains(text), "\(result.output)\(result.notes)",
                    sourceLocation: location)
            }
        }

        private func waitUntilPublished() throws -> Bool {
            let store = try harness.store()
            return try Eventually.holds {
                try store.integer("SELECT last_outbox > 0 AND last_outbox = relay_mark FROM store") == 1
            }
        }

        @Test("A snapshot is taken and a store verified beside a service; the copy is read, but not run")
        func snapshotAndVerify() async throws {
            expect(try await command("store", "verify"), 78, "there is no store")
            expect(try await command("store", "snapshot", "--to", harness.folder.file("x")), 78, "there is no store")
            let service = try harness.start()
            let events = (0..<200).map { number in
                TestRecord.event(
                    "e\(number)", expert: Int64(number % 8) + 1, [.init(Int64(number) + 1, "S\(number % 20)")])
            }
            try harness.site.publish(events + [TestRecord(.analysisCompleted, key: "1", value: "{")])
            let file = harness.folder.file("copy.sqlite")
            #expect(outputs.read(count: 20), "\(service.log.text)")
            expect(
                try await command("store", "snapshot", "--to", file), 0, "\(file): ", " bytes, with all up to entry ")
            #expect(outputs.read(count: 201), "\(service.log.text)")
            expect(try await command("store", "snapshot", "--to", file), 1, "is there already")
            let verified = try await command("store", "verify")
            expect(verified, 0, "file: ok\n", "one active position for an expert and symbol (G3): ok\n")
            #expect(!verified.output.contains("DAMAGED"))

            // What happens to positions leaves them whole, too.
            for order in outputs.orders.prefix(6) {
                let (id, expert) = (order.text("order_id") ?? "", order.integer("expert_instance_id") ?? 0)
                try harness.site.publish([
                    .update(order: id, expert: expert, status: "filled", quantity: 10, price: 101)
                ])
            }
            let store = try harness.store()
            #expect(try Eventually.holds { try store.integer("SELECT count(*) FROM positions WHERE status = 2") == 6 })
            let closed = outputs.orders.prefix(3).map { order in
                TestRecord.event(
                    "close-\(order.text("order_id") ?? "")", expert: order.integer("expert_instance_id") ?? 0,
                    useCase: "open_positions",
                    [
                        .init(
                            9_000 + (order.integer("recommendation_id") ?? 0), order.text("symbol") ?? "",
                            action: "SELL")
                    ])
            }
            try harness.site.publish(closed)
            #expect(outputs.read { $0.orders.count { $0.text("role") == "close" } == 3 }, "\(outputs.summary)")
            for order in outputs.orders where order.text("role") == "close" {
                try harness.site.publish([
                    .update(
                        order: order.text("order_id") ?? "", expert: order.integer("expert_instance_id") ?? 0,
                        status: "filled", quantity: 10, price: 99)
                ])
            }
            #expect(try Eventually.holds { try store.integer("SELECT count(*) FROM positions WHERE status = 4") == 3 })
            expect(try await command("store", "verify"), 0)

            expect(try await command("store", "verify", "--store.path", file), 0, "file: ok")
            expect(try await command("explain", "--event", "e0", "--store.path", file), 0, "event e0")
            expect(try await command("run", "--store.path", file), 78, "is a copy", "store accept owner")
            expect(try await command("check", "--store.path", file), 1, "store: NOT USABLE", "is a copy")
            #expect(try service.stop() == .stopped(complete: true))
            expect(try await command("store", "verify"), 0)
            expect(try await command("store", "snapshot"), 64, "--to")
            expect(try await command("store", "snapshot", "--to", "/tmp/"), 64, "path of a file")
        }

        @Test("A damaged store is told")
        func damaged() async throws {
            let service = try harness.start()
            try harness.site.publish([.event("one", [.init(1, "AAPL")])])
            #expect(outputs.read(count: 1), "\(service.log.text)")
            #expect(try service.stop() == .stopped(complete: true))
            let path = harness.configuration.store.path.path
            let store = try SQLiteStore.open(path: path, options: SQLiteStoreOptions(topics: harness.site.topics))
            #expect(
                store.commit([
                    ChangeSet(
                        number: store.lastCommit + 1,
                        run: KeyRun(key: .init(expert: ExpertID(5), useCase: .enterMarket), run: 1))
                ]) == .committed)
            store.close()
            var bytes = try #require(FileManager.default.contents(atPath: path))
            for index in stride(from: 4_096 * 3, to: bytes.count, by: 64) { bytes[index] ^= 0x11 }
            try bytes.write(to: URL(fileURLWithPath: path))
            expect(try await command("store", "verify"), 1, "file: DAMAGED", "checks failed")
        }

        @Test("R97: history past its retention goes when nobody holds the store; what comes again is decided anew")
        func prune() async throws {
            harness.configuration.clock = .event
            let service = try harness.start()
            let old = TestRecord(
                .analysisCompleted, key: "1",
                value: """
                    {"event_id":"old","occurred_at":"2020-01-01T00:00:00Z","expert_instance_id":1,"use_case":"enter_market",\
                    "recommendations":[{"id":1,"symbol":"AAPL","recommended_action":"HOLD","price_at_date":5,\
                    "created_at":"2020-01-01T00:00:00Z"}]}
                    """)
            let later = TestRecord(
                .analysisCompleted, key: "1",
                value: """
                    {"event_id":"later","occurred_at":"2020-01-02T00:00:00Z","expert_instance_id":1,"use_case":"enter_market",\
                    "recommendations":[{"id":2,"symbol":"AAPL","recommended_action":"HOLD","price_at_date":5,\
                    "created_at":"2020-01-02T00:00:00Z"}]}
                    """)
            // One after the other, so that each has a pass of its own.
            for (count, event) in [old, later, .event("new", [.init(3, "MSFT")])].enumerated() {
                try harness.site.publish([event])
                #expect(outputs.read(count: count + 1), "\(outputs.summary)")
            }
            #expect(try waitUntilPublished())

            let plan = try await command("store", "prune")
            expect(
                plan, 0, "would go:\nrecommendations: 1\nevents: 1\npositions: 0\noutbox rows: 2\n--execute deletes\n")
            expect(try await command("store", "prune", "--execute"), 1, "is held by", "stop that service")
            #expect(try service.stop() == .stopped(complete: true))
            expect(try await command("store", "prune", "--before", "2019-01-01T00:00:00Z"), 0, "recommendations: 0\n")
            expect(try await command("store", "prune", "--execute"), 0, "deleted:\nrecommendations: 1\nevents: 1\n")
            expect(
                try await command("store", "prune"), 0, "recommendations: 0\nevents: 0\npositions: 0\noutbox rows: 0\n")
            expect(try await command("store", "verify"), 0)
            expect(try await command("explain", "--event", "old"), 1, "no event old")
            // What they published is foreign now, and no difference.
            expect(try await command("audit"), 0, "pruned: rows below 3", "once: 1\n", "foreign: 2\n")

            let again = try harness.start()
            for (count, event) in [old, later].enumerated() {
                try harness.site.publish([event])
                #expect(outputs.read { $0.skips.count == count + 3 }, "\(outputs.summary)")
            }
            #expect(
                outputs.skips("hold").count == 3 && outputs.skips("duplicate_event").count == 1, "\(outputs.summary)")
            #expect(try again.stop() == .stopped(complete: true))
            expect(try await command("store", "verify"), 0)
        }

        @Test(
            "What is wrong with a limit is said",
            arguments: [
                (["--before", "yesterday"], "expected a time"),
                (["--before", "2999-01-01T00:00:00Z"], "a day back at least"),
                (["--retention-days", "0"], "from 1"),
                (["--before", "2020-01-01T00:00:00Z", "--retention-days", "3"], "is enough"),
            ])
        func limits(words: [String], text: String) async throws {
            let result = await CommandLine.run(["store", "prune"] + words)
            expect(result, 64, text)
        }

        @Test("A mark is set where nobody holds the store: rows are published again, or never")
        func setMark() async throws {
            let service = try harness.start()
            try harness.site.publish((1...5).map { .event("e\($0)", expert: Int64($0), [.init(Int64($0), "S\($0)")]) })
            #expect(outputs.read(count: 5), "\(service.log.text)")
            #expect(try waitUntilPublished())
            let plan = try await command("store", "set-mark", "3")
            expect(
                plan, 0, "the mark is 5, the highest number is 5\n",
                "rows 4 to 5 would be published again: 2 of \(harness.site.topics.ordersCreated), 0 of",
                "row 4: \(harness.site.topics.ordersCreated), key ")
            expect(try await command("store", "set-mark", "3", "--execute"), 1, "is held by")
            #expect(try service.stop() == .stopped(complete: true))
            expect(try await command("store", "set-mark", "5"), 0, "it stays")
            expect(try await command("store", "set-mark", "6"), 1, "from 1 to 5")
            expect(try await command("store", "set-mark", "6", "--execute"), 1, "from 1 to 5")
            expect(try await command("store", "set-mark", "x"), 64, "the number of an outbox row")
            expect(try await command("store", "set-mark", "-1"), 64)
            expect(try await command("store", "set-mark"), 64, "N")
            expect(try await command("store", "set-mark", "3", "--execute"), 0, "the mark is 3\n")
            let again = try harness.start()
            #expect(outputs.read(count: 7), "\(outputs.summary)")
            #expect(try waitUntilPublished())
            #expect(try again.stop() == .stopped(complete: true))
            expect(try await command("audit"), 1, "once: 3\n", "twice: 2\n")
        }
    }
}

import Commands
import Foundation
import ServiceSupport
import Settings
import Telemetry
import Testing
import TradeContracts
import TradeCore
import TradePipeline
import TradeStore

extension Integration {
    /// `explain` on stores that services have made: beside a service and after it.
    @Suite struct ExplainTests {
        private let harness: ServiceHarness
        private let outputs: OutputReader

        /// Expert 1 may have one position, 2 has strict rules, 3 is off in every way.
        private static let reference = """
            {"accounts":[{"id":1,"balance":10000,"buying_power":10000}],
             "experts":[\(expert(1, "always", #","max_open_positions":1"#)), \(expert(2, "strict")),
              {"id":3,"account_id":1,"enabled":false}],
             "rulesets":[{"id":"always","rules":[{"name":"any","actions":[{"action":"buy"}]}]},
              {"id":"strict","rules":[{"name":"sure","triggers":[{"condition":"confidence","operator":">=","value":90.5}],
               "actions":[{"action":"buy"}]}]}]}
            """

        private static func expert(_ id: Int, _ ruleset: String, _ more: String = "") -> String {
            """
            {"id":\(id),"account_id":1,"enter_market_ruleset_id":"\(ruleset)",
             "settings":{"allow_automated_trade_opening":true,"minimum_equity_threshold_percent":0,
              "min_available_balance_pct":0\(more)}}
            """
        }

        init() throws {
            harness = try ServiceHarness(.embedded, reference: nil)
            let file = try harness.folder.write(ExplainTests.reference, to: "reference.yaml")
            harness.configuration.reference.file = ConfiguredPath(file)
            outputs = try harness.site.outputs()
        }

        private func explain(_ words: String...) async throws -> CommandLine.Result {
            let file = try harness.folder.write(harness.configurationFile(), to: "explain.yaml")
            return await CommandLine.run(["explain", "--config", file] + words)
        }

        /// Ends with 0 and has these lines, in this order.
        private func expect(
            _ result: CommandLine.Result, _ lines: [String], location: SourceLocation = #_sourceLocation
        ) {
            #expect(result.code == 0, "\(result.notes)", sourceLocation: location)
            var rest = result.output.split(separator: "\n").map(String.init)[...]
            for line in lines {
                guard let index = rest.firstIndex(where: { $0.contains(line) }) else {
                    Issue.record("'\(line)' is missing in\n\(result.output)", sourceLocation: location)
                    return
                }
                rest = rest[(index + 1)...]
            }
        }

        private func waitUntilPublished() throws -> Bool {
            let store = try harness.store()
            return try Eventually.holds {
                try store.integer("SELECT last_outbox > 0 AND last_outbox = relay_mark FROM store") == 1
            }
        }

        @Test("R96: an order, a skip and a duplicate are explained, with the rules that decided")
        func decisions() async throws {
            let service = try harness.start()
            try harness.site.publish([
                .event("bought", [.init(1, "AAPL")]),
                .event("doubted", expert: 2, [.init(1, "MSFT"), .init(2, "GOOG")]),
                .event("trigger"),
            ])
            #expect(outputs.read(count: 3), "\(outputs.summary)\n\(service.log.text)")
            try harness.site.publish([.event("bought", [.init(1, "AAPL")])])
            #expect(outputs.read(count: 4), "\(outputs.summary)\n\(service.log.text)")
            #expect(try waitUntilPublished())
            let topic = harness.site.topics.analysisCompleted
            let order = outputs.orders.first?.text("order_id") ?? ""
            let position = outputs.orders.first?.text("transaction_id") ?? ""
            let bought = [
                "recommendation 1 of expert 1, enter_market: BUY AAPL at 100, confidence 80 %, created 2",
                "ordered in run 1", "order \(order): entry BUY 10 AAPL market, pending (outbox row", ", published)",
                "position \(position): WAITING since 2", "rules of always:", "matched: any",
            ]
            let event = try await explain("--event", "bought")
            expect(
                event, ["event bought: expert 1, enter_market, occurred 2", "taken in from \(topic), partition"])
            expect(event, bought.filter { $0 != ", published)" } + ["it came again, from topic \(topic) partition"])
            expect(event, ["\(order): entry", "duplicate_event: "])
            #expect(!event.output.contains("not published yet"))

            let skip = [
                "skipped in run 1: conditions_not_met: no rule", "rules of strict:",
                "not matched: sure: confidence >= 90.5 does not hold, it is 80",
            ]
            expect(
                try await explain("--event", "doubted"),
                ["recommendation 1 of expert 2"] + skip + ["recommendation 2 of expert 2"] + skip)
            expect(
                try await explain("--event", "trigger"),
                ["event trigger", "it brought no recommendation that was not known before"])

            // The id counts once for each expert (R13).
            let both = try await explain("--recommendation", "1")
            expect(both, ["recommendation 1 of expert 1", "came with event bought from \(topic)", "ordered"])
            expect(both, ["recommendation 1 of expert 2", "came with event doubted"] + skip)
            let one = try await explain("--recommendation", "1", "--expert", "2")
            expect(one, skip)
            #expect(!one.output.contains("expert 1,"))

            // What became of it since, beside the service and after it.
            try harness.site.publish([.update(order: order, status: "filled", quantity: 10, price: 101)])
            let store = try harness.store()
            #expect(try Eventually.holds { try store.integer("SELECT count(*) FROM positions WHERE status = 2") == 1 })
            #expect(try service.stop() == .stopped(complete: true))
            expect(
                try await explain("--recommendation", "1", "--expert", "1"),
                ["order \(order): entry BUY 10 AAPL market, filled", "position \(position): OPENED since 2"])
        }

        @Test("R95: an order that was withdrawn, by a skip that is not published yet")
        func withdrawn() async throws {
            let service = try harness.start()
            try harness.site.publish([.event("bought", [.init(1, "AAPL")])])
            #expect(outputs.read(count: 1), "\(service.log.text)")
            #expect(try service.stop() == .stopped(complete: true))
            let options = SQLiteStoreOptions(topics: harness.site.topics)
            let path = harness.configuration.store.path.path
            let event = try #require(try StoreInspector(path: path, options: options).events(id: "bought").first)
            let skip = SkipRecord(
                event: event, recommendation: RecommendationID(1), symbol: Symbol("AAPL"), reason: .expired,
                message: "order 1 expired", skippedAt: event.occurredAt)
            let row = OutboxRow(number: 2, record: .skip(skip))
            row.encode(OutputEncoder(topics: harness.site.topics).encode)
            let store = try SQLiteStore.open(path: path, options: options)
            #expect(store.commit([ChangeSet(number: store.lastCommit + 1, rows: [row])]) == .committed)
            store.close()
            let result = try await explain("--event", "bought")
            let lines = [
                "ordered in run 1", "withdrawn: expired: order 1 expired (outbox row 2, not published yet)", "order ",
            ]
            expect(result, lines + ["rules of always:"])
            expect(try await explain("--recommendation", "1"), lines)
        }

        @Test("What is not decided yet is pending")
        func pending() async throws {
            let rules = HeldRules(isHolding: true)
            let service = try harness.start(rules)
            try harness.site.publish([.event("held", [.init(5, "AAPL")])])
            #expect(rules.waitUntilHeld(), "\(service.log.text)")
            let store = try harness.store()
            #expect(try Eventually.holds { try store.integer("SELECT count(*) FROM recommendations") == 1 })
            expect(
                try await explain("--event", "held"),
                [
                    "event held", "recommendation 5 of expert 1",
                    "pending: not decided yet, since its event occurred at 2",
                ])
            rules.release()
            #expect(outputs.read(count: 1))
            #expect(try service.stop() == .stopped(complete: true))
            expect(try await explain("--recommendation", "5"), ["ordered in run 1"])
        }

        @Test("Everything that stops an entry now is told: halts, gates, positions, limits and money")
        func entries() async throws {
            let service = try harness.start()
            try harness.site.publish([.event("bought", [.init(1, "AAPL")])])
            #expect(outputs.read(count: 1), "\(service.log.text)")
            let order = outputs.orders.first?.text("order_id") ?? ""
            expect(
                try await explain("--expert", "1", "--symbol", "AAPL"),
                [
                    "an entry of expert 1 in AAPL is stopped by", "existing_transaction: position ",
                    "limit: max_open_positions",
                    "account 1: balance 10000, buying power 10000, used 1000, ordered 1000",
                    "expert 1: virtual equity 10000, used 1000, available 9000, threshold 0, active positions 1",
                    "the latest recommendation in AAPL:", "ordered in run 1", "order \(order)",
                ])
            expect(
                try await explain("--expert", "2", "--symbol", "AAPL"),
                [
                    "nothing stops an entry of expert 2 in AAPL", "used 1000, ordered 1000", "available 9000",
                    "the store has no recommendation of expert 2 in AAPL",
                ])
            expect(
                try await explain("--expert", "3", "--symbol", "X"),
                ["stopped by", "expert_disabled: ", "automation_disabled: ", "no_ruleset: "])
            expect(
                try await explain("--expert", "-9", "--symbol", "X"),
                ["stopped by", "unknown_expert: expert -9 is not in the reference data"])
            #expect(try service.stop() == .stopped(complete: true))

            let file = try harness.folder.write(harness.configurationFile(), to: "halt.yaml")
            let halt = await CommandLine.run(
                ["halt", "--config", file, "--account", "1", "--entries-only", "--reason", "a\u{1b}[31m test"])
            #expect(halt.code == 0, "\(halt.notes)")
            let halted = try await explain("--expert", "2", "--symbol", "AAPL")
            expect(halted, ["is stopped by", "halted: account 1 is halted for entries: a\\u{1b}[31m test, since 2"])
            #expect(!halted.output.contains("\u{1b}"))
        }

        @Test("What is not there is told with 1, a wrong question with 64")
        func mistakes() async throws {
            let none = try await explain("--event", "x")
            #expect(none.code == 78 && none.notes.contains("there is no store"), "\(none.notes)")
            let service = try harness.start()
            var broken = TestRecord.event("broken")
            broken.value?.removeLast()
            try harness.site.publish([broken])
            #expect(outputs.read(count: 1), "\(service.log.text)")
            for (words, code, text) in [
                (["--event", "x"], 1, "the store has no event x\n"),
                (["--event", "broken"], 1, "the store has no event broken; 1 dead letters contain that id"),
                (["--recommendation", "1"], 1, "the store has no recommendation 1\n"),
                (["--recommendation", "1", "--expert", "2"], 1, "no recommendation 1 of expert 2"),
                ([], 64, "is required"), (["--expert", "1"], 64, "is required"),
                (["--symbol", "A"], 64, "is required"),
                (["--event", "x", "--expert", "1"], 64, "is required"),
                (["--event", "x", "--recommendation", "1"], 64, "is required"),
                (["--recommendation", "1", "--expert", "1", "--symbol", "A"], 64, "is required"),
                (["--recommendation", "one"], 64, "whole number"),
            ] as [([String], Int32, String)] {
                let file = try harness.folder.write(harness.configurationFile(), to: "explain.yaml")
                let result = await CommandLine.run(["explain", "--config", file] + words)
                #expect(result.code == code && result.notes.contains(text), "\(words): \(result.notes)")
                #expect(result.output.isEmpty)
            }
            #expect(try service.stop() == .stopped(complete: true))
        }
    }
}

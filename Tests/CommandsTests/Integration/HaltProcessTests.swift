import Foundation
import ServiceSupport
import Telemetry
import Testing

extension Processes {
    /// `halt` and `resume` beside a service that runs, starts, was killed, or is not there (R93, G10).
    @Suite struct HaltProcessTests {
        private func command(_ harness: ServiceHarness, _ words: String...) throws -> ChildProcess {
            let file = try harness.folder.write(harness.configurationFile(), to: "halt.yaml")
            let process = try ChildProcess(BuiltProgram.tradeManager, words + ["--config", file])
            _ = process.waitForExit(seconds: 60)
            return process
        }

        private func expect(_ process: ChildProcess, _ code: Int32, _ text: String) {
            #expect(process.waitForExit() == .code(code), "\(process.output)\(process.errors)")
            #expect((process.output + process.errors).contains(text), "\(process.output)\(process.errors)")
        }

        @Test(
            "Once `halt` has answered no entry settles, under load and over a SIGKILL, until `resume`",
            arguments: ServiceBroker.available)
        func haltUnderLoad(_ broker: ServiceBroker) throws {
            let harness = try ServiceHarness(broker)
            let outputs = try harness.site.outputs()
            let first = try harness.spawn("log: {level: warning}")
            let load = (0..<400).map { number in
                TestRecord.event(
                    "load-\(number)", expert: Int64(number % 8) + 1, [.init(Int64(number) + 1, "S\(number)")])
            }
            try harness.site.publish(load)
            #expect(outputs.read(count: 20), "\(first.errors)")
            expect(try command(harness, "halt", "--reason", "flood of orders"), 0, "halt in force: all")
            let answered = WallTime.text(WallTime.now)
            try harness.site.publish([.event("after", [.init(9_001, "AFTER")])])
            #expect(outputs.read { $0.skips("halted").contains { $0.integer("recommendation_id") == 9_001 } })
            first.send(SIGKILL)
            #expect(first.waitForExit() == .signal(SIGKILL))
            let second = try harness.spawn("log: {level: warning}")
            try harness.site.publish([.event("again", expert: 2, [.init(9_002, "AGAIN")])])
            #expect(outputs.read { $0.skips("halted").contains { $0.integer("recommendation_id") == 9_002 } })
            #expect(second.errors.contains("In force: all is halted: flood of orders"), "\(second.errors)")
            second.send(SIGTERM)
            #expect(second.waitForExit() == .code(0), "\(second.errors)")
            for order in outputs.orders { #expect(order.text("created_at") ?? "~" <= answered, "R93: \(order)") }
            #expect(outputs.skips("halted").allSatisfy { $0.text("message")?.contains("flood of orders") == true })

            // Nobody holds the store now.
            expect(try command(harness, "resume", "--reason", "cleared"), 0, "resume in force: all")
            let third = try harness.spawn()
            try harness.site.publish([.event("resumed", expert: 3, [.init(9_003, "RESUMED")])])
            #expect(outputs.read { $0.orders.contains { $0.text("symbol") == "RESUMED" } }, "\(third.errors)")
            expect(try command(harness, "halt", "--expert", "3", "--reason", "that one"), 0, "halt in force: expert 3")
            try harness.site.publish([
                .event("one", expert: 3, [.init(9_004, "ONE")]), .event("other", expert: 4, [.init(9_005, "OTHER")]),
            ])
            let done = outputs.read { read in
                read.orders.contains { $0.text("symbol") == "OTHER" }
                    && read.skips("halted").contains { $0.integer("recommendation_id") == 9_004 }
            }
            #expect(done, "\(outputs.summary)\n\(third.errors)")
            third.send(SIGTERM)
            #expect(third.waitForExit() == .code(0), "\(third.errors)")
        }

        @Test("While the broker is away a service that starts takes a halt, too")
        func haltWhileItStarts() throws {
            let harness = try ServiceHarness(.embedded)
            let file = try harness.folder.write(harness.configurationFile(), to: "away.yaml")
            let process = try ChildProcess(
                BuiltProgram.tradeManager, ["run", "--config", file, "--kafka.bootstrap_servers", "127.0.0.1:1"])
            #expect(process.waitForErrors("can't be reached"), "\(process.errors)")
            expect(
                try command(harness, "halt", "--account", "1", "--entries-only", "--reason", "early"), 0,
                "halt in force: account 1")
            process.send(SIGKILL)
            #expect(process.waitForExit() == .signal(SIGKILL))
            let rows = try harness.store().rows("SELECT scope, id, entries_only, reason FROM halts")
            #expect(rows == [["1", "1", "1", "early"]])
        }

        @Test("What is wrong with a halt is said")
        func mistakes() throws {
            let harness = try ServiceHarness(.embedded)
            expect(try command(harness, "halt", "--reason", "x"), 78, "there is no store")
            expect(try command(harness, "halt"), 64, "--reason")
            expect(
                try command(harness, "halt", "--account", "1", "--expert", "2", "--reason", "x"), 64,
                "exclude each other")
            expect(try command(harness, "halt", "--account", "one", "--reason", "x"), 64, "whole number")
        }
    }
}

import Foundation
import ServiceSupport
import Testing

extension Processes {
    /// A file system that takes nothing more.
    @Suite(.enabled(if: BuiltProgram.find("prlimit") != nil, "there is no prlimit in PATH")) struct FullDiskTests {
        @Test(
            "G2, G3, G4: a store that can't grow loses nothing, and goes on once it can",
            arguments: ServiceBroker.available)
        func storeCannotGrow(_ broker: ServiceBroker) throws {
            let harness = try ServiceHarness(broker)
            let outputs = try harness.site.outputs()
            let file = try harness.folder.write(harness.configurationFile(), to: "trade-manager.yaml")
            // No file may grow beyond 600 KiB; a write that would is an error, not the end of the process.
            let script = "trap '' XFSZ; ulimit -S -f 600; exec \(BuiltProgram.tradeManager) run --config \(file)"
            let process = try ChildProcess(
                try #require(BuiltProgram.find("bash")), ["-c", script], folder: harness.folder.path)
            #expect(process.waitForErrors("Running"), "\(process.errors)")
            try harness.site.publish(
                (1...3_000).map { .event("e\($0)", expert: $0 % 8 + 1, [.init($0, "S\($0)")]) })
            #expect(process.waitForErrors("ERROR"), "\(process.errors.suffix(2_000))")
            #expect(!process.hasEnded)
            let lifted = try ChildProcess(
                try #require(BuiltProgram.find("prlimit")),
                ["--pid", "\(process.processID)", "--fsize=unlimited:unlimited"])
            #expect(lifted.waitForExit() == .code(0), "\(lifted.errors)")
            let done = outputs.read(seconds: 60) { outputs in
                outputs.all.count { $0.integer("recommendation_id") != nil } >= 3_000
            }
            #expect(done, "G2: \(outputs.all.count)\n\(process.errors.suffix(4_000))")
            process.send(SIGTERM)
            #expect(process.waitForExit() == .code(0), "\(process.errors.suffix(4_000))")
            #expect(try Ledger.problems(of: harness, with: outputs) == [])
            #expect(outputs.orders.count == 3_000)
        }
    }
}

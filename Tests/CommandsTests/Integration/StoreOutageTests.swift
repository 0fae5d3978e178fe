import Foundation
import ServiceSupport
import Settings
import Support
import Synchronization
import Testing

extension Processes {
    /// The store takes nothing for a while, and the outputs go out in transactions.
    @Suite(.serialized, .enabled(if: ServiceBroker.realServers != nil)) struct StoreOutageTests {
        enum End: String, CaseIterable, Sendable {
            case goesOn
            case isKilled
            /// Killed, and started again before the store can be used.
            case startsMeanwhile

            /// All of them where the run may take longer, else this one.
            static func all(or end: End) -> [End] { KafkaCluster.script == nil ? [end] : allCases }
        }

        @Test(
            "G2, G4, G5: a full disk: nothing goes out that is not durable, and it goes on by itself once there is room",
            .enabled(if: SmallDisk.isAvailable, "no file system can be mounted"),
            arguments: End.all(or: .startsMeanwhile))
        func diskIsFull(_ end: End) throws {
            let disk = try SmallDisk()
            let harness = try ServiceHarness(.kafka, reference: FaultRun.reference)
            harness.configuration.store.path = ConfiguredPath(disk.file("store.sqlite"))
            var run = try FaultRun(harness)
            try disk.fill()
            try expectUnavailable(run)
            try expectRecovery(&run, "a full disk", end) { try disk.free() }
        }

        @Test(
            "G3, G5: the disk is full before a transaction's end is durable: Kafka's mark is ahead, and nothing goes out twice",
            .enabled(if: SmallDisk.isAvailable, "no file system can be mounted"), arguments: End.all(or: .goesOn))
        func diskIsFullAtTheEndOfATransaction(_ end: End) throws {
            let disk = try SmallDisk()
            let harness = try ServiceHarness(.kafka, reference: FaultRun.reference)
            harness.configuration.store.path = ConfiguredPath(disk.file("store.sqlite"))
            let proxy = try KafkaProxy(broker: harness.site.servers)
            defer { proxy.close() }
            harness.configuration.kafka.bootstrapServers = .servers([proxy.bootstrapServers])
            var run = try FaultRun(harness)
            let isTaken = Atomic<Bool>(false)
            let process = run.process
            proxy.setRule { request in
                guard request.key == 26, !isTaken.exchange(true, ordering: .sequentiallyConsistent) else {
                    return .pass
                }
                try? disk.fill()
                // Less than the transaction's timeout.
                _ = process.waitForErrors("The store is unavailable", seconds: 8)
                return .pass
            }
            try expectUnavailable(run)
            let store = try harness.store()
            #expect(
                try Eventually.holds(seconds: 10, every: 0.1) {
                    try harness.kafkaMark() ?? 0 > store.integer("SELECT relay_mark FROM store")
                }, "the transaction has ended, and the store does not know it")
            try expectRecovery(&run, "a full disk at a transaction's end", end) { try disk.free() }
        }

        @Test(
            "G2, G4, G5: another process keeps the store locked: it goes on by itself once that one lets go",
            .enabled(if: BuiltProgram.find("sqlite3") != nil, "there is no sqlite3 in PATH"),
            arguments: End.all(or: .goesOn))
        func storeIsLocked(_ end: End) throws {
            let harness = try ServiceHarness(.kafka, reference: FaultRun.reference)
            var run = try FaultRun(harness)
            let script = "BEGIN EXCLUSIVE;\n.print locked\n.shell sleep 3\nCOMMIT;\n"
            let other = try ChildProcess(
                try #require(BuiltProgram.find("sqlite3")),
                ["-cmd", ".timeout 5000", harness.configuration.store.path.path], input: Array(script.utf8))
            #expect(other.waitForOutput("locked"), "\(other.errors)")
            try expectUnavailable(run)
            try expectRecovery(&run, "a locked store", end) { #expect(other.waitForExit() == .code(0)) }
        }

        // MARK: -

        private func expectUnavailable(_ run: FaultRun) throws {
            let isTold = run.process.waitForErrors("The store is unavailable")
            #expect(isTold && !run.process.hasEnded, "\(run.log)")
            try run.expectDurable("while the store takes nothing")
        }

        private func expectRecovery(_ run: inout FaultRun, _ what: String, _ end: End, _ mend: () throws -> Void) throws
        {
            if end != .goesOn { run.kill() }
            var mended = ContinuousClock.Instant.now
            if end == .startsMeanwhile {
                try run.startAgain(whenItSays: "The store is unavailable, it is tried again") {
                    try mend()
                    mended = .now
                }
            } else {
                try mend()
                mended = .now
                if end == .isKilled { try run.startAgain() }
            }
            let seconds = try run.expectProgress("\(what), \(end)", since: mended)
            if end == .goesOn {
                #expect(run.process.waitForErrors("The store is available again"), "\(run.log)")
            }
            print("\(what), \(end): goes on after \(seconds) s")
            try run.finish("\(what), \(end)")
        }
    }
}

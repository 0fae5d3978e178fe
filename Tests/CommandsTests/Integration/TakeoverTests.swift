import Foundation
import ServiceSupport
import Testing
import TradeContracts

extension Processes {
    /// Processes that stand by beside the one that holds the store (G10).
    @Suite struct TakeoverTests {
        @Test("G10: a second process stands by, says who holds the store, and ends when it is told to")
        func standsBy() throws {
            let harness = try ServiceHarness(.embedded)
            let holder = try harness.spawn()
            #expect(holder.waitForErrors("Running"), "\(holder.errors)")
            let second = try harness.spawn()
            #expect(second.waitForErrors("Standing by"), "\(second.errors)")
            #expect(second.errors.contains("process \(holder.processID) "), "\(second.errors)")
            second.send(SIGTERM)
            #expect(second.waitForExit() == .code(0), "\(second.errors)")
            holder.send(SIGTERM)
            #expect(holder.waitForExit() == .code(0), "\(holder.errors)")
        }

        @Test(
            "G10: the holder is killed, the stand-by takes in the next record within 2 s, at the default session timeout",
            arguments: ServiceBroker.available)
        func takesOver(_ broker: ServiceBroker) throws {
            let rounds = Int(ProcessInfo.processInfo.environment["TRADE_MANAGER_TAKEOVERS"] ?? "") ?? 3
            let harness = try ServiceHarness(broker)
            let outputs = try harness.site.outputs()
            var holder = try harness.spawn()
            #expect(holder.waitForErrors("Running"), "\(holder.errors)")
            var slowest = Duration.zero
            var times: [Double] = []
            for round in 1...rounds {
                let standBy = try harness.spawn()
                #expect(standBy.waitForErrors("Standing by"), "\(standBy.errors)")
                try harness.site.publish([.event("before-\(round)", [.init(Int64(round) * 2, "B\(round)")])])
                #expect(
                    outputs.read { $0.all.contains { $0.text("event_id") == "before-\(round)" } }, "\(holder.errors)")
                holder.send(SIGKILL)
                let killed = ContinuousClock.Instant.now
                try harness.site.publish([.event("after-\(round)", [.init(Int64(round) * 2 + 1, "A\(round)")])])
                let store = try harness.store()
                let taken = try Eventually.holds(seconds: 10, every: 0.002) {
                    try store.integer("SELECT count(*) FROM events WHERE id = 'after-\(round)'") == 1
                }
                let time = killed.duration(to: .now)
                slowest = max(slowest, time)
                times.append(time / .seconds(1))
                #expect(taken && time < .seconds(2), "G10, round \(round): \(time)\n\(standBy.errors)")
                #expect(holder.waitForExit() == .signal(SIGKILL))
                holder = standBy
            }
            holder.send(SIGTERM)
            #expect(holder.waitForExit() == .code(0), "\(holder.errors)")
            times.sort()
            print("takesOver \(broker): \(rounds) rounds, median \(times[times.count / 2]) s, slowest \(slowest)")
            #expect(try Ledger.problems(of: harness, with: outputs) == [])
        }
    }
}

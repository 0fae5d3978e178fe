import Commands
import ServiceSupport
import Settings
import Telemetry
import Testing
import TradePipeline

extension Integration {
    /// The other two answers to a busy key (design §4).
    @Suite struct LockPolicyTests {
        @Test("G2: when_busy skip drops without a promise, and the next pass decides what was dropped")
        func skip() throws {
            let harness = try ServiceHarness(.embedded)
            harness.configuration.locks.whenBusy = .skip
            harness.configuration.locks.wait = 0
            let rules = HeldRules(isHolding: true)
            defer { rules.release() }
            let running = try harness.start(rules)
            let outputs = try harness.site.outputs()
            try harness.site.publish((1...3).map { .event("e\($0)", [.init($0, "S\($0)")]) })
            #expect(outputs.read { $0.skips("lock_busy").count >= 2 }, "\(running.log.text)")
            #expect(outputs.skips.allSatisfy { $0.flag("covered") == false && $0.integer("held_by_run") == 1 })
            rules.release()
            #expect(outputs.read(count: 3))
            #expect(running.service.counters?.passes == 1, "nothing was promised")
            try harness.site.publish([.event("next")])
            #expect(outputs.read(count: 5), "G2: \(outputs.summary)")
            #expect(outputs.orders.compactMap { $0.integer("run") } == [1, 2, 2], "\(outputs.summary)")
            try running.stop()
        }

        @Test("G1, G2: when_busy queue keeps them, and each gets a run of its own, first in first out")
        func queue() throws {
            let harness = try ServiceHarness(.embedded)
            harness.configuration.locks.whenBusy = .queue
            harness.configuration.locks.queueLimit = 3
            let rules = HeldRules(isHolding: true)
            defer { rules.release() }
            let running = try harness.start(rules)
            let outputs = try harness.site.outputs()
            try harness.site.publish((1...5).map { .event("e\($0)", [.init($0, "S\($0)")]) })
            // The first runs, three wait, the fifth finds the queue full.
            #expect(outputs.read { $0.skips("lock_busy").count >= 1 }, "\(running.log.text)")
            #expect(outputs.skips.first?.text("event_id") == "e5")
            #expect(outputs.skips.first?.flag("covered") == true)
            rules.release()
            #expect(outputs.read(count: 6), "G2: \(outputs.summary)")
            #expect(outputs.orders.count == 5)
            #expect(Eventually.holds { running.service.counters?.runs == 4 }, "G1: \(outputs.summary)")
            #expect(rules.mostAtOnce("enter_market") == 1, "G1")
            try running.stop()
        }
    }
}

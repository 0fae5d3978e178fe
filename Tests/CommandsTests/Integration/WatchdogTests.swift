import Commands
import ServiceSupport
import Telemetry
import Testing
import TradeContracts

extension Integration {
    /// What is stuck is named, and holds up nobody else.
    @Suite struct WatchdogTests {
        @Test("G7: a pass that hangs is named with its key; other keys and the partition's position go on")
        func aPassThatHangs() throws {
            let harness = try ServiceHarness(.embedded, partitions: 1)
            let rules = HeldRules(isHolding: true)
            defer { rules.release() }
            let running = try harness.start(rules, watchdogBound: 1)
            try harness.site.publish([.event("hangs", expert: 1, [.init(1, "AAPL")])])
            #expect(rules.waitUntilHeld())
            #expect(
                Eventually.holds(seconds: 20) {
                    running.log.text.contains("Stuck: pass of expert_1_usecase_enter_market has not got on")
                }, "\(running.log.text)")
            // Behind it in the same partition; its own key is busy.
            try harness.site.publish((2...40).map { .event("more-\($0)", expert: 1, [.init($0, "S\($0)")]) })
            let store = try harness.store()
            #expect(
                try Eventually.holds(seconds: 20) {
                    try store.integer("SELECT sum(next_offset) FROM input_positions") == 40
                }, "G7: the position stands still behind a slow pass")
            #expect(running.service.conditions.contains { !$0.isOK && $0.name.hasPrefix("pass of expert_1_") })
            #expect(
                running.service.conditions.contains { !$0.isOK && $0.message.contains("evaluates") }, "and its worker")
            #expect(!running.log.text.contains("Stuck: partition"))
            rules.release()
            #expect(
                Eventually.holds(seconds: 20) { running.log.text.contains("Not stuck any more: pass of expert_1_") },
                "\(running.log.text)")
            #expect(Eventually.holds(seconds: 20) { running.service.conditions.allSatisfy(\.isOK) })
            try running.stop()
        }
    }
}

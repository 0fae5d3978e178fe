import Commands
import Foundation
import ServiceSupport
import Settings
import Testing

extension Processes {
    /// With a pass that is held, which the executable has no way to do: in a process of the test's own.
    @Suite struct HeldSignalTests {
        @Test("A second SIGTERM ends at once while a pass is held")
        func whileAPassIsHeld() async {
            await #expect(processExitsWith: .exitCode(128 + SIGTERM)) {
                let harness = try ServiceHarness(.embedded)
                harness.configuration.shutdown.deadline = 600
                let rules = HeldRules(isHolding: true)
                let running = RunningService(harness.configuration, rules)
                try Signals.listen { _ in
                    running.service.stop()
                    kill(getpid(), SIGTERM)
                }
                try harness.site.publish([.event("one", [.init(1, "AAPL")])])
                guard rules.waitUntilHeld() else { exit(1) }
                kill(getpid(), SIGTERM)
                _ = try running.waitUntilEnded(seconds: 120)
                exit(2)
            }
        }

        @Test("One SIGTERM while a pass is held ends at the deadline, and its recommendations stay pending")
        func deadlineWhileAPassIsHeld() async {
            await #expect(processExitsWith: .exitCode(0)) {
                let harness = try ServiceHarness(.embedded)
                harness.configuration.shutdown.deadline = 0.2
                let rules = HeldRules(isHolding: true)
                let running = RunningService(harness.configuration, rules)
                try Signals.listen { _ in running.service.stop() }
                try harness.site.publish([.event("one", [.init(1, "AAPL")])])
                guard rules.waitUntilHeld() else { exit(1) }
                kill(getpid(), SIGTERM)
                guard try running.waitUntilEnded(seconds: 60) == .stopped(complete: false) else { exit(2) }
                let pending = try harness.store().integer("SELECT count(*) FROM recommendations WHERE outcome IS NULL")
                exit(pending == 1 ? 0 : 3)
            }
        }
    }
}

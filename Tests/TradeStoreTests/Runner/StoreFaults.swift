import Telemetry

@testable import TradeStore

/// What goes wrong with the writer's connection, and when: a gate at its COMMIT, and verdicts for chosen calls. The test switches
/// both while the pipeline runs.
final class StoreFaults: Sendable {
    /// Calls of one kind that end otherwise.
    struct Fault: Sendable {
        var call = SQLiteProbe.Call.step
        /// How their SQL begins.
        var prefix: String
        /// The first of them that it strikes, counted from 1 since it was set.
        var nth = 1
        /// How many in a row.
        var count = 1
        var verdict: SQLiteProbe.Verdict
    }

    private struct State {
        var faults: [(fault: Fault, seen: Int)] = []
        var struck = 0
        var isHolding = false
        var isHeld = false
        var atBegin: (@Sendable () -> Void)?
    }

    private let state: Monitor<State>
    private let changed: Monitor<State>.Condition

    init() {
        state = Monitor(State())
        changed = state.makeCondition()
    }

    var probe: SQLiteProbe { SQLiteProbe { [self] call, subject in decide(call, subject) } }

    /// From now on these faults and no others.
    func set(_ faults: [Fault]) {
        state.withLock { state in
            state.faults = faults.map { ($0, 0) }
            state.struck = 0
        }
    }

    /// How many calls the present faults have struck.
    var struck: Int { state.withLock { $0.struck } }

    /// Waits until they have struck so often; false once `seconds` have passed.
    func waitUntilStruck(_ count: Int, seconds: Double = 30) -> Bool {
        let deadline = MonotonicTime.after(seconds: seconds)
        return state.withLock { state in
            while state.struck < count {
                if !changed.wait(&state, until: deadline) { return false }
            }
            return true
        }
    }

    /// From now on the writer waits before its COMMIT.
    func hold() { state.withLock { $0.isHolding = true } }

    /// Waits until it does; false once `seconds` have passed.
    func waitUntilHeld(seconds: Double = 30) -> Bool {
        let deadline = MonotonicTime.after(seconds: seconds)
        return state.withLock { state in
            while !state.isHeld {
                if !changed.wait(&state, until: deadline) { return false }
            }
            return true
        }
    }

    func release() {
        state.withLock { $0.isHolding = false }
        changed.broadcast()
    }

    /// Does this once, on the writer's thread, before its next transaction.
    func atBegin(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.atBegin = body } }

    private func decide(_ call: SQLiteProbe.Call, _ subject: String) -> SQLiteProbe.Verdict {
        if call == .step, subject.hasPrefix("BEGIN") { takeBegin()?() }
        return state.withLock { state in
            if call == .step, subject == "COMMIT", state.isHolding {
                state.isHeld = true
                changed.broadcast()
                while state.isHolding { changed.wait(&state) }
                state.isHeld = false
            }
            for index in state.faults.indices {
                let fault = state.faults[index].fault
                guard fault.call == call, subject.hasPrefix(fault.prefix) else { continue }
                state.faults[index].seen += 1
                let seen = state.faults[index].seen
                guard seen >= fault.nth, seen - fault.nth < fault.count else { continue }
                state.struck += 1
                changed.broadcast()
                return fault.verdict
            }
            return .proceed
        }
    }

    private func takeBegin() -> (@Sendable () -> Void)? {
        state.withLock { state in
            defer { state.atBegin = nil }
            return state.atBegin
        }
    }
}

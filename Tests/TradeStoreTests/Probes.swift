import Synchronization

@testable import TradeStore

/// Probes that force one call to fail.
enum Probes {
    /// What is done at the n-th call (from 1) of this kind whose SQL begins with `prefix`.
    static func at(
        _ call: SQLiteProbe.Call, _ prefix: String, nth: Int = 1, _ verdict: SQLiteProbe.Verdict
    ) -> SQLiteProbe {
        let seen = Atomic(0)
        return SQLiteProbe { made, subject in
            guard made == call, subject.hasPrefix(prefix) else { return .proceed }
            let count = seen.add(1, ordering: .relaxed).newValue
            return count == nth ? verdict : .proceed
        }
    }
}

/// A probe whose failures are switched on and off.
final class SwitchedProbe: Sendable {
    private let isOn = Atomic(false)

    func set(_ on: Bool) { isOn.store(on, ordering: .relaxed) }

    func probe(_ call: SQLiteProbe.Call, _ prefix: String, _ verdict: SQLiteProbe.Verdict) -> SQLiteProbe {
        SQLiteProbe { [self] made, subject in
            isOn.load(ordering: .relaxed) && made == call && subject.hasPrefix(prefix) ? verdict : .proceed
        }
    }
}

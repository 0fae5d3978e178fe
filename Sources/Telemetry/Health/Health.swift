/// What is well and what is not, by name: `store`, `broker`, `intake orders/3`.
///
/// A condition that nobody has set is not there. Set from any thread.
package final class Health: Sendable {
    /// One thing that is well or not.
    package struct Condition: Hashable, Sendable {
        package var name: String
        package var isOK: Bool
        /// What is wrong and what to do, or a word on what is well.
        package var message: String
        /// Microseconds since 1970: since when it is well, or since when it isn't. A new message doesn't change it.
        package var since: Int64
    }

    private let now: @Sendable () -> Int64
    private let states = Lock<[String: Condition]>([:])

    package init(now: @escaping @Sendable () -> Int64 = { WallTime.now }) {
        self.now = now
    }

    /// Says how it stands with a condition.
    /// - Returns: whether that is news (the condition is new, or changed between well and not): a reason for a log line.
    @discardableResult
    package func set(_ name: String, isOK: Bool, message: String = "") -> Bool {
        let now = now()
        return states.withLock { states in
            let known = states[name].flatMap { $0.isOK == isOK ? $0 : nil }
            states[name] = Condition(name: name, isOK: isOK, message: message, since: known?.since ?? now)
            return known == nil
        }
    }

    /// Forgets a condition: what it speaks of is no longer ours.
    package func remove(_ name: String) {
        states.withLock { _ = $0.removeValue(forKey: name) }
    }

    /// Whether every condition is well.
    package var isOK: Bool { states.withLock { $0.values.allSatisfy(\.isOK) } }

    /// All conditions: those that are not well first, then by name.
    package var conditions: [Condition] {
        states.withLock { Array($0.values) }.sorted { ($0.isOK ? 1 : 0, $0.name) < ($1.isOK ? 1 : 0, $1.name) }
    }
}

/// What becomes of an event that finds its key busy (design §4, `locks.when_busy`).
package enum WhenBusy: String, CaseIterable, Sendable {
    /// Dropped after the wait, and the holder makes another pass; one waiter per key is enough, later arrivals drop at once.
    case coalesce
    /// Dropped after the wait, and nothing is promised.
    case skip
    /// Kept in order of arrival, up to the limit; beyond it as `coalesce`.
    case queue
}

/// The settings of the lock table.
package struct LockPolicy: Hashable, Sendable {
    package var whenBusy: WhenBusy
    /// How long an event waits for a busy key, in nanoseconds on the monotonic clock; 0: not at all.
    package var wait: Int64
    /// The most that wait for one key with `skip` and `queue`; `coalesce` has one waiter.
    package var queueLimit: Int

    package init(whenBusy: WhenBusy = .coalesce, wait: Int64 = 500_000_000, queueLimit: Int = 1000) {
        self.whenBusy = whenBusy
        self.wait = wait
        self.queueLimit = queueLimit
    }
}

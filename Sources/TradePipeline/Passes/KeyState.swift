import TradeCore

/// Time and lookback that a pass without an event of its own takes over from the events that it covers (R22).
struct Coverage: Hashable {
    var latest: Timestamp?
    /// Days.
    var lookbackDays: Int64?

    mutating func merge(_ time: Timestamp, lookbackDays days: Int64) {
        latest = latest.map { max($0, time) } ?? time
        lookbackDays = max(lookbackDays ?? 0, days)
    }

    mutating func merge(_ other: Coverage) {
        if let time = other.latest { merge(time, lookbackDays: other.lookbackDays ?? 1) }
    }
}

/// One lock key in memory: what is pending, the pass that its run makes, and the retry that follows a failure.
final class KeyState {
    let key: ExpertUseCase
    unowned let expert: ExpertState
    let slot: LockSlot
    /// In intake order.
    var pending: [PendingRecommendation] = []
    /// The pass of the run that holds the key.
    var pass: Pass?
    /// Failures in a row.
    var failures = 0
    /// When the retry is due, on the monotonic clock.
    var retryAt: Int64?
    /// The earliest time at which the key stands in the heap of retries: mostly once, however often it fails.
    var retryQueuedAt: Int64?
    /// Events that were dropped with a promise since the last snapshot, or whose pass failed.
    var covered = Coverage()

    init(key: ExpertUseCase, expert: ExpertState, slot: LockSlot) {
        self.key = key
        self.expert = expert
        self.slot = slot
    }
}

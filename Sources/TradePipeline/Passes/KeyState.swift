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
    /// In intake order; all of them, or with `spilled` a part.
    var pending: [PendingRecommendation] = []
    /// More are pending than are here: in the store, or in the queue on their way there. The next pass reads them back.
    var spilled = false
    /// The last entry that brought such a one: it has to be durable before they are read.
    var spilledThrough: Int64 = 0
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
    /// What holds for its passes; nil: to be looked up.
    var standing: KeyStanding?

    init(key: ExpertUseCase, expert: ExpertState, slot: LockSlot) {
        self.key = key
        self.expert = expert
        self.slot = slot
    }

    /// Takes in recommendations that come with the entry of this number; beyond the limit they are left to the store (G7).
    func keep(_ fresh: [PendingRecommendation], entry: Int64, limit: Int) {
        if fresh.isEmpty { return }
        if spilled || pending.count + fresh.count > limit {
            spilled = true
            spilledThrough = entry
        } else {
            pending += fresh
        }
    }

    /// Forgets what is decided.
    func forget(_ outcomes: [RecommendationOutcome]) {
        if outcomes.count == 1 {
            pending.removeAll { $0.number == outcomes[0].number }
        } else if !outcomes.isEmpty {
            let decided = Set(outcomes.map(\.number))
            pending.removeAll { decided.contains($0.number) }
        }
    }

    /// Forgets what was read from the store.
    func forget() {
        pending = []
        spilled = false
        spilledThrough = 0
    }
}

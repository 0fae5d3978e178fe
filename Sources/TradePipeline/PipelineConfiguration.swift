package import TradeContracts

/// The clock that passes decide by (R22).
package enum PassClock: String, CaseIterable, Sendable {
    /// `occurred_at` of the event that started the pass.
    case event
    /// The time of day, so that advice that waited out an outage is stale.
    case wall
}

/// Exponential backoff with jitter.
package struct RetryPolicy: Hashable, Sendable {
    /// Failures in a row after which a pass evaluates its recommendations one at a time (R31).
    package var attempts: Int
    /// Nanoseconds before the first retry.
    package var initial: Int64
    /// The longest pause, in nanoseconds.
    package var maximum: Int64

    package init(attempts: Int = 8, initial: Int64 = 100_000_000, maximum: Int64 = 60_000_000_000) {
        self.attempts = attempts
        self.initial = initial
        self.maximum = maximum
    }

    /// The pause after so many failures in a row: doubled each time up to the maximum, and of that between a half and all, by
    /// `jitter` (any number).
    package func pause(failures: Int, jitter: UInt64) -> Int64 {
        var pause = max(1, initial)
        for _ in 1..<max(1, min(failures, 62)) where pause < maximum {
            let (doubled, overflow) = pause.multipliedReportingOverflow(by: 2)
            pause = overflow ? maximum : doubled
        }
        pause = max(1, min(pause, maximum))
        return pause - Int64(jitter % UInt64(pause / 2 + 1))
    }
}

/// The settings of the pipeline. Spans are nanoseconds.
package struct PipelineConfiguration: Hashable, Sendable {
    package var locks = LockPolicy()
    package var clock = PassClock.wall
    package var retry = RetryPolicy()
    /// How many events may wait for the store at once, over all partitions: of those that are taken in, and of those that are
    /// decided. Each has an entry of the commit queue for both. What exceeds its share pauses its partition (G7).
    package var maxInFlight = 10_000
    /// A partition's share is never below this.
    package var smallestShare = 64
    /// Where a topic is read from when nothing of it was ever taken in (`kafka.start`).
    package var start = StartOffset.beginning
    /// Where single partitions begin of which nothing was ever taken in: a group that was there before is taken over (G6).
    package var startOffsets: [TopicPartition: Int64] = [:]
    /// The most entries of one group commit. An event has two: it is taken in, and it is decided or dropped.
    package var groupLimit = 10_000
    /// Records that wait and are taken in with what follows from a commit. With more of them the timer does it, at once, so that
    /// the writer goes on with the next group.
    package var intakeAtCommit = 256
    /// Whether the begin and the end of every run is told (`PipelineEvent.acquired`, `.released`).
    package var tellsRuns = true
    /// `orders.valid_for` in seconds; nil: orders never expire (R95).
    package var validFor: Int64? = 900
    package var explanations = true
    /// Unpublished outbox rows, in number and age, at which the intake pauses (G7).
    package var outboxLimit: Int64 = 100_000
    package var outboxAge: Int64 = 60_000_000_000
    /// The most rows handed to the sink at once, and the most kept in memory for it.
    package var publishLimit = 2_000
    package var publishWindow = 20_000
    /// The most bytes handed to the sink at once, but for a single row.
    package var publishBytes = 8 << 20
    /// Where outputs are published to, and how; nil: the sink is open from the start and holds no mark, and nothing is withdrawn.
    package var relay: RelayPlace?
    /// After so long without publishing the sink's mark is written again: brokers forget offsets after seven days. Nil: never.
    package var markRefresh: Int64? = 86_400_000_000_000
    /// Experts kept in memory beyond those in use (G7).
    package var idleExperts = 100_000
    /// Pending recommendations kept in memory of one key; what exceeds them stays in the store until a pass reads it (G7).
    package var pendingLimit = 4_000
    /// The seed of jitter.
    package var seed: UInt64 = 1

    package init() {}
}

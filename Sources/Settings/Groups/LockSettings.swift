/// `locks`: what happens to an event whose (expert, use case) is busy (design §4).
package struct LockSettings: Sendable {
    package enum WhenBusy: String, CaseIterable, Sendable {
        /// Dropped, and the holder runs again.
        case coalesce
        /// Dropped, and nothing is promised.
        case skip
        /// Kept, first in first out.
        case queue
    }

    /// Seconds that an event waits for a busy key.
    @Sourced package var wait = 0.5
    @Sourced package var whenBusy: WhenBusy = .coalesce
    /// How many events may wait for one key.
    @Sourced package var queueLimit = 1000
}

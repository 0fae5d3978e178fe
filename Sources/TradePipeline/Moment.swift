package import TradeCore

/// The time, as the caller of a machine tells it: machines have no clock.
package struct Moment: Hashable, Sendable {
    /// Nanoseconds on a clock that never goes back; for waits and retries.
    package var monotonic: Int64
    /// The time of day; for what is written down.
    package var wall: Timestamp

    package init(monotonic: Int64, wall: Timestamp) {
        self.monotonic = monotonic
        self.wall = wall
    }
}

package import TradeCore

/// What a description counts from, so that states which differ only in numbers that count on are described alike.
package struct DescriptionFrame {
    package var now: Moment
    /// Runs that the store has seen.
    package var runs: [ExpertUseCase: Int64] = [:]
    /// Positions that the store holds: to whatever else an evaluation refers, it never was.
    package var positions: Set<Int64> = []
    package var lastCommit: Int64 = 0
    package var lastOutboxRow: Int64 = 0
    /// Stable hashes of identities that may yet arrive: whether the filter knows them.
    package var identities: [UInt64] = []
    /// How a deadline is told, by its distance from now in nanoseconds.
    package var distance: (Int64) -> String = { "\($0)" }

    package init(now: Moment) { self.now = now }
}

import TradeContracts

/// What to do about partitions of our topics that the group doesn't give us. Pure.
///
/// A static member that comes back gets the assignment from before: what has come since, topics or partitions, is given to nobody
/// until the group rebalances (KIP-345). One process reads all partitions (G10), so it asks for a rebalance; where another member
/// really has them, that changes nothing, and asking again and again would only disturb both.
struct MissingPartitions {
    enum Advice: Hashable {
        case nothing
        /// Ask for a rebalance now.
        case rebalance
        /// Others have them, it seems: tell so.
        case tell
    }

    /// Seconds from one attempt to the next for the same partitions; after the last they are left.
    private static let pauses: [Double] = [10, 60]
    private var missing: Set<TopicPartition> = []
    private var attempts = 0
    private var isTold = false
    private var next: ContinuousClock.Instant?

    /// When to look again, nil: when it is looked anyway.
    var nextLook: ContinuousClock.Instant? { missing.isEmpty || isTold ? nil : next }

    /// Takes in what the assignment lacks.
    mutating func look(_ lacking: Set<TopicPartition>, now: ContinuousClock.Instant) -> Advice {
        if lacking != missing {
            missing = lacking
            attempts = 0
            isTold = false
        }
        guard !lacking.isEmpty, !isTold else { return .nothing }
        // Also for partitions that are new: two attempts never follow each other at once.
        if let next, now < next { return .nothing }
        guard attempts <= Self.pauses.count else {
            isTold = true
            return .tell
        }
        next = now + .seconds(attempts < Self.pauses.count ? Self.pauses[attempts] : 10)
        attempts += 1
        return .rebalance
    }
}

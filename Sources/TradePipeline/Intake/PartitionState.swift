import TradeContracts

/// One assigned partition: what arrived, up to where it is taken in, and whether it is held back.
final class PartitionState {
    let id: TopicPartition
    /// The next offset that may arrive; what is below has arrived before.
    var nextArrival: Int64
    /// The next offset to take in: the input position with all that is queued.
    var nextIntake: Int64
    /// Arrived and not taken in, in offset order.
    var waiting = Queue<IntakeRecord>()
    /// Taken in, and not durable or not followed yet (`Pipeline.followCommits`).
    var uncommitted = 0
    /// Of records that are durable since this was last nil: the position behind the last one.
    var finished: InputPosition?
    var paused = false
    var revoked = false
    /// The end as the source last met it: beyond the last record where that is followed by markers of transactions. Nil until then.
    var knownEnd: Int64?

    init(id: TopicPartition, position: Int64?) {
        self.id = id
        nextArrival = position ?? 0
        nextIntake = position ?? 0
    }

    /// What counts against the partition's share (G7).
    var held: Int { waiting.count + uncommitted }
}

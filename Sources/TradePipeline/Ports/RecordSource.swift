package import TradeContracts

/// What a source tells besides records.
package enum SourceEvent: Hashable, Sendable {
    /// These partitions are ours; nothing of them is delivered before `start` has named their offsets.
    case assigned([TopicPartition])
    /// These are no longer ours; `finishRevocation` lets the source go on.
    case revoked([TopicPartition])
    /// All of a partition up to this offset, its end for now, has been delivered.
    case reachedEnd(TopicPartition, offset: Int64)
    /// Trouble that it recovers from alone, or that an operator has to settle while the rest goes on: for health, and for the log
    /// where it is news. What comes and goes is news once a minute.
    case trouble(SourceSubject, String, isNews: Bool)
    /// It is over; news where the trouble was.
    case recovered(SourceSubject, String, isNews: Bool)
    /// It can't go on: the service ends.
    case failed(String)
    /// What is there is not ours (G6): the service ends, and an operator has to settle that first.
    case refused(String)
}

/// What of a source is in trouble.
package enum SourceSubject: Hashable, Sendable {
    /// The broker: as far as is known nothing is read.
    case broker
    /// Our place in the group: partitions are not ours that should be.
    case group
    /// A topic is not there.
    case topic(InputTopic)
    /// Offsets are not committed; reading goes on.
    case offsets
    /// Nothing is read of a partition.
    case partition(TopicPartition)
}

/// Where to begin reading a partition.
package enum StartOffset: Hashable, Sendable {
    case offset(Int64)
    case beginning
    case end
}

/// Offsets to commit where the source keeps such (Kafka's committed offsets), with the text that says whose they are (G6).
package struct OffsetCommit: Hashable, Sendable {
    package var partition: TopicPartition
    package var nextOffset: Int64
    package var metadata: String

    package init(partition: TopicPartition, nextOffset: Int64, metadata: String) {
        self.partition = partition
        self.nextOffset = nextOffset
        self.metadata = metadata
    }
}

/// Where records come from: Kafka, or a file. Every call is made by one thread, the consumer's, except `wake`.
package protocol RecordSource: AnyObject {
    /// Waits up to `timeout` seconds for something to happen, then delivers what there is: events, and records in batches, in
    /// offset order per partition. Views are valid only within the call of `records`. Returns at once after `wake`.
    func poll(timeout: Double, events: (SourceEvent) -> Void, records: ([RecordView]) -> Void)

    /// Begins, or goes on, reading assigned partitions at these offsets.
    func start(_ offsets: [TopicPartition: StartOffset])

    /// The revocation that was told is worked up: offsets are committed, the partitions may go.
    func finishRevocation()

    /// Stops delivering records of these partitions; what is fetched already must not come either.
    func pause(_ partitions: [TopicPartition])

    /// Goes on delivering, at the given next offsets.
    func resume(_ partitions: [TopicPartition: Int64])

    /// Commits offsets; failures are told as `trouble` and never stop reading.
    func commit(_ offsets: [OffsetCommit])

    /// The end of a partition as of now (the next offset to be written); nil while it can't be found.
    func endOffset(of partition: TopicPartition) -> Int64?

    /// Makes a `poll` that waits return. From any thread.
    func wake()

    /// Leaves the group and frees everything, within `deadline` seconds.
    func close(deadline: Double)
}

/// Which records of topics are meant: the same bounds for each partition, ends exclusive (design §7, RANGE).
package struct RecordRange: Hashable, Sendable {
    package enum Start: Hashable, Sendable {
        case beginning
        case offset(Int64)
        /// The first record with this time or a later one; milliseconds since 1970.
        case time(Int64)
        /// Where each partition was left; one that is not named begins where its log begins, and so does one whose place is not
        /// within the log (any more).
        case positions([KafkaPartition: Int64])
    }

    package enum End: Hashable, Sendable {
        /// The end as of when reading starts.
        case end
        case offset(Int64)
        case time(Int64)
    }

    /// Nil: all partitions.
    package var partitions: [Int32]?
    package var start = Start.beginning
    package var end = End.end
    /// The most records, over all partitions; nil: no limit.
    package var maximum: Int64?

    package init() {}
}

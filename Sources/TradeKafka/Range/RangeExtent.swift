/// What a range reader has given out of one partition.
package struct RangeExtent: Hashable, Sendable {
    package var partition: KafkaPartition
    /// The offset that reading began with.
    package var start: Int64
    /// The offset behind what was given out: the range's end once all of it was.
    package var next: Int64
    /// Where the log ends as of the start; what stands from `next` to there is not looked at.
    package var logEnd: Int64
    /// How many partitions the topic has.
    package var partitionCount: Int32

    package init(partition: KafkaPartition, start: Int64, next: Int64, logEnd: Int64, partitionCount: Int32) {
        self.partition = partition
        self.start = start
        self.next = next
        self.logEnd = logEnd
        self.partitionCount = partitionCount
    }
}

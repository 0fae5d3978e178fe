import TradeContracts
import TradePipeline

/// Offsets on their way to the broker: one request at a time, of each partition the newest. Pure.
struct CommitQueue {
    private var waiting: [TopicPartition: OffsetCommit] = [:]
    private var sent: [TopicPartition: OffsetCommit] = [:]

    var isIdle: Bool { waiting.isEmpty && sent.isEmpty }
    var isSent: Bool { !sent.isEmpty }

    mutating func add(_ offsets: [OffsetCommit]) {
        for offset in offsets { waiting[offset.partition] = offset }
    }

    /// What to send now; empty while a request is on its way. It counts as sent from here on.
    mutating func take() -> [OffsetCommit] {
        guard sent.isEmpty else { return [] }
        swap(&waiting, &sent)
        return sent.values.sorted { $0.partition < $1.partition }
    }

    /// The request has ended; what failed is sent again unless a newer offset waits.
    mutating func ended(failed: (TopicPartition) -> Bool) {
        for (partition, offset) in sent where failed(partition) && waiting[partition] == nil {
            waiting[partition] = offset
        }
        sent.removeAll()
    }

    /// Forgets what waits for partitions that are no longer ours.
    mutating func forget(_ partitions: some Sequence<TopicPartition>) {
        for partition in partitions { waiting[partition] = nil }
    }
}

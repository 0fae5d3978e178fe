import CRdkafka
import TradeContracts
import TradePipeline

/// A partition that is being read: its queue, and where it stands.
final class PartitionReader {
    let partition: TopicPartition
    let queue: KafkaQueue
    /// Where reading (again) begins: given by the pipeline, then moved by what is delivered.
    private(set) var next: StartOffset
    /// Held back: nothing of it is delivered, and what is fetched stays in its queue.
    var isPaused = false
    /// When to look again whether its position is in the log; nil while it reads.
    var gapCheck: ContinuousClock.Instant?
    /// The gap has been told.
    var gapIsTold = false

    init(partition: TopicPartition, queue: KafkaQueue, next: StartOffset) {
        self.partition = partition
        self.queue = queue
        self.next = next
    }

    /// Reads, and delivers what comes.
    var isDelivering: Bool { !isPaused && gapCheck == nil }

    func move(to offset: StartOffset) {
        next = offset
        gapCheck = nil
        gapIsTold = false
    }

    /// Whether a record is to be delivered; what stands before the position is left over from another one.
    func accepts(_ offset: Int64) -> Bool {
        if case .offset(let next) = next, offset < next { return false }
        // No log has the last number; so the sum below can't overflow.
        guard offset < .max else { return false }
        next = .offset(offset + 1)
        return true
    }

    var libraryOffset: Int64 {
        switch next {
        case .offset(let offset): offset
        case .beginning: Int64(RD_KAFKA_OFFSET_BEGINNING)
        case .end: Int64(RD_KAFKA_OFFSET_END)
        }
    }
}

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
    private var gapSince: ContinuousClock.Instant?
    private var gapIsTold = false

    /// A position beyond the end is a gap only after this time (R99): after a change of leader the end may come back.
    private static let patience = Duration.seconds(30)

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
        gapSince = nil
        gapIsTold = false
    }

    /// The log doesn't have its position.
    func gapIsFound(now: ContinuousClock.Instant) {
        gapCheck = now
        gapSince = gapSince ?? now
    }

    /// Compares its position with what the log holds.
    func checkGap(low: Int64, high: Int64, now: ContinuousClock.Instant) -> GapCheck {
        gapCheck = now + .seconds(5)
        guard case .offset(let next) = next else { return .readAgain }
        if low <= next, next <= high { return .readAgain }
        guard !gapIsTold, next < low || now - (gapSince ?? now) >= Self.patience else { return .wait }
        gapIsTold = true
        return .tell(position: next)
    }

    /// What to do about a partition whose position the log didn't have.
    enum GapCheck: Hashable {
        /// It has it (again).
        case readAgain
        case wait
        /// It is a gap, and that has not been told yet.
        case tell(position: Int64)
    }

    /// Whether a record is to be delivered; what stands before the position is left over from another one.
    func accepts(_ offset: Int64) -> Bool {
        if case .offset(let next) = next, offset < next { return false }
        // No log has the last number; so the sum below can't overflow.
        guard offset < .max else { return false }
        next = .offset(offset + 1)
        return true
    }

    /// Whether the end of the partition is to be told; one before the position is left over from another one.
    func acceptsEnd(_ offset: Int64) -> Bool {
        switch next {
        case .offset(let next): return offset >= next
        case .beginning: return offset >= 0
        case .end:
            guard offset >= 0 else { return false }
            // From here on the end is known: were it looked for again, what comes until then would be lost.
            next = .offset(offset)
            return true
        }
    }

    var libraryOffset: Int64 {
        switch next {
        case .offset(let offset): offset
        case .beginning: Int64(RD_KAFKA_OFFSET_BEGINNING)
        case .end: Int64(RD_KAFKA_OFFSET_END)
        }
    }
}

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
    /// When to begin anew after an error; nil: it need not.
    private(set) var restart: ContinuousClock.Instant?
    private var earliestRestart: ContinuousClock.Instant?
    /// When records came last.
    private var heard: ContinuousClock.Instant?
    /// Whether its log has to be proven.
    private let isDoubtful: Bool
    private var proof: LogProof

    /// A position beyond the end is a gap only after this time (R99): after a change of leader the end may come back.
    private static let patience = Duration.seconds(30)
    /// From one restart to the next.
    private static let pause = Duration.seconds(5)
    /// To delete a topic, make it anew and fill it takes longer.
    private static let silence = Duration.seconds(1)

    /// `last`: the last record that was delivered of it before. `mode`: the embedded broker deletes no topics.
    init(
        partition: TopicPartition, queue: KafkaQueue, next: StartOffset, mode: KafkaConsumer.Mode = .group,
        last: LastRecord? = nil
    ) {
        self.partition = partition
        self.queue = queue
        self.next = next
        // The reference topic is compacted and always read from its beginning.
        isDoubtful = mode == .group && partition.topic != .reference
        proof = LogProof(last: isDoubtful ? last : nil)
    }

    /// Reads, and delivers what comes.
    var isDelivering: Bool { !isPaused && gapCheck == nil && !proof.hasFailed }

    /// The last record that was delivered.
    var last: LastRecord? { proof.last }

    func move(to offset: StartOffset) {
        next = offset
        gapCheck = nil
        gapSince = nil
        gapIsTold = false
    }

    /// An error came in place of a record. Reading begins anew soon: the library tells an end once, so that without it nobody
    /// would know when the error is over, and the log may be another one.
    func hasFailed(now: ContinuousClock.Instant) {
        proof.doubt()
        restart = restart ?? max(now, earliestRestart ?? now)
    }

    /// Records have come. After a silence long enough for a topic to be made anew and filled, it has to be proven that they are
    /// of the same log.
    func isHeard(now: ContinuousClock.Instant) {
        defer { heard = now }
        guard let heard, now - heard > Self.silence, proof.isProven, proof.isProvable else { return }
        proof.doubt()
        restart = now
    }

    /// Reading begins anew now; where that didn't work it is tried again later.
    func restarts(now: ContinuousClock.Instant) {
        restart = nil
        earliestRestart = now + Self.pause
    }

    /// The log doesn't have its position.
    func gapIsFound(now: ContinuousClock.Instant) {
        proof.doubt()
        gapCheck = now
        gapSince = gapSince ?? now
    }

    /// Compares its position with what the log holds.
    func checkGap(low: Int64, high: Int64, now: ContinuousClock.Instant) -> GapCheck {
        gapCheck = now + .seconds(5)
        proof.logBegins(at: low)
        guard case .offset(let next) = next else { return .readAgain }
        // Once it is a gap, the log that has grown up to the position may be another one, unless it can be proven.
        if low <= next, next <= high { return gapIsTold && !proof.isProvable ? .wait : .readAgain }
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

    /// Compares a record with what was read before, where that is in doubt.
    func judge(_ offset: Int64, checksum: @autoclosure () -> UInt64) -> LogProof.Verdict {
        proof.judge(offset, checksum: checksum())
    }

    /// This was the last record of a delivery.
    func delivered(_ offset: Int64, checksum: @autoclosure () -> UInt64) {
        if isDoubtful { proof.delivered(LastRecord(offset: offset, checksum: checksum())) }
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

    /// Reading begins anew: where the library has to begin.
    func beginOffset() -> Int64 {
        switch proof.begin(at: next) {
        case .offset(let offset): offset
        case .beginning: Int64(RD_KAFKA_OFFSET_BEGINNING)
        case .end: Int64(RD_KAFKA_OFFSET_END)
        }
    }
}

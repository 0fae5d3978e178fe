import CRdkafka
import TradeContracts

/// One partition of a range: its bounds, and the few records of it that are read ahead.
final class RangePartition: CustomStringConvertible {
    /// Records that are read ahead, besides those that wait in the library.
    private static let batchSize = 200

    let topic: String
    let number: Int32
    /// The topic's place in a merge (R86).
    let rank: UInt8
    /// Read from its beginning, whatever the range says.
    let isWhole: Bool
    let start: Int64
    /// Exclusive.
    let end: Int64
    /// Where the log ends as of the start.
    let logEnd: Int64
    /// How many partitions the topic has.
    let partitionCount: Int32
    private(set) var nextOffset: Int64

    private let queue: KafkaQueue
    private let batch = MessageBatch(capacity: RangePartition.batchSize)
    private var records: [EnvelopeRecord] = []
    private var head = 0
    /// The time of a record without one is that of the record before it.
    private var time = Int64.min

    init(
        topic: String, number: Int32, rank: UInt8, isWhole: Bool, bounds: (start: Int64, end: Int64),
        log: (end: Int64, partitions: Int32), queue: KafkaQueue
    ) {
        self.topic = topic
        self.number = number
        self.rank = rank
        self.isWhole = isWhole
        self.queue = queue
        start = bounds.start
        end = max(bounds.start, bounds.end)
        logEnd = log.end
        partitionCount = log.partitions
        nextOffset = bounds.start
    }

    var description: String { "\(topic) partition \(number)" }
    var count: Int64 { end - start }
    /// Offsets that are given out.
    var done: Int64 { min(head < records.count ? records[head].offset : nextOffset, end) - start }
    var extent: RangeExtent {
        RangeExtent(
            partition: KafkaPartition(topic: topic, partition: number), start: start, next: start + done,
            logEnd: logEnd, partitionCount: partitionCount)
    }
    /// Whether records of it are to come and none is here.
    var needsMore: Bool { head == records.count && nextOffset < end }

    /// Whether its next record comes before the other's.
    func precedes(_ other: RangePartition?) -> Bool {
        guard head < records.count else { return false }
        guard let other else { return true }
        return (headTime, rank, topic, number) < (other.headTime, other.rank, other.topic, other.number)
    }

    private var headTime: Int64 { head < records.count ? max(records[head].timestamp ?? time, .min) : .max }

    func takeHead() -> EnvelopeRecord? {
        guard head < records.count else { return nil }
        defer { head += 1 }
        time = headTime
        return records[head]
    }

    /// Takes what there is, and waits a moment where there is nothing; false where it came no further.
    func read(milliseconds: Int32) throws(KafkaError) -> Bool {
        records.removeAll(keepingCapacity: true)
        head = 0
        let before = nextOffset
        defer { batch.release() }
        guard let waited = batch.take(from: queue, limit: 1, milliseconds: milliseconds),
            let rest = batch.take(from: queue)
        else { throw KafkaError(Calls.lastError(), context: "reading \(self)") }
        for index in 0..<(waited + rest) {
            if let message = batch[index] { try take(message) }
        }
        return nextOffset > before
    }

    private func take(_ message: Calls.Message) throws(KafkaError) {
        let offset = message.pointee.offset
        switch message.pointee.err {
        case RD_KAFKA_RESP_ERR_NO_ERROR:
            guard offset >= nextOffset, offset < .max else { return }
            nextOffset = offset + 1
            if offset < end { records.append(EnvelopeRecord(message, topic: topic)) }
        case RD_KAFKA_RESP_ERR__PARTITION_EOF:
            // Behind the last record there may be markers of transactions, which have offsets and are not delivered.
            nextOffset = max(nextOffset, offset)
        case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
            throw .belowStart(
                "\(self): offset \(nextOffset) is gone: the log's retention has overtaken the reading of it")
        default:
            let error = KafkaError(message.pointee.err, context: "reading \(self)", text: Calls.messageText(message))
            if !error.isRetriable { throw error }
        }
    }
}

extension KafkaError {
    /// A range begins below the start of a log.
    static func belowStart(_ text: String) -> KafkaError {
        var error = KafkaError(RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, context: "reading a range", text: text)
        error.advice = "begin with what is still there: --from-beginning"
        return error
    }
}

extension EnvelopeRecord {
    /// A copy of a message.
    init(_ message: Calls.Message, topic: String) {
        let content = message.pointee
        var headers: [UInt8] = []
        if let list = Calls.headers(message) {
            for index in 0..<Calls.headerCount(list) {
                guard let header = Calls.header(list, index) else { continue }
                let name = UnsafeRawBufferPointer(start: header.name, count: Calls.length(header.name))
                let value = header.value.map { UnsafeRawBufferPointer(start: $0, count: header.size) }
                HeaderBlock.append(name: name, value: value, to: &headers)
            }
        }
        self.init(
            topic: topic, partition: content.partition, offset: content.offset, timestamp: Calls.timestamp(message),
            key: content.key.map { Array(UnsafeRawBufferPointer(start: $0, count: content.key_len)) },
            value: content.payload.map { Array(UnsafeRawBufferPointer(start: $0, count: content.len)) },
            headers: headers)
    }
}

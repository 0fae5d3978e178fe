import Telemetry
import TradeContracts
import TradePipeline

/// The input topics of a test, in memory: what is appended stays, so that a source after a restart reads on from where its
/// pipeline says.
final class MemoryTopics: Sendable {
    struct Record: Sendable {
        var key: [UInt8]
        var value: [UInt8]
    }

    private struct State {
        var logs: [TopicPartition: [Record]] = [:]
        /// The next offset to deliver, of what was started, and the next whose delivery has not returned.
        var fetch: [TopicPartition: Int64] = [:]
        var delivered: [TopicPartition: Int64] = [:]
        var paused: Set<TopicPartition> = []
        var woken = false
    }

    let partitions: [TopicPartition]
    private let state: Monitor<State>
    private let changed: Monitor<State>.Condition

    init(partitions: [TopicPartition]) {
        self.partitions = partitions
        state = Monitor(State())
        changed = state.makeCondition()
    }

    /// Appends a record; its offset.
    @discardableResult
    func append(_ value: String, key: String, to partition: TopicPartition) -> Int64 {
        append([Record(key: Array(key.utf8), value: Array(value.utf8))], to: partition)
    }

    /// Appends records; the offset of the first.
    @discardableResult
    func append(_ records: [Record], to partition: TopicPartition) -> Int64 {
        let offset = state.withLock { state in
            defer { state.logs[partition, default: []] += records }
            return Int64(state.logs[partition, default: []].count)
        }
        changed.broadcast()
        return offset
    }

    func end(of partition: TopicPartition) -> Int64 { state.withLock { Int64($0.logs[partition, default: []].count) } }

    /// Whether a pipeline has been told everything.
    var isDelivered: Bool {
        state.withLock { state in
            state.logs.allSatisfy { state.delivered[$0.key] == Int64($0.value.count) }
        }
    }

    // MARK: - What the source does

    struct Batch {
        var partition: TopicPartition
        var first: Int64
        var records: [Record]
    }

    func take(limit: Int, until deadline: UInt64) -> Batch? {
        state.withLock { state in
            while true {
                for partition in partitions where !state.paused.contains(partition) {
                    guard let next = state.fetch[partition], let log = state.logs[partition], next < log.count else {
                        continue
                    }
                    let records = Array(log[Int(next)..<min(log.count, Int(next) + limit)])
                    state.fetch[partition] = next + Int64(records.count)
                    return Batch(partition: partition, first: next, records: records)
                }
                if state.woken || !changed.wait(&state, until: deadline) {
                    state.woken = false
                    return nil
                }
            }
        }
    }

    func noteDelivery(_ batch: Batch) {
        state.withLock { $0.delivered[batch.partition] = batch.first + Int64(batch.records.count) }
    }

    func begin(_ offsets: [TopicPartition: StartOffset]) {
        state.withLock { state in
            for (partition, start) in offsets {
                let offset: Int64 =
                    switch start {
                    case .offset(let offset): offset
                    case .beginning: 0
                    case .end: Int64(state.logs[partition, default: []].count)
                    }
                state.fetch[partition] = offset
                state.delivered[partition] = offset
                state.paused.remove(partition)
            }
        }
    }

    func pause(_ partitions: [TopicPartition]) { state.withLock { $0.paused.formUnion(partitions) } }

    func resume(_ partitions: [TopicPartition: Int64]) {
        state.withLock { state in
            state.paused.subtract(partitions.keys)
            state.fetch.merge(partitions) { $1 }
        }
    }

    func leave() {
        state.withLock { state in
            state.fetch = [:]
            state.delivered = [:]
        }
    }

    func wake() {
        state.withLock { $0.woken = true }
        changed.broadcast()
    }
}

/// Reads `MemoryTopics` for one pipeline.
final class MemorySource: RecordSource {
    private let topics: MemoryTopics
    private var isAssigned = false

    init(_ topics: MemoryTopics) { self.topics = topics }

    func poll(timeout: Double, events: (SourceEvent) -> Void, records: ([RecordView]) -> Void) {
        if !isAssigned {
            isAssigned = true
            events(.assigned(topics.partitions))
            return
        }
        guard let batch = topics.take(limit: 500, until: MonotonicTime.after(seconds: timeout)) else { return }
        deliver(batch, records)
        topics.noteDelivery(batch)
    }

    private func deliver(_ batch: MemoryTopics.Batch, _ records: ([RecordView]) -> Void) {
        let size = batch.records.reduce(0) { $0 + $1.key.count + $1.value.count }
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, size), alignment: 8)
        defer { memory.deallocate() }
        var used = 0
        func keep(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
            let place = UnsafeMutableRawBufferPointer(rebasing: memory[used..<used + bytes.count])
            place.copyBytes(from: bytes)
            used += bytes.count
            return UnsafeRawBufferPointer(place)
        }
        records(
            batch.records.enumerated().map { index, record in
                RecordView(
                    address: RecordAddress(
                        topic: batch.partition.topic, partition: batch.partition.partition,
                        offset: batch.first + Int64(index)),
                    timestamp: nil, key: keep(record.key), value: keep(record.value))
            })
    }

    func start(_ offsets: [TopicPartition: StartOffset]) { topics.begin(offsets) }
    func finishRevocation() {}
    func pause(_ partitions: [TopicPartition]) { topics.pause(partitions) }
    func resume(_ partitions: [TopicPartition: Int64]) { topics.resume(partitions) }
    func commit(_ offsets: [OffsetCommit]) {}
    func endOffset(of partition: TopicPartition) -> Int64? { topics.end(of: partition) }
    func wake() { topics.wake() }
    func close(deadline: Double) { topics.leave() }
}

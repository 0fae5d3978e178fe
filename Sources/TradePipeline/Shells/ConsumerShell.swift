import Telemetry
import TradeContracts

/// The consumer's thread: polls the source, decodes outside of the lock, and does what the machine asks of the source. The only
/// user of the source.
final class ConsumerShell: @unchecked Sendable {
    /// Seconds that a poll waits: how long committed offsets may lie before they are handed over.
    private static let patience = 0.1
    /// Seconds that leaving the group may take.
    private static let closing = 3.0

    private let runner: PipelineRunner
    private let topics: TopicNames
    private let metadata: String
    private let decoder = RecordDecoder()
    private let encoder: OutputEncoder
    private var referencePartition: TopicPartition?
    private var referenceEndKnown = false

    init(runner: PipelineRunner, topics: TopicNames, metadata: String) {
        self.runner = runner
        self.topics = topics
        encoder = OutputEncoder(topics: topics)
        self.metadata = metadata
    }

    private var source: any RecordSource { runner.source.port }

    func run() {
        if topics.reference == nil {
            referenceEndKnown = true
            runner.tell { pipeline, now in pipeline.referenceEnds(at: 0, now: now) }
        }
        while true {
            let (orders, ended) = take()
            runner.consuming.during("tells the broker what to read and what was read") { carryOut(orders) }
            if ended { break }
            runner.consuming.during("waits for records") {
                findReferenceEnd()
                source.poll(
                    timeout: ConsumerShell.patience, events: { event in hear(event) }, records: { views in take(views) }
                )
            }
        }
        source.close(deadline: ConsumerShell.closing)
    }

    private func take() -> (SourceOrders, ended: Bool) {
        runner.mailboxes.withLock { boxes in
            defer { boxes.source = SourceOrders() }
            return (boxes.source, boxes.ended)
        }
    }

    private func carryOut(_ orders: SourceOrders) {
        guard !orders.isEmpty else { return }
        if !orders.offsets.isEmpty {
            CrashPoint.beforeOffsets.reached()
            source.commit(
                orders.offsets.sorted { $0.key < $1.key }
                    .map { OffsetCommit(partition: $0.key, nextOffset: $0.value, metadata: metadata) })
            CrashPoint.afterOffsets.reached()
        }
        if orders.finishRevocation { source.finishRevocation() }
        if !orders.start.isEmpty {
            source.start(orders.start)
            if let partition = orders.start.keys.first(where: { $0.topic == .reference }) {
                referencePartition = partition
            }
        }
        if !orders.pause.isEmpty { source.pause(orders.pause) }
        if !orders.resume.isEmpty { source.resume(orders.resume) }
    }

    // No pass starts before the reference topic is read to its end as of now (R98).
    private func findReferenceEnd() {
        guard !referenceEndKnown, let partition = referencePartition, let end = source.endOffset(of: partition) else {
            return
        }
        referenceEndKnown = true
        runner.tell { pipeline, now in pipeline.referenceEnds(at: end, now: now) }
    }

    private func take(_ views: [RecordView]) {
        CrashPoint.recordsArrived.reached()
        let records = views.map { decoder.decode($0) }
        runner.tell(encoder: encoder) { pipeline, now in pipeline.arrived(records, now: now) }
        noteNews()
    }

    private func name(of subject: SourceSubject) -> String {
        switch subject {
        case .broker: "broker"
        case .group: "group"
        case .topic(let topic): "intake \(topics.name(of: topic))"
        case .offsets: "offsets"
        case .partition(let partition): "intake \(topics.name(of: partition.topic))/\(partition.partition)"
        }
    }

    private func noteNews() {
        let now = runner.clock().monotonic
        runner.mailboxes.withLock { $0.lastNews = now }
    }

    private func hear(_ event: SourceEvent) {
        noteNews()
        switch event {
        case .assigned(let partitions):
            runner.log.partitions("Assigned", partitions)
            runner.tell { pipeline, now in pipeline.assigned(partitions, now: now) }
        case .revoked(let partitions):
            runner.log.partitions("Revoked", partitions)
            runner.tell { pipeline, now in pipeline.revoked(partitions, now: now) }
        case .reachedEnd(let partition, let offset):
            runner.tell { pipeline, now in pipeline.reachedEnd(of: partition, at: offset, now: now) }
        case .trouble(let subject, let text, let isNews):
            if isNews { runner.log.sourceTrouble(text) }
            runner.health.set(name(of: subject), isOK: false, message: text)
        case .recovered(let subject, let text, let isNews):
            if isNews { runner.log.sourceRecovered(text) }
            runner.health.set(name(of: subject), isOK: true, message: text)
        case .failed(let reason):
            runner.fail(reason)
        case .refused(let reason):
            runner.fail(reason, isRefused: true)
        }
    }
}

import CRdkafka
package import TradeContracts
package import TradePipeline

/// Reads the input topics of a Kafka cluster, or of the embedded broker.
///
/// Each partition's records wait in a queue of their own: a pause holds them back there, so nothing is skipped and the other
/// partitions don't notice. Everything else (rebalances, commits, errors, log lines) comes as events of the consumer's queue.
/// Up to 100,000 records or 64 MiB of a partition wait in memory (`queued.min.messages`, `queued.max.messages.kbytes`).
package final class KafkaConsumer: RecordSource {
    package enum Mode: Hashable, Sendable {
        /// As a member of the group: the broker gives the partitions out.
        case group
        /// On the embedded broker: reads all partitions of the topics, without joining.
        case allPartitions
    }

    let configuration: KafkaConfiguration
    let mode: Mode
    let wakeup: Wakeup
    /// Nil once closed.
    var client: KafkaClient?
    var events: KafkaQueue?

    /// By partition; `order` holds the same for going round.
    var readers: [TopicPartition: PartitionReader] = [:]
    var order: [PartitionReader] = []
    /// Told as assigned, not started.
    var offered: Set<TopicPartition> = []
    /// Offered ones that were paused before their start.
    var pausedEarly: Set<TopicPartition> = []
    /// Told as revoked, the broker waits for `finishRevocation`.
    var isRevoking = false
    /// They were lost: the group counts us out, and whoever commits all the same is fenced as if somebody had taken his place.
    var isLost = false
    /// What is told to be in trouble, and whether that was news.
    private var unwell: [SourceSubject: Bool] = [:]
    /// The last records of partitions that are not read now.
    var lastRecords: [TopicPartition: LastRecord] = [:]
    var missing = MissingPartitions()
    var commits = CommitQueue()
    var outage: Outage
    var told = ToldTroubles()
    /// To be told with the next `poll`.
    var pending: [SourceEvent] = []
    /// To be told after the records of this `poll`.
    var ends: [SourceEvent] = []
    var hasFailed = false
    /// When to do what has to be done without an event; nil: not at all.
    var nextDiscovery: ContinuousClock.Instant?
    var nextProbe: ContinuousClock.Instant?
    var nextCommit: ContinuousClock.Instant?
    var nextAssign: ContinuousClock.Instant?
    /// Records may wait in a queue whose signal has been taken in.
    var hasMore = false

    /// How long a broker is asked whether it is there, in ms.
    var probePatience = shortestProbe
    static let shortestProbe: Int32 = 100
    static let longestProbe: Int32 = 2_000

    private let batch: MessageBatch
    private var views: [RecordView] = []
    private var turn = 0

    /// Throws for a wrong configuration; a broker that is away is told as `trouble`. One call of `poll` delivers at most
    /// `batchSize` records. `positions`: what of earlier starts tells whether a topic is still the one that was read (R99).
    package init(
        _ configuration: KafkaConfiguration, mode: Mode, batchSize: Int = 1_000,
        positions: [TopicPartition: InputPosition] = [:]
    ) throws(KafkaError) {
        self.configuration = configuration
        self.mode = mode
        wakeup = try Wakeup()
        batch = MessageBatch(capacity: max(1, batchSize))
        views.reserveCapacity(max(1, batchSize))
        outage = Outage(servers: configuration.bootstrapServers)
        // Where an operator has accepted a gap, nothing is known of the record before it.
        lastRecords = positions.filter { $0.value.lastOffset >= 0 }
            .mapValues { LastRecord(offset: $0.lastOffset, checksum: $0.lastChecksum) }
        try open()
    }

    /// Makes a client of the library, which joins the group.
    func open() throws(KafkaError) {
        let role = ClientProperties.Role.consumer(
            groupID: configuration.groupID, instanceID: mode == .group ? configuration.groupInstanceID : nil,
            isEmbedded: mode == .allPartitions)
        let client = try KafkaClient(configuration, for: role)
        let events = try KafkaQueue.consumer(of: client)
        self.client = client
        self.events = events
        Calls.queueSignals(events.handle, descriptor: wakeup.writeEnd, byte: 1)
        let logs = Calls.setLogQueue(client.handle, events.handle)
        guard logs == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(logs, context: "opening the log queue") }
        let redirection = Calls.pollSetConsumer(client.handle)
        guard redirection == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaError(redirection, context: "opening the consumer queue")
        }
        if mode == .group {
            try subscribe(client)
        } else {
            nextDiscovery = .now
        }
    }

    /// Joins the group; called again it makes the group rebalance, if this member leads it.
    func subscribe(_ client: KafkaClient) throws(KafkaError) {
        let list = try PartitionList(capacity: 3)
        for topic in configuration.inputTopics {
            list.add(configuration.topics.name(of: topic), Int32(RD_KAFKA_PARTITION_UA))
        }
        let code = Calls.subscribe(client.handle, list.handle)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, context: "subscribing") }
    }

    package func poll(timeout: Double, events: (SourceEvent) -> Void, records: ([RecordView]) -> Void) {
        guard client != nil else { return }
        if !hasMore, pending.isEmpty { wakeup.wait(seconds: min(timeout, secondsToNextTask())) }
        wakeup.clear()
        hasMore = false
        serveEvents(milliseconds: 0)
        runDueTasks()
        let news = pending
        pending.removeAll()
        for event in news { events(event) }
        deliver(records)
        let reached = ends
        ends.removeAll()
        for event in reached { events(event) }
    }

    private func deliver(_ records: ([RecordView]) -> Void) {
        let count = order.count
        guard count > 0 else { return }
        turn = (turn + 1) % count
        // One round, so that a full partition doesn't keep the others waiting.
        for step in 0..<count {
            let reader = order[(turn + step) % count]
            guard reader.isDelivering else { continue }
            let first = batch.count
            guard first < batch.capacity else {
                hasMore = true
                break
            }
            guard let taken = batch.take(from: reader.queue) else {
                tellTrouble(
                    "reading \(describe(reader.partition)) failed: \(Calls.text(of: Calls.lastError()))",
                    of: .partition(reader.partition))
                continue
            }
            if batch.count == batch.capacity { hasMore = true }
            if taken > 0, batch[first]?.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR {
                reader.isHeard(now: .now)
            }
            var last: Calls.Message?
            for index in first..<(first + taken) {
                if let message = batch[index], take(message, of: reader) { last = message }
            }
            if let last { reader.delivered(last.pointee.offset, checksum: Self.checksum(of: last)) }
        }
        if !views.isEmpty { records(views) }
        views.removeAll(keepingCapacity: true)
        batch.release()
    }

    /// Takes a message in; false where it is none to deliver.
    private func take(_ message: Calls.Message, of reader: PartitionReader) -> Bool {
        guard message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
            readingFailed(reader, message)
            return false
        }
        switch reader.judge(message.pointee.offset, checksum: Self.checksum(of: message)) {
        case .good: break
        case .stale: return false
        case .rewritten:
            tellTrouble(
                "gap: record \(message.pointee.offset) of \(describe(reader.partition)) is another one than the one that was read: "
                    + "the topic was made anew; its intake stands until an operator accepts it (trade-manager store accept gap)",
                of: .partition(reader.partition))
            return false
        }
        noteReading(of: reader.partition)
        guard reader.accepts(message.pointee.offset) else { return false }
        views.append(
            RecordView(
                address: RecordAddress(
                    topic: reader.partition.topic, partition: reader.partition.partition, offset: message.pointee.offset
                ),
                timestamp: Calls.timestamp(message),
                key: Self.bytes(message.pointee.key, message.pointee.key_len),
                value: Self.bytes(message.pointee.payload, message.pointee.len),
                headers: Calls.headers(message).map(Self.headers) ?? []))
        return true
    }

    private static func checksum(of message: Calls.Message) -> UInt64 {
        RecordChecksum.checksum(
            keyBytes: bytes(message.pointee.key, message.pointee.key_len),
            valueBytes: bytes(message.pointee.payload, message.pointee.len))
    }

    private static func bytes(_ start: UnsafeMutableRawPointer?, _ count: Int) -> UnsafeRawBufferPointer? {
        start.map { UnsafeRawBufferPointer(start: $0, count: count) }
    }

    private static func headers(_ headers: OpaquePointer) -> [RecordView.Header] {
        (0..<Calls.headerCount(headers)).compactMap { index in
            guard let (name, value, size) = Calls.header(headers, index) else { return nil }
            return RecordView.Header(
                name: UnsafeRawBufferPointer(start: name, count: Calls.length(name)),
                value: value.map { UnsafeRawBufferPointer(start: $0, count: size) })
        }
    }

    package func pause(_ partitions: [TopicPartition]) {
        for partition in partitions {
            readers[partition]?.isPaused = true
            if offered.contains(partition) { pausedEarly.insert(partition) }
        }
    }

    package func wake() { wakeup.wake() }

    /// Ends a `poll` that waits, from any thread, for those who must not hold the consumer itself.
    package var waker: @Sendable () -> Void {
        let wakeup = wakeup
        return { wakeup.wake() }
    }

    /// The name and number of a partition, for texts.
    func describe(_ partition: TopicPartition) -> String {
        "\(configuration.topics.name(of: partition.topic)) partition \(partition.partition)"
    }

    func tellTrouble(_ text: String, of subject: SourceSubject = .broker) {
        let isNews = told.isNews(text, now: .now)
        guard isNews || unwell[subject] == nil else { return }
        unwell[subject] = isNews || unwell[subject] == true
        pending.append(.trouble(subject, text, isNews: isNews))
    }

    /// Whether it is told to be in trouble.
    func isUnwell(_ subject: SourceSubject) -> Bool { unwell[subject] != nil }

    func tellRecovered(_ subject: SourceSubject, _ text: @autoclosure () -> String) {
        if let wasNews = unwell.removeValue(forKey: subject) {
            pending.append(.recovered(subject, text(), isNews: wasNews))
        }
    }

    /// Something of the partition has come.
    func noteReading(of partition: TopicPartition) {
        guard !unwell.isEmpty else { return }
        if !outage.isOn { tellRecovered(.broker, "the broker delivers again") }
        tellRecovered(.partition(partition), "\(describe(partition)) is read again")
    }

    func fail(_ error: KafkaError) { end(.failed(error.description)) }

    /// What is there is not ours.
    func refuse(_ reason: String) { end(.refused(reason)) }

    private func end(_ event: SourceEvent) {
        guard !hasFailed else { return }
        hasFailed = true
        endReading()
        nextDiscovery = nil
        pending.append(event)
    }
}

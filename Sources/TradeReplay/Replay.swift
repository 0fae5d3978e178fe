package import TradeContracts
package import TradeCore
package import TradePipeline

/// The pipeline over past records: the machine of the service with a store in memory, the clock of the events, and no threads.
///
/// One record at a time is taken in and all that it causes is carried out before the next, at once and in order. So every event
/// has its own pass, sees its own and earlier records only, and the same records give the same outputs (R80, G8): nothing in
/// here knows how many threads decoded them, what time it is or how long anything took.
package final class Replay {
    /// Times that the machine may ask for a later time because of one record: retries end by themselves long before (R31).
    private static let patience = 100_000
    /// Output records after which the machine hears that they are published: each time it queues an entry for that.
    private static let acknowledged = 32

    private let pipeline: Pipeline
    private let store = MemoryStore(keepsPublished: false)
    private let topics: TopicNames
    private let encoder: OutputEncoder
    private let evaluator: PassEvaluator
    private let output: (EnvelopeRecord) throws -> Void
    private var assigned: Set<TopicPartition> = []
    /// That of the last record, which is mostly that of the next one, too.
    private var latest: TopicPartition?
    private var offsets: [OutputTopic: Int64] = [:]
    /// Output records that the machine doesn't know to be published, and those of them that it has given out.
    private var unacknowledged = 0
    private var published: PublishTask?
    private var now = Moment(monotonic: 0, wall: Timestamp(microseconds: 0))

    /// `configuration`: as for the service, but for the clock, which is the events' (R22). `reference` holds before the first
    /// record. `output` takes each output record in outbox order (R91).
    package init(
        configuration: PipelineConfiguration, topics: TopicNames, reference: [ReferenceChange] = [],
        rules: any RuleEngine = TradeRules(), output: @escaping (EnvelopeRecord) throws -> Void
    ) throws {
        var configuration = configuration
        configuration.clock = .event
        pipeline = Pipeline(
            configuration: configuration, snapshot: StoreSnapshot(), identities: IdentityFilter(), openPositions: [],
            now: now)
        self.topics = topics
        self.output = output
        encoder = OutputEncoder(topics: topics)
        evaluator = PassEvaluator(rules: rules)
        pipeline.loadReferenceFile(reference)
        // Records of the reference topic count in their place among the others (R86, R98).
        pipeline.referenceEnds(at: 0, now: now)
        try settle("the reference data")
    }

    /// What has been counted. What is written is published, though the machine may not have heard of it.
    package var counters: PipelineCounters {
        var counters = pipeline.counters
        counters.published += Int64(unacknowledged)
        return counters
    }

    /// Takes a record in, and carries out all that it causes. One below its partition's position counts as taken in before
    /// (R12): `counters.redelivered`.
    package func take(_ record: DecodedRecord) throws {
        let address = record.address
        let partition = address.topicPartition
        if partition != latest {
            if assigned.insert(partition).inserted { pipeline.assigned([partition], now: now) }
            latest = partition
        }
        pipeline.arrived([record], now: now)
        try settle("\(topics.name(of: address.topic)) partition \(address.partition) offset \(address.offset)")
    }

    /// Carries actions out until there are none and nothing waits for time.
    private func settle(_ cause: @autoclosure () -> String) throws {
        for _ in 0..<Replay.patience {
            while try carryOut(pipeline.takeActions()) {}
            guard let deadline = pipeline.nextDeadline() else {
                guard pipeline.isDurable else {
                    throw ReplayError(.machine, "\(cause()): the machine waits for what never comes")
                }
                return
            }
            now.monotonic = max(now.monotonic, deadline)
            pipeline.timer(now)
        }
        throw ReplayError(.machine, "\(cause()): the machine does not come to rest")
    }

    /// Whether there was anything to do.
    private func carryOut(_ actions: Actions) throws -> Bool {
        var worked = false
        if !actions.commit.isEmpty {
            worked = true
            try commit(actions.commit)
        }
        if !actions.loads.isEmpty {
            worked = true
            pipeline.loaded(actions.loads.map { ($0.number, store.answer($0.request)) }, now: now)
        }
        if !actions.evaluations.isEmpty {
            worked = true
            pipeline.evaluated(actions.evaluations.map { evaluator.evaluate($0) }, now: now)
        }
        if let task = actions.publish { published = task }
        if unacknowledged >= Replay.acknowledged, let task = published, let last = task.rows.last {
            worked = true
            unacknowledged -= task.rows.count
            published = nil
            pipeline.published(through: last.number, now: now)
        }
        return worked
    }

    private func commit(_ group: [ChangeSet]) throws {
        for entry in group {
            for row in entry.rows { row.encode(encoder.encode) }
        }
        switch store.commit(group) {
        case .committed:
            try write(group)
            pipeline.committed(through: group.last?.number ?? 0, now: now)
        case .refused(let number, let reason):
            try write(group.filter { $0.number < number })
            pipeline.refused(number, reason: reason, now: now)
        case .unavailable(let reason), .inDoubt(let reason):
            throw ReplayError(.machine, "the store in memory failed: \(reason)")
        }
    }

    private func write(_ group: [ChangeSet]) throws {
        for entry in group {
            for row in entry.rows {
                guard let encoded = row.encoded else { continue }
                let offset = offsets[encoded.topic, default: 0]
                offsets[encoded.topic] = offset + 1
                unacknowledged += 1
                try output(
                    EnvelopeRecord(encoded, topics: topics, offset: offset, timestamp: row.record.milliseconds))
            }
        }
    }
}

extension OutputRecord {
    /// The clock of the pass, milliseconds since 1970; of a dead letter its record's time, nil where that has none (R79, R91).
    fileprivate var milliseconds: Int64? {
        switch self {
        case .order(let order): order.createdAt.milliseconds
        case .skip(let skip): skip.skippedAt.milliseconds
        case .deadLetter(let record): record.timestamp
        }
    }
}

extension Timestamp {
    /// Since 1970, rounded down.
    fileprivate var milliseconds: Int64 {
        let (quotient, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000)
        return rest < 0 ? quotient - 1 : quotient
    }
}

package import TradeContracts
package import TradeCore
package import TradePipeline
package import TradeReplay

/// A pipeline with model ports: what it asks for lies open until the test answers it, in any order and with any fault.
///
/// Topics are lists of records; the store is one in memory; time passes only when the test says so.
package final class PipelineHarness {
    package let store: MemoryStore
    package var configuration: PipelineConfiguration
    package internal(set) var pipeline: Pipeline
    package internal(set) var now: Moment
    package let startTime: Timestamp
    /// What stands in the input topics, by offset.
    package var logs: [TopicPartition: [DecodedRecord]] = [:]
    package var referenceFile: [ReferenceChange] = []
    /// How rules are evaluated.
    package var rules: any RuleEngine = TradeRules()

    // What lies open.
    package internal(set) var commit: [ChangeSet] = []
    package internal(set) var mustRecover = false
    package internal(set) var evaluations: [PassTask] = []
    package internal(set) var loads: [Load] = []
    package internal(set) var publish: PublishTask?
    package internal(set) var openSink: SinkOpening?
    /// The mark that the sink holds, which publishes exactly once where the configuration says so.
    package var sinkMark: Int64?
    /// Why the machine said that the service has to end.
    package internal(set) var refusal: String?
    /// The next offset to deliver, of each partition that is ours and was started.
    package internal(set) var fetch: [TopicPartition: Int64] = [:]
    package internal(set) var paused: Set<TopicPartition> = []
    package internal(set) var assigned: Set<TopicPartition> = []
    /// Revocations that were told and not finished.
    package internal(set) var openRevocations = 0

    // What came out.
    package internal(set) var committedOffsets: [TopicPartition: Int64] = [:]
    package var events: [PipelineEvent] = []
    /// Rows that the sink took, in that order, with repetitions.
    package internal(set) var published: [PublishableRow] = []
    package internal(set) var stopped = false
    /// Tickets of changes of halts that are durable.
    package internal(set) var halted: [Int64] = []
    package internal(set) var isStopping = false
    /// Durable entries since the last call of `takeDurable`, in order.
    private var durable: [ChangeSet] = []
    private var inDoubt: [ChangeSet] = []

    package init(
        configuration: PipelineConfiguration = PipelineConfiguration(), store: MemoryStore = MemoryStore(),
        now: Moment = Moment(monotonic: 0, wall: Timestamp(microseconds: 1_800_000_000_000_000))
    ) {
        self.configuration = configuration
        self.store = store
        self.now = now
        startTime = now.wall
        pipeline = PipelineHarness.start(configuration, store, [], now)
        collect()
    }

    private static func start(
        _ configuration: PipelineConfiguration, _ store: MemoryStore, _ file: [ReferenceChange], _ now: Moment
    ) -> Pipeline {
        var identities = IdentityFilter(expected: 1)
        let snapshot = store.snapshot { identities.insert($0) }
        var open: [Position] = []
        store.openPositions { open.append($0) }
        let pipeline = Pipeline(
            configuration: configuration, snapshot: snapshot, identities: identities, openPositions: open, now: now)
        pipeline.loadReferenceFile(file)
        return pipeline
    }

    /// The process dies, and another one begins on the same store.
    package func crash() {
        commit = []
        mustRecover = false
        evaluations = []
        loads = []
        publish = nil
        openSink = nil
        refusal = nil
        fetch = [:]
        paused = []
        assigned = []
        openRevocations = 0
        stopped = false
        isStopping = false
        inDoubt = []
        events = []
        pipeline = PipelineHarness.start(configuration, store, referenceFile, now)
        collect()
    }

    /// Durable entries since the last call.
    package func takeDurable() -> [ChangeSet] {
        defer { durable = [] }
        return durable
    }

    func collect() {
        let actions = pipeline.takeActions()
        if !actions.commit.isEmpty { commit = actions.commit }
        mustRecover = mustRecover || actions.recoverStore
        evaluations += actions.evaluations
        loads += actions.loads
        if let task = actions.publish { publish = task }
        if let opening = actions.openSink { openSink = opening }
        refusal = refusal ?? actions.refusal
        for (partition, start) in actions.start where assigned.contains(partition) {
            switch start {
            case .offset(let offset): fetch[partition] = offset
            case .beginning: fetch[partition] = 0
            case .end: fetch[partition] = Int64(logs[partition, default: []].count)
            }
        }
        paused.formUnion(actions.pause)
        for (partition, offset) in actions.resume where assigned.contains(partition) {
            paused.remove(partition)
            fetch[partition] = offset
        }
        committedOffsets.merge(actions.offsets) { $1 }
        if actions.finishRevocation { openRevocations = 0 }
        halted += actions.halted
        events += actions.events
        stopped = stopped || actions.stopped
    }

    // MARK: - The source

    package func assign(_ partitions: [TopicPartition]) {
        assigned.formUnion(partitions)
        pipeline.assigned(partitions, now: now)
        collect()
    }

    package func revoke(_ partitions: [TopicPartition]) {
        for partition in partitions {
            assigned.remove(partition)
            fetch[partition] = nil
            paused.remove(partition)
        }
        openRevocations += 1
        pipeline.revoked(partitions, now: now)
        collect()
    }

    /// Appends a record to a topic.
    package func append(_ body: DecodedRecord.Body, to partition: TopicPartition, timestamp: Int64? = nil) {
        let offset = Int64(logs[partition, default: []].count)
        logs[partition, default: []].append(
            DecodedRecord(
                address: RecordAddress(topic: partition.topic, partition: partition.partition, offset: offset),
                timestamp: timestamp, body: body, bytes: RecordBytes(key: nil, value: nil, headers: []),
                checksum: UInt64(bitPattern: offset)))
    }

    /// How many records of a partition could be delivered now.
    package func available(_ partition: TopicPartition) -> Int {
        guard let next = fetch[partition], !paused.contains(partition) else { return 0 }
        return max(0, logs[partition, default: []].count - Int(next))
    }

    /// Delivers records of a partition; `back`: so many that came before come once more.
    package func deliver(_ partition: TopicPartition, _ count: Int = .max, back: Int = 0) {
        guard let next = fetch[partition], !paused.contains(partition) else { return }
        let log = logs[partition, default: []]
        let first = max(0, Int(next) - back)
        let last = count == .max ? log.count : min(log.count, Int(next) + count)
        guard first < last else { return }
        fetch[partition] = Int64(last)
        pipeline.arrived(Array(log[first..<last]), now: now)
        collect()
    }

    package func tellReferenceEnd() {
        let partition = TopicPartition(topic: .reference, partition: 0)
        pipeline.referenceEnds(at: Int64(logs[partition, default: []].count), now: now)
        collect()
    }

    package func tellEnd(of partition: TopicPartition) {
        guard let next = fetch[partition], Int(next) == logs[partition, default: []].count else { return }
        pipeline.reachedEnd(of: partition, at: next, now: now)
        collect()
    }

    // MARK: - The store

    /// How the writer answers.
    package enum CommitAnswer: Hashable, Sendable {
        case committed
        /// The same, and what follows from it is done by `follow`.
        case acknowledged
        /// The entry at this place of the group is refused.
        case refused(Int)
        case unavailable
        case inDoubt(durable: Bool)
    }

    /// Answers the group that the writer has. Nil, or why the store itself refused something that it should have taken.
    @discardableResult
    package func answerCommit(_ answer: CommitAnswer = .committed) -> String? {
        guard let last = commit.last else { return nil }
        let group = commit
        commit = []
        switch answer {
        case .committed, .acknowledged:
            if let refusal = write(group) {
                pipeline.refused(refusal.number, reason: refusal.reason, now: now)
                collect()
                return refusal.reason
            }
            if answer == .acknowledged {
                pipeline.acknowledged(through: last.number, now: now)
            } else {
                pipeline.committed(through: last.number, now: now)
            }
        case .refused(let place):
            let taken = Array(group.prefix(min(place, group.count - 1)))
            if let refusal = write(taken) {
                pipeline.refused(refusal.number, reason: refusal.reason, now: now)
                collect()
                return refusal.reason
            }
            pipeline.refused(group[taken.count].number, reason: "as the test asks", now: now)
        case .unavailable:
            pipeline.storeUnavailable("as the test asks", now: now)
        case .inDoubt(let isDurable):
            if isDurable, let refusal = write(group) {
                pipeline.refused(refusal.number, reason: refusal.reason, now: now)
                collect()
                return refusal.reason
            }
            pipeline.storeInDoubt("as the test asks", now: now)
        }
        collect()
        return nil
    }

    /// Does what follows from the commits that were acknowledged.
    package func follow() {
        pipeline.followCommits(now)
        collect()
    }

    private func write(_ group: [ChangeSet]) -> (number: Int64, reason: String)? {
        for entry in group {
            for row in entry.rows {
                row.encode { record in
                    EncodedRecord(topic: record.topic, key: nil, value: Array("\(row.number)".utf8), headers: [])
                }
            }
        }
        switch store.commit(group) {
        case .committed:
            durable += group
            return nil
        case .refused(let number, let reason):
            durable += group.filter { $0.number < number }
            return (number, reason)
        case .unavailable(let reason), .inDoubt(let reason):
            return (group.first?.number ?? 0, reason)
        }
    }

    /// After doubt: the store is open again, or can't be opened yet.
    package func answerRecovery(opens: Bool = true) {
        guard mustRecover else { return }
        mustRecover = false
        if opens {
            pipeline.storeRecovered(lastCommit: store.recover(), now: now)
        } else {
            pipeline.storeUnavailable("can't be opened", now: now)
        }
        collect()
    }

    /// Answers a question; `place` is its place among those that are open.
    package func answerLoad(_ place: Int = 0) {
        guard loads.indices.contains(place) else { return }
        let load = loads.remove(at: place)
        deliver(answer: store.answer(load.request), to: load)
    }

    /// Takes an open question away and asks the store, but delivers nothing yet.
    package func askEarly(_ place: Int = 0) -> (Load, LoadAnswer)? {
        guard loads.indices.contains(place) else { return nil }
        let load = loads.remove(at: place)
        return (load, store.answer(load.request))
    }

    package func deliver(answer: LoadAnswer, to load: Load) {
        pipeline.loaded([(number: load.number, answer: answer)], now: now)
        collect()
    }

    // MARK: - Time and commands

    package func advance(milliseconds: Int64) {
        now.monotonic += milliseconds * 1_000_000
        now.wall = Timestamp(microseconds: now.wall.microseconds + milliseconds * 1000)
        pipeline.timer(now)
        collect()
    }

    /// Goes to the next deadline; false where there is none.
    @discardableResult
    package func advanceToDeadline() -> Bool {
        guard let next = pipeline.nextDeadline() else { return false }
        advance(milliseconds: max(0, (next - now.monotonic + 999_999) / 1_000_000))
        return true
    }

    package func trigger(_ key: ExpertUseCase) {
        pipeline.trigger(key, now: now)
        collect()
    }

    /// Halts or resumes; `halted` says when it is durable.
    @discardableResult
    package func change(_ change: HaltChange, ticket: Int64 = 1) -> Bool {
        let isTaken = pipeline.change(change, ticket: ticket, now: now)
        collect()
        return isTaken
    }

    package func stop() {
        isStopping = true
        pipeline.stop(now)
        collect()
    }

    /// Answers everything without a fault until nothing is left to do: the time goes on where only that helps.
    ///
    /// Nil, or what did not come to rest.
    package func settle(limit: Int = 10_000, deadlines: Int = 50) -> String? {
        var deadlines = deadlines
        for _ in 0..<limit {
            if mustRecover {
                answerRecovery()
            } else if pipeline.mustFollowCommits {
                follow()
            } else if !loads.isEmpty {
                answerLoad()
            } else if !evaluations.isEmpty {
                answerEvaluation()
            } else if !commit.isEmpty {
                if let refusal = answerCommit() { return "the store refused: \(refusal)" }
            } else if openSink != nil {
                answerOpening()
            } else if publish != nil {
                answerPublish()
            } else if let partition = assigned.sorted().first(where: { available($0) > 0 }) {
                deliver(partition)
            } else if pipeline.isQuiet, pipeline.nextDeadline() == nil {
                return nil
            } else if deadlines > 0, advanceToDeadline() {
                deadlines -= 1
            } else {
                return pipeline.isQuiet ? "a deadline stays" : "not quiet, and nothing left to do"
            }
        }
        return "not quiet after \(limit) steps"
    }
}

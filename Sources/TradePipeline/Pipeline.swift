import TradeContracts
package import TradeCore

/// The service's logic as one state machine: records in, decisions and what has to be done out (design §1).
///
/// It does no I/O, starts no thread and has no clock. Each input carries the time and appends to `actions`; the caller takes
/// them and has its shells do them: the consumer, the workers, the writer, the reader and the relay. So it is driven alike by
/// threads, by a file, and by a simulation with a seed.
///
/// Read it in the order in which an event passes: `Intake/` takes records in, in offset order; `Locks/` says who may run;
/// `Passes/` takes the snapshot, has it evaluated and settles it; `Commits/` makes it durable, in order; `Relay/` publishes.
///
/// Not safe to use from two threads at once: its owner puts one lock around it, entered once per batch.
package final class Pipeline {
    package let configuration: PipelineConfiguration
    /// What the shells have to do; taken by `takeActions`.
    package internal(set) var actions = Actions()
    package internal(set) var counters = PipelineCounters()

    // Intake
    var partitions: [TopicPartition: PartitionState] = [:]
    var positions: [TopicPartition: Int64] = [:]
    /// Input positions up to which all is durable and what follows from that is done.
    var durablePositions: [TopicPartition: Int64] = [:]
    var filter = IdentityFilter()
    var recentEvents = RecentIdentities<IdentityKey, Void>()
    var recentRecommendations = RecentIdentities<RecommendationKey, Void>()
    /// Positions that have ended, by each of their orders: the store may still answer that they are open.
    var recentEndings = RecentIdentities<UniqueID, Position>()
    var tickets = Tickets()
    let reference = ReferenceTable()
    /// What is halted for every pass that settles from now on (R93).
    var halts: HaltTable { didSet { haltVersion += 1 } }
    /// Grows with every change of `halts`.
    private(set) var haltVersion: Int64 = 0
    /// Whether the reference topic has been read to its end as of the start (R98).
    var referenceReady = false
    var referenceEnd: Int64?
    /// The next offset of the reference topic that was not taken in since the start.
    var referenceRead: Int64 = 0
    var referenceFile: [ReferenceChange] = []
    /// Partitions that have gone, until what was taken in of them is durable.
    var revoking: [PartitionState] = []
    var intakePaused = false
    /// When what waits is to be taken in, on the monotonic clock: as soon as the timer gets to it.
    var intakeDue: Int64?
    var stopping = false

    // Locks and passes
    var locks: LockTable<ExpertUseCase, EventHandle>
    var experts: [ExpertID: ExpertState] = [:]
    /// Experts that nothing uses, oldest first: the first to be reclaimed.
    var idle = Queue<ExpertState>()
    var passes: [Int64: Pass] = [:]
    var passNumber: Int64 = 0
    var retries = DeadlineHeap<KeyState>()
    /// Passes that wait until what they have to read back is durable.
    var spilledPasses: [Pass] = []
    /// Passes that begin, and evaluations that count, when the store's trouble is over.
    var heldPasses: [Pass] = []
    var heldEvaluations: [PassEvaluation] = []
    var jitter: SplitMix

    // Commits, loads, relay
    var queue: CommitQueue
    /// Entries that are durable, in order, and what follows from that is still to be done.
    var unfollowed: [QueuedEntry] = []
    /// Of both, those that take a record in.
    var uncommittedRecords = 0
    var loads: [Int64: PendingLoad] = [:]
    var loadNumber: Int64 = 0
    var recovery: Recovery?
    /// Entries that the store has refused.
    var epoch: Int64 = 0
    var eventNumber: Int64
    var recommendationNumber: Int64
    var positionNumber: Int64
    var outboxNumber: Int64
    var relay: RelayState
    /// Whether an entry with the relay's mark is queued.
    var markQueued = false
    /// Whether an entry with what the store knows of the relay is queued.
    var noteQueued = false
    var sweep: [ExpertUseCase]
    var troubles = Troubles()

    /// Begins where the store stands. `identities`: the filter of everything that the store knows; `openPositions`: those that
    /// bind money.
    package init(
        configuration: PipelineConfiguration, snapshot: StoreSnapshot, identities: IdentityFilter,
        openPositions: [Position], now: Moment
    ) {
        self.configuration = configuration
        filter = identities
        halts = HaltTable(snapshot.halts)
        locks = LockTable(policy: configuration.locks)
        jitter = SplitMix(seed: configuration.seed)
        queue = CommitQueue(lastCommit: snapshot.lastCommit)
        eventNumber = snapshot.lastEvent
        recommendationNumber = snapshot.lastRecommendation
        positionNumber = snapshot.lastPosition
        outboxNumber = snapshot.lastOutboxRow
        relay = RelayState(snapshot, opens: configuration.relay != nil)
        sweep = snapshot.pendingKeys
        for position in snapshot.inputPositions { positions[position.partition] = position.nextOffset }
        durablePositions = positions
        reference.restore(snapshot.reference)
        bookOpenPositions(openPositions)
        relay.noteBacklog(now: now.monotonic)
        advance(now)
    }

    deinit {
        // What holds each other: a run and its pass, a partition and what waits in it.
        for pass in passes.values { pass.key.pass = nil }
        for partition in partitions.values { partition.waiting.removeAll() }
    }

    /// What the inputs since the last call ask for.
    package func takeActions() -> Actions {
        var taken = Actions()
        swap(&taken, &actions)
        return taken
    }

    /// When `timer` is due, on the monotonic clock; nil where nothing waits for time.
    package func nextDeadline() -> Int64? {
        var next = locks.nextDeadline()
        func consider(_ time: Int64?) { if let time { next = min(next ?? time, time) } }
        consider(recovery == nil && queue.isWorking && !stopping ? retries.first?.at : nil)
        switch queue.phase {
        case .unavailable(let at) where queue.sent == 0: consider(at)
        case .doubtful(let at): consider(at)
        default: break
        }
        consider(relayDeadline)
        if isIntakeOpen || isReferenceIntakeOpen { consider(intakeDue) }
        return next
    }

    /// The time has come for something.
    package func timer(_ now: Moment) {
        expireWaits(now)
        retryStore(now)
        runRetries(now)
        retryRelay(now)
        if intakeDue != nil {
            intakeDue = nil
            drainAll(now)
        }
        advance(now)
    }

    /// Takes nothing in any more and starts no pass; what is taken in becomes durable, what is durable is published.
    package func stop(_ now: Moment) {
        stopping = true
        for partition in partitions.values { close(partition) }
        advance(now)
    }

    /// Whether all that was begun is done. What a question or a retry is under way for is not: keys that a crash left wait for
    /// their expert, a failed pass for its time. A stop leaves its retries to the next start.
    package var isQuiet: Bool { isDurable && relay.isDrained && relay.withdrawing.isEmpty }

    /// The same but for publishing.
    package var isDurable: Bool {
        queue.isEmpty && !mustFollowCommits && passes.isEmpty && recovery == nil && queue.isWorking && loads.isEmpty
            && (stopping || retries.count == 0)
            && partitions.values.allSatisfy { $0.waiting.isEmpty }
    }

    /// Whether partitions are ours and each was read to its end once: before, that nothing comes may be the broker's slowness.
    package var hasCaughtUp: Bool {
        referenceReady && !partitions.isEmpty && partitions.values.allSatisfy { $0.knownEnd != nil }
    }

    /// What every input ends with: the next group for the writer, the next rows for the sink, and back-pressure.
    func advance(_ now: Moment) {
        applyBackPressure(now)
        advanceRelay(now)
        if actions.commit.isEmpty {
            queueRelayMark()
            actions.commit = queue.nextGroup(limit: configuration.groupLimit)
            if !actions.commit.isEmpty { counters.groups += 1 }
        }
        if stopping, queue.isEmpty, !mustFollowCommits, passes.isEmpty, queue.isWorking, recovery == nil,
            relay.isDrained
        {
            actions.stopped = noteCleanStop()
            if !actions.stopped, actions.commit.isEmpty {
                actions.commit = queue.nextGroup(limit: configuration.groupLimit)
            }
        }
    }

    func note(_ event: PipelineEvent) {
        troubles.hear(event)
        actions.events.append(event)
    }
}

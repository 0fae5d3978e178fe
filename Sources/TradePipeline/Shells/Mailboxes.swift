import TradeContracts

/// The pipeline with what its shells have still to do: guarded by the one lock, so that actions reach their shells in the order
/// in which the machine gave them.
struct Mailboxes {
    private static let spentLimit = 64

    let pipeline: Pipeline
    var commit: [ChangeSet] = []
    var recoverStore = false
    var evaluations = Queue<PassTask>()
    var loads: [Load] = []
    var publish: PublishTask?
    var openSink: SinkOpening?
    var source = SourceOrders()
    /// Tickets of changes of halts that are durable, until whoever waits has seen it.
    var halted: Set<Int64> = []
    var haltTicket: Int64 = 0
    var spent: [SpentEntries] = []
    /// When the source last told something, on the monotonic clock.
    var lastNews: Int64
    /// When the timer is due.
    var deadline: Int64?
    /// The stop is asked for.
    var stopping = false
    /// The machine has nothing left to do.
    var stopped = false
    /// The shells end now.
    var ended = false
    /// Why the service can't go on.
    var failure: String?
    /// Whether that is for an operator to settle first.
    var isRefused = false

    init(pipeline: Pipeline, now: Int64) {
        self.pipeline = pipeline
        lastNews = now
    }

    /// Sorts the machine's actions into the boxes; returns the events for the log, and the rows that were queued.
    mutating func sort() -> ([PipelineEvent], [OutboxRow]) {
        let actions = pipeline.takeActions()
        if !actions.commit.isEmpty { commit = actions.commit }
        recoverStore = recoverStore || actions.recoverStore
        for task in actions.evaluations { evaluations.append(task) }
        loads += actions.loads
        if let task = actions.publish { publish = task }
        if let opening = actions.openSink { openSink = opening }
        if let refusal = actions.refusal, failure == nil {
            failure = refusal
            isRefused = true
        }
        source.merge(actions)
        halted.formUnion(actions.halted)
        // Where the timer does not come to it, whoever is here lets go of them.
        if spent.count >= Mailboxes.spentLimit { spent = [] }
        spent += actions.spent
        // It says so once; what is told to it later changes nothing.
        stopped = stopped || actions.stopped
        deadline = pipeline.nextDeadline()
        return (actions.events, actions.rows)
    }
}

/// What the consumer has to tell its source.
struct SourceOrders {
    var start: [TopicPartition: StartOffset] = [:]
    var pause: [TopicPartition] = []
    var resume: [TopicPartition: Int64] = [:]
    var offsets: [TopicPartition: Int64] = [:]
    var finishRevocation = false

    var isEmpty: Bool { !isUrgent && pause.isEmpty && offsets.isEmpty }
    /// Whether a source that waits for records should be woken.
    var isUrgent: Bool { !start.isEmpty || !resume.isEmpty || finishRevocation }

    /// A later order for a partition takes the place of an earlier one.
    mutating func merge(_ actions: Actions) {
        start.merge(actions.start) { $1 }
        for partition in actions.pause {
            resume[partition] = nil
            pause.append(partition)
        }
        for (partition, offset) in actions.resume {
            pause.removeAll { $0 == partition }
            resume[partition] = offset
        }
        offsets.merge(actions.offsets) { $1 }
        finishRevocation = finishRevocation || actions.finishRevocation
    }
}

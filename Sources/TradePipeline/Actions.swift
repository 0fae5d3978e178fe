package import TradeContracts
package import TradeCore

/// A numbered question to the store.
package struct Load: Hashable, Sendable {
    package let number: Int64
    package let request: LoadRequest

    package init(number: Int64, request: LoadRequest) {
        self.number = number
        self.request = request
    }
}

/// What a worker evaluates: the selected recommendations of one pass, on a snapshot.
package final class PassTask: Sendable {
    /// The pass, and which evaluation of it: an answer to an older one is dropped.
    package let pass: Int64
    package let attempt: Int
    package let key: ExpertUseCase
    package let subjects: [EvaluationSubject]
    package let ruleset: CompiledRuleset
    package let explain: Bool
    /// One at a time: a failure is that recommendation's alone (R31).
    package let isolated: Bool

    init(
        pass: Int64, attempt: Int, key: ExpertUseCase, subjects: [EvaluationSubject], ruleset: CompiledRuleset,
        explain: Bool,
        isolated: Bool
    ) {
        self.pass = pass
        self.attempt = attempt
        self.key = key
        self.subjects = subjects
        self.ruleset = ruleset
        self.explain = explain
        self.isolated = isolated
    }
}

/// The answer to a `PassTask`.
package struct PassEvaluation: Sendable {
    package enum Result: Sendable {
        /// One decision and one set of ids for each subject, in their order.
        case decided([RuleDecision], [CandidateIDs])
        case failed(String)
    }

    package let pass: Int64
    package let attempt: Int
    package let result: Result

    package init(pass: Int64, attempt: Int, result: Result) {
        self.pass = pass
        self.attempt = attempt
        self.result = result
    }
}

/// Rows for the sink, in order.
package struct PublishTask: Hashable, Sendable {
    /// The number before the first row.
    package let after: Int64
    package let rows: [PublishableRow]
}

/// What the pipeline asks of its shells: appended by inputs, taken by the caller.
package struct Actions: Sendable {
    /// The next group for the writer; it has no other while this one is not answered.
    package var commit: [ChangeSet] = []
    /// Rows that were queued. Whoever gets them may encode them before the writer does.
    package var rows: [OutboxRow] = []
    /// The writer opens the store anew and tells the last durable entry.
    package var recoverStore = false
    package var evaluations: [PassTask] = []
    package var loads: [Load] = []
    package var publish: PublishTask?
    /// The relay opens the sink, anew where it is open.
    package var openSink: SinkOpening?
    /// What is found out while running makes it wrong to go on; says what to do. The service ends.
    package var refusal: String?
    package var start: [TopicPartition: StartOffset] = [:]
    package var pause: [TopicPartition] = []
    package var resume: [TopicPartition: Int64] = [:]
    /// Next offsets that may be committed to the source.
    package var offsets: [TopicPartition: Int64] = [:]
    package var finishRevocation = false
    /// Tickets of changes of halts that are durable now.
    package var halted: [Int64] = []
    package var events: [PipelineEvent] = []
    /// What is durable and nobody needs any more. To let it go costs as much as to make it, so it is better done outside of the
    /// machine's lock.
    package var spent: [SpentEntries] = []
    /// Everything that was taken in is durable and, as far as the sink takes it, published: the shells may end.
    package var stopped = false

    package init() {}
}

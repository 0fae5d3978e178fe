import TradeContracts
import TradeCore

/// One pass: a snapshot of what is pending, evaluated on a worker, settled in commit order (design §4).
final class Pass {
    enum Phase: Hashable {
        /// Until the store's trouble is over: the snapshot is not taken yet.
        case held
        /// Its key has more pending than is in memory: they become durable, and are read back.
        case loading
        /// Its rules ask about the past, and the store has been asked.
        case recalling
        case evaluating
        /// Its entry is queued.
        case committing
    }

    let number: Int64
    let key: KeyState
    let run: Int64
    /// The event that started it; nil for a rerun, a retry and the sweep at start.
    let starter: EventHandle?
    var phase = Phase.held
    /// What the pass covers: it goes back to the key where the pass fails.
    var coverage = Coverage()
    /// The pass's clock, and the oldest `created_at` that is not stale.
    var time = Timestamp(microseconds: 0)
    var limit = Timestamp(microseconds: 0)
    /// Evaluated one at a time (R31).
    var isolated = false
    var pending: [PendingRecommendation] = []
    /// While loading: the entry that has to be durable first, and whether the store has been asked.
    var waitsFor: Int64 = 0
    var isAsked = false
    /// The latest of a symbol of which the snapshot is only a part: it stays pending, and supersedes the others (R25).
    var deferred: Int64?
    var selection = Selection(skipped: [], selected: [])
    // For each selected one, in the same order:
    var subjects: [EvaluationSubject] = []
    var decisions: [RuleDecision] = []
    var ids: [CandidateIDs] = []
    /// What came before each selected one, where the rules ask for it, and the question to the store that is under way.
    var lookups: [HistoryLookup] = []
    var historyLoad: Int64?
    /// Versions of the expert and the ruleset that it was evaluated by.
    var expertVersion: Int64 = 0
    var rulesetVersion: Int64 = 0
    var attempt = 0
    /// Refusals by the store before the snapshot: after another one it may hold what never was.
    var epoch: Int64 = 0

    init(number: Int64, key: KeyState, run: Int64, starter: EventHandle?) {
        self.number = number
        self.key = key
        self.run = run
        self.starter = starter
    }

    /// Its entry is queued. Should it have to be settled once more, after a refusal, it is evaluated anew; until it is durable
    /// the evaluation would only take memory.
    func forgetEvaluation() {
        subjects = []
        decisions = []
        ids = []
    }
}

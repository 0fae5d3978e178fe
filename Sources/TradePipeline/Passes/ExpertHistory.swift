import TradeCore

/// What a pass knows of the past of one recommendation that it has selected. What arrives while it is open is taken into account
/// as it arrives.
final class HistoryLookup {
    let question: HistoryQuestion
    private(set) var previous: PreviousRecommendation?
    private(set) var lastCloses = LastCloses()
    /// The store's part is there.
    private(set) var isAnswered = false

    init(_ recommendation: Recommendation) {
        question = HistoryQuestion(
            symbol: recommendation.symbol, createdAt: recommendation.createdAt, id: recommendation.id)
    }

    func answer(_ answer: HistoryAnswer) {
        if let previous = answer.previous, self.previous.map({ $0.precedes(previous) }) ?? true {
            self.previous = previous
        }
        lastCloses.merge(answer.lastCloses)
        isAnswered = true
    }

    /// A recommendation that was taken in later than all that are known.
    func include(_ symbol: Symbol, _ recommendation: PreviousRecommendation) {
        guard symbol == question.symbol, question.follows(recommendation),
            previous.map({ !recommendation.precedes($0) }) ?? true
        else { return }
        previous = recommendation
    }

    func include(_ position: Position) {
        if position.symbol == question.symbol { lastCloses.include(position) }
    }

    /// Some of what was taken into account never was.
    func forget() {
        previous = nil
        lastCloses = LastCloses()
        isAnswered = false
    }
}

/// The part of an expert's past that the store may not have yet, and the look-ups of passes that are under way (R40, R45).
struct ExpertHistory {
    private var recommendations = Queue<(entry: Int64, symbol: Symbol, recommendation: PreviousRecommendation)>()
    private var closes = Queue<(entry: Int64, position: Position)>()
    private var lookups: [HistoryLookup] = []

    /// Recommendations come with the entry of this number. `durable`: the number of the last durable entry.
    mutating func append(_ fresh: [PendingRecommendation], entry: Int64, durable: Int64) {
        prune(durable)
        for pending in fresh {
            let (symbol, known) = (pending.recommendation.symbol, PreviousRecommendation(pending.recommendation))
            recommendations.append((entry, symbol, known))
            for lookup in lookups { lookup.include(symbol, known) }
        }
    }

    /// A position ends with the entry of this number.
    mutating func append(_ position: Position, entry: Int64, durable: Int64) {
        prune(durable)
        closes.append((entry, position))
        for lookup in lookups { lookup.include(position) }
    }

    /// From now on these see what arrives; what is queued they see at once, and of the rest the store, which is asked now, is to
    /// tell.
    mutating func open(_ new: [HistoryLookup], durable: Int64) {
        prune(durable)
        lookups += new
        for lookup in new {
            for (_, symbol, recommendation) in recommendations.elements { lookup.include(symbol, recommendation) }
            for (_, position) in closes.elements { lookup.include(position) }
        }
    }

    mutating func close(_ old: [HistoryLookup]) {
        if old.isEmpty { return }
        lookups.removeAll { lookup in old.contains { $0 === lookup } }
    }

    /// After a refusal: what is queued is made anew.
    mutating func forget() {
        recommendations = Queue()
        closes = Queue()
        for lookup in lookups { lookup.forget() }
    }

    private mutating func prune(_ durable: Int64) {
        while let first = recommendations.first, first.entry <= durable { recommendations.removeFirst() }
        while let first = closes.first, first.entry <= durable { closes.removeFirst() }
    }
}

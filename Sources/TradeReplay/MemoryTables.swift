import TradeContracts
import TradeCore
import TradePipeline

/// The tables of a store in memory. An entry is checked whole before any of it is applied.
struct MemoryTables {
    struct Instrument: Hashable {
        var expert: ExpertID
        var symbol: Symbol
    }

    let keepsPublished: Bool
    private(set) var counters = CommitCounters()
    private(set) var inputs: [TopicPartition: InputPosition] = [:]
    private(set) var identities: Set<EventIdentity> = []
    private(set) var recommendationKeys: Set<RecommendationKey> = []
    /// Undecided ones.
    private(set) var pending: [Int64: PendingRecommendation] = [:]
    private(set) var pendingNumbers: [ExpertUseCase: Set<Int64>] = [:]
    /// All recommendations, decided or not, by (`created_at`, id) and then as they were taken in (R40).
    private(set) var past: [Instrument: [PreviousRecommendation]] = [:]
    /// Numbers of the CLOSED ones (R45).
    private(set) var closed: [Instrument: Set<Int64>] = [:]
    private(set) var runs: [ExpertUseCase: Int64] = [:]
    private(set) var positions: [Int64: Position] = [:]
    /// Numbers of WAITING, OPENED and CLOSING ones.
    private(set) var unfinished: [ExpertID: Set<Int64>] = [:]
    /// Numbers of all, in whatever status, in the order of their creation.
    private(set) var positionsByExpert: [ExpertID: [Int64]] = [:]
    private(set) var active: [Instrument: Int64] = [:]
    private(set) var positionsByOrder: [UniqueID: Int64] = [:]
    private(set) var reference: [ReferenceKey: ReferenceWrite] = [:]
    private(set) var halts = HaltTable()
    /// By number, which is the order in which rows come.
    private(set) var outbox: [PublishableRow] = []
    private(set) var relay: RelayNote?
    private(set) var withdrawals: [Withdrawal] = []

    init(keepsPublished: Bool) { self.keepsPublished = keepsPublished }

    mutating func apply(_ entry: ChangeSet) throws(Refusal) {
        var advanced = counters
        try advanced.advance(by: entry)
        try check(entry)
        counters = advanced
        if let position = entry.position { inputs[position.partition] = position }
        if let event = entry.event { identities.insert(event.identity) }
        for added in entry.recommendations { insert(added) }
        if let run = entry.run { runs[run.key] = run.run }
        for position in entry.positions { replace(position) }
        for outcome in entry.outcomes { decide(outcome.number) }
        for write in entry.reference { reference[write.change.key] = write.change.value == nil ? nil : write }
        for change in entry.halts { halts.apply(change) }
        for row in entry.rows {
            if let record = row.encoded {
                outbox.append(PublishableRow(number: row.number, record: record, origin: .row(row)))
            }
        }
        if let change = entry.relay { apply(change) }
        guard let mark = entry.relayMark else { return }
        if !withdrawals.isEmpty { withdrawals.removeAll { $0.through <= mark } }
        if !keepsPublished { outbox.removeFirst(outbox.prefix { $0.number <= mark }.count) }
    }

    private mutating func apply(_ change: RelayChange) {
        if let note = change.note { relay = note }
        if let withdrawal = change.withdrawal { withdrawals.append(withdrawal) }
        for row in change.withdrawn {
            if let place = outbox.lastIndex(where: { $0.number == row.number }) { outbox[place].withdrawn = row.reason }
        }
    }

    private mutating func insert(_ added: PendingRecommendation) {
        recommendationKeys.insert(added.recommendationKey)
        pending[added.number] = added
        pendingNumbers[added.recommendationKey.key, default: []].insert(added.number)
        let instrument = Instrument(expert: added.event.expert, symbol: added.recommendation.symbol)
        let recommendation = PreviousRecommendation(added.recommendation)
        var place = past[instrument, default: []].endIndex
        while place > 0, past[instrument].map({ recommendation.precedes($0[place - 1]) }) ?? false { place -= 1 }
        past[instrument, default: []].insert(recommendation, at: place)
    }

    private mutating func decide(_ number: Int64) {
        guard let decided = pending.removeValue(forKey: number) else { return }
        let key = decided.recommendationKey.key
        pendingNumbers[key]?.remove(number)
        if pendingNumbers[key]?.isEmpty == true { pendingNumbers[key] = nil }
    }

    private mutating func replace(_ position: Position) {
        let instrument = Instrument(expert: position.expert, symbol: position.symbol)
        if let former = positions[position.number] {
            for order in former.orders { positionsByOrder[order.id] = nil }
            if active[instrument] == position.number { active[instrument] = nil }
        } else {
            positionsByExpert[position.expert, default: []].append(position.number)
        }
        positions[position.number] = position
        for order in position.orders { positionsByOrder[order.id] = position.number }
        if position.status.isActive { active[instrument] = position.number }
        if position.status == .closed {
            closed[instrument, default: []].insert(position.number)
        } else {
            closed[instrument]?.remove(position.number)
        }
        if position.status.isTerminal {
            unfinished[position.expert]?.remove(position.number)
        } else {
            unfinished[position.expert, default: []].insert(position.number)
        }
    }
}

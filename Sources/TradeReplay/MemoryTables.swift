import TradeContracts
import TradeCore
import TradePipeline

/// The tables of a store in memory. An entry is checked whole before any of it is applied.
///
/// An object, so that what its parts hold is changed in place.
final class MemoryTables {
    let keepsPublished: Bool
    private(set) var counters = CommitCounters()
    private(set) var inputs: [TopicPartition: InputPosition] = [:]
    private(set) var identities: Set<EventIdentity> = []
    private(set) var recommendationKeys: Set<RecommendationKey> = []
    /// Undecided ones.
    private(set) var pending: [Int64: PendingRecommendation] = [:]
    private(set) var experts: [ExpertID: MemoryExpert] = [:]
    /// The expert that was asked for last: the entries of an event follow each other.
    private var latest: MemoryExpert?
    /// Whose position an order belongs to; nil until that is asked for the first time, which many a replay never does.
    private var ordered: [UniqueID: (expert: ExpertID, position: Int64)]?
    private(set) var reference: [ReferenceKey: ReferenceWrite] = [:]
    private(set) var halts = HaltTable()
    /// By number, which is the order in which rows come.
    private(set) var outbox: [PublishableRow] = []
    private(set) var relay: RelayNote?
    private(set) var withdrawals: [Withdrawal] = []

    init(keepsPublished: Bool) { self.keepsPublished = keepsPublished }

    func expert(_ id: ExpertID) -> MemoryExpert? {
        if let latest, latest.id == id { return latest }
        guard let found = experts[id] else { return nil }
        latest = found
        return found
    }

    func apply(_ entry: ChangeSet) throws(Refusal) {
        var advanced = counters
        try advanced.advance(by: entry)
        try check(entry)
        counters = advanced
        if let position = entry.position { inputs[position.partition] = position }
        if let event = entry.event { identities.insert(event.identity) }
        for added in entry.recommendations {
            recommendationKeys.insert(added.recommendationKey)
            pending[added.number] = added
            known(added.event.expert).insert(added)
        }
        if let run = entry.run { known(run.key.expert).update(run.key.useCase) { $0.run = run.run } }
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

    private func apply(_ change: RelayChange) {
        if let note = change.note { relay = note }
        if let withdrawal = change.withdrawal { withdrawals.append(withdrawal) }
        for row in change.withdrawn {
            if let place = outbox.lastIndex(where: { $0.number == row.number }) { outbox[place].withdrawn = row.reason }
        }
    }

    /// The position, in whatever status, that an order belongs to.
    func position(of order: UniqueID) -> Position? {
        if ordered == nil {
            ordered = [:]
            for expert in experts.values {
                for position in expert.positions { note(position) }
            }
        }
        guard let found = ordered?[order] else { return nil }
        return expert(found.expert)?.position(found.position)
    }

    private func known(_ id: ExpertID) -> MemoryExpert {
        if let found = expert(id) { return found }
        let new = MemoryExpert(id)
        experts[id] = new
        latest = new
        return new
    }

    private func decide(_ number: Int64) {
        guard let decided = pending.removeValue(forKey: number) else { return }
        known(decided.event.expert).update(decided.event.useCase) { $0.decide(number) }
    }

    private func replace(_ position: Position) {
        let expert = known(position.expert)
        if ordered != nil {
            for order in expert.position(position.number)?.orders ?? [] { ordered?[order.id] = nil }
            note(position)
        }
        expert.replace(position)
    }

    private func note(_ position: Position) {
        for order in position.orders { ordered?[order.id] = (position.expert, position.number) }
    }
}

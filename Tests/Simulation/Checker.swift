import Support
import TradeContracts
import TradeCore
import TradePipeline

/// Holds a run of the machine against the guarantees: every durable entry as it comes, the caches at any moment, and the whole
/// at the end.
final class Checker {
    private(set) var durable = Ledger()
    private(set) var violations: [String] = []
    /// Rows of the outbox, by number.
    private(set) var rows: [OutboxRow] = []
    private var identities: Set<EventIdentity> = []
    /// The commit that took a recommendation in, and the one that decided it.
    private var takenIn: [RecommendationKey: Int64] = [:]
    private var decidedAt: [RecommendationKey: Int64] = [:]
    private var orders: Set<UniqueID> = []
    private var positions: Set<UniqueID> = []
    /// Who holds a key, as the machine has said since its start.
    private var holders: [ExpertUseCase: Int64] = [:]
    private var lastRuns: [ExpertUseCase: Int64] = [:]
    /// Undecided recommendations of events that were dropped with a promise, with the commit of the drop.
    private var covered: [(key: RecommendationKey, drop: Int64)] = []
    /// The last commit of a pass and the last drop with a promise, by key.
    private var passes: [ExpertUseCase: Int64] = [:]
    private var promises: [ExpertUseCase: Int64] = [:]
    /// Events that got their key, and those that a durable skip drops. A crash settles it for those that the store had.
    private var served: Set<String> = []
    private var dropped: Set<EventIdentity> = []
    var seenPublished = 0
    var publishedThrough: Int64 = 0
    var publishedNumbers: Set<Int64> = []
    /// Whether a row may come only once.
    var isExact = false

    func fail(_ text: String) { violations.append(text) }

    // MARK: - Each durable entry

    func observe(_ entry: ChangeSet, records: [TopicPartition: [DecodedRecord]]) {
        if entry.number != durable.lastCommit + 1 { fail("commit \(entry.number) follows \(durable.lastCommit)") }
        checkRecord(entry, records)
        for added in entry.recommendations {
            if takenIn.updateValue(entry.number, forKey: added.key) != nil { fail("R13: \(added.key) taken in twice") }
        }
        for outcome in entry.outcomes {
            guard let key = durable.pending[outcome.number]?.key else {
                fail("G4: recommendation \(outcome.number) is decided before its inbox row, or twice")
                continue
            }
            if decidedAt.updateValue(entry.number, forKey: key) != nil { fail("G2: \(key) decided twice") }
        }
        if let run = entry.run, run.run < durable.runs[run.key] ?? 0 {
            fail("G1: run \(run.run) of \(run.key) after \(durable.runs[run.key] ?? 0)")
        }
        checkRows(entry)
        checkWithdrawals(entry)
        checkSuperseded(entry)
        let before = durable
        durable.apply(entry)
        checkPositions(entry, before)
        if durable.relayMark < before.relayMark { fail("the mark went down to \(durable.relayMark)") }
        if let run = entry.run, !entry.rows.contains(where: \.isDrop) { passes[run.key] = entry.number }
    }

    /// An input position moves by one, and what the record is decides what the entry holds.
    private func checkRecord(_ entry: ChangeSet, _ records: [TopicPartition: [DecodedRecord]]) {
        guard let position = entry.position else {
            if entry.event != nil { fail("an event without its input position") }
            return
        }
        let before = durable.inputs[position.partition] ?? 0
        if position.nextOffset != before + 1 {
            fail("G6: \(position.partition) goes from \(before) to \(position.nextOffset)")
        }
        guard let log = records[position.partition], log.indices.contains(Int(position.lastOffset)) else {
            fail("no such record")
            return
        }
        let letters = entry.rows.filter { if case .deadLetter = $0.record { true } else { false } }
        if letters.count == 1, entry.rows.count == 1, entry.event == nil, entry.positions.isEmpty { return }
        switch log[Int(position.lastOffset)].body {
        case .undecodable: fail("G2: an undecodable record without a dead letter")
        case .event(let event): check(event, entry)
        case .orderUpdate:
            if entry.event != nil || !entry.rows.isEmpty { fail("an order update that puts something out") }
        case .reference: fail("a reference record has no input position")
        }
    }

    private func check(_ event: AnalysisEvent, _ entry: ChangeSet) {
        let skips = entry.rows.compactMap { row in if case .skip(let skip) = row.record { skip } else { nil } }
        guard identities.insert(event.identity).inserted else {
            let isOneSkip = skips.count == 1 && skips[0].reason == .duplicateEvent && skips[0].recommendation == nil
            if entry.event != nil || !isOneSkip { fail("R12: \(event.identity.id) is no duplicate_event skip") }
            return
        }
        if entry.event == nil { fail("G2: event \(event.identity.id) has no inbox row") }
        let key = ExpertUseCase(expert: event.expert, useCase: event.useCase)
        let known = event.recommendations.filter { takenIn[RecommendationKey(key: key, id: $0.id)] != nil }
        if entry.recommendations.count + known.count != event.recommendations.count || skips.count != known.count {
            fail("R13: event \(event.identity.id) with \(known.count) known recommendations")
        }
    }

    private func checkRows(_ entry: ChangeSet) {
        for row in entry.rows {
            if let last = rows.last, row.number != last.number + 1 { fail("row \(row.number) after \(last.number)") }
            rows.append(row)
            switch row.record {
            case .order(let order):
                if !orders.insert(order.plan.id).inserted { fail("G3: order \(order.plan.id) twice") }
            case .skip(let skip) where skip.reason == .lockBusy:
                if !dropped.insert(skip.event.identity).inserted { fail("G2: \(skip.event.identity.id) dropped twice") }
                guard skip.covered == true else { continue }
                for pending in durable.pending.values where pending.event === skip.event {
                    covered.append((pending.key, entry.number))
                }
                promises[ExpertUseCase(expert: skip.event.expert, useCase: skip.event.useCase)] = entry.number
            default: break
            }
        }
    }

    /// Nothing is superseded but by a later opinion that was pending, too (R23–R25).
    private func checkSuperseded(_ entry: ChangeSet) {
        for outcome in entry.outcomes where outcome.kind == .skipped(.superseded) {
            guard let own = durable.pending[outcome.number] else { continue }
            let isThere = durable.pending.values.contains { other in
                other.key.key == own.key.key && other.recommendation.symbol == own.recommendation.symbol
                    && other.recommendation.action != .error
                    && (own.recommendation.createdAt, own.recommendation.id)
                        < (other.recommendation.createdAt, other.recommendation.id)
            }
            if !isThere { fail("R25: \(own.key) is superseded by nothing") }
        }
    }

    /// At most one active position of an expert in a symbol, and none that has ended comes back.
    private func checkPositions(_ entry: ChangeSet, _ before: Ledger) {
        for changed in entry.positions {
            if changed.status.isActive {
                let others = durable.positions.values.filter {
                    $0.expert == changed.expert && $0.symbol == changed.symbol && $0.status.isActive
                }
                if others.count > 1 { fail("G3: \(others.count) active of \(changed.expert) in \(changed.symbol)") }
            }
            if let former = before.positions[changed.number] {
                if former.status.isTerminal, former != changed {
                    fail("position \(changed.number) came back from \(former.status) as \(changed.status)")
                }
                continue
            }
            if !positions.insert(changed.id).inserted { fail("G3: the id of position \(changed.id) twice") }
            if durable.account(of: changed.expert) == nil { fail("an entry of an expert without reference data") }
        }
        if !entry.outcomes.isEmpty, let expert = entry.run?.key.expert { checkMoney(of: expert, before) }
    }

    /// What a pass binds stays within the balance and the buying power (R54–R56).
    private func checkMoney(of expert: ExpertID, _ before: Ledger) {
        guard let account = durable.account(of: expert) else { return }
        let experts = durable.experts(of: account.id)
        if let used = durable.used(by: experts), let former = before.used(by: experts), used > former,
            used > ExactDecimal(account.balance)
        {
            fail("R55: positions of account \(account.id) bind \(used), more than its balance")
        }
        if let ordered = durable.ordered(by: experts), let former = before.ordered(by: experts), ordered > former,
            ordered > ExactDecimal(account.buyingPower)
        {
            fail("R55: orders of account \(account.id) of \(ordered) are beyond its buying power")
        }
    }

    // MARK: - Runs

    func observe(_ events: [PipelineEvent]) {
        for event in events {
            switch event {
            case .acquired(let key, let run, let event):
                if let event { served.insert(event) }
                if let holder = holders[key] { fail("G1: run \(run) of \(key) beside run \(holder)") }
                if run <= lastRuns[key] ?? 0 { fail("G1: run \(run) of \(key) after \(lastRuns[key] ?? 0)") }
                holders[key] = run
                lastRuns[key] = run
            case .released(let key, let run):
                if holders[key] != run { fail("G1: run \(run) of \(key) released by another") }
                holders[key] = nil
            default: break
            }
        }
    }

    /// Kafka's offsets follow the store (G6).
    func observe(offsets: [TopicPartition: Int64]) {
        for (partition, offset) in offsets where offset > durable.inputs[partition] ?? 0 {
            fail("G6: offset \(offset) of \(partition) is told before it is durable")
        }
    }

    /// The process died: runs that left no trace are numbered anew, and what was promised to pure triggers is gone.
    func crashed() {
        holders = [:]
        lastRuns = durable.runs
        promises = [:]
        served = Set(identities.map(\.id))
    }

    /// What the past still says of what comes: of two paths with the same words, and machines that go on alike, the same ends
    /// are violations. Numbers count from what is durable. Whoever was dropped with a promise while undecided is no part of it:
    /// every later decision keeps that promise, and none breaks it for every path.
    var outlook: String {
        func list(_ words: [String]) -> String { "[\(words.joined(separator: ", "))]" }
        func runs(_ runs: [ExpertUseCase: Int64]) -> String {
            list(runs.map { "\($0.key)#\($0.value - durable.runs[$0.key, default: 0])" }.sorted())
        }
        let pending = durable.pending.sorted { $0.key < $1.key }.map {
            "\($0.value.key.id)\($0.value.event.identity.id)"
        }
        let positions = durable.positions.sorted { $0.key < $1.key }.map {
            "\($0.value.expert)/\($0.value.symbol) of \($0.value.recommendation) \($0.value.quantity.billionths)"
        }
        let owed = promises.filter { $0.value > passes[$0.key] ?? 0 }.keys.map(\.description).sorted()
        return
            "inputs \(list(durable.inputs.sorted { $0.key < $1.key }.map { "\($0.value)" })) pending \(list(pending)) "
            + "events \(list(identities.map(\.id).sorted())) served \(list(served.union(dropped.map(\.id)).sorted())) taken in \(list(takenIn.keys.map { "\($0.key)/\($0.id)" }.sorted())) "
            + "positions \(list(positions)) owed \(list(owed)) runs \(runs(lastRuns)) held \(runs(holders))"
    }

    // MARK: - The end

    /// After a stop, too: every run has ended, and every event has had its turn.
    func checkRuns() {
        for identity in identities where !served.contains(identity.id) && !dropped.contains(identity) {
            fail("G2: event \(identity.id) got neither its key nor a skip")
        }
        for (key, run) in holders { fail("G1: run \(run) of \(key) never ended") }
    }

    /// After everything has come to rest.
    func checkEnd(_ harness: PipelineHarness) {
        for key in takenIn.keys where decidedAt[key] == nil { fail("G2: \(key) was never decided") }
        for (key, drop) in covered where (decidedAt[key] ?? 0) <= drop {
            fail("G2: \(key) is not decided after its drop")
        }
        for (key, drop) in promises where (passes[key] ?? 0) <= drop {
            fail("G2: no pass of \(key) after the drop in commit \(drop)")
        }
        checkRuns()
        checkPublished()
        for (partition, log) in harness.logs where partition.topic != .reference && !log.isEmpty {
            if durable.inputs[partition] != Int64(log.count) {
                fail("G2: \(partition) is taken in up to \(durable.inputs[partition] ?? 0) of \(log.count)")
            }
        }
    }

    /// After a stop, of which nothing was left to do: what is durable of the partitions that were read is committed (G6).
    func checkStop(_ harness: PipelineHarness) {
        for partition in harness.fetch.keys where harness.assigned.contains(partition) {
            let position = durable.inputs[partition] ?? 0
            let offset = harness.committedOffsets[partition] ?? 0
            if offset != position { fail("G6: \(partition) is taken in up to \(position), committed up to \(offset)") }
        }
    }
}

extension PendingRecommendation {
    var key: RecommendationKey {
        RecommendationKey(key: ExpertUseCase(expert: event.expert, useCase: event.useCase), id: recommendation.id)
    }
}

extension OutboxRow {
    /// Whether it says that an event was dropped because its key was busy.
    var isDrop: Bool {
        if case .skip(let skip) = record { return skip.reason == .lockBusy }
        return false
    }
}

import TradeContracts
import TradeCore
import TradePipeline
import TradeReplay

/// The commit queue's entries for a workload, as the machine makes them, with their rows encoded: what a store is measured with.
struct RecordedEntries {
    /// The reference data, numbered from 1: what a store is given before it is measured.
    private(set) var reference: [ChangeSet] = []
    /// Those of the events, in commit order.
    private(set) var entries: [ChangeSet] = []
    private let events: Int

    /// `together`: events that arrive before any of them is decided; those of a key that is held by then wait or are dropped.
    init(_ workload: Workload, together: Int = 1) throws {
        events = workload.events
        let machine = Machine(reference: try ReferenceText(experts: workload.experts).changes(in: ScratchFolder()))
        reference = machine.takeEntries()
        var first = 0
        while first < workload.events {
            let count = min(together, workload.events - first)
            machine.take(workload.decoded(from: first, count: count))
            first += count
        }
        entries = machine.takeEntries()
        guard machine.counters.events == Int64(workload.events) else {
            throw BenchmarkError("\(machine.counters.events) of \(workload.events) events were taken in")
        }
    }

    /// Groups of the entries of so many events, on average.
    func groups(of size: Int) -> [ArraySlice<ChangeSet>] {
        let length = max(1, entries.count * size / max(1, events))
        return stride(from: 0, to: entries.count, by: length).map { entries[$0..<min($0 + length, entries.count)] }
    }

    /// Events that entries bring.
    func events(in groups: some Sequence<ArraySlice<ChangeSet>>) -> Int {
        groups.reduce(0) { $0 + $1.reduce(0) { $0 + ($1.event == nil ? 0 : 1) } }
    }

    /// Three rows for each event, as a drop alone would need: the event, its recommendation and the first of its skips.
    var threeRows: RecordedEntries {
        var skips: [Int64: OutboxRow] = [:]
        for row in entries.lazy.flatMap(\.rows) {
            guard case .skip(let skip) = row.record, skips[skip.event.number] == nil else { continue }
            skips[skip.event.number] = row
        }
        let taken = entries.filter { $0.event != nil }
        let anyRow = skips.values.first
        var result = self
        result.reference = []
        result.entries = taken.enumerated().map { place, entry in
            let skip = entry.event.flatMap { skips[$0.number] } ?? anyRow
            let row = skip.map { skip in
                let row = OutboxRow(number: Int64(place + 1), record: skip.record)
                if let encoded = skip.encoded { row.encode { _ in encoded } }
                return row
            }
            return ChangeSet(
                number: Int64(place + 1), position: entry.position, event: entry.event,
                recommendations: entry.recommendations, rows: row.map { [$0] } ?? [])
        }
        return result
    }
}

/// The pipeline's machine with a store in memory and no threads; nothing is published.
private final class Machine {
    private let pipeline: Pipeline
    private let store = MemoryStore()
    private let encoder = OutputEncoder(topics: TopicNames())
    private let evaluator = PassEvaluator(rules: TradeRules())
    private let now = Moment(monotonic: 0, wall: Timestamp(microseconds: 0))
    private var entries: [ChangeSet] = []

    var counters: PipelineCounters { pipeline.counters }

    func takeEntries() -> [ChangeSet] {
        defer { entries = [] }
        return entries
    }

    init(reference: [ReferenceChange]) {
        var configuration = PipelineConfiguration()
        configuration.clock = .event
        configuration.outboxLimit = .max
        pipeline = Pipeline(
            configuration: configuration, snapshot: StoreSnapshot(), identities: IdentityFilter(), openPositions: [],
            now: now)
        pipeline.loadReferenceFile(reference)
        pipeline.referenceEnds(at: 0, now: now)
        pipeline.assigned([TopicPartition(topic: .analysisCompleted, partition: 0)], now: now)
        settle()
    }

    func take(_ records: [DecodedRecord]) {
        pipeline.arrived(records, now: now)
        settle()
    }

    private func settle() {
        while true {
            let actions = pipeline.takeActions()
            if actions.commit.isEmpty, actions.loads.isEmpty, actions.evaluations.isEmpty { return }
            if let last = actions.commit.last?.number {
                for row in actions.commit.lazy.flatMap(\.rows) { row.encode(encoder.encode) }
                _ = store.commit(actions.commit)
                entries += actions.commit
                pipeline.committed(through: last, now: now)
            }
            if !actions.loads.isEmpty {
                pipeline.loaded(actions.loads.map { ($0.number, store.answer($0.request)) }, now: now)
            }
            if !actions.evaluations.isEmpty {
                pipeline.evaluated(actions.evaluations.map { evaluator.evaluate($0) }, now: now)
            }
        }
    }
}

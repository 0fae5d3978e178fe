import Support
import TradeContracts
import TradeCore
import TradePipeline

@testable import TradeStore

/// The shipped machine over a real SQLite file, driven by one thread: questions, evaluations and the sink are answered at once,
/// groups are committed when the test says so.
final class PipelineOverSQLite {
    let store: SQLiteStore
    private let queries: SQLiteQueries
    let pipeline: Pipeline
    private let encoder = OutputEncoder(topics: TopicNames())
    private let evaluator = PassEvaluator(rules: TradeRules())
    private(set) var now = Moment(monotonic: 0, wall: Build.time)
    private(set) var commit: [ChangeSet] = []
    private(set) var mustRecover = false
    private(set) var published: [PublishableRow] = []
    private(set) var events: [PipelineEvent] = []
    private var offset: Int64 = 0

    init(_ temporary: TemporaryStore, probe: SQLiteProbe? = nil, reference: [ReferenceChange]) throws {
        var options = TemporaryStore.options
        options.decodeReference = { key, _ in reference.first { $0.key == key } }
        queries = SQLiteQueries(path: temporary.path, options: options)
        options.probe = probe
        store = try SQLiteStore.open(path: temporary.path, options: options)
        var identities = IdentityFilter(expected: 1_000)
        let snapshot = try store.snapshot { identities.insert($0) }
        var open: [Position] = []
        try store.openPositions { open.append($0) }
        pipeline = Pipeline(
            configuration: PipelineConfiguration(), snapshot: snapshot, identities: identities, openPositions: open,
            now: now)
        offset = snapshot.inputPositions.first { $0.partition == .events() }?.nextOffset ?? 0
        pipeline.assigned([.events()], now: now)
        pipeline.loadReferenceFile(reference)
        pipeline.referenceEnds(at: 0, now: now)
        try settle()
    }

    /// Delivers events as one batch; carries out everything but commits.
    func deliver(_ bodies: [DecodedRecord.Body]) throws {
        let records = bodies.map { body in
            defer { offset += 1 }
            return DecodedRecord(
                address: RecordAddress(topic: .analysisCompleted, partition: 0, offset: offset), timestamp: 0,
                body: body, bytes: RecordBytes(key: nil, value: Array("original".utf8), headers: []))
        }
        pipeline.arrived(records, now: now)
        try collect()
    }

    /// Carries everything out, time included, until nothing is left to do; false where that does not happen.
    @discardableResult
    func settle() throws -> Bool {
        for _ in 0..<10_000 {
            try collect()
            if mustRecover {
                mustRecover = false
                do {
                    pipeline.storeRecovered(lastCommit: try store.recover(), now: now)
                } catch {
                    pipeline.storeUnavailable("\(error)", now: now)
                }
            } else if !commit.isEmpty {
                commitGroup()
            } else if let deadline = pipeline.nextDeadline() {
                wait(until: deadline)
            } else if pipeline.isQuiet {
                return true
            } else {
                return false
            }
        }
        return false
    }

    func wait(until deadline: Int64) {
        now.monotonic = max(now.monotonic, deadline)
        pipeline.timer(now)
    }

    func commitGroup() {
        let group = commit
        commit = []
        guard let last = group.last?.number else { return }
        for entry in group { for row in entry.rows { row.encode(encoder.encode) } }
        switch store.commit(group) {
        case .committed: pipeline.committed(through: last, now: now)
        case .refused(let number, let reason): pipeline.refused(number, reason: reason, now: now)
        case .unavailable(let reason): pipeline.storeUnavailable(reason, now: now)
        case .inDoubt(let reason): pipeline.storeInDoubt(reason, now: now)
        }
    }

    func collect() throws {
        while true {
            let actions = pipeline.takeActions()
            if !actions.commit.isEmpty { commit = actions.commit }
            mustRecover = mustRecover || actions.recoverStore
            events += actions.events
            var goesOn = false
            if !actions.loads.isEmpty {
                pipeline.loaded(
                    try actions.loads.map { (number: $0.number, answer: try queries.answer($0.request)) }, now: now)
                goesOn = true
            }
            if !actions.evaluations.isEmpty {
                pipeline.evaluated(actions.evaluations.map { evaluator.evaluate($0) }, now: now)
                goesOn = true
            }
            if let task = actions.publish, let last = task.rows.last {
                published += task.rows
                pipeline.published(through: last.number, now: now)
                goesOn = true
            }
            if !goesOn { return }
        }
    }

    /// What the store holds of the events' recommendations, and whether that keeps the guarantees; empty where it does.
    func violations(events count: Int, deadLetters: Int, balance: Int64) throws -> [String] {
        var problems: [String] = []
        let snapshot = try store.snapshot { _ in }
        if !snapshot.pendingKeys.isEmpty { problems.append("G2: pending: \(snapshot.pendingKeys)") }
        if snapshot.relayMark != snapshot.lastOutboxRow { problems.append("G2: unpublished rows") }
        var used: Int64 = 0
        var symbols: Set<String> = []
        try store.openPositions { position in
            used += position.price.billionths / 1_000_000_000 * (position.quantity.billionths / 1_000_000_000)
            if !symbols.insert("\(position.expert) \(position.symbol)").inserted {
                problems.append("G3: \(position.id)")
            }
        }
        if used > balance { problems.append("money spent twice: \(used) of \(balance)") }
        let numbers = published.map(\.number)
        if numbers != Array(Set(numbers)).sorted() { problems.append("rows out of order, or twice") }
        var outcomes: [String: Int] = [:]
        var dead = 0
        for row in published {
            let text = String(decoding: row.record.value ?? [], as: UTF8.self)
            if row.record.topic == .deadLetters { dead += 1 }
            guard row.record.topic != .deadLetters, !text.contains("\"role\":\"take_profit\""),
                !text.contains("\"role\":\"stop_loss\""), let start = text.firstRange(of: "\"recommendation_id\":")
            else { continue }
            outcomes[String(text[start.upperBound...].prefix { $0 != "," }), default: 0] += 1
        }
        if dead != deadLetters { problems.append("\(dead) dead letters, not \(deadLetters)") }
        if outcomes.count != count - deadLetters || outcomes.values.contains(where: { $0 != 1 }) {
            problems.append(
                "G2, G3: \(outcomes.count) outcomes of \(count) recommendations: \(outcomes.filter { $0.value != 1 })")
        }
        return problems
    }
}

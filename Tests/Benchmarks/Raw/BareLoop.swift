import CSQLite
import TradeContracts
import TradeCore
import TradePipeline

/// SQLite's C API in a straight line: the same rows into the same tables, with nothing checked but the result codes.
///
/// The tables have to be there: a store made them. Codes of enumerations are made up; their width is the same.
final class BareLoop {
    private let database: OpaquePointer
    private let begin: BareStatement
    private let end: BareStatement
    private let event: BareStatement
    private let recommendation: BareStatement
    private let run: BareStatement
    private let position: BareStatement
    private let order: BareStatement
    private let outcome: BareStatement
    private let outbox: BareStatement
    private let input: BareStatement
    private let counters: BareStatement
    private var inputs: [Int32: InputPosition] = [:]

    init(path: String) throws {
        var opened: OpaquePointer?
        guard sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil) == SQLITE_OK,
            let opened
        else { throw BenchmarkError("\(path) can't be opened") }
        database = opened
        // As the store has them.
        sqlite3_exec(
            opened,
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; "
                + "PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = MEMORY", nil, nil, nil)
        begin = try BareStatement(opened, "BEGIN IMMEDIATE")
        end = try BareStatement(opened, "COMMIT")
        event = try BareStatement(opened, "INSERT INTO events VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)")
        recommendation = try BareStatement(
            opened, "INSERT INTO recommendations VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,NULL,NULL)")
        run = try BareStatement(opened, "REPLACE INTO lock_keys VALUES (?,?,?)")
        position = try BareStatement(opened, "INSERT INTO positions VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
        order = try BareStatement(opened, "INSERT INTO orders VALUES (?,?,?,?,?,?,?,?,?)")
        outcome = try BareStatement(opened, "UPDATE recommendations SET outcome = ?, run = ? WHERE number = ?")
        outbox = try BareStatement(opened, "INSERT INTO outbox(number, topic, key, value, headers) VALUES (?,?,?,?,?)")
        input = try BareStatement(opened, "REPLACE INTO input_positions VALUES ('', 'analysis.completed', ?,?,?,?,?)")
        counters = try BareStatement(opened, "UPDATE store SET last_commit = ?")
    }

    deinit {
        for statement in [
            begin, end, event, recommendation, run, position, order, outcome, outbox, input, counters,
        ] { statement.finalize() }
        sqlite3_close(database)
    }

    func commit(_ entries: ArraySlice<ChangeSet>) throws {
        try begin.run()
        for entry in entries {
            if let position = entry.position { inputs[position.partition.partition] = position }
            if let event = entry.event { try insert(event) }
            for pending in entry.recommendations { try insert(pending) }
            if let key = entry.run {
                run.bind(1, key.key.expert.rawValue)
                run.bind(2, 1 as Int64)
                run.bind(3, key.run)
                try run.run()
            }
            for position in entry.positions { try insert(position) }
            for decided in entry.outcomes {
                outcome.bind(1, 1 as Int64)
                outcome.bind(2, decided.run)
                outcome.bind(3, decided.number)
                try outcome.run()
            }
            for row in entry.rows { try insert(row) }
        }
        for (partition, position) in inputs {
            input.bind(1, Int64(partition))
            input.bind(2, position.nextOffset)
            input.bind(3, position.lastOffset)
            input.bind(4, position.lastTimestamp)
            input.bind(5, Int64(bitPattern: position.lastChecksum))
            try input.run()
        }
        inputs.removeAll(keepingCapacity: true)
        counters.bind(1, entries.last?.number)
        try counters.run()
        try end.run()
    }

    private func insert(_ reference: EventReference) throws {
        event.bind(1, reference.number)
        event.bind(2, Int64(bitPattern: reference.identity.stableHash))
        event.bind(5, Int64(reference.address.topic.rawValue))
        event.bind(6, Int64(reference.address.partition))
        event.bind(7, reference.address.offset)
        event.bind(8, reference.expert.rawValue)
        event.bind(9, 1 as Int64)
        event.bind(10, reference.occurredAt.microseconds)
        event.bind(11, reference.lookbackDays)
        try event.bind(3, text: reference.identity.id) {
            try event.bind(4, text: reference.identity.source) { try event.run() }
        }
    }

    private func insert(_ pending: PendingRecommendation) throws {
        let advice = pending.recommendation
        recommendation.bind(1, pending.number)
        recommendation.bind(2, pending.event.number)
        recommendation.bind(3, pending.event.expert.rawValue)
        recommendation.bind(4, 1 as Int64)
        recommendation.bind(5, advice.id.rawValue)
        recommendation.bind(7, 5 as Int64)
        recommendation.bind(8, advice.confidence?.billionths)
        recommendation.bind(9, advice.expectedProfitPercent?.billionths)
        recommendation.bind(10, advice.priceAtDate.billionths)
        recommendation.bind(11, advice.targetPrice?.billionths)
        recommendation.bind(12, 2 as Int64)
        recommendation.bind(13, 1 as Int64)
        recommendation.bind(14, advice.marketAnalysisID)
        recommendation.bind(15, advice.createdAt.microseconds)
        try recommendation.bind(6, text: advice.symbol.text) { try recommendation.run() }
    }

    private func insert(_ made: Position) throws {
        position.bind(1, made.number)
        position.bind(2, Int64(bitPattern: made.id.high))
        position.bind(3, Int64(bitPattern: made.id.low))
        position.bind(4, made.expert.rawValue)
        position.bind(6, 1 as Int64)
        position.bind(7, 1 as Int64)
        position.bind(8, made.recommendation.rawValue)
        position.bind(9, made.quantity.billionths)
        position.bind(10, made.price.billionths)
        position.bind(11, made.createdAt.microseconds)
        position.bind(15, made.takeProfit?.billionths)
        position.bind(16, made.stopLoss?.billionths)
        try position.bind(5, text: made.symbol.text) { try position.run() }
        for (place, instruction) in made.orders.enumerated() {
            order.bind(1, made.number)
            order.bind(2, Int64(place))
            order.bind(3, Int64(bitPattern: instruction.id.high))
            order.bind(4, Int64(bitPattern: instruction.id.low))
            order.bind(5, 1 as Int64)
            order.bind(6, 1 as Int64)
            order.bind(7, instruction.quantity.billionths)
            order.bind(8, instruction.price?.billionths)
            order.bind(9, instruction.createdAt.microseconds)
            try order.run()
        }
    }

    private func insert(_ row: OutboxRow) throws {
        guard let record = row.encoded, let key = record.key, let value = record.value else { return }
        outbox.bind(1, row.number)
        outbox.bind(2, Int64(record.topic.rawValue))
        try key.withUnsafeBytes { key in
            try value.withUnsafeBytes { value in
                try record.headers.withUnsafeBytes { headers in
                    outbox.bind(3, blob: key)
                    outbox.bind(4, blob: value)
                    outbox.bind(5, blob: headers)
                    try outbox.run()
                }
            }
        }
    }
}

import CSQLite
import TradeContracts
import TradeCore
import TradePipeline

/// SQLite's C API in a straight line: the same rows into the same tables, with nothing checked but the result codes.
final class BareLoop {
    private var database: OpaquePointer?
    private var statements: [OpaquePointer?] = []

    init(path: String) throws {
        guard sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil) == SQLITE_OK else {
            throw BenchmarkError(message: "open")
        }
        sqlite3_exec(
            database,
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; "
                + "PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = MEMORY", nil, nil, nil)
        for sql in [
            "BEGIN IMMEDIATE", "COMMIT", "INSERT INTO events VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            "INSERT INTO recommendations VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,NULL,NULL)",
            "REPLACE INTO lock_keys VALUES (?,?,?)", "INSERT INTO positions VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            "INSERT INTO orders VALUES (?,?,?,?,?,?,?,?,?)",
            "UPDATE recommendations SET outcome = ?, run = ? WHERE number = ?", "INSERT INTO outbox VALUES (?,?,?,?,?)",
            "REPLACE INTO input_positions VALUES ('', 'analysis.completed', ?, ?, ?, ?, ?)",
            "UPDATE store SET last_commit = ?",
        ] {
            var statement: OpaquePointer?
            guard sqlite3_prepare_v3(database, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil) == SQLITE_OK
            else { throw BenchmarkError(message: sql) }
            statements.append(statement)
        }
    }

    func close() {
        for statement in statements { sqlite3_finalize(statement) }
        sqlite3_close(database)
    }

    func commit(_ entries: [ChangeSet]) throws {
        try run(0)
        var inputs: [Int32: InputPosition] = [:]
        for entry in entries {
            if let position = entry.position { inputs[position.partition.partition] = position }
            if let event = entry.event { try insert(event) }
            for pending in entry.recommendations { try insert(pending) }
            if let run = entry.run { try integers(4, [run.key.expert.rawValue, 1, run.run]) }
            for position in entry.positions { try insert(position) }
            for outcome in entry.outcomes { try integers(7, [0, outcome.run, outcome.number]) }
            for row in entry.rows { try insert(row) }
        }
        for (partition, position) in inputs {
            try integers(
                9,
                [
                    Int64(partition), position.nextOffset, position.lastOffset, position.lastTimestamp ?? 0,
                    Int64(bitPattern: position.lastChecksum),
                ])
        }
        try integers(10, [entries.last?.number ?? 0])
        try run(1)
    }

    private func insert(_ event: EventReference) throws {
        bind(
            2, from: 8,
            [event.expert.rawValue, 1, event.occurredAt.microseconds, event.lookbackDays])
        bind(
            2, from: 5,
            [Int64(event.address.topic.rawValue), Int64(event.address.partition), event.address.offset])
        bind(2, from: 1, [event.number, Int64(bitPattern: event.identity.stableHash)])
        try text(2, 3, event.identity.id) { try text(2, 4, event.identity.source) { try run(2) } }
    }

    private func insert(_ pending: PendingRecommendation) throws {
        let advice = pending.recommendation
        bind(
            3, from: 1,
            [pending.number, pending.event.number, pending.event.expert.rawValue, 1, advice.id.rawValue])
        bind(
            3, from: 7,
            [
                5, advice.confidence?.billionths ?? 0, advice.expectedProfitPercent?.billionths ?? 0,
                advice.priceAtDate.billionths, advice.targetPrice?.billionths ?? 0, 2, 1, advice.marketAnalysisID ?? 0,
                advice.createdAt.microseconds,
            ])
        try text(3, 6, advice.symbol.text) { try run(3) }
    }

    private func insert(_ position: Position) throws {
        bind(
            5, from: 1,
            [
                position.number, Int64(bitPattern: position.id.high), Int64(bitPattern: position.id.low),
                position.expert.rawValue,
            ])
        bind(
            5, from: 6,
            [
                1, 1, position.recommendation.rawValue, position.quantity.billionths, position.price.billionths,
                position.createdAt.microseconds,
            ])
        try text(5, 5, position.symbol.text) { try run(5) }
        for (place, order) in position.orders.enumerated() {
            bind(
                6, from: 1,
                [
                    position.number, Int64(place), Int64(bitPattern: order.id.high), Int64(bitPattern: order.id.low), 1,
                    1, order.quantity.billionths,
                ])
            bind(6, from: 9, [order.createdAt.microseconds])
            try run(6)
        }
    }

    private func insert(_ row: OutboxRow) throws {
        guard let record = row.encoded, let key = record.key, let value = record.value else { return }
        bind(8, from: 1, [row.number, Int64(record.topic.rawValue)])
        try key.withUnsafeBytes { key in
            try value.withUnsafeBytes { value in
                try record.headers.withUnsafeBytes { headers in
                    sqlite3_bind_blob(statements[8], 3, key.baseAddress, Int32(key.count), nil)
                    sqlite3_bind_blob(statements[8], 4, value.baseAddress, Int32(value.count), nil)
                    sqlite3_bind_blob(statements[8], 5, headers.baseAddress, Int32(headers.count), nil)
                    try run(8)
                }
            }
        }
    }

    private func integers(_ statement: Int, _ values: [Int64]) throws {
        bind(statement, from: 1, values)
        try run(statement)
    }

    @inline(__always) private func bind(_ statement: Int, from index: Int32, _ values: [Int64]) {
        for (offset, value) in values.enumerated() {
            sqlite3_bind_int64(statements[statement], index + Int32(offset), value)
        }
    }

    private func text(_ statement: Int, _ index: Int32, _ value: String, _ body: () throws -> Void) throws {
        var value = value
        try value.withUTF8 { bytes in
            try bytes.withMemoryRebound(to: CChar.self) { bytes in
                sqlite3_bind_text(statements[statement], index, bytes.baseAddress, Int32(bytes.count), nil)
                try body()
            }
        }
    }

    private func run(_ statement: Int) throws {
        guard sqlite3_step(statements[statement]) == SQLITE_DONE else {
            throw BenchmarkError(message: String(cString: sqlite3_errmsg(database)))
        }
        sqlite3_reset(statements[statement])
    }
}

import TradeContracts
import TradeCore

/// How one check of a store ended.
package struct StoreFinding: Hashable, Sendable {
    package let check: String
    /// What breaks it, the first of them; empty: it holds.
    package let problems: [String]
}

/// Checks one state of a store for what always holds in it, beside a service that runs or without one. Belongs to one thread.
package struct StoreVerifier {
    private let connection: Connection
    private let options: SQLiteStoreOptions

    /// Opens the store at `path`, which has to be there with the present schema.
    package init(path: String, options: SQLiteStoreOptions) throws(StoreError) {
        connection = try StoreInspector.open(path, options)
        self.options = options
    }

    /// Makes one check after the other, from the file up; `body` is told each as it ends. Reads everything: a minute for some
    /// gigabytes.
    package func verify(_ body: (StoreFinding) -> Void) {
        // A file that is damaged may refuse any query: each tells its own trouble.
        func tell(_ name: String, _ problems: () throws -> [String]) {
            do {
                body(StoreFinding(check: name, problems: try problems()))
            } catch { body(StoreFinding(check: name, problems: ["it can't be read: \(error)"])) }
        }
        tell("file") { try texts("PRAGMA integrity_check(\(StoreCheck.limit))").filter { $0 != "ok" } }
        tell("tables and indexes") {
            try SchemaKeeper(connection: connection, migrations: options.migrations).differences()
        }
        for check in StoreCheck.all { tell(check.name) { try texts("\(check.sql) LIMIT \(StoreCheck.limit)") } }
        tell("hashes of events (R12)") { try wrongHashes() }
        tell("ids of outputs (R89)") { try rowsWithoutID() }
        tell("reference data (R87)") {
            _ = try ReferenceRows(connection, topic: options.topics.reference).writes(decode: options.decodeReference)
            return []
        }
        tell("halts (R93)") {
            _ = try HaltRows(connection).all()
            return []
        }
    }

    private func texts(_ sql: String) throws -> [String] {
        let row = try connection.statement(sql)
        defer { row.reset() }
        var result: [String] = []
        while try row.step() { result.append(row.text(0)) }
        return result
    }

    /// A duplicate is found by its hash first.
    private func wrongHashes() throws -> [String] {
        let row = try connection.statement("SELECT number, hash, id, source FROM events ORDER BY number")
        defer { row.reset() }
        var result: [String] = []
        while result.count < StoreCheck.limit, try row.step() {
            let identity = EventIdentity(id: row.text(2), source: row.text(3))
            if Int64(bitPattern: identity.stableHash) != row.integer(1) {
                result.append("event \(row.integer(0)) has another hash than its id")
            }
        }
        return result
    }

    private func rowsWithoutID() throws -> [String] {
        let row = try connection.statement("SELECT \(StoredRow.columns) FROM outbox ORDER BY number")
        defer { row.reset() }
        var result: [String] = []
        while result.count < StoreCheck.limit, try row.step() {
            let stored = try StoredRow(row)
            if OutputIdentity.id(of: stored.topic, headers: stored.headers) == nil {
                result.append("row \(stored.number) has none")
            }
        }
        return result
    }
}

import Telemetry
import TradeCore
import TradePipeline

/// The store's identity and its starts (G6).
struct StartRegister {
    let connection: Connection

    /// Notes a start, and first of all who this store is. `mayBeCopy`: the file is another one than the one that was confirmed
    /// last, so that other one may be in use (G6).
    func register() throws -> (identity: StoreIdentity, mayBeCopy: Bool) {
        let now = WallTime.now
        return try connection.inTransaction {
            var random = SystemRandomNumberGenerator()
            let incarnation = random.next()
            let created = try connection.statement(
                "INSERT OR IGNORE INTO store(one, id_high, id_low, created_at) VALUES (1, ?, ?, ?)")
            created.bind(1, integer: Int64(bitPattern: random.next()))
            created.bind(2, integer: Int64(bitPattern: random.next()))
            created.bind(3, integer: now)
            try created.run()
            let last = try connection.integer("SELECT max(start) FROM starts") ?? 0
            let file = try StoreFile.identity(of: connection.path)
            let mayBeCopy = try lastFile().map { $0 != file } ?? false
            let (start, overflow) = last.addingReportingOverflow(1)
            guard !overflow else { throw DamagedRow("start \(last) can't be followed") }
            let noted = try connection.statement(
                "INSERT INTO starts(start, incarnation, started_at) VALUES (?, ?, ?)")
            noted.bind(1, integer: start)
            noted.bind(2, integer: Int64(bitPattern: incarnation))
            noted.bind(3, integer: now)
            try noted.run()
            let id = try storeID()
            return (StoreIdentity(id: id, start: start, incarnation: incarnation), mayBeCopy)
        }
    }

    /// Nobody else uses this store: a start from another file has to ask again.
    func confirmFile(start: Int64) throws {
        let row = try connection.statement("UPDATE starts SET file = ? WHERE start = ?")
        row.bind(1, text: try StoreFile.identity(of: connection.path))
        row.bind(2, integer: start)
        try row.run()
    }

    /// The file that was confirmed last; nil where none was.
    private func lastFile() throws -> String? {
        let row = try connection.statement(
            "SELECT file FROM starts WHERE file IS NOT NULL ORDER BY start DESC LIMIT 1")
        defer { row.reset() }
        return try row.step() ? row.text(0) : nil
    }

    /// Every start that was ever noted.
    func all(of id: UniqueID) throws -> Set<StoreIdentity> {
        let row = try connection.statement("SELECT start, incarnation FROM starts")
        defer { row.reset() }
        var result: Set<StoreIdentity> = []
        while try row.step() {
            result.insert(
                StoreIdentity(id: id, start: row.integer(0), incarnation: UInt64(bitPattern: row.integer(1))))
        }
        return result
    }

    func storeID() throws -> UniqueID {
        let row = try connection.statement("SELECT id_high, id_low FROM store")
        defer { row.reset() }
        guard try row.step() else { throw DamagedRow("the store has no identity") }
        return row.uniqueID(0)
    }
}

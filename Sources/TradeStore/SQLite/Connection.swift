import CSQLite

/// One connection to a SQLite file, used by one thread at a time.
final class Connection {
    enum Mode {
        /// Reads and writes; the file is made where there is none.
        case readWrite
        /// Never writes and never checkpoints: with SQLite 3.40 only one connection may (design §9).
        case readOnly
    }

    // Once, before the first connection.
    private static let isConfigured = trade_sqlite_keep_no_statistics() == SQLITE_OK

    let path: String
    let calls: SQLiteCalls
    private let handle: OpaquePointer
    private var statements: [String: Statement] = [:]

    /// Opens `path`, waiting `busyTimeout` milliseconds for locks of others.
    init(path: String, mode: Mode, busyTimeout: Int32 = 0, probe: SQLiteProbe? = nil) throws(SQLiteFailure) {
        self.path = path
        calls = SQLiteCalls(probe: probe)
        _ = Connection.isConfigured
        let flags =
            mode == .readOnly
            ? SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX
            : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        var opened: OpaquePointer?
        let code = calls.open(path, &opened, flags: flags)
        guard let opened, code == SQLITE_OK else {
            let message = opened.map(calls.message) ?? calls.description(of: code)
            if let opened { _ = calls.close(opened) }
            throw SQLiteFailure(extendedCode: code, message: message, subject: path)
        }
        handle = opened
        _ = calls.useExtendedCodes(handle)
        _ = calls.setBusyTimeout(handle, milliseconds: busyTimeout)
    }

    deinit {
        statements.removeAll()
        _ = calls.close(handle)
    }

    /// Runs statements that return nothing, several with `;` between them.
    func execute(_ sql: String) throws(SQLiteFailure) {
        try check(calls.execute(handle, sql), subject: sql)
    }

    /// The prepared statement of this SQL, reset; prepared once.
    func statement(_ sql: String) throws(SQLiteFailure) -> Statement {
        if let known = statements[sql] {
            known.reset()
            return known
        }
        var prepared: OpaquePointer?
        try check(calls.prepare(handle, sql, &prepared), subject: sql)
        guard let prepared else {
            throw SQLiteFailure(extendedCode: SQLITE_MISUSE, message: "no statement", subject: sql)
        }
        let statement = Statement(handle: prepared, connection: handle, calls: calls, sql: sql)
        statements[sql] = statement
        return statement
    }

    /// The integer in the first column of the first row; nil where there is no row or it is null.
    func integer(_ sql: String) throws(SQLiteFailure) -> Int64? {
        let query = try statement(sql)
        defer { query.reset() }
        return try query.step() ? query.optionalInteger(0) : nil
    }

    /// Rows that the last INSERT, UPDATE or DELETE changed.
    var changes: Int32 { calls.changes(handle) }

    /// Whether a transaction is open: some errors end it, most do not.
    var isInTransaction: Bool { !calls.isAutocommit(handle) }

    /// Ends an open transaction without a trace.
    func rollBack() throws(SQLiteFailure) {
        for statement in statements.values { statement.reset() }
        if isInTransaction { try execute("ROLLBACK") }
    }

    /// Runs `body` in a transaction: all of it is durable, or after an error nothing of it.
    func inTransaction<Result>(_ body: () throws -> Result) throws -> Result {
        try execute("BEGIN IMMEDIATE")
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // The error says more than that of a roll-back; the file rolls back when it is opened again.
            try? rollBack()
            throw error
        }
    }

    private func check(_ code: Int32, subject: String) throws(SQLiteFailure) {
        guard code != SQLITE_OK else { return }
        throw SQLiteFailure(extendedCode: code, message: calls.message(handle), subject: subject)
    }
}

import TradeCore

/// What is halted (R93).
struct HaltRows {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    func apply(_ change: HaltChange) throws(SQLiteFailure) {
        switch change {
        case .halt(let halt):
            let row = try connection.statement(
                "REPLACE INTO halts(scope, id, entries_only, reason, since) VALUES (?, ?, ?, ?, ?)")
            bind(halt.scope, to: row)
            row.bind(3, integer: halt.entriesOnly ? 1 : 0)
            row.bind(4, text: halt.reason)
            row.bind(5, integer: halt.since.microseconds)
            try row.run()
        case .resume(let scope, let entriesOnly, _):
            let row = try connection.statement("DELETE FROM halts WHERE scope = ? AND id = ? AND entries_only >= ?")
            bind(scope, to: row)
            row.bind(3, integer: entriesOnly ? 1 : 0)
            try row.run()
        }
    }

    func all() throws -> [Halt] {
        let row = try connection.statement("SELECT scope, id, entries_only, reason, since FROM halts")
        defer { row.reset() }
        var result: [Halt] = []
        while try row.step() {
            guard let scope = HaltScope(kind: row.integer(0), id: row.integer(1)) else {
                throw DamagedRow("a halt has an unknown scope \(row.integer(0))")
            }
            result.append(
                Halt(
                    scope: scope, entriesOnly: row.integer(2) != 0, reason: row.text(3),
                    since: Timestamp(microseconds: row.integer(4))))
        }
        return result
    }

    private func bind(_ scope: HaltScope, to row: Statement) {
        row.bind(1, integer: scope.code.kind)
        row.bind(2, integer: scope.code.id)
    }
}

extension HaltScope {
    /// As the store keeps it: 0 all, 1 an account, 2 an expert, with its id.
    var code: (kind: Int64, id: Int64) {
        switch self {
        case .all: (0, 0)
        case .account(let id): (1, id.rawValue)
        case .expert(let id): (2, id.rawValue)
        }
    }

    /// Nil for another kind.
    init?(kind: Int64, id: Int64) {
        switch kind {
        case 0: self = .all
        case 1: self = .account(AccountID(id))
        case 2: self = .expert(ExpertID(id))
        default: return nil
        }
    }
}

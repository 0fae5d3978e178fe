import TradeCore
import TradePipeline

/// What the store knows of the relay besides its mark: its place, and what is withdrawn from the outbox.
struct RelayRows {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    func apply(_ change: RelayChange) throws {
        if let note = change.note { try write(note) }
        if let withdrawal = change.withdrawal { try insert(withdrawal) }
        for row in change.withdrawn {
            let statement = try connection.statement(
                "UPDATE outbox SET withdrawn = ? WHERE number = ? AND withdrawn IS NULL")
            statement.bind(1, integer: row.reason.code)
            statement.bind(2, integer: row.number)
            try statement.run()
            guard connection.changes == 1 else {
                throw Refusal("outbox row \(row.number) is not there, or set aside already")
            }
        }
    }

    private func write(_ note: RelayNote) throws(SQLiteFailure) {
        let statement = try connection.statement(
            "UPDATE store SET relay_place = ?, relay_delivery = ?, relay_is_clean = ?")
        statement.bind(1, text: note.place.name)
        statement.bind(2, integer: note.place.delivery.code)
        statement.bind(3, integer: note.isClean ? 1 : 0)
        try statement.run()
    }

    private func insert(_ withdrawal: Withdrawal) throws(SQLiteFailure) {
        let statement = try connection.statement(
            "INSERT INTO withdrawals(scope, high, low, through, reason, message) VALUES (?, ?, ?, ?, ?, ?)")
        let (scope, high, low): (Int64, Int64, Int64) =
            switch withdrawal.scope {
            case .halt(let scope): (scope.code.kind, 0, scope.code.id)
            case .position(let id): (3, Int64(bitPattern: id.high), Int64(bitPattern: id.low))
            }
        statement.bind(1, integer: scope)
        statement.bind(2, integer: high)
        statement.bind(3, integer: low)
        statement.bind(4, integer: withdrawal.through)
        statement.bind(5, integer: withdrawal.reason.code)
        statement.bind(6, text: withdrawal.message)
        try statement.run()
    }

    /// The mark has passed what is withdrawn up to there.
    func forget(through mark: Int64) throws(SQLiteFailure) {
        let statement = try connection.statement("DELETE FROM withdrawals WHERE through <= ?")
        statement.bind(1, integer: mark)
        try statement.run()
    }

    /// Nil: nothing was ever published.
    func note() throws -> RelayNote? {
        let row = try connection.statement("SELECT relay_place, relay_delivery, relay_is_clean FROM store")
        defer { row.reset() }
        guard try row.step(), let code = row.optionalInteger(1) else { return nil }
        guard let delivery = RelayDelivery(code: code) else {
            throw DamagedRow("the relay has an unknown delivery \(code)")
        }
        return RelayNote(place: RelayPlace(name: row.text(0), delivery: delivery), isClean: row.integer(2) != 0)
    }

    func withdrawals() throws -> [Withdrawal] {
        let row = try connection.statement(
            "SELECT scope, high, low, through, reason, message FROM withdrawals ORDER BY number")
        defer { row.reset() }
        var result: [Withdrawal] = []
        while try row.step() {
            guard let scope = scope(row), let reason = SkipReason(code: row.integer(4)) else {
                throw DamagedRow("a withdrawal has an unknown scope or reason, \(row.integer(0)) and \(row.integer(4))")
            }
            result.append(
                Withdrawal(scope: scope, through: row.integer(3), reason: reason, message: row.text(5)))
        }
        return result
    }

    private func scope(_ row: Statement) -> Withdrawal.Scope? {
        if row.integer(0) == 3 { return .position(row.uniqueID(1)) }
        return HaltScope(kind: row.integer(0), id: row.integer(2)).map { .halt($0) }
    }
}

extension RelayDelivery: StoreCode {
    var code: Int64 {
        switch self {
        case .exactlyOnce: 1
        case .atLeastOnce: 2
        }
    }
}

import TradeContracts
import TradeCore
import TradePipeline

/// Reference data with where it came from (R87, R98). What wins over what is decided before: a write is applied as it comes.
struct ReferenceRows {
    private let connection: Connection
    private let topic: String?

    /// `topic`: the name of the reference topic; an offset of another one counts as none.
    init(_ connection: Connection, topic: String?) {
        self.connection = connection
        self.topic = topic
    }

    func apply(_ write: ReferenceWrite) throws(SQLiteFailure) {
        let (kind, id) = Self.parts(of: write.change.key)
        guard write.change.value != nil else {
            let removal = try connection.statement("DELETE FROM reference WHERE kind = ? AND id = ?")
            removal.bind(1, integer: kind)
            removal.bind(2, text: id)
            return try removal.run()
        }
        let row = try connection.statement(
            "REPLACE INTO reference(kind, id, json, topic, offset) VALUES (?, ?, ?, ?, ?)")
        row.bind(1, integer: kind)
        row.bind(2, text: id)
        row.bind(3, blob: write.change.json)
        switch write.origin {
        case .file:
            row.bindNull(4)
            row.bindNull(5)
        case .topic(let offset):
            row.bind(4, text: topic ?? "")
            row.bind(5, integer: offset)
        }
        try row.run()
    }

    /// Everything, by key; `decode` turns the kept JSON into values.
    func writes(decode: SQLiteStoreOptions.ReferenceDecoder) throws -> [ReferenceWrite] {
        let row = try connection.statement(
            "SELECT kind, id, json, topic, offset FROM reference ORDER BY kind, CASE kind WHEN 3 THEN 0 "
                + "ELSE CAST(id AS INTEGER) END, id")
        defer { row.reset() }
        var result: [ReferenceWrite] = []
        while try row.step() {
            let id = row.text(1)
            guard let key = Self.key(kind: row.integer(0), id: id) else {
                throw DamagedRow("reference key '\(id)' is of an unknown kind")
            }
            guard let change = decode(key, row.blob(2)) else {
                throw DamagedRow("reference data of \(key) can't be read")
            }
            let isOfTopic = row.optionalText(3) == (topic ?? "")
            let offset = isOfTopic ? row.optionalInteger(4) : nil
            result.append(ReferenceWrite(change: change, origin: offset.map { .topic(offset: $0) } ?? .file))
        }
        return result
    }

    private static func parts(of key: ReferenceKey) -> (kind: Int64, id: String) {
        switch key {
        case .account(let id): (1, id.description)
        case .expert(let id): (2, id.description)
        case .ruleset(let id): (3, id)
        }
    }

    private static func key(kind: Int64, id: String) -> ReferenceKey? {
        switch kind {
        case 1: Int64(id).map { .account(AccountID($0)) }
        case 2: Int64(id).map { .expert(ExpertID($0)) }
        case 3: .ruleset(id)
        default: nil
        }
    }
}

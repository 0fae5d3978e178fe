import TradeContracts
import TradeCore
import TradePipeline

/// Reference data with where it came from (R87, R98).
///
/// A key that the topic deleted keeps a row without JSON, so that an earlier record that is read again changes nothing.
struct ReferenceRows {
    private let fromTopic: Statement
    private let fromFile: Statement
    private let removal: Statement
    private let all: Statement
    private let topic: String?

    /// `topic`: the name of the reference topic; offsets of another one count for nothing.
    init(_ connection: Connection, topic: String?) throws(SQLiteFailure) {
        self.topic = topic
        let insertion = "INSERT INTO reference(kind, id, json, topic, offset) VALUES (?1, ?2, ?3, ?4, ?5) "
        let update = "ON CONFLICT(kind, id) DO UPDATE SET json = excluded.json, topic = ?4, offset = ?5 "
        fromTopic = try connection.statement(
            insertion + update + "WHERE reference.topic IS NOT excluded.topic OR reference.offset < excluded.offset")
        fromFile = try connection.statement(insertion + update + "WHERE reference.offset IS NULL")
        removal = try connection.statement("DELETE FROM reference WHERE kind = ? AND id = ?")
        all = try connection.statement("SELECT kind, id, json, topic, offset FROM reference ORDER BY kind, id")
    }

    /// Applies a write where it counts: a topic's record against an earlier one or a file, a file where no record has set the
    /// key; a file's deletion always (what a full read of the topic no longer holds and no file sets).
    func apply(_ write: ReferenceWrite) throws(SQLiteFailure) {
        let (kind, id) = Self.parts(of: write.change.key)
        let json = write.change.value == nil ? nil : write.change.json
        let row: Statement
        switch write.origin {
        case .topic(let offset):
            row = fromTopic
            row.bind(4, text: topic ?? "")
            row.bind(5, integer: offset)
        case .file where json == nil:
            row = removal
        case .file:
            row = fromFile
            row.bindNull(4)
            row.bindNull(5)
        }
        row.bind(1, integer: kind)
        row.bind(2, text: id)
        if json != nil || write.origin != .file { row.bind(3, blob: json) }
        try row.run()
    }

    /// Everything, with deletions that the topic made; `decode` turns kept JSON into values.
    func writes(decode: SQLiteStoreOptions.ReferenceDecoder) throws -> [ReferenceWrite] {
        defer { all.reset() }
        var result: [ReferenceWrite] = []
        while try all.step() {
            let id = all.text(1)
            guard let key = Self.key(kind: all.integer(0), id: id) else {
                throw DamagedRow("reference key '\(id)' is of an unknown kind")
            }
            let isOfTopic = all.optionalText(3) == (topic ?? "")
            let origin = all.optionalInteger(4).flatMap { isOfTopic ? ReferenceOrigin.topic(offset: $0) : nil } ?? .file
            guard let json = all.optionalBlob(2) else {
                if origin != .file {
                    let deletion = ReferenceChange(key: key, value: nil, json: [])
                    result.append(ReferenceWrite(change: deletion, origin: origin))
                }
                continue
            }
            guard let change = decode(key, json) else {
                throw DamagedRow("reference data of \(key) can't be read")
            }
            result.append(ReferenceWrite(change: change, origin: origin))
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

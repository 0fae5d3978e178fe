import Telemetry
import TradePipeline

/// What an operator has accepted, once, for the next start (`store accept`).
struct AcceptanceRows {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    func insert(_ acceptance: Acceptance) throws(SQLiteFailure) {
        let statement = try connection.statement(
            "INSERT INTO acceptances(kind, topic, partition, accepted_at) VALUES (?, ?, ?, ?)")
        switch acceptance {
        case .owner:
            statement.bind(1, integer: 1)
        case .gap(let topic, let partition):
            statement.bind(1, integer: 2)
            statement.bind(2, text: topic)
            statement.bind(3, integer: Int64(partition))
        }
        statement.bind(4, integer: WallTime.now)
        try statement.run()
    }

    /// Those that no start has used.
    func open() throws -> Set<Acceptance> {
        let row = try connection.statement("SELECT kind, topic, partition FROM acceptances WHERE used_by IS NULL")
        defer { row.reset() }
        var result: Set<Acceptance> = []
        while try row.step() {
            switch row.integer(0) {
            case 1: result.insert(.owner)
            case 2:
                guard let partition = Int32(exactly: row.integer(2)) else {
                    throw DamagedRow("an acceptance has partition \(row.integer(2))")
                }
                result.insert(.gap(topic: row.text(1), partition: partition))
            case let kind: throw DamagedRow("an acceptance has an unknown kind \(kind)")
            }
        }
        return result
    }

    /// They count for this start only.
    func use(by start: Int64) throws(SQLiteFailure) {
        let statement = try connection.statement("UPDATE acceptances SET used_by = ? WHERE used_by IS NULL")
        statement.bind(1, integer: start)
        try statement.run()
    }
}

import CSQLite
import Foundation
package import TradeContracts
package import TradeCore
import TradePipeline

/// The store as an operator looks into it: one state of it, beside a service that runs or without one.
///
/// It never writes, takes no lock that a writer would wait for, and checkpoints nothing. Belongs to one thread. What it throws are
/// `StoreError`s.
package final class StoreInspector {
    package let path: String
    let options: SQLiteStoreOptions
    let connection: Connection
    private let positions: PositionRows
    private let rows: ExplanationRows

    /// Opens the store at `path`, which has to be there with the present schema. What is read from then on is one state of it.
    package init(path: String, options: SQLiteStoreOptions) throws(StoreError) {
        self.options = options
        connection = try Self.open(path, options)
        self.path = connection.path
        do {
            positions = try PositionRows(connection)
            rows = try ExplanationRows(connection)
        } catch { throw Self.error(error, path: connection.path) }
    }

    /// A connection that reads one state of a store.
    static func open(_ path: String, _ options: SQLiteStoreOptions) throws(StoreError) -> Connection {
        let path = try StorePath.resolved(path)
        guard FileManager.default.fileExists(atPath: path) else {
            throw .unusable(
                path: path, reason: "it is not there: the service makes it at its first start, or set store.path")
        }
        do {
            let connection = try Connection(path: path, mode: .readOnly, busyTimeout: 1000, probe: options.probe)
            try connection.execute("PRAGMA query_only = ON; BEGIN")
            try checkSchema(connection, known: Int64(options.migrations.count))
            return connection
        } catch let cause { throw error(cause, path: path) }
    }

    private static func error(_ error: any Error, path: String) -> StoreError {
        guard let failure = error as? SQLiteFailure,
            [SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM].contains(failure.code)
        else { return StoreError(error, path: path) }
        return .unusable(
            path: path,
            reason:
                "\(failure.message); this user (\(getuid())) must be able to read it, and to write \(path)-shm beside it, "
                + "or read a copy of it in another folder")
    }

    /// A copy (`StoreCopy`) may be looked into as the store that it was made of.
    static func checkSchema(_ connection: Connection, known: Int64) throws {
        let application = try connection.integer("PRAGMA application_id") ?? 0
        let version = try connection.integer("PRAGMA user_version") ?? 0
        guard [StoreSchema.applicationID, StoreSchema.copyApplicationID].contains(application) else {
            throw StoreError.foreignFile(
                path: connection.path, reason: "application id \(application), version \(version)")
        }
        guard version <= known else {
            throw StoreError.newerSchema(path: connection.path, found: version, known: known)
        }
        guard version == known else {
            throw StoreError.unusable(
                path: connection.path,
                reason:
                    "it has schema \(version), this program reads \(known): start the service, which brings it up to date"
            )
        }
    }

    func read<Answer>(_ body: () throws -> Answer) throws(StoreError) -> Answer {
        do { return try body() } catch { throw StoreError(error, path: path) }
    }

    /// The events of an id, one for each source (R12); reads the whole inbox.
    package func events(id: String) throws(StoreError) -> [EventReference] { try read { try rows.events(id: id) } }

    /// When the newest event that was taken in occurred; nil: there is none.
    package func newestEventTime() throws(StoreError) -> Timestamp? { try read { try rows.newestEventTime() } }

    /// What an event brought, with what became of it.
    package func recommendations(of event: EventReference) throws(StoreError) -> [StoredRecommendation] {
        try read { try rows.recommendations(of: event) }
    }

    /// The recommendations of an id: of all experts and use cases, or of one expert (R13).
    package func recommendations(
        id: RecommendationID, expert: ExpertID?
    ) throws(StoreError) -> [StoredRecommendation] {
        try read { try rows.recommendations(id: id, expert: expert) }
    }

    /// The latest recommendation of an expert in a symbol (R40).
    package func latest(_ expert: ExpertID, _ symbol: Symbol) throws(StoreError) -> StoredRecommendation? {
        try read { try rows.latest(expert, symbol) }
    }

    /// The orders and skips whose JSON contains these bytes (`OutputSearch`), by number; looks through the whole outbox.
    package func outputs(containing bytes: [UInt8]) throws(StoreError) -> [StoredOutput] {
        try read { try rows.outputs(containing: bytes) }
    }

    /// How many dead letters contain these bytes; looks through the whole outbox.
    package func deadLetters(containing bytes: [UInt8]) throws(StoreError) -> Int64 {
        try read { try rows.deadLetters(containing: bytes) }
    }

    /// The position that an order belongs to, as it is now.
    package func position(order: UniqueID) throws(StoreError) -> Position? {
        try read { try positions.position(order: order) }
    }

    /// All positions that are WAITING, OPENED or CLOSING, by number.
    package func unfinishedPositions() throws(StoreError) -> [Position] {
        try read {
            var all: [Position] = []
            try positions.unfinished { all.append($0) }
            return all.sorted { $0.number < $1.number }
        }
    }

    /// When an expert made the entries of the hour before its newest one, oldest first (R94).
    package func lastEntries(of expert: ExpertID) throws(StoreError) -> [Timestamp] {
        try read { try positions.lastHour(of: expert) }
    }

    /// Whether the file is a copy, which must not be run (`StoreCopy`).
    package func isCopy() throws(StoreError) -> Bool {
        try read { try connection.integer("PRAGMA application_id") == StoreSchema.copyApplicationID }
    }

    /// The highest outbox number that is published.
    package func relayMark() throws(StoreError) -> Int64 {
        try read { try connection.integer("SELECT relay_mark FROM store") ?? 0 }
    }

    /// Reference data (R87).
    package func reference() throws(StoreError) -> [ReferenceChange] {
        try read {
            try ReferenceRows(connection, topic: options.topics.reference).writes(decode: options.decodeReference)
                .map(\.change)
        }
    }

    /// What is halted (R93).
    package func halts() throws(StoreError) -> HaltTable { try read { HaltTable(try HaltRows(connection).all()) } }
}

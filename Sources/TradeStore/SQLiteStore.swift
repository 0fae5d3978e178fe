package import TradeContracts
package import TradeCore
package import TradePipeline

/// The store in one SQLite file, as the writer's thread sees it: the only connection that commits and checkpoints.
///
/// WAL with `synchronous=FULL`: what a commit reported survives a crash of the machine. Belongs to one thread at a time.
package final class SQLiteStore: Store {
    package let path: String
    /// This start, as it is written down in the store (G6).
    package let identity: StoreIdentity
    /// The Kafka cluster that the input positions belong to, "" before one was adopted.
    package var cluster: String { session?.cluster ?? "" }

    /// The file is another one than the last service used: a copy, or moved from elsewhere. Whoever uses the other one has to be
    /// looked for (G6).
    package let mayBeCopy: Bool

    private let options: SQLiteStoreOptions
    private var lock: StoreLock?
    /// Nil after doubt, until `recover`.
    private(set) var session: StoreSession?

    /// Opens the store at `path`, or makes one; takes its lock, brings its schema up to date and notes this start.
    package static func open(path: String, options: SQLiteStoreOptions = SQLiteStoreOptions()) throws(StoreError)
        -> SQLiteStore
    {
        try SQLiteStore(path: StorePath.resolved(path), options: options)
    }

    private init(path: String, options: SQLiteStoreOptions) throws(StoreError) {
        self.path = path
        self.options = options
        lock = try StoreLock(store: path)
        do {
            let connection = try StoreFile.open(path, options: options)
            try SchemaKeeper(connection: connection, migrations: options.migrations).prepare()
            (identity, mayBeCopy) = try StartRegister(connection: connection).register()
            session = try StoreSession(connection: connection, options: options)
        } catch { throw StoreError(error, path: path) }
    }

    /// The one path of the store at `path`, whatever links lead there: the lock and the socket stand beside it.
    package static func resolved(_ path: String) throws(StoreError) -> String { try StorePath.resolved(path) }

    /// The number of the last durable entry; the next one follows it. 0 while the store is in doubt.
    package var lastCommit: Int64 { session?.lastCommit ?? 0 }

    package func snapshot(identity: (UInt64) -> Void) throws -> StoreSnapshot {
        try withSession { try $0.snapshot(identity: identity, decode: options.decodeReference) }
    }

    package func openPositions(_ body: (Position) -> Void) throws {
        try withSession { try PositionRows($0.connection).unfinished(body) }
    }

    package func commit(_ entries: [ChangeSet]) -> CommitResult {
        guard let session else { return .inDoubt(reason: doubt.description) }
        let result = session.commit(entries)
        // After doubt nothing may be read from this connection: the file is opened anew.
        if case .inDoubt = result { self.session = nil }
        return result
    }

    /// Commits a change of halts alone, as the next entry: for while no pipeline numbers the entries. Entries and increases that
    /// wait in the outbox are withdrawn by a halt, too (R93).
    package func commit(_ change: HaltChange) -> CommitResult {
        var relay: RelayChange?
        if case .halt(let halt) = change, let counters = session?.counters, counters.relayMark < counters.outboxRow {
            relay = RelayChange(withdrawal: Withdrawal(halt, through: counters.outboxRow))
        }
        return commit([ChangeSet(number: lastCommit + 1, halts: [change], relay: relay)])
    }

    package func recover() throws -> Int64 {
        session = nil
        guard lock != nil else { throw StoreError.unusable(path: path, reason: "it is closed") }
        do {
            let connection = try StoreFile.open(path, options: options)
            let id = try StartRegister(connection: connection).storeID()
            guard id == identity.id else {
                throw StoreError.damaged(
                    path: path, reason: "another store, \(id), has taken its place while it was open")
            }
            let opened = try StoreSession(connection: connection, options: options)
            session = opened
            return opened.lastCommit
        } catch { throw StoreError(error, path: path) }
    }

    /// What is halted (R93).
    package func halts() throws(StoreError) -> [Halt] {
        try withSession { HaltTable(try HaltRows($0.connection).all()).all }
    }

    /// Says which Kafka cluster the input positions are read from (G6.6): nothing changes for the one that is known; a new
    /// embedded broker, whose identity is random, drops input positions and offsets of reference data; another real cluster
    /// is refused where there are positions. Called before anything is read.
    package func adoptCluster(id: String, isEmbedded: Bool) throws(StoreError) {
        try withSession { try $0.adoptCluster(id: id, isEmbedded: isEmbedded) }
    }

    /// Whose marks and offsets are this store's (G6).
    package func owner() throws(StoreError) -> StoreOwner {
        try withSession { session in
            StoreOwner(
                identity: identity, starts: try StartRegister(connection: session.connection).all(of: identity.id),
                isAccepted: try AcceptanceRows(session.connection).open().contains(.owner))
        }
    }

    /// The input positions of the cluster and the topics in use.
    package var inputPositions: [TopicPartition: InputPosition] { session?.inputPositions ?? [:] }

    /// Writes down that this file is the one in use, once it is certain that nobody uses another one.
    package func confirmFile() throws(StoreError) {
        try withSession { try StartRegister(connection: $0.connection).confirmFile(start: identity.start) }
    }

    /// The store's mark, and the highest row that was given out (design §6).
    package var relayMark: Int64 { session?.counters.relayMark ?? 0 }
    package var highestRow: Int64 { session?.counters.outboxRow ?? 0 }

    /// What is known of the relay; nil: nothing was ever published.
    package func relayNote() throws(StoreError) -> RelayNote? {
        try withSession { try RelayRows($0.connection).note() }
    }

    /// What an operator has accepted, and no start has used.
    package func acceptances() throws(StoreError) -> Set<Acceptance> {
        try withSession { try AcceptanceRows($0.connection).open() }
    }

    /// Writes down what an operator accepts; the next start uses it.
    package func accept(_ acceptance: Acceptance) throws(StoreError) {
        try withSession { try AcceptanceRows($0.connection).insert(acceptance) }
    }

    /// Uses what was accepted: these positions take the places of those that lie in a gap (R99).
    package func useAcceptances(moving positions: [InputPosition]) throws(StoreError) {
        try withSession { try $0.useAcceptances(start: identity.start, moving: positions) }
    }

    /// What is asked or done outside of commits; throws while the store is in doubt.
    func withSession<Answer>(_ body: (StoreSession) throws -> Answer) throws(StoreError) -> Answer {
        guard let session else { throw doubt }
        do { return try body(session) } catch { throw StoreError(error, path: path) }
    }

    /// Closes the file and gives the lock back; the store is of no more use. What is durable is durable without it.
    package func close() {
        session = nil
        lock = nil
    }

    private var doubt: StoreError { .unusable(path: path, reason: "it is in doubt: it has to be opened anew first") }
}

import CSQLite
import Support
import Testing
import TradeCore
import TradePipeline

@testable import TradeStore

@Suite("A store that fails")
struct StoreFailureTests {
    private let place: TemporaryStore

    init() throws { place = try TemporaryStore() }

    @Test(
        "An error at COMMIT is doubt, whichever way it went; recover says which",
        arguments: [
            (SQLITE_IOERR | 4 << 8, true), (SQLITE_IOERR | 4 << 8, false), (SQLITE_CORRUPT, true),
            (SQLITE_CORRUPT, false),
            (SQLITE_INTERNAL, false), (SQLITE_MISUSE, true), (250, false),
        ])
    func doubt(code: Int32, isDurable: Bool) throws {
        var options = TemporaryStore.options
        options.probe = Probes.at(.step, "COMMIT", nth: 2, isDurable ? .after(code) : .instead(code))
        let store = try SQLiteStore.open(path: place.path, options: options)
        let queries = SQLiteQueries(path: place.path, options: TemporaryStore.options)
        _ = try queries.answer(.outbox(after: 0, limit: 1))
        var entries = StoreEntries()
        #expect(store.commit([entries.inbox(ids: [1])]) == .committed)
        let group = [entries.inbox(ids: [2]), entries.inbox(ids: [3])]
        guard case .inDoubt = store.commit(group) else { return #expect(Bool(false), "no doubt") }
        // Nothing but recovery is possible.
        guard case .inDoubt = store.commit(group) else { return #expect(Bool(false), "doubt ended by itself") }
        #expect(throws: StoreError.self) { try store.snapshot { _ in } }

        let last = try store.recover()
        #expect(last == (isDurable ? 3 : 1))
        let rest = group.filter { $0.number > last } + [entries.inbox(ids: [4])]
        #expect(store.commit(rest) == .committed)
        #expect(try store.snapshot { _ in }.lastCommit == 4)
        guard case .expert(let expert) = try queries.answer(.expert(.init(1), pendingLimit: 10)) else { return }
        #expect(expert.keys.first?.pending.map(\.recommendation.id.rawValue) == [1, 2, 3, 4])
    }

    @Test(
        "An error of any statement leaves nothing of the group",
        arguments: [
            SQLITE_FULL, SQLITE_BUSY, SQLITE_NOMEM, SQLITE_READONLY, SQLITE_LOCKED, SQLITE_CANTOPEN, SQLITE_IOERR,
        ])
    func anyStatement(code: Int32) throws {
        for statement in [
            "BEGIN", "INSERT INTO events", "INSERT INTO recommendations", "UPDATE recommendations",
            "INSERT INTO positions",
            "INSERT INTO orders", "INSERT INTO lock_keys", "INSERT INTO outbox", "REPLACE INTO input_positions",
            "UPDATE store", "COMMIT",
        ] {
            try failOnce(at: statement, code: code)
        }
    }

    private func failOnce(at statement: String, code: Int32) throws {
        let place = try TemporaryStore()
        let failing = SwitchedProbe()
        var options = TemporaryStore.options
        options.probe = failing.probe(.step, statement, .instead(code))
        let bench = try place.bench(options)
        let twin = try TemporaryStore().bench()
        var entries = StoreEntries()
        let prelude = [entries.inbox(ids: [1, 2])]
        #expect(bench.store.commit(prelude) == .committed)
        #expect(twin.store.commit(prelude) == .committed)
        let group = [entries.inbox(ids: [3]), entries.entry(recommendation: 1, run: 1, decides: 1)]
        for _ in 0..<3 {
            failing.set(true)
            let result = bench.store.commit(group)
            failing.set(false)
            switch result {
            case .unavailable: #expect(code != SQLITE_IOERR, "\(statement)")
            case .inDoubt:
                #expect(code == SQLITE_IOERR, "\(statement)")
                #expect(try bench.store.recover() == 1)
            default: Issue.record("\(statement) \(code): \(result)")
            }
            #expect(try lines(bench) == lines(twin), "\(statement) \(code)")
        }
        #expect(bench.store.commit(group) == .committed, "\(statement) \(code)")
        #expect(twin.store.commit(group) == .committed)
        #expect(try lines(bench) == lines(twin), "\(statement) \(code)")
    }

    @Test("An error of the rollback is doubt", arguments: ["ROLLBACK", "SELECT last_commit FROM"])
    func rollback(statement: String) throws {
        var options = TemporaryStore.options
        options.probe = SQLiteProbe { call, sql in
            if sql.hasPrefix("INSERT INTO outbox"), call == .step { return .instead(SQLITE_FULL) }
            return sql.hasPrefix(statement) && call != .prepare ? .instead(SQLITE_IOERR) : .proceed
        }
        let store = try SQLiteStore.open(path: place.path, options: options)
        var entries = StoreEntries()
        guard case .inDoubt = store.commit([entries.other(rows: 1)]) else { return #expect(Bool(false), "no doubt") }
        #expect(try store.recover() == 0)
    }

    @Test("Unavailable at COMMIT though it is durable is doubt: nothing is done twice")
    func fullButDurable() throws {
        var options = TemporaryStore.options
        options.probe = Probes.at(.step, "COMMIT", .after(SQLITE_FULL))
        let store = try SQLiteStore.open(path: place.path, options: options)
        var entries = StoreEntries()
        guard case .inDoubt = store.commit([entries.inbox(ids: [1])]) else { return #expect(Bool(false), "no doubt") }
        #expect(try store.recover() == 1)
    }

    @Test("Recovery fails while the file can't be opened, and is tried again")
    func recoveryFails() throws {
        let failing = SwitchedProbe()
        var options = TemporaryStore.options
        let opening = failing.probe(.open, "", .instead(SQLITE_CANTOPEN))
        let commit = Probes.at(.step, "COMMIT", .after(SQLITE_IOERR))
        options.probe = SQLiteProbe { call, sql in
            call == .open ? opening.decide(call, sql) : commit.decide(call, sql)
        }
        let store = try SQLiteStore.open(path: place.path, options: options)
        var entries = StoreEntries()
        _ = store.commit([entries.inbox(ids: [1])])
        failing.set(true)
        for _ in 0..<3 { #expect(throws: StoreError.self) { try store.recover() } }
        failing.set(false)
        #expect(try store.recover() == 1)
        #expect(store.commit([entries.inbox(ids: [2])]) == .committed)
    }

    @Test("A full file takes nothing of a group, and all of it once there is room")
    func full() throws {
        let store = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        let session = try #require(store.session)
        var entries = StoreEntries()
        #expect(store.commit([entries.inbox(ids: [1])]) == .committed)
        let pages = try #require(try session.connection.integer("PRAGMA page_count"))
        _ = try session.connection.integer("PRAGMA max_page_count = \(pages + 2)")
        let group = (0..<300).map { entries.inbox(ids: [100 + Int64($0)]) }
        for _ in 0..<3 {
            guard case .unavailable(let reason) = store.commit(group) else { return #expect(Bool(false), "not full") }
            #expect(reason.contains("full"))
            #expect(try store.snapshot { _ in }.lastCommit == 1)
        }
        _ = try session.connection.integer("PRAGMA max_page_count = 100000")
        #expect(store.commit(group) == .committed)
        #expect(try store.snapshot { _ in }.lastRecommendation == 301)
    }

    @Test("While another writes, the store is unavailable")
    func busy() throws {
        let store = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        let other = try Connection(path: place.path, mode: .readWrite)
        try other.execute("BEGIN IMMEDIATE")
        var entries = StoreEntries()
        let entry = entries.inbox(ids: [1])
        guard case .unavailable = store.commit([entry]) else { return #expect(Bool(false), "not busy") }
        try other.rollBack()
        #expect(store.commit([entry]) == .committed)
    }

    private func lines(_ bench: StoreBench) throws -> [String] { try StoreDump.lines(bench, experts: [1]) }
}

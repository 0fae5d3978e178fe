import Support
import Testing
import TradeCore
import TradePipeline

@testable import TradeStore

@Suite("The reader")
struct QueriesTests {
    private let place: TemporaryStore

    init() throws { place = try TemporaryStore() }

    @Test("It sees every commit that was reported before the question")
    func seesCommits() throws {
        let bench = try place.bench()
        var entries = StoreEntries()
        for count in 1...50 {
            #expect(bench.store.commit([entries.other(rows: 1)]) == .committed)
            guard case .outbox(let rows) = try bench.queries.answer(.outbox(after: 0, limit: 100)) else { return }
            #expect(rows.count == count)
        }
    }

    @Test("Between the parts of an answer nothing changes")
    func oneState() throws {
        let store = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        var entries = StoreEntries()
        #expect(store.commit([entries.inbox(ids: [1])]) == .committed)
        let decision = entries.entry(recommendation: 1, run: 9, decides: 1)
        var options = TemporaryStore.options
        // Commits between the reading of runs and of what is pending and positions.
        let committer = Committer(store: store, entry: decision)
        options.probe = SQLiteProbe { call, sql in
            if call == .step, sql.hasPrefix("SELECT number, event, expert") { committer.commitOnce() }
            return .proceed
        }
        let queries = SQLiteQueries(path: place.path, options: options)
        guard case .expert(let before) = try queries.answer(.expert(ExpertID(1), pendingLimit: 10)) else { return }
        #expect(before.keys.map(\.run) == [0])
        #expect(before.keys.first?.pending.count == 1)
        #expect(before.positions.isEmpty)
        guard case .expert(let after) = try queries.answer(.expert(ExpertID(1), pendingLimit: 10)) else { return }
        #expect(after.keys.map(\.run) == [9])
        #expect(after.keys.first?.pending.isEmpty == true)
        #expect(after.positions.count == 1)
    }

    @Test("It can't write")
    func readOnly() throws {
        try SQLiteStore.open(path: place.path, options: TemporaryStore.options).close()
        let writer = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        let reader = try Connection(path: place.path, mode: .readOnly)
        #expect(throws: SQLiteFailure.self) { try reader.execute("DELETE FROM outbox") }
        withExtendedLifetime(writer) {}
    }

    @Test("After an error it answers again")
    func recovers() throws {
        let store = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        for code: Int32 in [10, 11, 5, 14] {
            var options = TemporaryStore.options
            options.probe = Probes.at(.step, "SELECT number, topic", .instead(code))
            let queries = SQLiteQueries(path: place.path, options: options)
            #expect(throws: StoreError.self) { try queries.answer(.outbox(after: 0, limit: 1)) }
            guard case .outbox(let rows) = try queries.answer(.outbox(after: 0, limit: 1)) else { return }
            #expect(rows.isEmpty)
        }
        withExtendedLifetime(store) {}
    }

    @Test("Without a store it says so, and answers once there is one")
    func withoutStore() throws {
        let queries = SQLiteQueries(path: place.path, options: TemporaryStore.options)
        #expect(throws: StoreError.self) { try queries.answer(.outbox(after: 0, limit: 1)) }
        let store = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        #expect(throws: Never.self) { try queries.answer(.outbox(after: 0, limit: 1)) }
        withExtendedLifetime(store) {}
    }

    @Test("Every question uses an index, however long the history is")
    func plans() throws {
        let store = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        let connection = try #require(store.session?.connection)
        let questions = [
            "SELECT id, source FROM events WHERE hash = ?",
            "SELECT 1 FROM recommendations WHERE expert = ? AND use_case = ? AND id = ?",
            "SELECT \(RecommendationRows.columns) FROM recommendations WHERE expert = ? AND use_case = ? AND outcome IS NULL "
                + "ORDER BY number LIMIT ?",
            "SELECT max(created_at) FROM positions WHERE expert = ?",
            "SELECT created_at FROM positions WHERE expert = ? AND created_at > ? ORDER BY created_at",
            "UPDATE recommendations SET outcome = ?, run = ? WHERE number = ? AND outcome IS NULL",
            "SELECT number FROM positions WHERE expert = ?1 AND status IN (1, 2)",
            "SELECT number FROM positions WHERE expert = ?1 AND status = 3",
            "SELECT position, id_low FROM orders WHERE id_high = ?",
            "SELECT DISTINCT expert, use_case FROM recommendations WHERE outcome IS NULL ORDER BY expert, use_case",
        ]
        for question in questions {
            let plan = try connection.statement("EXPLAIN QUERY PLAN " + question)
            while try plan.step() {
                let text = plan.text(3)
                #expect(!text.contains("TEMP B-TREE"), "\(question): \(text)")
                #expect(!text.hasPrefix("SCAN") || text.contains("recommendations_undecided"), "\(question): \(text)")
            }
        }
    }

    private final class Committer: @unchecked Sendable {
        // Unchecked: called on the thread of the test only.
        private let store: SQLiteStore
        private var entry: ChangeSet?

        init(store: SQLiteStore, entry: ChangeSet) {
            self.store = store
            self.entry = entry
        }

        func commitOnce() {
            guard let entry else { return }
            self.entry = nil
            _ = store.commit([entry])
        }
    }
}

import CSQLite
import Foundation
import Support
import Testing
import TradeContracts
import TradeCore
import TradePipeline

@testable import TradeStore

@Suite("The store as an operator looks into it")
struct InspectorTests {
    private let place: TemporaryStore

    init() throws { place = try TemporaryStore() }

    private func inspector() throws -> StoreInspector {
        try StoreInspector(path: place.path, options: TemporaryStore.options)
    }

    @Test("R12, R13: events of an id from every source, recommendations of every key, with what became of them")
    func finds() throws {
        let store = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        var entries = StoreEntries()
        let commits = [
            entries.inbox(ids: [7, 8], id: "x"), entries.inbox(expert: 2, ids: [7], id: "x", source: "urn:s"),
            entries.inbox(useCase: .openPositions, ids: [7], id: "xx"), entries.inbox(ids: [], id: "empty"),
            entries.entry(recommendation: 7, run: 3, decides: 1),
            entries.other(
                run: StoreEntries.run(expert: 2, 4),
                outcomes: [RecommendationOutcome(number: 3, kind: .skipped(.unfunded), run: 4)], relayMark: 1),
        ]
        #expect(store.commit(commits) == .committed)
        let inspector = try inspector()
        let events = try inspector.events(id: "x")
        #expect(events.map(\.identity.source) == ["", "urn:s"])
        #expect(try events.map { try inspector.recommendations(of: $0).count } == [2, 1])
        #expect(try inspector.events(id: "empty").map { try inspector.recommendations(of: $0).count } == [0])
        #expect(try inspector.events(id: "X").isEmpty)
        let all = try inspector.recommendations(id: RecommendationID(7), expert: nil)
        #expect(
            all.map(\.recommendation.event.lockKey.description) == [
                "expert_1_usecase_enter_market", "expert_1_usecase_open_positions", "expert_2_usecase_enter_market",
            ])
        #expect(all.map(\.outcome?.kind) == [.ordered, nil, .skipped(.unfunded)])
        #expect(all.map(\.outcome?.run) == [3, nil, 4])
        #expect(try inspector.recommendations(id: RecommendationID(7), expert: ExpertID(2)).count == 1)
        #expect(try inspector.recommendations(id: RecommendationID(9), expert: nil).isEmpty)
        #expect(try inspector.latest(ExpertID(1), Symbol("AAPL"))?.recommendation.recommendation.id.rawValue == 8)
        #expect(try inspector.latest(ExpertID(1), Symbol("aapl")) == nil)
        #expect(try inspector.newestEventTime() == Timestamp(microseconds: 4_000_000))
        #expect(try inspector.relayMark() == 1)
        #expect(try inspector.unfinishedPositions().map(\.number) == [1])
        #expect(try inspector.position(order: StoreEntries.orderID(of: 1, 0))?.number == 1)
        #expect(try inspector.position(order: StoreEntries.orderID(of: 2, 0)) == nil)
    }

    @Test("Outputs are found by bytes that they contain, dead letters apart")
    func outputs() throws {
        let store = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        let topics: [OutputTopic] = [.ordersCreated, .eventsSkipped, .deadLetters, .eventsSkipped]
        let rows = topics.enumerated().map { StoreEntries.row(Int64($0) + 1, topic: $1) }
        #expect(store.commit([ChangeSet(number: 1, rows: rows)]) == .committed)
        let inspector = try inspector()
        #expect(try inspector.outputs(containing: Array("value".utf8)).map(\.number) == [1, 2, 4])
        #expect(
            try inspector.outputs(containing: Array("value".utf8)).map(\.topic) == [
                .ordersCreated, .eventsSkipped, .eventsSkipped,
            ])
        #expect(try inspector.outputs(containing: Array("e 2".utf8)).map(\.number) == [2])
        #expect(try inspector.outputs(containing: Array("VALUE".utf8)).isEmpty)
        #expect(try inspector.deadLetters(containing: Array("value 3".utf8)) == 1)
        #expect(try inspector.deadLetters(containing: Array("value 2".utf8)) == 0)
    }

    @Test("It sees one state, whatever is committed meanwhile, and keeps nobody from committing")
    func oneState() throws {
        let store = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        var entries = StoreEntries()
        #expect(store.commit([entries.inbox(ids: [1])]) == .committed)
        let before = try inspector()
        #expect(store.commit([entries.inbox(ids: [2])]) == .committed)
        #expect(try before.recommendations(id: RecommendationID(2), expert: nil).isEmpty)
        #expect(try inspector().recommendations(id: RecommendationID(2), expert: nil).count == 1)
        // Nor does a writer in the middle of a transaction keep it from reading.
        let writer = try Connection(path: place.path, mode: .readWrite)
        try writer.execute("BEGIN IMMEDIATE")
        #expect(try inspector().relayMark() == 0)
    }

    @Test("What is no store, or not in the present form, is told")
    func refusals() throws {
        func message() -> String {
            do {
                _ = try inspector()
                return "nothing"
            } catch { return "\(error)" }
        }
        #expect(message().contains("it is not there"))
        try Data("no database, but a text that is long enough".utf8).write(to: URL(fileURLWithPath: place.path))
        #expect(message().contains("not a database"))
        try FileManager.default.removeItem(atPath: place.path)
        try Connection(path: place.path, mode: .readWrite).execute("CREATE TABLE a(b)")
        #expect(message().contains("is no store of trade-manager"))
        try FileManager.default.removeItem(atPath: place.path)
        try SQLiteStore.open(path: place.path, options: TemporaryStore.options).close()
        var options = TemporaryStore.options
        options.probe = SQLiteProbe { call, _ in call == .open ? .instead(SQLITE_CANTOPEN) : .proceed }
        #expect {
            try StoreInspector(path: place.path, options: options)
        } throws: {
            "\($0)".contains("must be able to read it")
        }
        let connection = try Connection(path: place.path, mode: .readWrite)
        let known = StoreSchema.migrations.count
        try connection.execute("PRAGMA user_version = \(known - 1)")
        #expect(message().contains("it has schema \(known - 1)"))
        try connection.execute("PRAGMA user_version = \(known + 1)")
        #expect(message().contains("has schema \(known + 1)"))
    }

    @Test("A row that can't be is named")
    func damage() throws {
        let store = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        var entries = StoreEntries()
        #expect(store.commit([entries.inbox(ids: [1])]) == .committed)
        try Connection(path: place.path, mode: .readWrite).execute("UPDATE recommendations SET outcome = 99, run = 1")
        #expect(throws: StoreError.self) {
            try inspector().recommendations(id: RecommendationID(1), expert: nil)
        }
    }
}

import CSQLite
import Foundation
import Support
import Testing
import TradeContracts
import TradeCore
import TradePipeline

@testable import TradeStore

/// What a store forgets, and what it never forgets (R97).
@Suite("Pruning (R97)")
struct PruneTests {
    private let place: TemporaryStore

    init() throws { place = try TemporaryStore() }

    private func open() throws -> SQLiteStore {
        try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
    }

    private func plan(before hours: Int64) throws -> PrunePlan {
        try StoreInspector(path: place.path, options: TemporaryStore.options).prunable(before: StoredPast.time(hours))
    }

    @discardableResult
    private func prune(before hours: Int64) throws -> PrunePlan? {
        let store = try open()
        defer { store.close() }
        return try store.prune(before: StoredPast.time(hours), isInterrupted: { false })
    }

    private func verify() throws -> [StoreFinding] {
        var found: [StoreFinding] = []
        try StoreVerifier(path: place.path, options: TemporaryStore.options).verify { finding in
            if !finding.problems.isEmpty { found.append(finding) }
        }
        return found
    }

    private func integer(_ sql: String) throws -> Int64? {
        try Connection(path: place.path, mode: .readOnly).integer(sql)
    }

    private func build(_ body: (inout StoredPast) -> Void) throws {
        let store = try open()
        defer { store.close() }
        var past = StoredPast(store)
        body(&past)
    }

    // MARK: - Each exception

    @Test("R40: of an expert and symbol the latest recommendation stays, however old; others go with their events")
    func latestRecommendation() throws {
        try build { past in
            past.advise(1, at: 1)
            past.advise(2, at: 3)
            past.advise(3, at: 2)
            past.advise(4, at: 3, useCase: .openPositions)
            past.advise(5, at: 1, symbol: "MSFT")
            past.advise(6, at: 1, expert: 2)
            past.trigger(at: 1)
            past.trigger(at: 99)
        }
        // 4 is later than 2: the same time, a higher id.
        #expect(try plan(before: 50).recommendations == [1, 2, 3])
        #expect(try plan(before: 50).events == [1, 2, 3, 7])
        try prune(before: 50)
        #expect(try plan(before: 50).isEmpty)
        #expect(try verify() == [])
        let latest = try StoreInspector(path: place.path, options: TemporaryStore.options)
            .latest(ExpertID(1), Symbol("AAPL"))
        #expect(latest?.recommendation.recommendation.id == RecommendationID(4))
    }

    @Test("R40: what comes after the limit has the same recommendation before it as without pruning")
    func latestBeforeTheLimit() throws {
        try build { past in
            for hours in [Int64(1), 2, 3, 60, 70] { past.advise(hours, at: hours) }
        }
        #expect(try plan(before: 50).recommendations == [1, 2])
    }

    @Test("R97: undecided recommendations stay, with the one before each and with their events")
    func undecided() throws {
        try build { past in
            past.advise(1, at: 1)
            past.advise(2, at: 2)
            past.advise(3, at: 3, isDecided: false)
            past.advise(4, at: 4)
            past.advise(5, at: 5)
        }
        #expect(try plan(before: 50).recommendations == [1, 4])
        #expect(try plan(before: 50).events == [1, 4])
        try prune(before: 50)
        #expect(try verify() == [])
        #expect(try integer("SELECT count(*) FROM recommendations WHERE outcome IS NULL") == 1)
    }

    @Test("Old advice that came with a young event stays, and young advice of an old event")
    func bothTimesCount() throws {
        try build { past in
            past.advise(1, at: 1, occurred: 60)
            past.advise(2, at: 60, occurred: 1)
            past.advise(3, at: 2)
            past.advise(4, at: 61)
        }
        #expect(try plan(before: 50).recommendations == [])
        #expect(try plan(before: 50).events == [])
    }

    @Test("R45: of an expert and symbol the latest close of each kind stays", arguments: [Side.buy, .sell])
    func latestCloses(side: Side) throws {
        // Prices of a gain and of a loss against 10.
        let (gain, loss): (Int64, Int64) = side == .buy ? (11, 9) : (9, 11)
        try build { past in
            past.trade(.closed, at: 1, closed: 2, closePrice: gain, side: side)
            past.trade(.closed, at: 3, closed: 4, closePrice: gain, side: side)
            past.trade(.closed, at: 5, closed: 6, closePrice: loss, side: side)
            past.trade(.closed, at: 7, closed: 8, closePrice: loss, side: side)
            past.trade(.closed, at: 9, closed: 10, closePrice: 10, side: side)
            past.trade(.closed, at: 11, closed: 12, closePrice: 10, side: side)
            past.trade(.closed, at: 1, closed: 2, symbol: "MSFT", side: side)
            past.trade(.waiting, at: 30)
        }
        #expect(try plan(before: 50).positions == [1, 3, 5])
        try prune(before: 50)
        #expect(try verify() == [])
        #expect(try integer("SELECT count(*) FROM orders") == 10)
    }

    @Test(
        "R97: positions that are open or closing stay with their orders, failed ones go",
        arguments: PositionStatus.allCases)
    func unfinished(status: PositionStatus) throws {
        try build { past in
            past.trade(status, at: 1, closed: status == .closed ? 2 : nil)
            // So that the one above is not in the last hour, and not the last close.
            past.trade(.closed, at: 20, closed: 21, symbol: status == .closed ? "AAPL" : "X")
        }
        #expect(try plan(before: 50).positions == (status == .closed || status == .failed ? [1] : []))
        try prune(before: 50)
        #expect(try verify() == [])
        #expect(
            try integer("SELECT count(*) FROM orders WHERE position = 1")
                == (status == .closed || status == .failed ? 0 : 2))
    }

    @Test("R94: the entries of an expert's last hour stay")
    func lastHour() throws {
        try build { past in
            past.trade(.failed, at: 10)
            past.trade(.failed, at: 11)
            past.trade(.failed, at: 12)
            past.trade(.failed, at: 5, expert: 2)
        }
        let before = try StoreInspector(path: place.path, options: TemporaryStore.options).lastEntries(of: ExpertID(1))
        #expect(try plan(before: 50).positions == [1, 2])
        try prune(before: 50)
        let after = try StoreInspector(path: place.path, options: TemporaryStore.options).lastEntries(of: ExpertID(1))
        #expect(before == after && after == [StoredPast.time(12)])
    }

    @Test("R97: rows above the mark stay, whatever their age; a row has its record's time")
    func unpublished() throws {
        try build { past in
            past.publish(at: nil)
            past.publish(at: 1)
            past.publish(.ordersCreated, at: 2)
            past.publish(.eventsSkipped, at: 60)
            past.publish(.eventsSkipped, at: nil)
            past.publish(at: 3, mark: 5)
            past.publish(at: 1)
        }
        // The first says nothing and has none before it; the fifth goes with the fourth.
        #expect(try plan(before: 50).rows == [2, 3])
        #expect(try plan(before: 61).rows == [2, 3, 4, 5])
        try prune(before: 50)
        #expect(try verify() == [])
        #expect(try StoreInspector(path: place.path, options: TemporaryStore.options).outboxNumbers() == (1, 7))
    }

    @Test("R12, R13: what is pruned is not known any more, and decided anew; run numbers go on")
    func forgotten() throws {
        try build { past in
            past.advise(1, at: 1)
            past.advise(2, at: 2)
        }
        try prune(before: 50)
        let queries = SQLiteQueries(path: place.path, options: TemporaryStore.options)
        let key = StoreEntries.run(1).key
        let answer = try queries.answer(
            .known(
                identities: [EventIdentity(id: "e1"), EventIdentity(id: "e2")],
                recommendations: [1, 2].map { RecommendationKey(key: key, id: RecommendationID($0)) }))
        guard case .known(let identities, let recommendations) = answer else { return #expect(Bool(false)) }
        #expect(identities == [EventIdentity(id: "e2")] && recommendations.map(\.id) == [RecommendationID(2)])
        let store = try open()
        var hashes = 0
        let snapshot = try store.snapshot { _ in hashes += 1 }
        #expect(hashes == 2 && snapshot.lastEvent == 2 && snapshot.lastRecommendation == 2)
        var entries = StoreEntries()
        (entries.commit, entries.event, entries.recommendation, entries.offset) = (store.lastCommit, 2, 2, 9)
        #expect(store.commit([entries.inbox(ids: [1], id: "e1")]) == .committed)
        #expect(try integer("SELECT run FROM lock_keys") == 2)
        store.close()
        #expect(try verify() == [])
    }

    // MARK: - Carrying it out

    @Test("It may be stopped between two transactions: the store is whole, and the next one does the rest")
    func interrupted() throws {
        try build { past in
            for number in Int64(1)...30 {
                past.advise(number, at: number)
                past.trade(.failed, at: number)
                past.publish(at: number, mark: number)
            }
        }
        let whole = try plan(before: 200)
        for allowed in [0, 1, 1, 1] {
            let store = try open()
            var asked = 0
            let done = try store.prune(before: StoredPast.time(200)) {
                asked += 1
                return asked > allowed
            }
            store.close()
            #expect(done == nil && asked == allowed + 1)
            #expect(try verify() == [])
        }
        #expect(try prune(before: 200) != nil)
        #expect(whole.recommendations.count == 29 && whole.events.count == 29 && whole.rows.count == 30)
        #expect(try integer("SELECT count(*) FROM outbox") == 0 && plan(before: 200).isEmpty)
    }

    @Test("An error leaves what was there", arguments: ["DELETE FROM events", "DELETE FROM positions", "COMMIT"])
    func errors(statement: String) throws {
        try build { past in
            for number in Int64(1)...10 {
                past.advise(number, at: number)
                past.trade(.failed, at: number)
            }
        }
        var options = TemporaryStore.options
        let isOn = Box(false)
        let switched = UncheckedBox(isOn)
        options.probe = SQLiteProbe { _, sql in
            switched.box.value && sql.hasPrefix(statement) ? .instead(SQLITE_FULL) : .proceed
        }
        let store = try SQLiteStore.open(path: place.path, options: options)
        isOn.value = true
        #expect(throws: StoreError.self) { try store.prune(before: StoredPast.time(200), isInterrupted: { false }) }
        isOn.value = false
        store.close()
        #expect(try verify() == [])
        #expect(try prune(before: 200) != nil)
        #expect(try integer("SELECT count(*) FROM events") == 1)
    }

    /// For a probe, which runs on the test's thread alone.
    private struct UncheckedBox: @unchecked Sendable {
        let box: Box<Bool>

        init(_ box: Box<Bool>) { self.box = box }
    }

    @Test("A store that somebody holds is not pruned (G10)")
    func held() throws {
        let store = try open()
        defer { store.close() }
        #expect(throws: StoreError.self) { try prune(before: 50) }
    }
}

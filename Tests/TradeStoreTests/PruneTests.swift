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
    private static let hour: Int64 = 3_600_000_000

    init() throws { place = try TemporaryStore() }

    private func open() throws -> SQLiteStore {
        try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
    }

    /// Times are hours since 1970.
    private static func time(_ hours: Int64) -> Timestamp { Timestamp(microseconds: hours * hour) }

    private func plan(before hours: Int64) throws -> PrunePlan {
        try StoreInspector(path: place.path, options: TemporaryStore.options).prunable(before: Self.time(hours))
    }

    @discardableResult
    private func prune(before hours: Int64) throws -> PrunePlan? {
        let store = try open()
        defer { store.close() }
        return try store.prune(before: Self.time(hours), isInterrupted: { false })
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

    // MARK: - Building a past

    /// Commits entries whose times and outcomes a test names.
    private struct Past {
        let store: SQLiteStore
        private var event: Int64 = 0
        private var recommendation: Int64 = 0
        private var position: Int64 = 0
        private var row: Int64 = 0

        init(_ store: SQLiteStore) { self.store = store }

        mutating func advise(
            _ id: Int64, at hours: Int64, expert: Int64 = 1, useCase: UseCase = .enterMarket, symbol: String = "AAPL",
            occurred: Int64? = nil, isDecided: Bool = true
        ) {
            event += 1
            recommendation += 1
            let reference = EventReference(
                number: event, identity: EventIdentity(id: "e\(event)"),
                address: RecordAddress(topic: .analysisCompleted, partition: 0, offset: event),
                expert: ExpertID(expert), useCase: useCase, occurredAt: PruneTests.time(occurred ?? hours),
                lookbackDays: 1, trace: nil)
            let advice = Recommendation(
                id: RecommendationID(id), symbol: Symbol(symbol), action: .buy, priceAtDate: Fixed9(units: 1),
                createdAt: PruneTests.time(hours))
            commit(
                event: reference,
                recommendations: [.init(number: recommendation, event: reference, recommendation: advice)])
            guard isDecided else { return }
            commit(
                run: StoreEntries.run(expert: expert, useCase: useCase, event),
                outcomes: [RecommendationOutcome(number: recommendation, kind: .skipped(.hold), run: event)])
        }

        mutating func trigger(at hours: Int64) {
            event += 1
            commit(
                event: EventReference(
                    number: event, identity: EventIdentity(id: "e\(event)"),
                    address: RecordAddress(topic: .analysisCompleted, partition: 0, offset: event),
                    expert: ExpertID(1), useCase: .enterMarket, occurredAt: PruneTests.time(hours), lookbackDays: 1,
                    trace: nil))
        }

        mutating func trade(
            _ status: PositionStatus, at hours: Int64, closed: Int64? = nil, closePrice: Int64 = 1, expert: Int64 = 1,
            symbol: String = "AAPL", side: Side = .buy
        ) {
            position += 1
            var made = StoreEntries.position(position, expert: expert, symbol: symbol, status: status, orders: 2)
            made.side = side
            made.price = Fixed9(units: 10)
            made.createdAt = PruneTests.time(hours)
            made.openedAt = status == .waiting || status == .failed ? nil : PruneTests.time(hours)
            if let closed {
                made.closedAt = PruneTests.time(closed)
                made.closePrice = Fixed9(units: closePrice)
            }
            commit(positions: [made])
        }

        mutating func publish(_ topic: OutputTopic = .deadLetters, at hours: Int64?, mark: Int64? = nil) {
            row += 1
            let made = OutboxRow(
                number: row,
                record: .deadLetter(
                    DeadLetterRecord(
                        address: RecordAddress(topic: .analysisCompleted, partition: 0, offset: row),
                        timestamp: hours.map { $0 * 3_600_000 }, bytes: RecordBytes(key: nil, value: nil, headers: []),
                        cause: Undecodable(.malformed, "m"))))
            var headers: [UInt8] = []
            HeaderBlock.append(
                name: "ce_id".utf8, value: UniqueID(high: 1, low: UInt64(row)).description.utf8, to: &headers)
            if let hours { HeaderBlock.append(name: "ce_time".utf8, value: PruneTests.text(hours).utf8, to: &headers) }
            let letter = OutputEncoder(topics: TopicNames()).encode(made.record)
            made.encoded =
                topic == .deadLetters ? letter : EncodedRecord(topic: topic, key: nil, value: [1], headers: headers)
            commit(rows: [made], relayMark: mark)
        }

        private func commit(
            event: EventReference? = nil, recommendations: [PendingRecommendation] = [], run: KeyRun? = nil,
            positions: [Position] = [], outcomes: [RecommendationOutcome] = [], rows: [OutboxRow] = [],
            relayMark: Int64? = nil
        ) {
            let entry = ChangeSet(
                number: store.lastCommit + 1, event: event, recommendations: recommendations, run: run,
                positions: positions, outcomes: outcomes, rows: rows, relayMark: relayMark)
            #expect(store.commit([entry]) == .committed)
        }
    }

    private static func text(_ hours: Int64) -> String {
        let (day, hour) = hours.quotientAndRemainder(dividingBy: 24)
        return
            "1970-\(day < 31 ? "01" : "02")-\(String("0\(day % 31 + 1)".suffix(2)))T\(String("0\(hour)".suffix(2))):00:00.000Z"
    }

    private func build(_ body: (inout Past) -> Void) throws {
        let store = try open()
        defer { store.close() }
        var past = Past(store)
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
        #expect(before == after && after == [Self.time(12)])
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
            let done = try store.prune(before: Self.time(200)) {
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
        #expect(throws: StoreError.self) { try store.prune(before: Self.time(200), isInterrupted: { false }) }
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

    // MARK: - Against a model

    /// Random pasts, pruned at random limits: every question that can still come has the same answer, and what went is exactly
    /// what the rules name.
    @Test("R40, R45, R94: answers are the same before and after")
    func answersStay() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("answersStay: seed \(seed)")
        var random = ContractRandom(seed: seed)
        var pruned = 0
        for round in 0..<25 {
            let place = try TemporaryStore()
            let store = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
            var past = Past(store)
            for _ in 0..<60 {
                let hours = Int64.random(in: 0...40, using: &random)
                let (expert, symbol) = (Int64.random(in: 1...2, using: &random), random.chance(50) ? "A" : "B")
                if random.chance(60) {
                    past.advise(
                        Int64.random(in: 1...1_000_000, using: &random), at: hours, expert: expert,
                        useCase: random.chance(50) ? .enterMarket : .openPositions, symbol: symbol,
                        occurred: hours + Int64.random(in: -3...3, using: &random), isDecided: random.chance(85))
                } else {
                    past.trade(
                        random.chance(70) ? .closed : .failed, at: hours,
                        closed: hours + Int64.random(in: 0...4, using: &random),
                        closePrice: Int64.random(in: 9...11, using: &random), expert: expert, symbol: symbol,
                        side: random.chance(50) ? .buy : .sell)
                }
            }
            let limit = Int64.random(in: 0...45, using: &random)
            let before = try answers(place, store, from: limit)
            let gone = try store.prune(before: Self.time(limit), isInterrupted: { false })
            pruned += (gone?.recommendations.count ?? 0) + (gone?.positions.count ?? 0)
            #expect(try answers(place, store, from: limit) == before, "seed \(seed), round \(round), limit \(limit)")
            store.close()
        }
        #expect(pruned > 100)
    }

    private func answers(_ place: TemporaryStore, _ store: SQLiteStore, from limit: Int64) throws -> [String] {
        let queries = SQLiteQueries(path: place.path, options: TemporaryStore.options)
        var lines: [String] = []
        for expert in [Int64(1), 2].map({ ExpertID($0) }) {
            guard case .expert(let snapshot) = try queries.answer(.expert(expert, pendingLimit: .max)) else { continue }
            lines.append("\(snapshot.entries.map(\.microseconds)) \(snapshot.positions.count)")
            let pending = snapshot.keys.flatMap(\.pending)
            lines += pending.map { StoreDump.describe($0) }
            var questions = pending.map {
                HistoryQuestion(
                    symbol: $0.recommendation.symbol, createdAt: $0.recommendation.createdAt, id: $0.recommendation.id)
            }
            for symbol in ["A", "B", "C"] {
                for hours in [limit, limit + 1, limit + 7, 1_000] {
                    questions.append(
                        HistoryQuestion(
                            symbol: Symbol(symbol), createdAt: Self.time(hours), id: RecommendationID(500_000)))
                }
            }
            guard case .history(let answers) = try queries.answer(.history(expert, questions)) else { continue }
            lines += zip(questions, answers).map { "\($0.symbol) \($0.createdAt.microseconds) \($1)" }
        }
        return lines
    }
}

import Testing
import TradeContracts
import TradeCore
import TradePipeline

/// What holds for every store and its reader (G2, G3, G4, G6). `open` makes an empty one.
package struct StoreContract: Sendable, CustomTestStringConvertible {
    package let testDescription: String
    package let check: @Sendable (_ open: () throws -> StoreBench) throws -> Void

    package static let all =
        [
            StoreContract("an empty store knows nothing", emptyStore),
            StoreContract("everything is read as it was written", readsAsWritten),
            StoreContract("recommendations of an event share its reference", sharesEvents),
            StoreContract("outcomes end pending", outcomesEndPending),
            StoreContract("positions are replaced by number", positionsAreReplaced),
            StoreContract("a closing position makes room for another", closingMakesRoom),
            StoreContract("the outbox is read in pages", outboxPages),
            StoreContract("reference data is set and deleted", referenceData),
            StoreContract("identities are compared, not only hashed", identities),
            StoreContract("an empty group is committed", emptyGroup),
            StoreContract("of a key with much pending none is read at once", pendingLimit),
            StoreContract("what is pending is read in pages of whole symbols", pendingPages),
            StoreContract("what came before a recommendation is found (R40, R45)", history),
            StoreContract("halts are set, replaced and lifted (R93)", halts),
            StoreContract("the last hour's entries are counted, whatever became of them", lastHour),
        ]
        + StoreRefusals.all.map { refusal in
            StoreContract("refused: \(refusal.name)") { open in try refusal.check(open) }
        }

    init(_ name: String, _ check: @escaping @Sendable (_ open: () throws -> StoreBench) throws -> Void) {
        testDescription = name
        self.check = check
    }
}

extension StoreContract {
    private static func emptyStore(_ open: () throws -> StoreBench) throws {
        let bench = try open()
        let lines = try StoreDump.lines(
            bench, experts: [1], orders: [UniqueID(high: 1, low: 2)], identities: [EventIdentity(id: "a")])
        #expect(
            lines == [
                "commit 0 event 0 recommendation 0 position 0 row 0 mark 0", "hashes []",
                "order \(UniqueID(high: 1, low: 2)) of none", "\(EventIdentity(id: "a")) false",
            ])
        #expect(try bench.store.recover() == 0)
    }

    private static func emptyGroup(_ open: () throws -> StoreBench) throws {
        #expect(try open().store.commit([]) == .committed)
    }

    private static func sharesEvents(_ open: () throws -> StoreBench) throws {
        let bench = try open()
        var entries = StoreEntries()
        #expect(bench.store.commit([entries.inbox(ids: [5, 6]), entries.inbox(ids: [7])]) == .committed)
        let expert = try bench.expert(1)
        let pending = try #require(expert.keys.first?.pending)
        #expect(pending.map(\.number) == [1, 2, 3])
        guard pending.count == 3 else { return }
        #expect(pending[0].event === pending[1].event)
        #expect(pending[0].event.number != pending[2].event.number)
    }

    private static func outcomesEndPending(_ open: () throws -> StoreBench) throws {
        let bench = try open()
        var entries = StoreEntries()
        let inbox = entries.inbox(ids: [5, 6])
        let other = entries.inbox(useCase: .openPositions, ids: [5])
        let outcomes = [
            RecommendationOutcome(number: 1, kind: .ordered, run: 3),
            RecommendationOutcome(number: 3, kind: .skipped(.stale), run: 4),
        ]
        let decision = entries.other(run: StoreEntries.run(3), outcomes: outcomes)
        #expect(bench.store.commit([inbox, other, decision]) == .committed)
        let expert = try bench.expert(1)
        // The other key has neither runs nor anything pending: the store does not know it.
        #expect(expert.keys.map(\.useCase) == [.enterMarket])
        #expect(expert.keys.map(\.run) == [3])
        #expect(expert.keys.first?.pending.map(\.number) == [2])
        let snapshot = try bench.store.snapshot { _ in }
        #expect(snapshot.pendingKeys.map(\.description) == ["expert_1_usecase_enter_market"])
    }

    private static func closingMakesRoom(_ open: () throws -> StoreBench) throws {
        let bench = try open()
        var entries = StoreEntries()
        let group = [
            entries.other(positions: [StoreEntries.position(1)]),
            entries.other(positions: [StoreEntries.position(1, status: .opened)]),
            entries.other(positions: [StoreEntries.position(1, status: .closing)]),
            entries.other(positions: [StoreEntries.position(2)]),
            // In one entry, in this order: the first ends, a third takes its place.
            entries.other(positions: [StoreEntries.position(2, status: .failed), StoreEntries.position(3)]),
            // Another symbol, another expert: no hindrance.
            entries.other(positions: [
                StoreEntries.position(4, symbol: "aapl"), StoreEntries.position(5, expert: 2),
            ]),
        ]
        #expect(bench.store.commit(group) == .committed)
        let expert = try bench.expert(1)
        #expect(expert.positions.map(\.number) == [1, 3, 4])
        var open: [Int64] = []
        try bench.store.openPositions { open.append($0.number) }
        #expect(open.sorted() == [1, 3, 4, 5])
    }

    private static func positionsAreReplaced(_ open: () throws -> StoreBench) throws {
        let bench = try open()
        var entries = StoreEntries()
        var position = StoreEntries.position(1, orders: 3)
        #expect(bench.store.commit([entries.other(positions: [position])]) == .committed)
        position.status = .closed
        position.openedAt = Timestamp(microseconds: 8)
        position.closedAt = Timestamp(microseconds: 9)
        position.closePrice = Fixed9(units: 4)
        position.takeProfit = Fixed9(units: 3)
        position.stopLoss = Fixed9(units: -3)
        position.quantity = .zero
        position.price = Fixed9(billionths: 1)
        position.orders = [
            StoreEntries.order(of: 1, 2, status: .replaced), StoreEntries.order(of: 1, 0, status: .filled),
        ]
        #expect(bench.store.commit([entries.other(positions: [position])]) == .committed)
        for (place, isFound) in [(0, true), (1, false), (2, true)] {
            let order = StoreEntries.orderID(of: 1, place)
            guard case .position(let found) = try bench.queries.answer(.position(order: order)) else { return }
            #expect(found == (isFound ? position : nil), "order \(place)")
        }
        let expert = try bench.expert(1)
        #expect(expert.positions.isEmpty)
    }

    private static func outboxPages(_ open: () throws -> StoreBench) throws {
        let bench = try open()
        var entries = StoreEntries()
        #expect(bench.store.commit([entries.other(rows: 3), entries.other(rows: 4, relayMark: 7)]) == .committed)
        let cases: [(Int64, Int, [Int64])] = [
            (0, 100, [1, 2, 3, 4, 5, 6, 7]), (0, 2, [1, 2]), (2, 2, [3, 4]), (6, 2, [7]), (7, 2, []), (99, 2, []),
            (.min, 1, [1]), (0, 0, []), (0, -1, []), (.max, .max, []),
        ]
        for (after, limit, expected) in cases {
            guard case .outbox(let rows) = try bench.queries.answer(.outbox(after: after, limit: limit)) else { return }
            #expect(rows.map(\.number) == expected, "after \(after), limit \(limit)")
        }
        #expect(try bench.store.snapshot { _ in }.relayMark == 7)
    }

    private static func referenceData(_ open: () throws -> StoreBench) throws {
        let bench = try open()
        var entries = StoreEntries()
        func set(_ change: ReferenceChange, _ origin: ReferenceOrigin) -> ReferenceWrite {
            ReferenceWrite(change: change, origin: origin)
        }
        let group = [
            entries.other(reference: [
                set(ReferenceSamples.ruleset("b"), .file), set(ReferenceSamples.expert(10), .topic(offset: 3)),
                set(ReferenceSamples.expert(9), .file), set(ReferenceSamples.account(-1), .topic(offset: 0)),
            ]),
            entries.other(reference: [
                set(ReferenceSamples.account(-1, balance: 7), .topic(offset: 5)),
                set(ReferenceSamples.deletion(.expert(ExpertID(10))), .topic(offset: 6)),
                set(ReferenceSamples.ruleset("a"), .file), set(ReferenceSamples.deletion(.ruleset("none")), .file),
            ]),
        ]
        #expect(bench.store.commit(group) == .committed)
        let reference = try bench.reopen().store.snapshot { _ in }.reference
        #expect(
            reference.map(\.change) == [
                ReferenceSamples.account(-1, balance: 7), ReferenceSamples.expert(9), ReferenceSamples.ruleset("a"),
                ReferenceSamples.ruleset("b"),
            ])
        #expect(reference.map(\.origin) == [.topic(offset: 5), .file, .file, .file])
    }

    private static func identities(_ open: () throws -> StoreBench) throws {
        let bench = try open()
        var entries = StoreEntries()
        let composed = EventIdentity(id: "\u{E9}", source: "")
        let group = [
            entries.inbox(ids: [1], id: "a", source: "b"), entries.inbox(ids: [], id: "\u{E9}"),
            entries.inbox(expert: 2, ids: [.min, .max], id: "x"),
        ]
        #expect(bench.store.commit(group) == .committed)
        let asked = [
            EventIdentity(id: "a", source: "b"), EventIdentity(id: "a"), EventIdentity(id: "", source: "b"),
            EventIdentity(id: "e\u{301}"), composed,
        ]
        let keys = [
            (1, UseCase.enterMarket, Int64(1)), (1, .openPositions, 1), (2, .enterMarket, 1), (2, .enterMarket, .min),
        ]
        .map {
            RecommendationKey(
                key: ExpertUseCase(expert: ExpertID($0.0), useCase: $0.1), id: RecommendationID($0.2))
        }
        let answer = try bench.queries.answer(.known(identities: asked, recommendations: keys))
        guard case .known(let known, let knownKeys) = answer else { return }
        #expect(known == [asked[0], composed])
        #expect(knownKeys == [keys[0], keys[3]])
        var hashes: Set<UInt64> = []
        _ = try bench.store.snapshot { hashes.insert($0) }
        #expect(
            hashes.isSuperset(of: [asked[0].stableHash, composed.stableHash, keys[0].stableHash, keys[3].stableHash]))
        #expect(hashes.count == 6)
    }
}

import Testing
import TradeContracts
import TradeCore
import TradePipeline

extension StoreContract {
    static func pendingLimit(_ open: () throws -> StoreBench) throws {
        let bench = try open()
        var entries = StoreEntries()
        let group = [entries.inbox(ids: [1, 2, 3]), entries.inbox(useCase: .openPositions, ids: [1, 2])]
        #expect(bench.store.commit(group) == .committed)
        for (limit, expected) in [
            (3, [3, 2]), (2, [0, 2]), (1, [0, 0]), (0, [0, 0]), (-1, [0, 0]), (.max, [3, 2]),
        ] {
            let keys = try bench.expert(1, pendingLimit: limit).keys
            #expect(keys.map(\.pending.count) == expected, "limit \(limit)")
            #expect(keys.map(\.hasMore) == expected.map { $0 == 0 }, "limit \(limit)")
        }
    }

    /// Every page is what `PendingPage` makes of all that is pending, for any mixture and limit.
    static func pendingPages(_ open: () throws -> StoreBench) throws {
        for seed in 1...8 as ClosedRange<UInt64> {
            let bench = try open()
            var random = ContractRandom(seed: seed)
            var entries = StoreEntries()
            let group = (0..<30).map { _ in mixture(&entries, &random) }
            let decided = group.flatMap(\.recommendations).filter { _ in random.chance(20) }
            let outcomes = entries.other(
                outcomes: decided.map { RecommendationOutcome(number: $0.number, kind: .ordered, run: 1) })
            #expect(bench.store.commit(group + [outcomes]) == .committed)
            for key in try bench.expert(1).keys {
                for limit in [-1, 0, 2, 3, 5, 10, 40, .max] {
                    let expected = PendingPage(of: key.pending, limit: limit)
                    let question = LoadRequest.pending(
                        ExpertUseCase(expert: ExpertID(1), useCase: key.useCase), limit: limit)
                    guard case .pending(let page) = try bench.queries.answer(question) else { return }
                    let context = "seed \(seed), \(key.useCase), limit \(limit)"
                    #expect(
                        page.recommendations.map(StoreDump.describe)
                            == expected.recommendations.map(StoreDump.describe), "\(context)")
                    #expect(page.hasMore == expected.hasMore, "\(context)")
                    #expect(page.partial == expected.partial, "\(context)")
                }
            }
        }
        let empty = try open().queries.answer(
            .pending(ExpertUseCase(expert: ExpertID(9), useCase: .enterMarket), limit: 5))
        guard case .pending(let page) = empty else { return }
        #expect(page.recommendations.isEmpty && !page.hasMore && page.partial == nil)
    }

    private static func mixture(_ entries: inout StoreEntries, _ random: inout ContractRandom) -> ChangeSet {
        let useCase: UseCase = random.chance(70) ? .enterMarket : .openPositions
        let first = entries.recommendation
        let inbox = entries.inbox(useCase: useCase, ids: (0..<Int64(random.next() % 4)).map { first + $0 })
        let pending = inbox.recommendations.map { pending in
            var pending = pending
            // Few symbols, some of them canonical equivalents, and many ties.
            let symbols = ["A", "a", "\u{E9}", "e\u{301}", "B"]
            pending.recommendation.symbol = Symbol(symbols[min(Int(random.next() % 9), 4)])
            pending.recommendation.createdAt = Timestamp(microseconds: Int64(random.next() % 5))
            if random.chance(30) { pending.recommendation.action = .error }
            return pending
        }
        return ChangeSet(
            number: inbox.number, position: inbox.position, event: inbox.event, recommendations: pending)
    }

    static func lastHour(_ open: () throws -> StoreBench) throws {
        let bench = try open()
        var entries = StoreEntries()
        let hour: Int64 = 3_600_000_000
        func position(_ number: Int64, expert: Int64 = 1, at time: Int64, _ status: PositionStatus) -> Position {
            var position = StoreEntries.position(number, expert: expert, symbol: "S\(number)", status: status)
            position.createdAt = Timestamp(microseconds: time)
            return position
        }
        let positions = [
            position(1, at: 0, .waiting), position(2, at: hour + 5, .failed), position(3, at: 5, .opened),
            position(4, at: 6, .closed), position(5, expert: 2, at: .min, .closed),
            position(6, expert: 3, at: .max, .closing), position(7, at: hour, .waiting),
        ]
        #expect(bench.store.commit([entries.other(positions: positions)]) == .committed)
        #expect(try bench.expert(1).entries.map(\.microseconds) == [6, hour, hour + 5])
        #expect(try bench.expert(2).entries.isEmpty)
        #expect(try bench.expert(3).entries.map(\.microseconds) == [.max])
        #expect(try bench.expert(4).entries.isEmpty)
    }
}

import Testing
import TradeContracts
import TradeCore
import TradePipeline

extension StoreContract {
    /// Any mixture of recommendations and ends of positions is answered like a look through all of them.
    static func history(_ open: () throws -> StoreBench) throws {
        var hasAll = false
        for seed in 1...6 as ClosedRange<UInt64> {
            var bench = try open()
            var random = ContractRandom(seed: seed)
            var entries = StoreEntries()
            var taken: [PendingRecommendation] = []
            var positions: [Int64: Position] = [:]
            var ids: [ExpertUseCase: Int64] = [:]
            for _ in 0..<40 {
                let entry =
                    random.chance(60) ? opinion(&entries, &ids, &random) : position(&entries, positions, &random)
                #expect(bench.store.commit([entry]) == .committed)
                taken += entry.recommendations
                for position in entry.positions { positions[position.number] = position }
            }
            if random.chance(50) { bench = try bench.reopen() }
            for expert in [Int64(1), 2] {
                hasAll =
                    try expectHistory(
                        of: expert, bench, taken.filter { $0.event.expert.rawValue == expert },
                        positions.values.filter { $0.expert.rawValue == expert }, "seed \(seed), expert \(expert)")
                    || hasAll
            }
        }
        #expect(hasAll, "no case had a previous one, a profitable and a losing close")
        let nothing = HistoryQuestion(symbol: Symbol("A"), createdAt: .init(microseconds: 9), id: RecommendationID(1))
        guard case .history(let answers) = try open().queries.answer(.history(ExpertID(3), [nothing])) else { return }
        #expect(answers == [HistoryAnswer(previous: nil, lastCloses: LastCloses())])
    }

    static func halts(_ open: () throws -> StoreBench) throws {
        var bench = try open()
        var entries = StoreEntries()
        var table = HaltTable()
        let scopes: [HaltScope] = [.all, .account(AccountID(1)), .expert(ExpertID(1)), .expert(ExpertID(.min))]
        var random = ContractRandom(seed: 5)
        var most = 0
        for round in 0..<60 {
            let scope = scopes[Int(random.next() % 4)]
            let entriesOnly = random.chance(50)
            let change: HaltChange =
                random.chance(60)
                ? .halt(
                    Halt(
                        scope: scope, entriesOnly: entriesOnly, reason: "because of \(round), \u{1F525}",
                        since: Timestamp(microseconds: Int64(round))))
                : .resume(scope, entriesOnly: entriesOnly, reason: "over")
            table.apply(change)
            most = max(most, table.all.count)
            #expect(bench.store.commit([entries.other(halts: [change])]) == .committed)
            if random.chance(10) { bench = try bench.reopen() }
            #expect(try HaltTable(bench.store.snapshot { _ in }.halts) == table, "round \(round)")
        }
        #expect(most > 2)
    }

    private static let symbols = ["A", "a", "\u{E9}", "e\u{301}"]

    private static func expectHistory(
        of expert: Int64, _ bench: StoreBench, _ taken: [PendingRecommendation], _ positions: [Position],
        _ context: String
    ) throws -> Bool {
        var questions: [HistoryQuestion] = []
        for symbol in symbols {
            for time in Int64(-1)...6 {
                for id in Int64(0)...5 {
                    questions.append(
                        HistoryQuestion(
                            symbol: Symbol(symbol), createdAt: Timestamp(microseconds: time), id: RecommendationID(id)))
                }
            }
        }
        let expected = questions.map { question in
            let before = taken.map(\.recommendation).filter {
                $0.symbol == question.symbol && ($0.createdAt, $0.id) < (question.createdAt, question.id)
            }
            // Of equal ones the last that was taken in.
            let previous = before.reversed().max { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
            var closes = LastCloses()
            for position in positions where position.symbol == question.symbol { closes.include(position) }
            return HistoryAnswer(previous: previous.map(PreviousRecommendation.init), lastCloses: closes)
        }
        guard case .history(let answers) = try bench.queries.answer(.history(ExpertID(expert), questions)) else {
            throw Refusal("\(context): another question was answered")
        }
        #expect(answers == expected, "\(context)")
        return expected.contains {
            $0.previous != nil && $0.lastCloses.profitable != nil && $0.lastCloses.losing != nil
        }
    }

    private static func opinion(
        _ entries: inout StoreEntries, _ ids: inout [ExpertUseCase: Int64], _ random: inout ContractRandom
    ) -> ChangeSet {
        let useCase: UseCase = random.chance(50) ? .enterMarket : .openPositions
        let inbox = entries.inbox(expert: random.chance(70) ? 1 : 2, useCase: useCase, ids: [0])
        let pending = inbox.recommendations.map { pending in
            var pending = pending
            // An id counts once per key: few times, and both use cases, make ties of time and id.
            ids[pending.event.lockKey, default: 0] += 1
            pending.recommendation.id = RecommendationID(ids[pending.event.lockKey, default: 0])
            pending.recommendation.symbol = Symbol(symbols[Int(random.next() % 4)])
            pending.recommendation.action = RecommendedAction.allCases[Int(random.next() % 6)]
            pending.recommendation.createdAt = Timestamp(microseconds: Int64(random.next() % 5))
            return pending
        }
        return ChangeSet(
            number: inbox.number, position: inbox.position, event: inbox.event, recommendations: pending)
    }

    /// A new position that has ended already, or an end of one that is there.
    private static func position(
        _ entries: inout StoreEntries, _ known: [Int64: Position], _ random: inout ContractRandom
    ) -> ChangeSet {
        let statuses: [PositionStatus] = [.closing, .closed, .closed, .failed]
        let status = statuses[Int(random.next() % 4)]
        var position: Position
        if random.chance(40), let number = known.keys.sorted().first(where: { _ in random.chance(30) }),
            let old = known[number]
        {
            position = old
            position.status = status
        } else {
            entries.position += 1
            position = StoreEntries.position(
                entries.position, expert: random.chance(70) ? 1 : 2, symbol: symbols[Int(random.next() % 4)],
                status: status)
            position.side = random.chance(50) ? .buy : .sell
        }
        position.closedAt = random.chance(90) ? Timestamp(microseconds: Int64(random.next() % 50)) : nil
        position.closePrice =
            random.chance(90)
            ? Fixed9(billionths: position.price.billionths + Int64(random.next() % 3) - 1) : nil
        return entries.other(positions: [position])
    }
}

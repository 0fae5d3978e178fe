import Support
import Testing
import TradeContracts
import TradeCore
import TradePipeline

@testable import TradeStore

/// What rules can ask a store before it was pruned and after (R97).
@Suite("Answers of a pruned store (R97)")
struct PruneAnswerTests {
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
            var past = StoredPast(store)
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
            let gone = try store.prune(before: StoredPast.time(limit), isInterrupted: { false })
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
                            symbol: Symbol(symbol), createdAt: StoredPast.time(hours), id: RecommendationID(500_000)))
                }
            }
            guard case .history(let answers) = try queries.answer(.history(expert, questions)) else { continue }
            lines += zip(questions, answers).map { "\($0.symbol) \($0.createdAt.microseconds) \($1)" }
        }
        return lines
    }
}

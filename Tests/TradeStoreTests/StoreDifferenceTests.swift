import Support
import Testing
import TradeContracts
import TradeCore
import TradePipeline
import TradeReplay

@testable import TradeStore

@Suite("SQLite and memory are the same store")
struct StoreDifferenceTests {
    @Test("Random groups, with entries that no store takes, end alike", arguments: 1...12 as ClosedRange<UInt64>)
    func random(seed: UInt64) throws {
        let place = try TemporaryStore()
        let memory = MemoryStore()
        var bench = try place.bench()
        let twin = StoreBench(store: memory, queries: memory, reopen: { throw Refusal("never") })
        var random = RandomEntries(seed: seed)
        var refusals = 0
        for round in 0..<40 {
            let group = random.group()
            let result = bench.store.commit(group)
            switch (result, memory.commit(group)) {
            case (.committed, .committed): random.accepted(group)
            case (.refused(let number, _), .refused(let other, _)) where number == other:
                refusals += 1
                random.accepted(group.filter { $0.number < number })
            case (_, let other): Issue.record("seed \(seed), round \(round): \(result), in memory \(other)")
            }
            if random.isLucky(10) { bench = try bench.reopen() }
            if random.isLucky(20) { #expect(try bench.store.recover() == memory.recover()) }
            let lines = try random.lines(bench)
            #expect(try lines == random.lines(twin), "seed \(seed), round \(round)")
        }
        // Both kinds of ends were tried.
        #expect(
            memory.recover() > 20 && refusals > 5 && refusals < 40, "\(memory.recover()) entries, \(refusals) refused")
    }
}

/// Entries from a seed: most are sound, some break an invariant, and few know which.
private struct RandomEntries {
    private var random: ContractRandom
    private var state = StoreEntries()
    private var orders: [UniqueID] = []

    init(seed: UInt64) { random = ContractRandom(seed: seed) }

    mutating func isLucky(_ percent: UInt64) -> Bool { random.chance(percent) }

    mutating func group() -> [ChangeSet] {
        var next = state
        return (0..<Int.random(in: 0...8, using: &random)).map { _ in entry(&next) }
    }

    /// Goes on from what the stores took.
    mutating func accepted(_ entries: [ChangeSet]) {
        for entry in entries {
            state.commit = entry.number
            state.event = max(state.event, entry.event?.number ?? 0)
            state.recommendation = max(state.recommendation, entry.recommendations.last?.number ?? 0)
            state.position = max(state.position, entry.positions.map(\.number).max() ?? 0)
            state.row = max(state.row, entry.rows.last?.number ?? 0)
            state.offset = max(state.offset, entry.position?.nextOffset ?? 0)
            orders += entry.positions.flatMap(\.orders).map(\.id)
        }
    }

    func lines(_ bench: StoreBench) throws -> [String] {
        try StoreDump.lines(bench, experts: [1, 2, 3], orders: Array(Set(orders)).sorted())
    }

    private mutating func entry(_ next: inout StoreEntries) -> ChangeSet {
        let expert = Int64.random(in: 1...3, using: &random)
        if random.chance(3) { next.commit += 1 }
        if random.chance(2) { next.event -= 1 }
        if random.chance(2) { next.row -= 1 }
        switch Int.random(in: 0..<6, using: &random) {
        case 0, 1:
            let useCase: UseCase = random.chance(50) ? .enterMarket : .openPositions
            let first = random.chance(10) ? Int64.random(in: 1...40, using: &random) : next.recommendation + 1000
            let ids = (0..<Int64.random(in: 0...3, using: &random)).map { first + $0 }
            return next.inbox(expert: expert, useCase: useCase, ids: ids)
        case 2:
            let symbol = "S\(Int.random(in: 1...4, using: &random))"
            next.position += 1
            return next.other(
                run: StoreEntries.run(expert: expert, Int64.random(in: 20...25, using: &random)),
                positions: [StoreEntries.position(next.position, expert: expert, symbol: symbol)], rows: 1)
        case 3:
            let number = Int64.random(in: 0...max(1, next.position), using: &random)
            let symbol = "S\(Int.random(in: 1...4, using: &random))"
            let status = PositionStatus.allCases.randomElement(using: &random) ?? .closed
            let position = StoreEntries.position(
                number, expert: expert, symbol: symbol, status: status,
                orders: Int.random(in: 0...3, using: &random))
            return next.other(positions: [position])
        case 4:
            let numbers = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                Int64.random(in: 0...max(1, next.recommendation), using: &random)
            }
            return next.other(
                outcomes: numbers.map { RecommendationOutcome(number: $0, kind: .skipped(.stale), run: 1) })
        default:
            let mark = Int64.random(in: 0...(next.row + 1), using: &random)
            let write = ReferenceWrite(
                change: random.chance(70)
                    ? ReferenceSamples.account(expert, balance: mark)
                    : ReferenceSamples.deletion(.account(AccountID(expert))),
                origin: random.chance(50) ? .file : .topic(offset: mark))
            let position = StoreEntries.input(next: Int64.random(in: 0...(next.offset + 1), using: &random))
            return next.other(
                position: random.chance(40) ? position : nil, reference: [write], rows: 2,
                relayMark: random.chance(40) ? mark : nil)
        }
    }
}

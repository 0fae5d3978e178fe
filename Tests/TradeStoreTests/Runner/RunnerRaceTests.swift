import Foundation
import Support
import Telemetry
import Testing
import TradeContracts
import TradeCore

@testable import TradePipeline
@testable import TradeStore

@Suite("Experts that race for the money of their account", .serialized)
struct RunnerRaceTests {
    /// In each round two experts ask at once for the last 10,000 of their account, through eight workers: one gets all of it, the
    /// other is unfunded. Then it is given back, by a rejection or by a close, and the next round begins.
    ///
    /// As many rounds as there are in 15 s; 10,000 with `TRADE_MANAGER_MANY_EVENTS` set. The store itself refuses what binds more
    /// than the account has, in every transaction.
    @Test("R55: of two experts one gets the last 10,000, over and over")
    func lastMoney() throws {
        let isLong = ProcessInfo.processInfo.environment["TRADE_MANAGER_MANY_EVENTS"] != nil
        let seed = UInt64.random(in: 0 ... .max)
        var race = try Race(seed: seed)
        let end = MonotonicTime.after(seconds: 15)
        while isLong ? race.rounds < 10_000 : race.rounds < 20 || MonotonicTime.now < end {
            try race.run()
        }
        print("\(race.rounds) races for an account, seed \(seed): the first event won \(race.wonByFirst)")
        let ledger = try FaultLedger(race.world)
        #expect(ledger.problems == [], "seed \(seed): \(race.world.log.text)")
        #expect(ledger.ordered == race.rounds)
        #expect(ledger.skips == ["unfunded": race.rounds])
        #expect(ledger.used == .zero, "R54: what was given back binds nothing")
    }
}

/// A running world of three experts that may each use all of one account, and its rounds.
private struct Race {
    static let balance: Int64 = 10_000

    let world: FaultWorld
    private(set) var rounds = 0
    private(set) var wonByFirst = 0
    private var random: ContractRandom
    private let store: Connection
    private let updates = TopicPartition.updates(0)

    init(seed: UInt64) throws {
        world = try FaultWorld(FaultReference(experts: 1...3, balance: Race.balance, share: 100))
        world.workers = 8
        random = ContractRandom(seed: seed)
        try world.start()
        store = try Connection(path: world.place.path, mode: .readWrite, busyTimeout: 5000)
        let bound = Race.bound
        for event in ["INSERT", "UPDATE"] {
            try store.execute(
                """
                CREATE TRIGGER spent_twice_\(event) AFTER \(event) ON positions WHEN \(bound) > \(Race.balance)
                BEGIN SELECT RAISE(ABORT, 'more than the account has'); END
                """)
        }
    }

    /// What the unfinished positions bind, in SQL; two halves, because each has an index of its own.
    private static var bound: String {
        ["IN (1, 2)", "= 3"].map { status in
            "(SELECT coalesce(sum((price / 1000000000) * (quantity / 1000000000)), 0) FROM positions WHERE status \(status))"
        }.joined(separator: " + ")
    }

    mutating func run() throws {
        let id = Int64(rounds + 1) * 10
        // Of one partition they come in one batch; of two each comes by itself.
        let pair: [Int64] = Bool.random(using: &random) ? [1, 3] : [1, 2]
        let order = pair.shuffled(using: &random)
        world.send(
            order.map { SentEvent(id: "race-\(id)-\($0)", expert: $0, recommendations: [id + $0]) })
        try settle()
        rounds += 1
        let winner = try expectOneWinner(of: order, id: id)
        if winner == order.first { wonByFirst += 1 }
        if rounds.isMultiple(of: 8) { try close(winner, id: id) } else { update("rejected", winner, id: id) }
        try settle()
        let left = try store.integer("SELECT \(Race.bound)")
        #expect(left == 0, "R54: the money of round \(rounds) is given back")
    }

    /// Waits until all is at rest, or until the store has refused to spend money twice.
    private func settle() throws {
        try world.wait("rest") {
            world.holds { $0.counters.refusals > 0 || $0.isQuiet && world.topics.isDelivered }
        }
        try #require(world.look { $0.counters.refusals } == 0, "R55: money was spent twice in round \(rounds)")
    }

    /// Exactly one of them has a position, with all the money, and the other its skip.
    private func expectOneWinner(of order: [Int64], id: Int64) throws -> Int64 {
        let rows = try store.statement(
            "SELECT expert, outcome FROM recommendations WHERE id BETWEEN ? AND ? ORDER BY outcome")
        rows.bind(1, integer: id)
        rows.bind(2, integer: id + 9)
        defer { rows.reset() }
        var outcomes: [(expert: Int64, outcome: Int64?)] = []
        while try rows.step() { outcomes.append((rows.integer(0), rows.optionalInteger(1))) }
        try #require(outcomes.map(\.outcome) == [0, SkipReason.unfunded.code], "round \(rounds) of \(order)")
        #expect(try store.integer("SELECT \(Race.bound)") == Race.balance, "round \(rounds)")
        return outcomes[0].expert
    }

    /// What was bought is there, then turned and sold.
    private func close(_ expert: Int64, id: Int64) throws {
        update("filled", expert, id: id)
        try settle()
        world.send([
            SentEvent(
                id: "turn-\(id)", expert: expert, useCase: .openPositions, recommendations: [id + 5],
                symbol: "S\(id + expert)", action: "SELL")
        ])
        try settle()
        #expect(try store.integer("SELECT \(Race.bound)") == Race.balance, "R54: CLOSING still binds")
        let ids = DerivedID.candidate(
            expert: ExpertID(expert), useCase: .openPositions, entryRecommendation: RecommendationID(id + expert),
            recommendation: RecommendationID(id + 5))
        report("filled", expert, order: ids.order(.close))
    }

    private func update(_ status: String, _ expert: Int64, id: Int64) {
        let recommendation = RecommendationID(id + expert)
        let ids = DerivedID.candidate(
            expert: ExpertID(expert), useCase: .enterMarket, entryRecommendation: recommendation,
            recommendation: recommendation)
        report(status, expert, order: ids.order(.entry))
    }

    private func report(_ status: String, _ expert: Int64, order: UniqueID) {
        let filled = status == "filled" ? #""filled_quantity":100,"average_price":100"# : #""filled_quantity":0"#
        let value = """
            {"schema_version":1,"order_id":"\(order)","expert_instance_id":\(expert),"status":"\(status)",\(filled),\
            "occurred_at":"\(SentEvent.time)"}
            """
        world.topics.append(value, key: "\(expert)", to: updates)
    }
}

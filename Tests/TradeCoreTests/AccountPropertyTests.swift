import Support
import Testing
import TradeCore

/// Many passes of several experts on one account, their positions filled, rejected and closed in between.
@Suite("An account over many passes")
struct AccountPropertyTests {
    private struct World {
        var random: ContractRandom
        let settings: [ExpertSettings]
        var balance = "100000".exact
        var buyingPower = "100000".exact
        var positions: [Position] = []
        var nextRecommendation: Int64 = 1

        init(seed: UInt64) {
            var random = ContractRandom(seed: seed)
            settings = (0..<4).map { _ in
                Make.settings {
                    $0.virtualEquityPercent = ["100", "60", "30"].randomElement(using: &random)?.number ?? "100".number
                    $0.maxVirtualEquityPerInstrumentPercent =
                        ["100", "40", "10"].randomElement(using: &random)?.number ?? "10".number
                    $0.minAvailableBalancePercent = .zero
                    $0.minimumEquityThresholdPercent = .zero
                    $0.sizingMode = Bool.random(using: &random) ? .notional : .riskATR
                    $0.diversificationFactor = ["0.5", "1"].randomElement(using: &random)?.number ?? "1".number
                    $0.lotSize = [1, 1, 7].randomElement(using: &random) ?? 1
                }
            }
            self.random = random
        }

        func used(by expert: Int? = nil) throws -> ExactDecimal {
            try positions.filter { expert == nil || $0.expert == ExpertID(Int64(expert ?? 0)) }
                .reduce(.zero) { try $0.adding(TradeManager.used(by: $1)) }
        }

        func ordered() throws -> ExactDecimal {
            try positions.reduce(.zero) { try $0.adding(TradeManager.ordered(by: $1)) }
        }

        func active(_ expert: Int, _ symbol: Symbol) -> Int? {
            positions.firstIndex { $0.expert == ExpertID(Int64(expert)) && $0.symbol == symbol && $0.status.isActive }
        }

        /// A pass of an expert; nil where it made nothing.
        mutating func pass() throws -> (expert: Int, orders: [PlannedOrder])? {
            let expert = Int(random.next() % 4)
            let useCase: UseCase = random.chance(70) ? .enterMarket : .openPositions
            let funds = Funds(
                balance: balance, buyingPower: buyingPower, expertUsed: try used(by: expert), accountUsed: try used(),
                accountOrdered: try ordered())
            var reference = Make.expert(settings[expert])
            reference.id = ExpertID(Int64(expert))
            let context = SettleContext(
                useCase: useCase, expert: reference, funds: funds, now: Make.now, validFor: 900,
                activePositions: 0, entriesInHour: 0, nextPositionNumber: nextRecommendation, increasesHalted: false)
            let candidates = ["A", "B", "C", "D", "E"].filter { _ in random.chance(60) }.map { name in
                let id = nextRecommendation
                nextRecommendation += 1
                let price = ["0.37", "9.99", "100", "1234.567891234"].randomElement(using: &random) ?? "100"
                let action: RecommendedAction = random.chance(70) ? .buy : .sell
                var ids = Make.ids(id)
                ids.position = UniqueID(high: 5, low: UInt64(id))
                let place = active(expert, name.symbol)
                return SettleCandidate(
                    recommendation: Make.recommendation(id, name, action, price: price),
                    decision: Make.requested {
                        $0.entry = action == .buy ? .buy : .sell
                        $0.stopLoss = price.number
                        if useCase == .openPositions { $0.shareChange = .increase(targetPercent: "80".number) }
                    }, ids: ids, position: place.map { positions[$0] })
            }
            var made: [PlannedOrder] = []
            for (candidate, outcome) in zip(candidates, TradeManager.settle(candidates, in: context)) {
                guard case .orders(let orders, var position) = outcome else { continue }
                made += orders
                let place = active(expert, candidate.recommendation.symbol)
                position.expert = ExpertID(Int64(expert))
                if let place {
                    // Only what manages a position may make orders for it: an entry has passed the safety check.
                    if orders.contains(where: { $0.role == .entry }) { return (expert, []) }
                    positions[place] = position
                } else {
                    if !orders.contains(where: { $0.role == .entry }) { return (expert, []) }
                    positions.append(position)
                }
            }
            return made.isEmpty ? nil : (expert, made)
        }

        /// What the execution service reports of one position.
        mutating func report() {
            guard !positions.isEmpty else { return }
            let place = Int(random.next() % UInt64(positions.count))
            let position = positions[place]
            guard let order = position.orders.filter({ !$0.status.isTerminal }).randomElement(using: &random) else {
                return
            }
            let filled = random.chance(60)
            let outcome = TradeManager.apply(
                OrderUpdate(
                    order: order.id, expert: position.expert, status: filled ? .filled : .canceled,
                    filledQuantity: filled ? order.quantity : nil, averagePrice: filled ? position.price : nil,
                    occurredAt: Make.now), to: position, symbolHasOtherActive: false)
            if case .changed(let after) = outcome { positions[place] = after }
            positions.removeAll { $0.status.isTerminal }
        }
    }

    @Test(
        "The sum of reservations never exceeds the account, and no entry is made beside an active position (R51, R54–R56)"
    )
    func reservations() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("reservations: seed \(seed)")
        var passes = 0
        var refused = 0
        for round in UInt64(0)..<40 {
            var world = World(seed: seed &+ round)
            for step in 0..<200 {
                let at: Comment = "seed \(seed), round \(round), step \(step)"
                if world.random.chance(50) {
                    world.report()
                    continue
                }
                guard let made = try world.pass() else {
                    refused += 1
                    continue
                }
                passes += 1
                #expect(!made.orders.isEmpty, "G3: an entry beside an active position, or an order for none: \(at)")
                // Fills are at the price that was reserved, so what is bound only grows by passes.
                #expect(try world.used() <= world.balance, at)
                #expect(try world.ordered() <= world.buyingPower, at)
                let virtual = try world.balance.percent(world.settings[made.expert].virtualEquityPercent)
                #expect(try world.used(by: made.expert) <= virtual, at)
                let keys = world.positions.filter(\.status.isActive).map { "\($0.expert) \($0.symbol)" }
                #expect(Set(keys).count == keys.count, at)
            }
        }
        #expect(passes > 500 && refused > 500, "the property is not empty: \(passes), \(refused), seed \(seed)")
    }
}

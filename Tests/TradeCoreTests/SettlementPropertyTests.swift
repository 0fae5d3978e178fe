import Support
import Testing
import TradeCore

@Suite("Properties of passes")
struct SettlementPropertyTests {
    static let seed: UInt64 = 0x5E771E

    /// Settings, money and candidates at random, mostly plausible, sometimes at the ends of R3 and of the settings.
    struct World {
        var context: SettleContext
        var candidates: [SettleCandidate] = []

        init(_ random: inout ContractRandom, _ useCase: UseCase) {
            let extreme = Int.random(in: 0..<5, using: &random) == 0
            func pick(_ plain: [String], _ ends: [String]) -> Fixed9 {
                ((extreme ? ends : plain).randomElement(using: &random) ?? "1").number
            }
            var settings = Make.settings()
            let percents = ["1", "5", "33.333333333", "40", "100"]
            let ends = ["0", "0.000000001", "100", "9223372036.854775807"]
            settings.virtualEquityPercent = pick(["50", "100"], ends)
            settings.minAvailableBalancePercent = pick(["0", "10"], ends)
            settings.minimumEquityThresholdPercent = pick(["0", "5"], ends)
            settings.maxVirtualEquityPerInstrumentPercent = pick(percents, ends)
            settings.diversificationFactor = pick(["0.3", "1", "2"], ["0.000000001", "9223372036.854775807"])
            settings.riskPerTradePercent = pick(percents, ends)
            settings.minStopLossPercent = pick(["0", "7"], ends)
            settings.sizingMode = Bool.random(using: &random) ? .notional : .riskATR
            settings.lotSize = (extreme ? [1, .max] : [1, 1, 10]).randomElement(using: &random) ?? 1
            settings.enableBuy = Int.random(in: 0..<9, using: &random) > 0
            settings.maxOpenPositions = [nil, nil, 2, 5].randomElement(using: &random) ?? nil
            settings.maxEntriesPerHour = [nil, nil, 3].randomElement(using: &random) ?? nil
            settings.instrumentWeights = ["S0".symbol: pick(["50", "150"], ends)]
            let balance = pick(["100000", "12345.678901234"], ["0", "-1000000000", "9223372036.854775807"])
            let funds = Funds(
                balance: ExactDecimal(balance), buyingPower: ExactDecimal(pick(["80000", "200000"], ends)),
                expertUsed: ExactDecimal(pick(["0", "20000"], ends)),
                accountUsed: ExactDecimal(pick(["20000", "30000"], ends)),
                accountOrdered: ExactDecimal(pick(["0", "500.5"], ends)))
            context = Make.context(
                useCase, settings: settings, funds: funds, active: Int.random(in: 0...2, using: &random),
                entriesInHour: Int.random(in: 0...2, using: &random))
            for id in 0..<Int.random(in: 0...6, using: &random) {
                let price = pick(["0.37", "19.99", "100", "4321.123456789"], ["0.000000001", "1000000000"])
                var recommendation = Make.recommendation(
                    Int64(id), "S\(id)", RecommendedAction.allCases.randomElement(using: &random) ?? .buy)
                recommendation.priceAtDate = price
                var position: Position?
                if Int.random(in: 0..<3, using: &random) == 0 || useCase == .openPositions {
                    let status = PositionStatus.allCases.randomElement(using: &random) ?? .opened
                    var held = Make.position(status, symbol: "S\(id)", number: Int64(id))
                    held.quantity = pick(["1", "10", "1000.5"], ends)
                    held.price = price
                    position = held
                }
                let candidate = Make.candidate(recommendation, position: position) {
                    if Bool.random(using: &random) { $0.stopLoss = pick(["90", "0.01"], ends) }
                    if Bool.random(using: &random) { $0.takeProfit = pick(["150"], ends) }
                    if Int.random(in: 0..<5, using: &random) == 0 { $0.entry = .sell }
                    if useCase == .openPositions {
                        $0.close = Int.random(in: 0..<4, using: &random) == 0
                        let percent = pick(["0", "5", "20"], ends)
                        $0.shareChange =
                            Bool.random(using: &random)
                            ? .increase(targetPercent: percent) : .decrease(targetPercent: percent)
                    }
                }
                candidates.append(candidate)
            }
        }

        var available: ExactDecimal? {
            let funds = context.funds
            guard let virtual = try? funds.balance.percent(context.expert.settings.virtualEquityPercent),
                let own = try? virtual.subtracting(funds.expertUsed),
                let account = try? funds.balance.subtracting(funds.accountUsed),
                let power = try? funds.buyingPower.subtracting(funds.accountOrdered)
            else { return nil }
            return min(own, account, power)
        }
    }

    @Test("enter_market: no order without a passed safety check, and the reservations never exceed what is available")
    func entries() throws {
        var random = ContractRandom(seed: Self.seed)
        var entered = 0
        for round in 0..<3_000 {
            let world = World(&random, .enterMarket)
            let at: Comment = "seed \(Self.seed), round \(round)"
            let outcomes = TradeManager.settle(world.candidates, in: world.context)
            #expect(outcomes.count == world.candidates.count, at)
            var reserved = ExactDecimal.zero
            var made: Int64 = 0
            for (candidate, outcome) in zip(world.candidates, outcomes) {
                guard case .orders(let orders, let position) = outcome else { continue }
                #expect(candidate.position?.status.isActive != true, at)
                #expect(orders.first?.role == .entry && orders.first?.side == candidate.recommendation.side, at)
                #expect(position.status == .waiting && position.quantity > .zero, at)
                #expect(position.quantity.billionths % 1_000_000_000 == 0, at)
                #expect(position.quantity.billionths / 1_000_000_000 % world.context.expert.settings.lotSize == 0, at)
                #expect(Set(orders.map(\.id)).count == orders.count, at)
                reserved = try reserved.adding(TradeManager.used(by: position))
                #expect(try TradeManager.used(by: position) == TradeManager.ordered(by: position), at)
                made += 1
            }
            if made > 0 {
                entered += 1
                #expect(try #require(world.available) >= reserved, at)
            }
            if let most = world.context.expert.settings.maxOpenPositions {
                #expect(made == 0 || Int64(world.context.activePositions) + made <= most, at)
            }
            #expect(outcomes == TradeManager.settle(world.candidates, in: world.context), "G8, \(at)")
        }
        #expect(entered > 500, "the property is not empty")
    }

    @Test("open_positions: increases stay within what is available, one share stays, a close is alone")
    func management() throws {
        var random = ContractRandom(seed: Self.seed)
        var changed = 0
        for round in 0..<3_000 {
            let world = World(&random, .openPositions)
            let at: Comment = "seed \(Self.seed), round \(round)"
            let outcomes = TradeManager.settle(world.candidates, in: world.context)
            var reserved = ExactDecimal.zero
            for (candidate, outcome) in zip(world.candidates, outcomes) {
                guard case .orders(let orders, let after) = outcome, let before = candidate.position else { continue }
                changed += 1
                #expect(before.status.isActive && after.status == before.status, at)
                #expect(orders.allSatisfy { $0.quantity > .zero && $0.role != .entry }, at)
                #expect(after.orders.count == before.orders.count + orders.count, at)
                if orders.contains(where: { $0.role == .close }) { #expect(orders.count == 1, at) }
                if after.quantity < before.quantity { #expect(after.quantity >= "1".number, at) }
                if after.quantity > before.quantity {
                    let cost = try TradeManager.used(by: after).subtracting(TradeManager.used(by: before))
                    reserved = try reserved.adding(cost)
                }
            }
            if reserved > .zero { #expect(try #require(world.available) >= reserved, at) }
        }
        #expect(changed > 500, "the property is not empty")
    }

    @Test("R26: the order of the recommendations in the event does not matter")
    func order() {
        let ruleset = CompiledRuleset(
            Ruleset(id: "entry", rules: [Make.rule("r", [Make.trigger("bullish")], [Make.action("buy")])]))
        var random = ContractRandom(seed: Self.seed)
        for round in 0..<500 {
            var pending = (0..<8).map { id in
                Make.recommendation(
                    Int64(id), "S\(id % 5)", [.buy, .buy, .hold, .sell].randomElement(using: &random) ?? .buy,
                    profit: ["5", "10"].randomElement(using: &random) ?? "5",
                    at: Make.now.advanced(bySeconds: Int64.random(in: -2...0, using: &random)))
            }
            func outcomes(_ pending: [Recommendation]) -> [CandidateOutcome] {
                let selection = TradeManager.select(pending, useCase: .enterMarket, limit: Int64(0).seconds)
                let candidates = selection.selected.map { index in
                    let decision = TradeManager.evaluate(Make.subject(pending[index]), compiled: ruleset, explain: true)
                    return SettleCandidate(
                        recommendation: pending[index], decision: decision,
                        ids: Make.ids(pending[index].id.rawValue), position: nil)
                }
                let settings = Make.settings { $0.maxVirtualEquityPerInstrumentPercent = "40".number }
                return TradeManager.settle(candidates, in: Make.context(settings: settings))
            }
            let expected = outcomes(pending)
            pending.shuffle(using: &random)
            #expect(outcomes(pending) == expected, "seed \(Self.seed), round \(round)")
        }
    }
}

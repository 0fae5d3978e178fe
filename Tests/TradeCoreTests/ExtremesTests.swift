import Support
import Testing
import TradeCore

/// No arithmetic traps: whatever R3 and the settings allow, and beyond, is answered. A trap would end the run of the tests, so the
/// seed is printed before.
@Suite("Decisions at the limits (R3, R49, R65)")
struct ExtremesTests {
    /// What numbers of records and settings may be at most, what lies between, and the ends of the type.
    private static let numbers: [Fixed9] = [
        .zero, Fixed9(billionths: 1), Fixed9(billionths: -1), "0.01".number, "1".number, "100".number, "-100".number,
        "33.333333333".number, "1000000".number, "-1000000".number, "1000000000".number, "-1000000000".number,
        Fixed9(billionths: .max), Fixed9(billionths: .min),
    ]
    private static let times: [Timestamp] = [
        Timestamp(microseconds: .min), Timestamp(microseconds: .max), Timestamp(microseconds: 0), Make.now,
        Make.now.advanced(bySeconds: -Make.day), Make.now.advanced(bySeconds: .max), Make.now.advanced(bySeconds: .min),
    ]
    private static let flags = [
        "bullish", "bearish", "has_no_position", "has_position", "has_buy_position", "has_sell_position",
        "rating_upgraded",
        "rating_downgraded", "current_rating_positive", "new_target_higher", "new_target_lower", "short_term",
        "lowrisk",
    ]
    private static let conditions = [
        "confidence", "expected_profit_target_percent", "percent_to_current_target", "percent_to_new_target",
        "new_target_percent", "percent_open_to_new_target", "profit_loss_amount", "profit_loss_percent", "days_opened",
        "days_since_last_close", "days_since_last_profitable_close", "days_since_last_losing_close",
        "instrument_account_share",
    ]

    private static func seed(_ purpose: String) -> UInt64 {
        let seed = UInt64.random(in: 0 ... .max)
        print("\(purpose): seed \(seed)")
        return seed
    }

    /// Values at random, the ends as often as not.
    private struct Source {
        var random: ContractRandom
        /// Whether most numbers are plain ones, so that decisions get beyond the first check.
        var isPlain = false

        mutating func number() -> Fixed9 {
            if isPlain, random.chance(96) { return pick(["1", "2.5", "33.333333333", "100", "1000"]).number }
            return extreme()
        }

        private mutating func extreme() -> Fixed9 {
            random.chance(70) ? pick(numbers) : Fixed9(billionths: Int64(bitPattern: random.next()))
        }
        mutating func price() -> Fixed9 {
            max(Fixed9(billionths: 1), random.chance(80) ? min(number(), "1000000000".number) : number())
        }
        mutating func balance() -> Fixed9 { isPlain ? "1000000".number : number() }
        mutating func time() -> Timestamp { pick(times) }
        mutating func optional<Value>(_ value: Value) -> Value? { random.chance(80) ? value : nil }
        mutating func pick<Value>(_ values: [Value]) -> Value { values[Int(random.next() % UInt64(values.count))] }

        mutating func recommendation() -> Recommendation {
            Recommendation(
                id: RecommendationID(pick([.min, -1, 0, 1, .max])), symbol: "A".symbol,
                action: pick(RecommendedAction.allCases),
                confidence: optional(number()), expectedProfitPercent: optional(number()), priceAtDate: price(),
                targetPrice: optional(price()), riskLevel: optional(pick(RiskLevel.allCases)),
                timeHorizon: optional(pick(TimeHorizon.allCases)), createdAt: time())
        }

        mutating func settings() -> ExpertSettings {
            var settings = Make.settings()
            func share(_ number: Fixed9) -> Fixed9 { max(.zero, number) }
            settings.virtualEquityPercent = share(number())
            settings.minAvailableBalancePercent = isPlain ? .zero : share(number())
            settings.minimumEquityThresholdPercent = isPlain ? .zero : share(number())
            settings.maxVirtualEquityPerInstrumentPercent = share(number())
            settings.diversificationFactor = max(Fixed9(billionths: 1), number())
            settings.sizingMode = pick(SizingMode.allCases)
            settings.riskPerTradePercent = share(number())
            settings.minStopLossPercent = share(number())
            settings.minTakeProfitPercent = share(number())
            settings.instrumentWeights = random.chance(50) ? ["A".symbol: max(Fixed9(billionths: 1), number())] : [:]
            settings.lotSize = pick([1, 1, 100, .max])
            settings.maxOpenPositions = pick(isPlain ? [nil, .max] : [nil, 0, .max])
            settings.maxEntriesPerHour = pick(isPlain ? [nil, .max] : [nil, 0, .max])
            return settings
        }

        mutating func position() -> Position {
            var position = Make.position(pick(PositionStatus.allCases), pick(Side.allCases), symbol: "A")
            position.price = price()
            position.quantity = number()
            position.createdAt = time()
            position.openedAt = optional(time())
            position.closedAt = optional(time())
            position.closePrice = optional(price())
            position.takeProfit = optional(price())
            position.stopLoss = optional(price())
            position.orders = OrderRole.allCases.map { role in
                var order = Make.order(role, pick(OrderStatus.allCases))
                order.quantity = number()
                order.price = optional(price())
                return order
            }
            return position
        }

        mutating func ruleset(for side: Side) -> CompiledRuleset {
            if isPlain, random.chance(50) {
                let actions = [action(), action(), RuleAction(action: side == .buy ? "buy" : "sell")]
                return CompiledRuleset(
                    Ruleset(id: "plain", rules: [Rule(name: "plain", triggers: [], actions: actions)]))
            }
            var rules = (conditions + flags).map { condition in
                Rule(
                    name: condition,
                    triggers: [
                        Trigger(
                            condition: condition, comparison: pick([">", ">=", "<", "<=", "==", "!="]), value: number())
                    ],
                    actions: [action(), action()], continueProcessing: random.chance(95))
            }
            rules.append(
                Rule(name: "entry", triggers: [], actions: [RuleAction(action: pick(["buy", "sell"])), action()]))
            return CompiledRuleset(Ruleset(id: "extreme", rules: rules))
        }

        private mutating func action() -> RuleAction {
            RuleAction(
                action: pick([
                    "buy", "sell", "close", "adjust_take_profit", "adjust_stop_loss", "increase_instrument_share",
                    "decrease_instrument_share",
                ]), reference: pick(["order_open_price", "current_price", "expert_target_price"]), percent: number())
        }
    }

    @Test("Rules, prices, checks, sizing and share changes", arguments: UseCase.allCases)
    func decisions(useCase: UseCase) {
        let seed = Self.seed("limits of \(useCase.rawValue)")
        var source = Source(random: ContractRandom(seed: seed))
        var seen: [String: Int] = [:]
        for round in 0..<3_000 {
            source.isPlain = round % 2 == 0
            let settings = source.settings()
            let recommendation = source.recommendation()
            let held = source.position()
            let position = source.random.chance(source.isPlain && useCase == .enterMarket ? 30 : 80) ? held : nil
            var closes = LastCloses()
            for _ in 0..<3 { closes.include(source.position()) }
            let subject = EvaluationSubject(
                useCase: useCase, recommendation: recommendation, settings: settings, position: position,
                previous: source.optional(PreviousRecommendation(source.recommendation())), now: source.time(),
                balance: source.optional(source.number()),
                lastCloses: closes)
            let decision = TradeManager.evaluate(
                subject, compiled: source.ruleset(for: recommendation.side), explain: source.random.chance(50))
            let funds = Funds(
                balance: ExactDecimal(source.balance()), buyingPower: ExactDecimal(source.balance()),
                expertUsed: ExactDecimal(source.number()), accountUsed: ExactDecimal(source.number()),
                accountOrdered: ExactDecimal(source.number()))
            let context = SettleContext(
                useCase: useCase, expert: Make.expert(settings), funds: funds, now: source.time(),
                validFor: source.pick([nil, 1, 31_536_000]), activePositions: source.pick([0, 5, .max / 2]),
                entriesInHour: source.pick([0, 5]), nextPositionNumber: 1, increasesHalted: false)
            let candidate = SettleCandidate(
                recommendation: recommendation, decision: decision, ids: Make.ids(1), position: position)
            for outcome in TradeManager.settle([candidate], in: context) {
                if case .orders(let orders, _) = outcome {
                    #expect(orders.allSatisfy { $0.quantity > .zero }, "seed \(seed), round \(round)")
                    #expect(
                        orders.allSatisfy {
                            ($0.limitPrice ?? "1".number) > .zero && ($0.stopPrice ?? "1".number) > .zero
                        },
                        "seed \(seed), round \(round)")
                }
                seen[outcome.reason?.rawValue ?? "orders", default: 0] += 1
            }
        }
        let expected =
            useCase == .enterMarket
            ? ["orders", "evaluation_error", "insufficient_equity", "unfunded"] : ["orders", "no_position"]
        for name in expected {
            #expect(seen[name, default: 0] > 20, "the property is not empty: \(seen), seed \(seed)")
        }
    }

    @Test("Order updates, and what positions use")
    func updates() {
        let seed = Self.seed("limits of updates")
        var source = Source(random: ContractRandom(seed: seed))
        var changed = 0
        for round in 0..<20_000 {
            let position = source.position()
            let order = source.pick(position.orders)
            let update = OrderUpdate(
                order: order.id, expert: position.expert, status: source.pick(OrderStatus.allCases),
                filledQuantity: source.optional(source.number()), averagePrice: source.optional(source.number()),
                occurredAt: source.time())
            let outcome = TradeManager.apply(update, to: position, symbolHasOtherActive: source.random.chance(50))
            guard case .changed(let after) = outcome else { continue }
            changed += 1
            // Never backwards: what has ended stays, and a price is one.
            #expect(!position.status.isTerminal && after.price > .zero, "seed \(seed), round \(round)")
            _ = try? TradeManager.used(by: after)
            _ = try? TradeManager.ordered(by: after)
        }
        #expect(changed > 2_000, "the property is not empty")
    }

    @Test("Selection, its priorities and its limits")
    func selection() {
        let seed = Self.seed("limits of selection")
        var source = Source(random: ContractRandom(seed: seed))
        for round in 0..<5_000 {
            var pending = (0..<6).map { _ in source.recommendation() }
            for index in pending.indices { pending[index].symbol = source.pick(["A", "B"]).symbol }
            let selection = TradeManager.select(pending, useCase: source.pick(UseCase.allCases), limit: source.time())
            let all = selection.selected + selection.skipped.map(\.index)
            #expect(all.sorted() == Array(pending.indices), "each is selected or skipped: seed \(seed), round \(round)")
        }
    }
}

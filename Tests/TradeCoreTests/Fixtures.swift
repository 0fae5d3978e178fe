import TradeCore

// Short ways to the values that decisions take, with the defaults of a plain BUY on a plain account.

extension String {
    /// The number that this text spells, with up to nine fraction digits: "-12.5".
    var number: Fixed9 {
        let negative = hasPrefix("-")
        let parts = drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        let digits = String(parts[0]) + fraction + String(repeating: "0", count: 9 - fraction.count)
        return Fixed9(billionths: (Int64(digits) ?? 0) * (negative ? -1 : 1))
    }

    var exact: ExactDecimal { ExactDecimal(number) }
    var symbol: Symbol { Symbol(self) }
}

extension Int64 {
    var seconds: Timestamp { Timestamp(microseconds: self * 1_000_000) }
}

enum Make {
    static let now = Int64(1_800_000_000).seconds
    static let day = Int64(86_400)

    static func recommendation(
        _ id: Int64 = 1, _ symbol: String = "AAPL", _ action: RecommendedAction = .buy, price: String = "100",
        confidence: String? = "80", profit: String? = "10", target: String? = nil, risk: RiskLevel? = nil,
        horizon: TimeHorizon? = nil, at createdAt: Timestamp = now
    ) -> Recommendation {
        Recommendation(
            id: RecommendationID(id), symbol: symbol.symbol, action: action, confidence: confidence?.number,
            expectedProfitPercent: profit?.number, priceAtDate: price.number, targetPrice: target?.number,
            riskLevel: risk, timeHorizon: horizon, createdAt: createdAt)
    }

    static func settings(_ change: (inout ExpertSettings) -> Void = { _ in }) -> ExpertSettings {
        var settings = ExpertSettings()
        settings.allowAutomatedTradeOpening = true
        settings.allowAutomatedTradeModification = true
        settings.enableSell = true
        change(&settings)
        return settings
    }

    static func expert(_ settings: ExpertSettings = settings(), enabled: Bool = true) -> Expert {
        Expert(
            id: ExpertID(1), account: AccountID(1), enabled: enabled, enterMarketRuleset: "entry",
            openPositionsRuleset: "manage", settings: settings)
    }

    static func order(
        _ role: OrderRole, _ status: OrderStatus = .pending, quantity: String = "10", price: String? = nil,
        id: UInt64? = nil
    ) -> PositionOrder {
        PositionOrder(
            id: orderID(role, id ?? 900), role: role, status: status, quantity: quantity.number, price: price?.number,
            createdAt: now)
    }

    static func position(
        _ status: PositionStatus = .opened, _ side: Side = .buy, symbol: String = "AAPL", price: String = "100",
        quantity: String = "10", takeProfit: String? = nil, stopLoss: String? = nil, orders: [PositionOrder]? = nil,
        createdAt: Timestamp = now, openedAt: Timestamp? = nil, number: Int64 = 7
    ) -> Position {
        Position(
            number: number, id: UniqueID(high: 77, low: UInt64(number)), expert: ExpertID(1), symbol: symbol.symbol,
            side: side, status: status, recommendation: RecommendationID(900), quantity: quantity.number,
            price: price.number, createdAt: createdAt, openedAt: openedAt, takeProfit: takeProfit?.number,
            stopLoss: stopLoss?.number,
            orders: orders ?? [order(.entry, status == .waiting ? .pending : .filled, quantity: quantity)])
    }

    static func orderID(_ role: OrderRole, _ recommendation: UInt64) -> UniqueID {
        UniqueID(high: UInt64(OrderRole.allCases.firstIndex(of: role) ?? 0), low: recommendation)
    }

    static func ids(_ recommendation: Int64) -> CandidateIDs {
        let number = UInt64(bitPattern: recommendation)
        return CandidateIDs(
            position: UniqueID(high: 1_000, low: number), orders: OrderRole.allCases.map { orderID($0, number) })
    }

    static func subject(
        _ recommendation: Recommendation = recommendation(), useCase: UseCase = .enterMarket,
        settings: ExpertSettings = settings(), position: Position? = nil, previous: Recommendation? = nil,
        now: Timestamp = now, balance: String? = "100000", lastCloses: LastCloses = LastCloses()
    ) -> EvaluationSubject {
        EvaluationSubject(
            useCase: useCase, recommendation: recommendation, settings: settings, position: position,
            previous: previous.map(PreviousRecommendation.init), now: now, balance: balance?.number,
            lastCloses: lastCloses)
    }

    static func rule(
        _ name: String = "rule", _ triggers: [Trigger] = [], _ actions: [RuleAction], goOn: Bool = false
    ) -> Rule {
        Rule(name: name, triggers: triggers, actions: actions, continueProcessing: goOn)
    }

    static func trigger(_ condition: String, _ comparison: String? = nil, _ value: String? = nil) -> Trigger {
        Trigger(condition: condition, comparison: comparison, value: value?.number)
    }

    static func action(_ name: String, _ reference: String? = nil, _ percent: String? = nil) -> RuleAction {
        RuleAction(action: name, reference: reference, percent: percent?.number)
    }

    static func funds(
        balance: String = "100000", buyingPower: String? = nil, used: String = "0", accountUsed: String? = nil,
        ordered: String = "0"
    ) -> Funds {
        Funds(
            balance: balance.exact, buyingPower: (buyingPower ?? balance).exact, expertUsed: used.exact,
            accountUsed: (accountUsed ?? used).exact, accountOrdered: ordered.exact)
    }

    static func context(
        _ useCase: UseCase = .enterMarket, settings: ExpertSettings = settings(), funds: Funds = funds(),
        validFor: Int64? = 900, active: Int = 0, entriesInHour: Int = 0, increasesHalted: Bool = false
    ) -> SettleContext {
        SettleContext(
            useCase: useCase, expert: expert(settings), funds: funds, now: now, validFor: validFor,
            activePositions: active, entriesInHour: entriesInHour, nextPositionNumber: 50,
            increasesHalted: increasesHalted)
    }

    /// What rules would ask for.
    static func requested(_ change: (inout RequestedActions) -> Void) -> RuleDecision {
        var actions = RequestedActions()
        change(&actions)
        return RuleDecision(verdict: .requested(actions), explanation: nil)
    }

    /// A candidate whose rules ask for an entry on the recommendation's side.
    static func candidate(
        _ recommendation: Recommendation = recommendation(), position: Position? = nil,
        _ change: (inout RequestedActions) -> Void = { _ in }
    ) -> SettleCandidate {
        SettleCandidate(
            recommendation: recommendation,
            decision: requested {
                $0.entry = recommendation.side
                change(&$0)
            },
            ids: ids(recommendation.id.rawValue), position: position)
    }

    /// A candidate of open_positions.
    static func manage(
        _ position: Position?, price: String = "100", id: Int64 = 1, _ change: (inout RequestedActions) -> Void
    ) -> SettleCandidate {
        SettleCandidate(
            recommendation: recommendation(id, position?.symbol.text ?? "AAPL", price: price),
            decision: requested(change), ids: ids(id), position: position)
    }
}

extension CandidateOutcome {
    var reason: SkipReason? {
        if case .skip(let reason, _, _) = self { return reason }
        return nil
    }

    var message: String {
        if case .skip(_, let message, _) = self { return message }
        return ""
    }

    var orders: [PlannedOrder] {
        if case .orders(let orders, _) = self { return orders }
        return []
    }

    var position: Position? {
        if case .orders(_, let position) = self { return position }
        return nil
    }
}

extension RuleDecision {
    var requested: RequestedActions? {
        if case .requested(let actions) = verdict { return actions }
        return nil
    }

    var error: String? {
        if case .evaluationError(let text) = verdict { return text }
        return nil
    }
}

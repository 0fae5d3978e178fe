package import TradeContracts
package import TradeCore

extension Fixed9 {
    /// So many whole units, and thousandths.
    package static func of(_ whole: Int64, thousandths: Int64 = 0) -> Fixed9 {
        Fixed9(billionths: whole &* 1_000_000_000 &+ thousandths &* 1_000_000)
    }
}

/// Records and reference data for tests, with what matters named and the rest by default.
package enum Build {
    package static let time = Timestamp(microseconds: 1_800_000_000_000_000)

    package static func recommendation(
        _ id: Int64, _ symbol: String = "AAPL", _ action: RecommendedAction = .buy, price: Int64 = 100,
        profit: Int64 = 10, confidence: Int64 = 80, at time: Timestamp = Build.time
    ) -> Recommendation {
        Recommendation(
            id: RecommendationID(id), symbol: Symbol(symbol), action: action, confidence: .of(confidence),
            expectedProfitPercent: .of(profit), priceAtDate: .of(price), createdAt: time)
    }

    package static func event(
        _ id: String, expert: Int64 = 1, useCase: UseCase = .enterMarket, at time: Timestamp = Build.time,
        lookbackDays: Int64 = 1, _ recommendations: [Recommendation] = []
    ) -> DecodedRecord.Body {
        .event(
            AnalysisEvent(
                identity: EventIdentity(id: id), occurredAt: time, expert: ExpertID(expert), useCase: useCase,
                lookbackDays: lookbackDays, recommendations: recommendations))
    }

    package static func update(
        _ order: UniqueID, expert: Int64 = 1, _ status: OrderStatus, quantity: Fixed9? = nil, price: Fixed9? = nil,
        at time: Timestamp = Build.time
    ) -> DecodedRecord.Body {
        .orderUpdate(
            OrderUpdate(
                order: order, expert: ExpertID(expert), status: status, filledQuantity: quantity, averagePrice: price,
                occurredAt: time))
    }

    package static let undecodable = DecodedRecord.Body.undecodable(Undecodable(.malformed, "as the test asks"))

    // MARK: - Reference data

    package static func account(_ id: Int64, balance: Int64 = 100_000) -> ReferenceChange {
        let value = Account(id: AccountID(id), balance: .of(balance), buyingPower: .of(balance))
        return ReferenceChange(key: .account(value.id), value: .account(value), json: Array("{}".utf8))
    }

    package static func expert(
        _ id: Int64, account: Int64 = 1, enabled: Bool = true, enter: String? = "enter", manage: String? = "manage",
        _ change: (inout ExpertSettings) -> Void = { _ in }
    ) -> ReferenceChange {
        var settings = ExpertSettings()
        settings.allowAutomatedTradeOpening = true
        settings.allowAutomatedTradeModification = true
        settings.maxVirtualEquityPerInstrumentPercent = .of(40)
        change(&settings)
        let value = Expert(
            id: ExpertID(id), account: AccountID(account), enabled: enabled, enterMarketRuleset: enter,
            openPositionsRuleset: manage, settings: settings)
        return ReferenceChange(key: .expert(value.id), value: .expert(value), json: Array("{}".utf8))
    }

    package static func ruleset(_ id: String, _ rules: [Rule]) -> ReferenceChange {
        ReferenceChange(key: .ruleset(id), value: .ruleset(Ruleset(id: id, rules: rules)), json: Array("{}".utf8))
    }

    package static func deletion(of key: ReferenceKey) -> ReferenceChange {
        ReferenceChange(key: key, value: nil, json: [])
    }

    /// Buys what is bullish, with a take-profit and a stop-loss.
    package static let enterRules = ruleset(
        "enter",
        [
            Rule(
                name: "bullish", triggers: [Trigger(condition: "bullish")],
                actions: [
                    RuleAction(action: "buy"),
                    RuleAction(action: "adjust_take_profit", reference: "order_open_price", percent: .of(10)),
                    RuleAction(action: "adjust_stop_loss", reference: "order_open_price", percent: .of(-10)),
                ])
        ])

    /// Closes on a bearish opinion, increases on a bullish one.
    package static let manageRules = ruleset(
        "manage",
        [
            Rule(
                name: "bearish", triggers: [Trigger(condition: "bearish")], actions: [RuleAction(action: "close")]),
            Rule(
                name: "bullish", triggers: [Trigger(condition: "bullish")],
                actions: [RuleAction(action: "increase_instrument_share", percent: .of(40))]),
        ])

    /// Buys what was neutral before, or where a position was closed at most this many days ago.
    package static let historyRules = ruleset(
        "enter",
        [
            Rule(
                name: "turned", triggers: [Trigger(condition: "rating_neutral_to_positive")],
                actions: [RuleAction(action: "buy")]),
            Rule(
                name: "again",
                triggers: [Trigger(condition: "days_since_last_losing_close", comparison: "<=", value: .of(1))],
                actions: [RuleAction(action: "buy")]),
        ])

    /// An account, experts on it, and both rulesets.
    package static func reference(experts: Int64 = 1) -> [ReferenceChange] {
        [account(1), enterRules, manageRules] + (1...max(1, experts)).map { expert($0) }
    }
}

extension TopicPartition {
    package static let reference = TopicPartition(topic: .reference, partition: 0)
    package static func events(_ partition: Int32 = 0) -> TopicPartition {
        TopicPartition(topic: .analysisCompleted, partition: partition)
    }
    package static func updates(_ partition: Int32 = 0) -> TopicPartition {
        TopicPartition(topic: .orderUpdates, partition: partition)
    }
}

import Testing
import TradeCore

@Suite("Rulesets")
struct RulesetTests {
    static func decide(
        _ rules: [Rule], _ subject: EvaluationSubject = Make.subject(), explain: Bool = false
    ) -> RuleDecision {
        TradeManager.evaluate(subject, ruleset: Ruleset(id: "entry", rules: rules), explain: explain)
    }

    static let bullish = Make.trigger("bullish")
    static let bearish = Make.trigger("bearish")
    static let noTarget = Make.trigger("percent_to_current_target", ">", "5")
    static let buy = Make.action("buy")
    static let sell = Make.action("sell")

    @Test("An empty ruleset and a rule without actions ask for nothing (R35)")
    func nothing() {
        #expect(Self.decide([]).verdict == .conditionsNotMet)
        #expect(Self.decide([Make.rule("r", [], [])]).verdict == .conditionsNotMet)
        #expect(Self.decide([Make.rule("r", [], [Make.action("stop_processing")])]).verdict == .conditionsNotMet)
    }

    @Test("All triggers must hold; none holds")
    func triggers() {
        #expect(Self.decide([Make.rule("r", [], [Self.buy])]).requested?.entry == .buy)
        #expect(Self.decide([Make.rule("r", [Self.bullish], [Self.buy])]).requested?.entry == .buy)
        #expect(Self.decide([Make.rule("r", [Self.bullish, Self.bearish], [Self.buy])]).requested == nil)
    }

    @Test("R30: an error gives the reason only where nothing results, and hinders no other rule")
    func errors() {
        let broken = Make.rule("broken", [Self.noTarget], [Self.sell])
        let alone = Self.decide([broken])
        #expect(alone.error == "rule broken: condition percent_to_current_target has no take-profit")
        let both = Self.decide([broken, Make.rule("good", [], [Self.buy])])
        #expect(both.requested?.entry == .buy)
        #expect(both.errors == alone.error)
        let twice = Self.decide([broken, Make.rule("other", [Make.trigger("confidance")], [Self.buy])])
        #expect(twice.error == "\(alone.error ?? ""); rule other: condition confidance is not known")
    }

    @Test("R34: triggers after a failed one are not evaluated and report nothing")
    func shortCircuit() {
        #expect(Self.decide([Make.rule("r", [Self.bearish, Self.noTarget], [Self.buy])]).verdict == .conditionsNotMet)
        #expect(Self.decide([Make.rule("r", [Self.noTarget, Self.bearish], [Self.buy])]).error != nil)
    }

    @Test("A match ends evaluation unless continue_processing; R36: stop_processing ends it whatever that says")
    func continuing() {
        let first = Make.rule("1", [], [Self.buy])
        let second = Make.rule("2", [], [Self.sell])
        #expect(Self.decide([first, second]).requested?.entry == .buy)
        let goOn = Make.rule("1", [], [Self.buy], goOn: true)
        #expect(Self.decide([goOn, second]).requested?.entry == .sell)
        let stop = Make.rule("1", [], [Make.action("stop_processing"), Self.buy], goOn: true)
        #expect(Self.decide([stop, second]).requested?.entry == .buy)
        let missed = Make.rule("1", [Self.bearish], [Self.buy])
        #expect(Self.decide([missed, second]).requested?.entry == .sell)
    }

    @Test("R37: the last action of each kind over all rules stands")
    func lastStands() {
        let position = Make.position()
        let decision = Self.decide(
            [
                Make.rule(
                    "1", [],
                    [
                        Make.action("adjust_take_profit", "order_open_price", "10"),
                        Make.action("adjust_stop_loss", "order_open_price", "-10"),
                        Make.action("increase_instrument_share", nil, "20"),
                    ], goOn: true),
                Make.rule(
                    "2", [],
                    [
                        Make.action("adjust_take_profit", "order_open_price", "20"),
                        Make.action("decrease_instrument_share", nil, "5"),
                        Make.action("adjust_take_profit", "order_open_price", "30"),
                    ]),
            ], Make.subject(useCase: .openPositions, position: position))
        #expect(decision.requested?.takeProfit == "130".number)
        #expect(decision.requested?.stopLoss == "90".number)
        #expect(decision.requested?.shareChange == .decrease(targetPercent: "5".number))
    }

    @Test("R38: what has an effect in which use case")
    func useCases() {
        let all = Make.rule(
            "all", [],
            [
                Self.buy, Make.action("close"), Make.action("increase_instrument_share", nil, "20"),
                Make.action("adjust_take_profit", "current_price", "10"),
            ])
        let entering = Self.decide([all]).requested
        #expect(entering?.entry == .buy && entering?.close == false && entering?.shareChange == nil)
        #expect(entering?.takeProfit == "110".number)
        let managing = Self.decide([all], Make.subject(useCase: .openPositions, position: Make.position())).requested
        #expect(managing?.entry == nil && managing?.close == true && managing?.shareChange != nil)
    }

    @Test("R35: what asks for nothing that takes effect counts like no match")
    func noEffect() {
        let protection = Make.rule("r", [], [Make.action("adjust_take_profit", "current_price", "10")])
        #expect(Self.decide([protection]).verdict == .conditionsNotMet)
        #expect(Self.decide([Make.rule("r", [], [Make.action("close")])]).verdict == .conditionsNotMet)
        let broken = Make.rule("b", [Self.noTarget], [Self.buy])
        #expect(Self.decide([broken, protection]).error != nil)
        let managed = Make.subject(useCase: .openPositions, position: Make.position())
        #expect(Self.decide([Make.rule("r", [], [Self.buy])], managed).verdict == .conditionsNotMet)
    }

    @Test("R48: an order without a price: enter_market errs, open_positions goes without that action")
    func unpriced() {
        let noTarget = Make.recommendation(profit: nil)
        let actions = [
            Self.buy, Make.action("close"), Make.action("adjust_take_profit", "expert_target_price", "0"),
            Make.action("adjust_stop_loss", "current_price", "-5"),
        ]
        let entering = Self.decide([Make.rule("r", [], actions)], Make.subject(noTarget))
        #expect(entering.error == "rule r: the take-profit has no price: the recommendation has no target price")
        let managed = Make.subject(noTarget, useCase: .openPositions, position: Make.position())
        let managing = Self.decide([Make.rule("r", [], actions)], managed)
        #expect(managing.requested?.takeProfit == nil)
        #expect(managing.requested?.stopLoss == "95".number)
        #expect(managing.errors != nil)
        let alone = Self.decide([Make.rule("r", [], [actions[2]])], managed)
        #expect(alone.error != nil)
    }

    @Test(
        "R49: unknown names and absent operands: a warning, and an error whenever evaluation comes to the rule",
        arguments: [
            (Make.trigger("confidance", ">", "1"), nil, "condition confidance is not known"),
            (Make.trigger("confidence", "=>", "1"), nil, "operator => of condition confidence is not known"),
            (Make.trigger("confidence", nil, "1"), nil, "condition confidence has no operator"),
            (Make.trigger("confidence", ">", nil), nil, "condition confidence has no value"),
            (Make.trigger("Bullish"), nil, "condition Bullish is not known"),
            (nil, Make.action("bye"), "action bye is not known"),
            (nil, Make.action("adjust_take_profit", nil, "1"), "action adjust_take_profit has no reference"),
            (
                nil, Make.action("adjust_take_profit", "opening", "1"),
                "reference opening of action adjust_take_profit is not known"
            ),
            (nil, Make.action("adjust_stop_loss", "current_price", nil), "action adjust_stop_loss has no percent"),
            (nil, Make.action("increase_instrument_share"), "action increase_instrument_share has no percent"),
            (nil, Make.action("decrease_instrument_share"), "action decrease_instrument_share has no percent"),
        ] as [(Trigger?, RuleAction?, String)])
    func defects(trigger: Trigger?, action: RuleAction?, text: String) {
        let rule = Make.rule(
            "r", [trigger, Self.bearish].compactMap(\.self), [Self.buy, action].compactMap(\.self))
        let ruleset = Ruleset(id: "entry", rules: [Make.rule("fine", [], [Self.buy]), rule])
        #expect(ruleset.warnings == ["ruleset entry, rule r: \(text); the rule will not hold"])
        #expect(Self.decide([rule]).error == "rule r: \(text)")
        #expect(Self.decide([Make.rule("fine", [], [Self.buy]), rule]).errors == nil)
        #expect(Self.decide([rule, Make.rule("fine", [], [Self.buy])]).requested?.entry == .buy)
    }

    @Test("The compiled ruleset decides as the ruleset does")
    func compiled() {
        let ruleset = Ruleset(id: "entry", rules: [Make.rule("r", [Self.bullish], [Self.buy])])
        let compiled = CompiledRuleset(ruleset)
        #expect(compiled.source == ruleset)
        for action in RecommendedAction.allCases {
            let subject = Make.subject(Make.recommendation(1, "A", action))
            #expect(
                TradeManager.evaluate(subject, compiled: compiled, explain: true)
                    == TradeManager.evaluate(subject, ruleset: ruleset, explain: true))
        }
    }
}

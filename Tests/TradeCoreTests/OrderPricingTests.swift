import Testing
import TradeCore

@Suite("Prices of orders")
struct OrderPricingTests {
    static func price(
        _ kind: String, _ reference: String, _ percent: String, _ subject: EvaluationSubject
    ) -> Fixed9? {
        let actions = [Make.action("buy"), Make.action("sell"), Make.action(kind, reference, percent)]
        let ruleset = Ruleset(id: "r", rules: [Make.rule("r", [], actions)])
        let requested = TradeManager.evaluate(subject, ruleset: ruleset, explain: false).requested
        return kind == "adjust_take_profit" ? requested?.takeProfit : requested?.stopLoss
    }

    static func managed(_ side: Side, _ change: (inout EvaluationSubject) -> Void = { _ in }) -> EvaluationSubject {
        var subject = Make.subject(
            Make.recommendation(price: "120", target: "150"), useCase: .openPositions,
            position: Make.position(.opened, side, price: "100"))
        change(&subject)
        return subject
    }

    @Test(
        "References: long moves with the percent, short against it",
        arguments: [
            (Side.buy, "order_open_price", "10", "110"), (.buy, "current_price", "10", "132"),
            (.buy, "expert_target_price", "-10", "135"), (.sell, "order_open_price", "10", "90"),
            (.sell, "current_price", "50", "60"), (.sell, "expert_target_price", "50", "75"),
        ])
    func references(side: Side, reference: String, percent: String, expected: String) {
        #expect(Self.price("adjust_take_profit", reference, percent, Self.managed(side)) == expected.number)
    }

    @Test(
        "R68: for an entry the open price is price_at_date, and the side the recommendation's",
        arguments: [
            (RecommendedAction.buy, "110", "95"), (.overweight, "110", "95"), (.sell, "90", "105"),
            (.underweight, "90", "105"),
        ])
    func entries(action: RecommendedAction, takeProfit: String, stopLoss: String) {
        // A position of another price must not be taken for the entry's.
        let subject = Make.subject(
            Make.recommendation(1, "A", action, price: "100"), position: Make.position(.opened, .buy, price: "40"))
        #expect(Self.price("adjust_take_profit", "order_open_price", "10", subject) == takeProfit.number)
        #expect(Self.price("adjust_stop_loss", "order_open_price", "-5", subject) == stopLoss.number)
    }

    @Test(
        "R68: a take-profit is floored at min_take_profit_pct from the open price",
        arguments: [
            (Side.buy, "order_open_price", "1", "102"), (.buy, "order_open_price", "2.5", "102.5"),
            (.buy, "current_price", "-50", "102"), (.sell, "order_open_price", "1", "98"),
            (.sell, "current_price", "-50", "98"), (.sell, "order_open_price", "2.5", "97.5"),
        ])
    func floor(side: Side, reference: String, percent: String, expected: String) {
        #expect(Self.price("adjust_take_profit", reference, percent, Self.managed(side)) == expected.number)
    }

    @Test("A stop-loss has no floor", arguments: [(Side.buy, "99"), (.sell, "101")])
    func stop(side: Side, expected: String) {
        #expect(Self.price("adjust_stop_loss", "order_open_price", "-1", Self.managed(side)) == expected.number)
    }

    @Test(
        "R67: rounded to 0.01, below 1 to 0.0001, halves away from zero",
        arguments: [
            ("100.005", "100.01"), ("100.0049", "100"), ("1", "1"), ("0.99995", "1"), ("0.99994", "0.9999"),
            ("0.00005", "0.0001"), ("0.12345", "0.1235"), ("1.005", "1.01"),
        ])
    func ticks(target: String, expected: String) {
        let subject = Make.subject(Make.recommendation(price: "0.000000001", target: target))
        #expect(Self.price("adjust_stop_loss", "expert_target_price", "0", subject) == expected.number)
    }

    @Test("R48: no price above 0 is no price", arguments: ["0.00004", "0.000000001"])
    func tooSmall(target: String) {
        let subject = Make.subject(Make.recommendation(price: target, target: target))
        #expect(Self.price("adjust_stop_loss", "expert_target_price", "0", subject) == nil)
        #expect(Self.price("adjust_stop_loss", "current_price", "-100", Make.subject()) == nil)
        #expect(Self.price("adjust_take_profit", "current_price", "100", Self.managed(.sell)) == nil)
    }

    @Test("R65: out of range is an error")
    func overflow() {
        let subject = Make.subject(Make.recommendation(price: "1000000000"))
        #expect(Self.price("adjust_take_profit", "current_price", "9000000000", subject) == nil)
        #expect(
            Self.price("adjust_take_profit", "current_price", "-9223372036.854775807", subject) == "1020000000".number)
        var far = Make.subject()
        far.settings.minTakeProfitPercent = Fixed9(billionths: .max)
        #expect(Self.price("adjust_take_profit", "current_price", "1", far) == nil)
    }
}

import Testing
import TradeCore

@Suite("Numeric conditions")
struct NumericConditionTests {
    enum Answer: Equatable {
        case holds
        case not
        case error
    }

    static func answer(
        _ condition: String, _ comparison: String, _ value: String, _ subject: EvaluationSubject
    ) -> Answer {
        let trigger = Make.trigger(condition, comparison, value)
        let ruleset = Ruleset(id: "r", rules: [Make.rule("r", [trigger], [Make.action("buy")])])
        let decision = TradeManager.evaluate(subject, ruleset: ruleset, explain: false)
        if decision.error != nil { return .error }
        return decision.requested == nil ? .not : .holds
    }

    /// Whether the number is exactly this: all six operators agree on both sides of it.
    static func expect(
        _ condition: String, is value: String, for subject: EvaluationSubject,
        location: SourceLocation = #_sourceLocation
    ) {
        let above = Fixed9(billionths: value.number.billionths + 1)
        let below = Fixed9(billionths: value.number.billionths - 1)
        let table: [(String, [Bool])] = [
            (">", [true, false, false]), (">=", [true, true, false]), ("<", [false, false, true]),
            ("<=", [false, true, true]), ("==", [false, true, false]), ("!=", [true, false, true]),
        ]
        for (comparison, expected) in table {
            for (bound, holds) in zip([below, value.number, above], expected) {
                let found = answer(condition, comparison, ExactDecimal(bound).description, subject)
                #expect(
                    found == (holds ? .holds : .not), "\(condition) \(comparison) \(ExactDecimal(bound))",
                    sourceLocation: location)
            }
        }
    }

    @Test("confidence and expected profit are the recommendation's")
    func plain() {
        Self.expect("confidence", is: "78.5", for: Make.subject(Make.recommendation(confidence: "78.5")))
        Self.expect(
            "expected_profit_target_percent", is: "-6.25", for: Make.subject(Make.recommendation(profit: "-6.25")))
    }

    @Test("R43: the formulas, long and short", arguments: Side.allCases)
    func formulas(side: Side) {
        let sign = side == .buy ? "" : "-"
        let subject = Make.subject(
            Make.recommendation(price: "80", target: "100"),
            position: Make.position(.opened, side, price: "64", quantity: "10.5", takeProfit: "125"),
            balance: "33600")
        Self.expect("percent_to_current_target", is: "56.25", for: subject)
        Self.expect("percent_to_new_target", is: "25", for: subject)
        Self.expect("new_target_percent", is: "-20", for: subject)
        Self.expect("percent_open_to_new_target", is: "56.25", for: subject)
        Self.expect("profit_loss_amount", is: sign + "168", for: subject)
        Self.expect("profit_loss_percent", is: sign + "25", for: subject)
        Self.expect("instrument_account_share", is: "2.5", for: subject)
    }

    @Test("R46: comparisons are exact where the quotient has no end")
    func exact() {
        // (1 − 3) / 3 × 100 = −66.666…
        let subject = Make.subject(Make.recommendation(price: "1", target: "1"), position: Make.position(price: "3"))
        #expect(Self.answer("profit_loss_percent", "<", "-66.666666666", subject) == .holds)
        #expect(Self.answer("profit_loss_percent", ">", "-66.666666667", subject) == .holds)
        #expect(Self.answer("profit_loss_percent", "==", "-66.666666667", subject) == .not)
        #expect(Self.answer("profit_loss_percent", "!=", "-66.666666667", subject) == .holds)
    }

    @Test(
        "R32: a number that is absent is an error of the rule",
        arguments: [
            "confidence", "expected_profit_target_percent", "percent_to_current_target", "percent_to_new_target",
            "new_target_percent", "percent_open_to_new_target", "profit_loss_amount", "profit_loss_percent",
            "days_opened",
            "instrument_account_share",
        ])
    func absent(condition: String) {
        let bare = Make.subject(Make.recommendation(confidence: nil, profit: nil), balance: nil)
        for comparison in [">", ">=", "<", "<=", "==", "!="] {
            #expect(Self.answer(condition, comparison, "0", bare) == .error)
        }
    }

    @Test("R43: the share is 0 without a position and absent without virtual equity above 0")
    func share() {
        Self.expect("instrument_account_share", is: "0", for: Make.subject())
        #expect(Self.answer("instrument_account_share", "<", "5", Make.subject(balance: "0")) == .error)
        let none = Make.subject(settings: Make.settings { $0.virtualEquityPercent = .zero })
        #expect(Self.answer("instrument_account_share", "<", "5", none) == .error)
        let half = Make.subject(
            settings: Make.settings { $0.virtualEquityPercent = "50".number },
            position: Make.position(quantity: "100"))
        Self.expect("instrument_account_share", is: "20", for: half)
    }

    @Test("A price of 0 to compare with is an absent number, not a division by zero")
    func zeroPrice() {
        let subject = Make.subject(position: Make.position(price: "0", takeProfit: "0"))
        #expect(Self.answer("profit_loss_percent", ">", "0", subject) == .error)
        #expect(Self.answer("new_target_percent", ">", "0", subject) == .error)
        #expect(Self.answer("percent_open_to_new_target", ">", "0", subject) == .error)
    }

    @Test(
        "R47: the target price",
        arguments: [
            (RecommendedAction.buy, "110"), (.overweight, "110"), (.sell, "90"), (.underweight, "90"), (.hold, nil),
        ] as [(RecommendedAction, String?)])
    func target(action: RecommendedAction, expected: String?) {
        let derived = Make.subject(Make.recommendation(1, "A", action, price: "100", profit: "10"))
        let given = Make.subject(Make.recommendation(1, "A", action, price: "100", profit: "10", target: "150"))
        Self.expect("percent_to_new_target", is: "50", for: given)
        if let expected {
            let percent = ExactDecimal(Fixed9(billionths: expected.number.billionths - "100".number.billionths))
            Self.expect("percent_to_new_target", is: percent.description, for: derived)
        } else {
            #expect(Self.answer("percent_to_new_target", ">", "0", derived) == .error)
        }
    }

    @Test("R45: days_opened counts from the fill, while WAITING from creation")
    func daysOpened() {
        let created = Make.now.advanced(bySeconds: -2 * Make.day)
        let filled = Make.now.advanced(bySeconds: -Make.day / 2)
        let waiting = Make.position(.waiting, createdAt: created)
        let opened = Make.position(.opened, createdAt: created, openedAt: filled)
        Self.expect("days_opened", is: "2", for: Make.subject(position: waiting))
        Self.expect("days_opened", is: "0.5", for: Make.subject(position: opened))
    }

    @Test("R33, R45: days since a close of each kind")
    func daysSince() {
        let kinds: [(String, WritableKeyPath<LastCloses, Timestamp?>)] = [
            ("days_since_last_close", \.any), ("days_since_last_profitable_close", \.profitable),
            ("days_since_last_losing_close", \.losing),
        ]
        for (condition, kind) in kinds {
            for (comparison, holds) in [
                (">", true), (">=", true), ("!=", true), ("<", false), ("<=", false), ("==", false),
            ] {
                let found = Self.answer(condition, comparison, "1000000", Make.subject())
                #expect(found == (holds ? .holds : .not), "without a close, \(condition) \(comparison)")
            }
            var closes = LastCloses()
            closes[keyPath: kind] = Make.now.advanced(bySeconds: -Make.day * 3 / 2)
            Self.expect(condition, is: "1.5", for: Make.subject(lastCloses: closes))
            closes[keyPath: kind] = Make.now.advanced(bySeconds: 100)
            Self.expect(condition, is: "0", for: Make.subject(lastCloses: closes))
        }
    }

    @Test("R45: which closes count as profitable or losing", arguments: Side.allCases)
    func lastCloses(side: Side) {
        func closed(_ fill: String?, at seconds: Int64, _ status: PositionStatus = .closed) -> Position {
            var position = Make.position(status, side, price: "100")
            position.closedAt = seconds.seconds
            position.closePrice = fill?.number
            return position
        }
        var positions = [
            closed("101", at: 30), closed("101", at: 10), closed("99", at: 20), closed("100", at: 40),
            closed("999", at: 90, .opened), closed(nil, at: 35),
        ]
        let up: Int64 = 30
        let down: Int64 = 20
        for _ in positions.indices {
            positions.append(positions.removeFirst())
            var closes = LastCloses()
            for position in positions { closes.include(position) }
            #expect(closes.any == Int64(40).seconds)
            #expect(closes.profitable == (side == .buy ? up : down).seconds)
            #expect(closes.losing == (side == .buy ? down : up).seconds)
        }
    }

    @Test("R65: numbers at the ends of the range are errors or answers, never traps")
    func extremes() {
        let most = Fixed9(billionths: .max)
        var position = Make.position()
        position.price = Fixed9(billionths: 1)
        position.quantity = most
        position.takeProfit = Fixed9(billionths: 1)
        var recommendation = Make.recommendation()
        recommendation.priceAtDate = most
        recommendation.targetPrice = most
        var subject = Make.subject(recommendation, position: position)
        subject.balance = Fixed9(billionths: 1)
        subject.settings.virtualEquityPercent = Fixed9(billionths: 1)
        subject.now = Timestamp(microseconds: .max)
        subject.position?.createdAt = Timestamp(microseconds: .min)
        subject.lastCloses.any = Timestamp(microseconds: .min)
        for condition in [
            "percent_to_current_target", "percent_to_new_target", "new_target_percent", "percent_open_to_new_target",
            "profit_loss_amount", "profit_loss_percent", "days_opened", "days_since_last_close",
            "instrument_account_share",
        ] {
            for comparison in [">", "<", "=="] {
                for value in ["9223372036.854775807", "-9223372036.854775807", "0.000000001"] {
                    _ = Self.answer(condition, comparison, value, subject)
                    let ruleset = Ruleset(
                        id: "r", rules: [Make.rule("r", [Make.trigger(condition, comparison, value)], [])])
                    _ = TradeManager.evaluate(subject, ruleset: ruleset, explain: true)
                }
            }
        }
    }
}

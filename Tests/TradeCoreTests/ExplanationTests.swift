import Testing
import TradeCore

@Suite("Explanations")
struct ExplanationTests {
    static func traces(_ rules: [Rule], _ subject: EvaluationSubject = Make.subject()) -> [RuleTrace] {
        let ruleset = Ruleset(id: "entry", rules: rules)
        let explained = TradeManager.evaluate(subject, ruleset: ruleset, explain: true)
        let silent = TradeManager.evaluate(subject, ruleset: ruleset, explain: false)
        #expect(silent.explanation == nil)
        #expect(silent.verdict == explained.verdict)
        #expect(explained.explanation?.ruleset == "entry")
        return explained.explanation?.rules ?? []
    }

    @Test("R96: one trace a rule, with the condition that decided it; null where it matched")
    func outcomes() {
        let rules = [
            Make.rule("flag", [Make.trigger("bearish")], []),
            Make.rule("number", [Make.trigger("bullish"), Make.trigger("confidence", ">=", "90.5")], []),
            Make.rule("absent", [Make.trigger("profit_loss_percent", "<", "-5")], []),
            Make.rule("unknown", [Make.trigger("bullish"), Make.trigger("confidance", ">", "1")], []),
            Make.rule("bad action", [], [Make.action("bye")]),
            Make.rule("never closed", [Make.trigger("days_since_last_close", "<", "3")], []),
            Make.rule("matched", [Make.trigger("bullish")], [Make.action("buy")]),
            Make.rule("late", [Make.trigger("confidance")], []),
        ]
        #expect(
            Self.traces(rules) == [
                RuleTrace(rule: "flag", outcome: .notMatched, condition: "bearish"),
                RuleTrace(
                    rule: "number", outcome: .notMatched, condition: "confidence", comparison: ">=",
                    value: "90.5".number, actual: "80".number),
                RuleTrace(
                    rule: "absent", outcome: .error, condition: "profit_loss_percent", comparison: "<",
                    value: "-5".number),
                RuleTrace(
                    rule: "unknown", outcome: .error, condition: "confidance", comparison: ">", value: "1".number),
                RuleTrace(rule: "bad action", outcome: .error),
                RuleTrace(
                    rule: "never closed", outcome: .notMatched, condition: "days_since_last_close", comparison: "<",
                    value: "3".number),
                RuleTrace(rule: "matched", outcome: .matched),
                RuleTrace(rule: "late", outcome: .notReached),
            ])
    }

    @Test("R90: the actual number is rounded to nine fraction digits")
    func rounded() {
        let subject = Make.subject(Make.recommendation(price: "5"), position: Make.position(price: "3"))
        let rule = Make.rule("r", [Make.trigger("profit_loss_percent", "<", "0")], [])
        #expect(Self.traces([rule], subject).first?.actual == "66.666666667".number)
    }

    @Test("R48: a rule that matched and whose order has no price is an error")
    func unpriced() {
        let rules = [
            Make.rule("first", [Make.trigger("bearish")], []),
            Make.rule("entry", [], [Make.action("buy")], goOn: true),
            Make.rule("protect", [], [Make.action("adjust_stop_loss", "current_price", "-100")]),
        ]
        #expect(Self.traces(rules).map(\.outcome) == [.notMatched, .matched, .error])
    }
}

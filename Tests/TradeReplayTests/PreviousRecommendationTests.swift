import Testing
import TradeCore

/// What rules see of a recommendation's past and of prices, from records to records.
@Suite("Previous recommendations and current prices along the whole path")
struct PreviousRecommendationTests {
    /// The percent of the take-profit tells what the rules saw before a BUY: 10 a SELL, 20 a HOLD, 30 a BUY, none nothing of these.
    private static let rules =
        "["
        + [("negative", 10), ("neutral", 20), ("positive", 30)].map { name, percent in
            #"{"triggers":[{"condition":"rating_\#(name)_to_positive"}],"actions":[{"action":"buy"},"#
                + #"{"action":"adjust_take_profit","reference":"order_open_price","percent":\#(percent)}]}"#
        }.joined(separator: ",") + #",{"triggers":[{"condition":"bullish"}],"actions":[{"action":"buy"}]}]"#

    /// What came before recommendation 50, a BUY of AAPL of expert 1 in enter_market, made at minute 0.
    struct Past: Sendable {
        var id: Int64
        var action: String
        var minutes: Int64
        var symbol = "AAPL"
        var expert = 1
        var useCase = UseCase.openPositions
    }

    static let cases: [(past: [Past], seen: Double?)] = [
        ([], nil),
        ([Past(id: 1, action: "SELL", minutes: -5)], 110),
        ([Past(id: 1, action: "SELL", minutes: -5, useCase: .enterMarket)], 110),
        // Of any age: it was stale when it came.
        ([Past(id: 1, action: "HOLD", minutes: -400_000)], 120),
        ([Past(id: 1, action: "SELL", minutes: -5), Past(id: 2, action: "HOLD", minutes: -4)], 120),
        // By its time, not by its arrival.
        ([Past(id: 2, action: "HOLD", minutes: -4), Past(id: 1, action: "SELL", minutes: -5)], 120),
        // Of the same time the higher id, and only ids below the own one.
        ([Past(id: 5, action: "SELL", minutes: 0), Past(id: 6, action: "HOLD", minutes: 0)], 120),
        ([Past(id: 60, action: "SELL", minutes: 0)], nil),
        ([Past(id: 1, action: "SELL", minutes: 1)], nil),
        ([Past(id: 60, action: "SELL", minutes: -1)], 110),
        ([Past(id: 1, action: "SELL", minutes: -5, symbol: "aapl")], nil),
        ([Past(id: 1, action: "SELL", minutes: -5, expert: 2)], nil),
        // An ERROR is one, too, and is no rating (R39).
        ([Past(id: 1, action: "SELL", minutes: -5), Past(id: 2, action: "ERROR", minutes: -4)], nil),
        ([Past(id: 1, action: "BUY", minutes: -5), Past(id: 2, action: "OVERWEIGHT", minutes: -4)], nil),
        ([Past(id: 1, action: "BUY", minutes: -5)], 130),
    ]

    @Test("R40: the previous recommendation", arguments: cases.indices)
    func previous(index: Int) throws {
        let row = Self.cases[index]
        // Entries of the past that the plain rules would make stand in the way: expert 1 may not open yet.
        var story = Story(rules: ["enter": "[]"])
        for (number, past) in row.past.enumerated() {
            story.event(
                "past \(number)", expert: past.expert, useCase: past.useCase, minutes: max(0, past.minutes),
                Story.advice(past.id, past.symbol, past.action, minutes: past.minutes))
        }
        story.reference("ruleset/enter", #"{"id":"enter","rules":\#(Self.rules)}"#)
        story.event("now", minutes: 1, Story.advice(50))
        let now = try story.outputs().filter { $0.integer("recommendation_id") == 50 }
        #expect(now.first?.name == "entry 50")
        #expect(now.first { $0.text("role") == "take_profit" }?.number("limit_price") == row.seen)
    }

    @Test("R40: one of the same event counts, though it is superseded")
    func sameEvent() throws {
        var story = Story(rules: ["enter": Self.rules])
        story.event("e", minutes: 1, Story.advice(1, "AAPL", "SELL"), Story.advice(2, "AAPL", "BUY", minutes: 1))
        #expect(try story.names() == ["superseded 1", "entry 2", "take_profit 2"])
        #expect(try story.outputs().last?.number("limit_price") == 110)
    }

    @Test("R42, R68: the current price is that of the recommendation, the open price that of the fill")
    func prices() throws {
        let protect =
            #"[{"actions":[{"action":"adjust_stop_loss","reference":"current_price","percent":-10},"#
            + #"{"action":"adjust_take_profit","reference":"order_open_price","percent":50}]}]"#
        var story = Story(rules: ["manage": protect])
        story.event("e1", Story.advice(1, price: "100"))
        story.update(.entry, of: 1, .filled, quantity: 100, price: 110)
        // A price of another symbol, and one of the other use case, don't count.
        story.event("e2", Story.advice(2, "MSFT", price: "500"))
        story.event("e3", useCase: .openPositions, minutes: 1, Story.advice(3, price: "130", minutes: 1))
        story.event("e4", minutes: 2, Story.advice(4, price: "90", minutes: 2))
        story.event("e5", useCase: .openPositions, minutes: 3, Story.advice(5, price: "140", minutes: 3))
        let outputs = try story.outputs()
        #expect(outputs.filter { $0.text("role") == "stop_loss" }.map { $0.number("stop_price") } == [117, 126])
        #expect(outputs.filter { $0.text("role") == "take_profit" }.map { $0.number("limit_price") } == [165])
    }
}

import Testing
import TradeCore

/// The life of positions, from records to records.
@Suite("Positions along the whole path")
struct PositionStoryTests {
    /// A position of 100 shares, filled at 100, and a close that is asked for at minute 2.
    private static func closing(_ rules: [String: String] = [:]) -> Story {
        var story = Story(rules: rules)
        story.event("open", Story.advice(1))
        story.update(.entry, of: 1, .filled, quantity: 100, price: 100, minutes: 1)
        story.event("close", useCase: .openPositions, minutes: 2, Story.advice(2, "AAPL", "SELL", minutes: 2))
        return story
    }

    private static func opened(_ id: String, _ recommendation: Int64, minutes: Int64) -> (inout Story) -> Void {
        { $0.event(id, minutes: minutes, Story.advice(recommendation, minutes: minutes)) }
    }

    @Test(
        "R2, R12, R13: a record with one wrong field is a dead letter whole, and its id and recommendations are not remembered"
    )
    func oneWrongField() throws {
        var story = Story()
        story.event("e", Story.advice(1, "A"), Story.advice(2, "B", "buy"))
        story.event("trigger")
        story.event("e", Story.advice(1, "A"), Story.advice(2, "B"))
        story.event("e", Story.advice(3, "C"))
        story.event("f", Story.advice(2, "B"), Story.advice(4, "D"))
        #expect(
            try story.names() == [
                "dead letter", "entry 1", "entry 2", "duplicate_event of e", "duplicate_event 2", "entry 4",
            ])
    }

    @Test("R71, R73, R85: a close that is working, submitted, filled")
    func closes() throws {
        var story = Self.closing()
        // Still OPENED: it keeps the symbol, and there is no second close.
        Self.opened("e3", 3, minutes: 3)(&story)
        story.event("e4", useCase: .openPositions, minutes: 4, Story.advice(4, "AAPL", "SELL", minutes: 4))
        story.update(.close, of: 2, entry: 1, .accepted, minutes: 5)
        // CLOSING: no position any more, and the symbol is free.
        story.event("e5", useCase: .openPositions, minutes: 6, Story.advice(5, "AAPL", "SELL", minutes: 6))
        Self.opened("e6", 6, minutes: 7)(&story)
        story.update(.close, of: 2, entry: 1, .filled, quantity: 100, price: 120, minutes: 8)
        // Never backwards, and nothing twice.
        story.update(.close, of: 2, entry: 1, .rejected, minutes: 9)
        Self.opened("e7", 7, minutes: 10)(&story)
        #expect(
            try story.names() == [
                "entry 1", "close 2", "existing_transaction 3", "no_position 4", "no_position 5", "entry 6",
                "existing_transaction 7",
            ])
        let status = try story.outputs().compactMap { $0.fields["existing_transaction"] as? [String: Any] }
        #expect(status.map { $0["status"] as? String } == ["OPENED", "WAITING"])
    }

    @Test(
        "R85: a close that comes to nothing returns the position and allows another",
        arguments: [OrderStatus.rejected, .canceled, .expired])
    func closeComesToNothing(status: OrderStatus) throws {
        var story = Self.closing()
        story.update(.close, of: 2, entry: 1, .new, minutes: 3)
        story.update(.close, of: 2, entry: 1, status, minutes: 4)
        Self.opened("e3", 3, minutes: 5)(&story)
        story.event("e4", useCase: .openPositions, minutes: 6, Story.advice(4, "AAPL", "SELL", minutes: 6))
        #expect(try story.names() == ["entry 1", "close 2", "existing_transaction 3", "close 4"])
    }

    @Test("R73, R85: beside another active position it stays CLOSING")
    func staysClosing() throws {
        var story = Self.closing()
        story.update(.close, of: 2, entry: 1, .new, minutes: 3)
        Self.opened("e3", 3, minutes: 4)(&story)
        story.update(.close, of: 2, entry: 1, .rejected, minutes: 5)
        story.event("e4", useCase: .openPositions, minutes: 6, Story.advice(4, "AAPL", "SELL", minutes: 6))
        let close = try #require(try story.outputs().last)
        #expect(close.name == "close 4")
        #expect(close.text("status") == "waiting_trigger", "that of the WAITING position, R70")
        #expect(try story.names() == ["entry 1", "close 2", "entry 3", "close 4"])
    }

    @Test("R83: a filled take-profit closes, and the symbol is free", arguments: [OrderRole.takeProfit, .stopLoss])
    func protectionIsFilled(role: OrderRole) throws {
        let rules =
            #"[{"actions":[{"action":"buy"},{"action":"adjust_take_profit","reference":"order_open_price","percent":10},"#
            + #"{"action":"adjust_stop_loss","reference":"order_open_price","percent":-10}]}]"#
        var story = Story(rules: ["enter": rules])
        story.event("e1", Story.advice(1))
        story.update(.entry, of: 1, .filled, quantity: 100, price: 100)
        story.update(role, of: 1, .filled, quantity: 100, price: 110)
        story.event("e2", Story.advice(2))
        #expect(
            try story.names() == [
                "entry 1", "take_profit 1", "stop_loss 1", "entry 2", "take_profit 2", "stop_loss 2",
            ])
    }

    @Test("R84, R66: an entry that ends filled in part is open with that part; partially_filled changes nothing")
    func partOfAnEntry() throws {
        var story = Story()
        story.event("e1", Story.advice(1))
        story.update(.entry, of: 1, .partiallyFilled, quantity: 10, price: 100)
        story.event("e2", useCase: .openPositions, Story.advice(2, "AAPL", "SELL"))
        story.update(.close, of: 2, entry: 1, .canceled)
        story.update(.entry, of: 1, .canceled, quantity: 30, price: 101)
        story.event("e3", useCase: .openPositions, minutes: 1, Story.advice(3, "AAPL", "SELL", minutes: 1))
        let outputs = try story.outputs()
        #expect(outputs.map(\.name) == ["entry 1", "close 2", "close 3"])
        #expect(outputs.map { $0.integer("quantity") } == [100, 100, 30])
        #expect(outputs.map { $0.text("status") } == ["pending", "waiting_trigger", "pending"])
    }

    static let kinds: [(condition: String, price: Int, counts: Bool)] = [
        ("days_since_last_close", 120, true), ("days_since_last_close", 80, true), ("days_since_last_close", 100, true),
        ("days_since_last_profitable_close", 120, true), ("days_since_last_profitable_close", 80, false),
        ("days_since_last_profitable_close", 100, false), ("days_since_last_losing_close", 80, true),
        ("days_since_last_losing_close", 120, false), ("days_since_last_losing_close", 100, false),
    ]

    @Test("R33, R45: days since the last close of each kind; without one it is infinite", arguments: kinds.indices)
    func daysSinceAClose(index: Int) throws {
        let kind = Self.kinds[index]
        let rules =
            #"[{"triggers":[{"condition":"\#(kind.condition)","operator":">","value":1}],"actions":[{"action":"buy"}]}]"#
        var story = Self.closing(["enter": rules])
        story.update(.close, of: 2, entry: 1, .filled, quantity: 100, price: kind.price, minutes: 10)
        let day = Int64(24 * 60)
        // Exactly a day after the fill it does not hold yet, a minute later it does. Another symbol has no close.
        Self.opened("e3", 3, minutes: 10 + day)(&story)
        story.event("e4", minutes: 10 + day, Story.advice(4, "MSFT", minutes: 10 + day))
        Self.opened("e5", 5, minutes: 11 + day)(&story)
        let later =
            kind.counts
            ? ["conditions_not_met 3", "entry 4", "entry 5"] : ["entry 3", "entry 4", "existing_transaction 5"]
        #expect(try story.names() == ["entry 1", "close 2"] + later)
    }

    @Test("R54, R55, R56: experts of one account share what it has, filled or not")
    func shared() throws {
        var story = Story(
            experts: 1...3, balance: 10_000,
            settings:
                #","max_virtual_equity_per_instrument_percent":100,"min_available_balance_pct":0,"minimum_equity_threshold_percent":0"#
        )
        story.event("e1", expert: 1, Story.advice(1, price: "100"))
        story.event("e2", expert: 2, Story.advice(2, price: "100"))
        story.update(.entry, of: 1, .filled, quantity: 100, price: 70)
        story.event("e3", expert: 2, Story.advice(3, price: "100"))
        story.update(.entry, of: 3, expert: 2, .rejected)
        story.event("e4", expert: 3, Story.advice(4, price: "100"))
        let outputs = try story.outputs()
        #expect(outputs.map(\.name) == ["entry 1", "unfunded 2", "entry 3", "entry 4"])
        #expect(outputs.map { $0.integer("quantity") } == [100, nil, 30, 30])
    }
}

import Testing
import TradeCore

/// Rulings that more than one part has to keep, from records to records.
@Suite("Rulings along the whole path")
struct WholePathRulingTests {
    @Test("R14: account_id, correlation_id and the record's key decide nothing", arguments: ["1", "99", nil])
    func whatDecidesNothing(key: String?) throws {
        var plain = Story()
        plain.account(99, balance: 7)
        plain.event("e", Story.advice(1))
        var other = Story()
        other.account(99, balance: 7)
        other.event("e", key: key, fields: #","account_id":99,"correlation_id":"x""#, Story.advice(1))
        #expect(try other.values() == plain.values())
        #expect(try plain.outputs().first?.integer("account_id") == 1)
    }

    @Test(
        "R15, R12: a trigger of any kind goes the same way, a retry is a duplicate like any other",
        arguments: [
            "scheduled", "manual", "retry", "", "anything else", String(repeating: "x", count: 64),
        ])
    func triggers(trigger: String) throws {
        var plain = Story()
        plain.event("e", Story.advice(1))
        plain.event("e", Story.advice(2, "MSFT"))
        var triggered = Story()
        triggered.event("e", fields: #","trigger":"\#(trigger)""#, Story.advice(1))
        triggered.event("e", fields: #","trigger":"\#(trigger)""#, Story.advice(2, "MSFT"))
        #expect(try triggered.values() == plain.values())
        #expect(try triggered.names() == ["entry 1", "duplicate_event of e"])
    }

    @Test("R16: symbols that look the same are others, in positions, too")
    func symbols() throws {
        var story = Story()
        let symbols = ["AAPL", "aapl", " AAPL", "AAPL ", "\u{E9}", "e\u{301}"]
        for (index, symbol) in symbols.enumerated() {
            story.event("e\(index)", Story.advice(Int64(index), symbol, price: "10"))
        }
        story.event("again", Story.advice(100, "AAPL", price: "10"))
        #expect(
            try story.names() == symbols.indices.map { "entry \($0)" } + ["existing_transaction 100"])
    }

    /// Each closes one gate of expert 1.
    static let gates: [(reason: String, close: @Sendable (inout Story) -> Void)] = [
        ("unknown_expert", { $0.reference("expert/1", nil) }),
        ("unknown_expert", { $0.reference("account/1", nil) }),
        ("expert_disabled", { $0.expert(1, fields: #","enabled":false"#) }),
        (
            "automation_disabled",
            {
                $0.expert(
                    1, settings: #","allow_automated_trade_opening":false,"allow_automated_trade_modification":false"#)
            }
        ),
        (
            "no_ruleset",
            { $0.expert(1, fields: #","enter_market_ruleset_id":null,"open_positions_ruleset_id":null"#) }
        ),
        (
            "no_ruleset",
            {
                $0.reference("ruleset/enter", nil)
                $0.reference("ruleset/manage", nil)
            }
        ),
    ]

    @Test(
        "R18, R19, R20: a closed gate decides all that is pending, for good", arguments: gates.indices, UseCase.allCases
    )
    func closedGates(index: Int, useCase: UseCase) throws {
        let gate = Self.gates[index]
        var story = Story()
        gate.close(&story)
        story.event("e1", useCase: useCase, Story.advice(2, "A"), Story.advice(1, "B"), Story.advice(3, "A", "HOLD"))
        story.event("e2", useCase: useCase)
        // Nothing new in it: one skip for each that came again, and one for the event.
        story.event("e3", useCase: useCase, Story.advice(1, "B"))
        let closed = try story.names()
        let reason = gate.reason
        #expect(
            closed == [
                "\(reason) 1", "\(reason) 2", "\(reason) 3", "\(reason) of e2", "duplicate_event 1", "\(reason) of e3",
            ])
        // The gate opens: what was decided stays so.
        story.account(1, balance: 100_000)
        for (id, rules) in Story.plainRules { story.reference("ruleset/\(id)", #"{"id":"\#(id)","rules":\#(rules)}"#) }
        story.expert(1)
        story.event("e4", useCase: useCase)
        #expect(try story.names() == closed)
    }

    @Test("R19: unfunded and insufficient_equity are final, a duplicate_event decides nothing")
    func finalSkips() throws {
        var story = Story(balance: 100)
        story.event("e1", Story.advice(1, "A", price: "200"))
        story.account(1, balance: 0)
        story.event("e2", Story.advice(2, "B", price: "10"))
        story.account(1, balance: -5)
        story.event("e3", Story.advice(3, "C", price: "10"))
        story.account(1, balance: 1_000_000)
        story.event("e4")
        // They came once; a later event with them brings nothing new.
        story.event("e5", Story.advice(1, "A", price: "200"), Story.advice(4, "D"))
        #expect(
            try story.names() == [
                "unfunded 1", "unfunded 2", "insufficient_equity 3", "duplicate_event 1", "entry 4",
            ])
    }

    @Test("R22: with the event clock the lookback counts from occurred_at; 24 hours without one")
    func lookback() throws {
        var story = Story()
        let day = Int64(24 * 60)
        story.event("e1", minutes: day, Story.advice(1, "A"), Story.advice(2, "B", minutes: -1))
        story.event(
            "e2", minutes: 2 * day, fields: #","lookback_days":2"#, Story.advice(3, "C"),
            Story.advice(4, "D", minutes: -1))
        #expect(try story.names() == ["stale 2", "entry 1", "stale 4", "entry 3"])
    }

    @Test("R27: open_positions selects as enter_market does, but HOLD counts")
    func selectionOfOpenPositions() throws {
        var story = Story()
        story.event(
            "e", useCase: .openPositions, minutes: 2 * 24 * 60, fields: #","lookback_days":1"#,
            Story.advice(1, "A"), Story.advice(2, "B", minutes: 2_000), Story.advice(3, "B", "HOLD", minutes: 2_001),
            Story.advice(4, "C", "ERROR", minutes: 2_001), Story.advice(5, "D", minutes: 2_001))
        #expect(
            try story.names() == ["stale 1", "superseded 2", "evaluation_error 4", "no_position 3", "no_position 5"])
    }

    @Test("R29, R79, R78: what goes back to which event, and the runs")
    func origins() throws {
        var story = Story()
        story.event("e1", minutes: 1, Story.advice(1, "A"))
        story.event("e1", minutes: 2, Story.advice(2, "B"))
        story.event("e2", minutes: 3, Story.advice(1, "A"), Story.advice(3, "A", minutes: 3))
        let outputs = try story.outputs()
        #expect(
            outputs.map(\.name) == ["entry 1", "duplicate_event of e1", "duplicate_event 1", "existing_transaction 3"])
        #expect(outputs.map { $0.text("event_id") } == ["e1", "e1", "e2", "e2"])
        let offsets = outputs.map { ($0.fields["source"] as? [String: Any])?["offset"] as? Int }
        #expect(offsets == [0, 1, 2, 2])
        #expect(outputs.map { $0.integer("run") } == [1, nil, nil, 2])
        #expect(
            outputs.map { $0.text("created_at") ?? $0.text("skipped_at") }
                == [1, 2, 3, 3].map { Story.time($0).replacing("Z", with: ".000Z") })
        #expect(outputs.map { $0.fields["existing_transaction"] is [String: Any] } == [false, false, false, true])
        #expect(outputs.map { $0.text("symbol") } == ["A", nil, "A", "A"])
    }

    @Test("R86: a file counts in its order, whatever the topics")
    func orderOfAFile() throws {
        var story = Story()
        story.event("e1", Story.advice(1, "A"))
        // Too early: there is no such order yet, and it is not kept for later.
        story.update(.entry, of: 2, .rejected)
        story.event("e2", Story.advice(2, "B"))
        story.event("e3", Story.advice(3, "B"))
        story.update(.entry, of: 2, .rejected)
        story.event("e4", Story.advice(4, "B"))
        #expect(try story.names() == ["entry 1", "entry 2", "existing_transaction 3", "entry 4"])
    }

    @Test("R94: limits, within a pass and over the hour of its clock")
    func limits() throws {
        var story = Story(settings: #","max_open_positions":3,"max_entries_per_hour":2"#)
        story.event("e1", Story.advice(1, "A"), Story.advice(2, "B"), Story.advice(3, "C"))
        story.event("e2", minutes: 59, Story.advice(4, "D", minutes: 59))
        story.event("e3", minutes: 60, Story.advice(5, "E", minutes: 60), Story.advice(6, "F", minutes: 60))
        story.update(.entry, of: 1, .rejected)
        story.event("e4", minutes: 61, Story.advice(7, "G", minutes: 61))
        #expect(
            try story.names() == ["entry 1", "entry 2", "limit 3", "limit 4", "entry 5", "limit 6", "entry 7"])
    }
}

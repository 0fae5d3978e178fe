import Settings
import TradeContracts

@testable import Commands

/// A kind of object that is read from outside: a valid one, its schema, and the reader that takes or refuses it.
struct ContractKind: Sendable {
    let name: String
    let schema: String
    let fields: [(key: String, json: String)]
    /// Puts the object to its place in a document.
    var place: @Sendable (String) -> String = { $0 }
    /// What the reader says against a document; nil where it takes it.
    let refusal: @Sendable (String) -> String?

    static let all: [ContractKind] = [
        ContractKind(
            name: "event", schema: "analysis-event.json", fields: event, refusal: { refusal(.analysisCompleted, $0) }),
        ContractKind(
            name: "event in a binary CloudEvent", schema: "analysis-event.json#/$defs/fields", fields: event,
            refusal: { refusal(.analysisCompleted, $0, [("ce_id", "x"), ("ce_time", "2026-11-23T09:30:00Z")]) }),
        ContractKind(
            name: "recommendation", schema: "analysis-event.json", fields: recommendation,
            place: { object(event, with: "recommendations", "[\($0)]") }, refusal: { refusal(.analysisCompleted, $0) }),
        ContractKind(
            name: "structured event", schema: "analysis-event-cloudevent.json", fields: cloudEvent(event),
            refusal: { refusal(.analysisCompleted, $0, structured) }),
        ContractKind(
            name: "structured event without a time of its own", schema: "analysis-event-cloudevent.json",
            fields: cloudEvent(event.filter { $0.key != "occurred_at" }),
            refusal: { refusal(.analysisCompleted, $0, structured) }),
        ContractKind(
            name: "data of a structured event", schema: "analysis-event-cloudevent.json", fields: event,
            place: { object(cloudEvent(event), with: "data", $0) },
            refusal: { refusal(.analysisCompleted, $0, structured) }),
        ContractKind(
            name: "fill", schema: "order-update.json", fields: update("filled", "10", "99.5"),
            refusal: { refusal(.orderUpdates, $0) }),
        ContractKind(
            name: "update", schema: "order-update.json", fields: update("new", "0", "0"),
            refusal: { refusal(.orderUpdates, $0) }),
        ContractKind(
            name: "partial fill", schema: "order-update.json", fields: update("canceled", "3", "99.5"),
            refusal: { refusal(.orderUpdates, $0) }),
        ContractKind(
            name: "structured update", schema: "order-update-cloudevent.json",
            fields: cloudEvent(update("new", "0", "0").filter { $0.key != "occurred_at" }),
            refusal: { refusal(.orderUpdates, $0, structured) }),
        ContractKind(
            name: "account", schema: "account.json", fields: account, refusal: { refusal(.reference, $0, "account/1") }),
        ContractKind(
            name: "expert", schema: "expert.json", fields: expert, refusal: { refusal(.reference, $0, "expert/1") }),
        ContractKind(
            name: "settings", schema: "expert.json", fields: settings, place: { object(expert, with: "settings", $0) },
            refusal: { refusal(.reference, $0, "expert/1") }),
        ContractKind(
            name: "weights", schema: "expert.json",
            fields: [("AAPL", "50"), (" ", "50"), ("a\u{0}", "50"), ("", "50")],
            place: { object(expert, with: "settings", #"{"instrument_weights":\#($0)}"#) },
            refusal: { refusal(.reference, $0, "expert/1") }),
        ContractKind(
            name: "ruleset", schema: "ruleset.json", fields: [("id", #""entry""#), ("rules", "[\(object(rule))]")],
            refusal: { refusal(.reference, $0, "ruleset/entry") }),
        ContractKind(
            name: "rule", schema: "ruleset.json", fields: rule, place: { #"{"id":"entry","rules":[\#($0)]}"# },
            refusal: { refusal(.reference, $0, "ruleset/entry") }),
        ContractKind(
            name: "trigger", schema: "ruleset.json",
            fields: [("condition", #""confidence""#), ("operator", #"">=""#), ("value", "70")],
            place: { #"{"id":"entry","rules":[{"triggers":[\#($0)]}]}"# },
            refusal: { refusal(.reference, $0, "ruleset/entry") }),
        ContractKind(
            name: "action", schema: "ruleset.json",
            fields: [("action", #""buy""#), ("reference", #""current_price""#), ("percent", "-5")],
            place: { #"{"id":"entry","rules":[{"actions":[\#($0)]}]}"# },
            refusal: { refusal(.reference, $0, "ruleset/entry") }),
        ContractKind(
            name: "reference file", schema: "reference-file.json",
            fields: [("accounts", "[\(object(account))]"), ("experts", "[]"), ("rulesets", "[]")],
            refusal: fileRefusal),
        ContractKind(
            name: "envelope", schema: "envelope.json",
            fields: [
                ("topic", #""t""#), ("partition", "0"), ("offset", "1"), ("ts", "5"), ("headers", #"["a","1"]"#),
                ("key", #""1""#), ("payload", #""{}""#),
            ], refusal: lineRefusal),
        ContractKind(
            name: "envelope in base64", schema: "envelope.json",
            fields: [
                ("topic", #""t""#), ("partition", "0"), ("offset", "1"), ("headers_base64", #"["YQ==",null]"#),
                ("key_base64", #""QQ==""#), ("payload_base64", #""QUI=""#), ("tstype", #""create""#),
            ], refusal: lineRefusal),
    ]

    /// The object with one field set, or left out where `json` is nil.
    static func object(
        _ fields: [(key: String, json: String)], with key: String? = nil, _ json: String? = nil
    ) -> String {
        var fields = fields
        guard let key else { return JSONText.object(fields) }
        let index = fields.firstIndex { $0.key == key }
        switch (index, json) {
        case (let index?, let json?): fields[index].json = json
        case (let index?, nil): fields.remove(at: index)
        case (nil, let json?): fields.append((key, json))
        case (nil, nil): break
        }
        return JSONText.object(fields)
    }

    // MARK: - Valid objects

    static let event: [(key: String, json: String)] = [
        ("schema_version", "1"), ("event_id", #""0b7f""#), ("occurred_at", #""2026-11-23T09:30:00.123Z""#),
        ("expert_instance_id", "1"), ("account_id", "1"), ("use_case", #""enter_market""#),
        ("trigger", #""scheduled""#), ("correlation_id", #""c""#), ("lookback_days", "1"),
        ("recommendations", "[\(object(recommendation))]"),
    ]
    static let recommendation: [(key: String, json: String)] = [
        ("id", "123"), ("symbol", #""AAPL""#), ("recommended_action", #""BUY""#), ("confidence", "78.5"),
        ("expected_profit_percent", "6.2"), ("price_at_date", "189.95"), ("target_price", "201.5"),
        ("risk_level", #""MEDIUM""#), ("time_horizon", #""SHORT_TERM""#), ("market_analysis_id", "77"),
        ("created_at", #""1999-12-31T09:29:58Z""#),
    ]
    private static let account: [(key: String, json: String)] = [
        ("id", "1"), ("balance", "100000"), ("buying_power", "-5.5"),
    ]
    private static let expert: [(key: String, json: String)] = [
        ("id", "1"), ("account_id", "1"), ("enabled", "true"), ("enter_market_ruleset_id", #""entry""#),
        ("open_positions_ruleset_id", #""manage""#), ("settings", object(settings)),
    ]
    private static let settings: [(key: String, json: String)] = [
        ("allow_automated_trade_opening", "true"), ("allow_automated_trade_modification", "true"),
        ("enable_buy", "true"), ("enable_sell", "true"), ("virtual_equity_pct", "100"),
        ("min_available_balance_pct", "10"), ("minimum_equity_threshold_percent", "5"),
        ("max_virtual_equity_per_instrument_percent", "10"), ("diversification_factor", "0.5"),
        ("sizing_mode", #""notional""#), ("risk_per_trade_pct", "1"), ("min_stop_loss_pct", "7"),
        ("min_take_profit_pct", "2"), ("instrument_weights", #"{"AAPL":50}"#), ("lot_size", "1"),
        ("max_open_positions", "5"), ("max_entries_per_hour", "5"),
    ]
    private static let rule: [(key: String, json: String)] = [
        ("name", #""r""#), ("triggers", #"[{"condition":"bullish"}]"#), ("actions", #"[{"action":"buy"}]"#),
        ("continue_processing", "false"),
    ]

    private static func update(_ status: String, _ quantity: String, _ price: String) -> [(key: String, json: String)] {
        [
            ("schema_version", "1"), ("order_id", #""06bda187-ccee-584a-8c45-34aedba4ac53""#),
            ("expert_instance_id", "1"), ("status", JSONText.string(status)), ("filled_quantity", quantity),
            ("average_price", price), ("occurred_at", #""2026-11-23T09:31:00Z""#),
        ]
    }

    private static func cloudEvent(_ data: [(key: String, json: String)]) -> [(key: String, json: String)] {
        [
            ("specversion", #""1.0""#), ("id", #""0b7f""#), ("source", #""/experts""#), ("type", #""t""#),
            ("time", #""2026-11-23T09:30:00Z""#), ("data", object(data)),
        ]
    }

    private static let structured = [("content-type", "application/cloudevents+json")]

    // MARK: - Readers

    private static func refusal(_ topic: InputTopic, _ json: String, _ key: String) -> String? {
        refusal(topic, json, [], key: key)
    }

    static func refusal(
        _ topic: InputTopic, _ json: String, _ headers: [(String, String)] = [], key: String = "1"
    ) -> String? {
        var block: [UInt8] = []
        for (name, value) in headers { HeaderBlock.append(name: name.utf8, value: value.utf8, to: &block) }
        let record = EnvelopeRecord(
            topic: "t", partition: 0, offset: 0, timestamp: nil, key: Array(key.utf8), value: Array(json.utf8),
            headers: block)
        let decoded = record.withView(as: topic) { RecordDecoder().decode($0) }
        guard case .undecodable(let cause) = decoded.body else { return nil }
        return "\(cause.reason.rawValue): \(cause.message)"
    }

    private static func fileRefusal(_ json: String) -> String? {
        do {
            _ = try ReferenceFile.changes(ReferenceNode(YAMLParser.parse(Array(json.utf8), file: "file")))
            return nil
        } catch {
            return "\(error)"
        }
    }

    private static func lineRefusal(_ json: String) -> String? {
        var rest = Array(json.utf8)[...]
        let reader = EnvelopeReader { buffer in
            let part = rest.prefix(buffer.count)
            rest = rest.dropFirst(part.count)
            buffer.copyBytes(from: part)
            return part.count
        }
        do {
            _ = try reader.next()
            return nil
        } catch {
            return "\(error)"
        }
    }
}
